"""When he is to be released, when the community offender manager takes over, and what is still open."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.eligibility.facts import CustodyFacts
from app.domain.people.codes import LegalStatus
from app.domain.people.offences import Pathway
from app.domain.through_the_gate.models import (
    PLAN_DAYS,
    AccommodationPlan,
    HandoverBasis,
    ReleaseBasis,
    StillOpen,
)
from app.domain.through_the_gate.release import USUAL_ITEMS, Leaving, Planned, handover, planned_release, still_open

TODAY = date(2026, 11, 20)
CRD = date(2027, 9, 30)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2029, 12, 31))
ALL_SET = Leaving(
    planned=Planned(date(2027, 1, 15), ReleaseBasis.CONFIRMED, date(2027, 1, 15)),
    handover_due_on=date(2026, 5, 1),
    has_plan=True,
    accommodation=AccommodationPlan.ARRANGED,
    items_open=0,
    com_known=True,
    licence_asked=True,
    support_offered=True,
    support_answered=True,
    support_accepted=True,
    contact_permitted=True,
    card_works=True,
)


def sentenced(**dates: Any) -> CustodyFacts:
    return CustodyFacts(legal_status=LegalStatus.SENTENCED, **dates)


def test_what_happened_comes_before_what_was_named_and_that_before_what_was_calculated() -> None:
    facts = sentenced(conditional_release_date=CRD, self_reported_release_date=date(2027, 8, 1))
    out, told = date(2027, 9, 29), date(2027, 9, 28)
    assert planned_release(facts, told=told, released_on=out) == Planned(out, ReleaseBasis.RELEASED, CRD)
    assert planned_release(facts, told=told, released_on=None) == Planned(told, ReleaseBasis.TOLD, CRD)
    assert planned_release(facts, told=None, released_on=None) == Planned(CRD, ReleaseBasis.CRD, CRD)
    remembered = sentenced(self_reported_release_date=date(2027, 8, 1))
    assert planned_release(remembered, told=None, released_on=None).basis is ReleaseBasis.SELF_REPORTED
    assert planned_release(CustodyFacts(), told=None, released_on=None) == Planned()


def test_a_confirmed_date_is_the_one_that_counts() -> None:
    facts = sentenced(conditional_release_date=CRD, confirmed_release_date=date(2027, 9, 27))
    assert planned_release(facts, told=None, released_on=None).basis is ReleaseBasis.CONFIRMED


@pytest.mark.parametrize(
    ("facts", "more", "due_on", "basis"),
    [
        # Eight calendar months before, then fourteen days.
        (sentenced(conditional_release_date=CRD), {}, date(2027, 1, 16), HandoverBasis.DETERMINATE),
        (
            sentenced(conditional_release_date=CRD),
            {"early_allocation": True},
            date(2026, 6, 30),
            HandoverBasis.EARLY_ALLOCATION,
        ),
        (
            sentenced(conditional_release_date=CRD),
            {"sentence_started_on": date(2026, 11, 30)},
            date(2026, 11, 30),
            HandoverBasis.FROM_THE_START,
        ),
        (
            sentenced(conditional_release_date=CRD),
            {"sentence_started_on": date(2026, 11, 29)},
            date(2027, 1, 16),
            HandoverBasis.DETERMINATE,
        ),
        (
            sentenced(conditional_release_date=CRD, parole_eligibility_date=date(2027, 3, 31)),
            {},
            date(2026, 3, 31),
            HandoverBasis.PAROLE_OR_INDETERMINATE,
        ),
        (
            CustodyFacts(legal_status=LegalStatus.INDETERMINATE_SENTENCE, tariff_date=date(2028, 2, 29)),
            {},
            date(2027, 2, 28),
            HandoverBasis.PAROLE_OR_INDETERMINATE,
        ),
        (CustodyFacts(legal_status=LegalStatus.INDETERMINATE_SENTENCE), {}, None, None),
        (CustodyFacts(), {}, None, None),
    ],
)
def test_when_the_community_offender_manager_takes_over(
    facts: CustodyFacts, more: dict[str, Any], due_on: date | None, basis: HandoverBasis | None
) -> None:
    release_on = planned_release(facts, told=None, released_on=None).release_on
    told = {"sentence_started_on": None, "early_allocation": None, **more}
    found = handover(facts, release_on=release_on, **told)
    assert (found.due_on, found.basis) == (due_on, basis)


@given(release_on=DAYS, started=DAYS, early=st.none() | st.booleans())
def test_a_handover_is_never_due_after_the_release(release_on: date | None, started: date | None, early: bool) -> None:
    facts = sentenced(conditional_release_date=release_on)
    if started is not None and release_on is not None and started > release_on:
        started = None
    found = handover(facts, release_on=release_on, sentence_started_on=started, early_allocation=early)
    assert (found.due_on is None) == (found.basis is None) == (release_on is None)
    if found.due_on is not None and release_on is not None:
        assert found.due_on <= release_on


def test_where_all_is_seen_to_nothing_is_open() -> None:
    assert still_open(ALL_SET, TODAY) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"planned": Planned(TODAY - timedelta(days=1), ReleaseBasis.TOLD)}, StillOpen.RELEASE_DAY_HAS_PASSED),
        ({"planned": Planned()}, StillOpen.RELEASE_DAY_NOT_KNOWN),
        ({"planned": Planned(CRD, ReleaseBasis.CRD, CRD)}, StillOpen.RELEASE_DAY_NOT_CONFIRMED),
        ({"planned": Planned(CRD, ReleaseBasis.TOLD, TODAY)}, StillOpen.RELEASE_DAYS_DIFFER),
        ({"has_plan": False}, StillOpen.NO_RELEASE_PLAN),
        ({"com_known": False}, StillOpen.ASK_WHO_THE_COM_IS),
        ({"accommodation": AccommodationPlan.APPLIED_FOR}, StillOpen.FIRST_ACCOMMODATION_NOT_ARRANGED),
        ({"licence_asked": False}, StillOpen.LICENCE_CONDITIONS_NOT_ASKED),
        (
            {"support_offered": False, "support_answered": False, "support_accepted": False},
            StillOpen.SUPPORT_NOT_OFFERED,
        ),
        ({"support_answered": False, "support_accepted": False}, StillOpen.SUPPORT_NOT_ANSWERED),
        ({"contact_permitted": False}, StillOpen.NO_CONTACT_PERMISSION),
        ({"card_works": False}, StillOpen.NO_CARD),
        ({"items_open": 1}, StillOpen.ITEMS_OPEN),
    ],
)
def test_each_thing_is_named_and_nothing_else(change: dict[str, Any], code: StillOpen) -> None:
    assert still_open(replace(ALL_SET, **change), TODAY) == (code,)


def test_a_handover_to_come_is_not_asked_about() -> None:
    later = replace(ALL_SET, com_known=False, handover_due_on=TODAY + timedelta(days=1))
    assert still_open(later, TODAY) == ()


def test_whoever_said_no_is_asked_for_no_card() -> None:
    declined = replace(ALL_SET, support_accepted=False, contact_permitted=False, card_works=False)
    assert still_open(declined, TODAY) == ()


def test_a_plan_begins_with_something_for_each_day_and_each_need() -> None:
    assert {day for day, _, _ in USUAL_ITEMS} == set(PLAN_DAYS)
    assert {pathway for _, pathway, _ in USUAL_ITEMS} == set(Pathway)
