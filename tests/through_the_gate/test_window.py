"""How long support after release lasts: six calendar months, stopped by any return to custody, begun anew by each release."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.eligibility.dates import add_months
from app.domain.through_the_gate.models import GateState
from app.domain.through_the_gate.rules import Fact, course
from app.domain.through_the_gate.window import Window, state_of, window
from tests.through_the_gate.test_rules import _FACTS, A


def fact(on: date, place: A) -> Fact:
    return Fact(uuid4(), on, place)


def lasts(*facts: Fact, extended_until: date | None = None) -> Window:
    return window(course(facts).spells, extended_until)


@pytest.mark.parametrize(
    ("released", "ends"),
    [
        (date(2026, 2, 14), date(2026, 8, 14)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 12, 30), date(2027, 6, 30)),
    ],
)
def test_it_is_six_calendar_months_to_the_corresponding_day(released: date, ends: date) -> None:
    found = lasts(fact(released - timedelta(days=100), A.HMP), fact(released, A.APPROVED_PREMISES))
    assert found == Window(released, None, ends)


def test_it_stops_when_he_is_back_in_custody_and_begins_anew_with_the_next_release() -> None:
    inside, out = fact(date(2026, 1, 1), A.HMP), fact(date(2026, 3, 1), A.CAS3)
    back, again = fact(date(2026, 5, 1), A.HMP), fact(date(2026, 6, 15), A.CAS3)
    assert lasts(inside, out, back) == Window(date(2026, 3, 1), date(2026, 5, 1), None)
    assert lasts(inside, out, back, again) == Window(date(2026, 6, 15), None, date(2026, 12, 15))


def test_a_move_in_the_community_and_a_time_at_large_change_nothing() -> None:
    inside, out = fact(date(2026, 1, 1), A.HMP), fact(date(2026, 3, 1), A.APPROVED_PREMISES)
    flat, gone = fact(date(2026, 4, 1), A.PRIVATE_RENT), fact(date(2026, 4, 9), A.AT_LARGE)
    assert lasts(inside, out, flat, gone) == Window(date(2026, 3, 1), None, date(2026, 9, 1))


def test_of_whom_no_release_is_known_no_time_runs() -> None:
    assert lasts() == lasts(fact(date(2026, 1, 1), A.CAS3)) == Window()


def test_an_extension_lengthens_and_never_shortens_it() -> None:
    facts = fact(date(2026, 1, 1), A.HMP), fact(date(2026, 3, 1), A.CAS3)
    assert lasts(*facts, extended_until=date(2026, 10, 1)).ends_on == date(2026, 10, 1)
    assert lasts(*facts, extended_until=date(2026, 8, 1)).ends_on == date(2026, 9, 1)


@given(_FACTS, st.none() | st.dates(date(2026, 1, 1), date(2027, 6, 1)))
def test_it_is_what_a_plain_reading_says(facts: list[Fact], extended_until: date | None) -> None:
    """Once more and plainly: whoever was last known inside and is out has been released; inside again, it has stopped."""
    counts = {spell.fact.id for spell in course(facts).spells}
    inside: bool | None = None
    released = stopped = None
    for one in sorted(facts, key=lambda f: (f.arrived_on, f.order, f.id)):
        place = one.accommodation
        if one.id in counts and place.in_community and (one.told_as_release if inside is None else inside):
            released, stopped = one.arrived_on, None
        elif one.id in counts and place.in_custody and released and not stopped and inside is False:
            stopped = one.arrived_on
        if place is not A.NOT_KNOWN:
            inside = place.in_custody
    found = window(course(facts).spells, extended_until)
    assert (found.released_on, found.stopped_on) == (released, stopped)
    if released is None or stopped is not None:
        assert found.ends_on is None
    else:
        assert found.ends_on == max(add_months(released, 6), extended_until or released)


def reached(**days: Any) -> Any:
    names = "offered_on accepted_on declined_on first_contact_on supported_on sustained_on ended_on stopped_on"
    return SimpleNamespace(**(dict.fromkeys(names.split()) | days))


def test_the_furthest_counts_and_a_return_to_custody_before_it() -> None:
    day = date(2026, 1, 1)
    assert state_of(reached()) is GateState.ELIGIBLE
    assert state_of(reached(offered_on=day)) is GateState.OFFERED
    assert state_of(reached(offered_on=day, declined_on=day)) is GateState.DECLINED
    assert state_of(reached(offered_on=day, accepted_on=day, first_contact_on=day)) is GateState.FIRST_CONTACT
    assert state_of(reached(supported_on=day, stopped_on=day)) is GateState.STOPPED
    assert state_of(reached(supported_on=day, stopped_on=day, ended_on=day)) is GateState.ENDED
