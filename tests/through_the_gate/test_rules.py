"""Where somebody was follows from what was told, in whatever order it was told."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.through_the_gate.models import Accommodation, CustodyReason, MoveKind
from app.domain.through_the_gate.rules import Course, Fact, course

A, K = Accommodation, MoveKind
FIRST = date(2026, 1, 1)


def came(day: int, place: Accommodation, establishment: str | None = None, why: CustodyReason | None = None) -> Fact:
    """To a place on the nth day."""
    return Fact(UUID(int=day), FIRST + timedelta(days=day), place, establishment, why)


def kinds(*facts: Fact) -> list[MoveKind]:
    return [spell.kind for spell in course(facts).spells]


def test_each_spell_lasts_until_the_next_begins() -> None:
    found = course([came(0, A.HMP, "BXI"), came(40, A.HMP, "TSI"), came(90, A.APPROVED_PREMISES)])
    assert [(s.arrived_on.day, s.left_on) for s in found.spells] == [
        (1, FIRST + timedelta(days=40)),
        (10, FIRST + timedelta(days=90)),
        (1, None),
    ]
    assert found.now is not None
    assert found.now.fact.accommodation is A.APPROVED_PREMISES


def test_how_he_came_there_is_worked_out_from_where_he_was() -> None:
    assert kinds(
        came(0, A.HMP, "BXI"),
        came(10, A.HMP, "TSI"),
        came(20, A.HOSPITAL_IN_CUSTODY),
        came(25, A.HMP, "TSI"),
        came(30, A.APPROVED_PREMISES),
        came(60, A.SUPPORTED),
        came(70, A.AT_LARGE),
        came(75, A.HMP, "BXI", CustodyReason.RECALL),
        came(90, A.COMMUNITY_NOT_KNOWN),
        came(120, A.HMP, "BXI", CustodyReason.NEW_CHARGE),
    ) == [
        K.FIRST_KNOWN,
        K.TRANSFER,
        K.MOVE,
        K.TRANSFER,
        K.RELEASE,
        K.MOVE,
        K.WENT_AT_LARGE,
        K.RECALL,
        K.RELEASE,
        K.BACK_IN_CUSTODY,
    ]


def test_a_release_by_way_of_nobody_knows_where_is_a_release() -> None:
    assert kinds(came(0, A.HMP, "BXI"), came(5, A.NOT_KNOWN), came(9, A.CAS3)) == [K.FIRST_KNOWN, K.MOVE, K.RELEASE]


def test_of_two_places_on_one_day_the_one_told_last_counts_and_neither_is_lost() -> None:
    first = Fact(UUID(int=1), FIRST, A.HMP, "BXI", order=1)
    last = Fact(UUID(int=2), FIRST, A.HMP, "TSI", order=2)
    found = course([last, first])
    assert [spell.fact for spell in found.spells] == [last]
    assert found.passed_over == (first.id,)


def test_nobody_knows_where_he_was_before_he_was_known() -> None:
    found = course([came(3, A.HMP, "BXI")])
    assert found.on(FIRST) is None
    assert found.on(FIRST + timedelta(days=3)) is found.now
    assert course([]).now is None


_FACTS = st.lists(
    st.builds(
        Fact,
        id=st.uuids(),
        arrived_on=st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n)),
        accommodation=st.sampled_from(Accommodation),
        establishment=st.sampled_from(["BXI", "TSI", None]),
        custody_reason=st.sampled_from([None, *CustodyReason]),
        told_as_release=st.booleans(),
        order=st.integers(1, 5),
    ),
    unique_by=lambda fact: fact.id,
    max_size=12,
)


def days(found: Course) -> list[date]:
    """Every day that is covered, up to a fortnight after the last move."""
    end = FIRST + timedelta(days=45)
    covered: list[date] = []
    for spell in found.spells:
        until = spell.left_on or end
        covered += [spell.arrived_on + timedelta(days=n) for n in range((until - spell.arrived_on).days)]
    return covered


@given(_FACTS)
def test_every_day_from_the_first_is_in_exactly_one_spell_and_no_fact_is_lost(facts: list[Fact]) -> None:
    found = course(facts)
    covered = days(found)
    if facts:
        first = min(fact.arrived_on for fact in facts)
        assert covered == [first + timedelta(days=n) for n in range((FIRST + timedelta(days=45) - first).days)]
    told = {spell.fact.id for spell in found.spells} | set(found.passed_over)
    assert told == {fact.id for fact in facts}
    assert len(found.spells) + len(found.passed_over) == len(facts)


@given(_FACTS, st.randoms())
def test_the_order_in_which_it_became_known_changes_nothing(facts: list[Fact], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert course(shuffled) == course(facts)


@given(_FACTS)
def test_a_release_goes_from_custody_into_the_community_and_nowhere_else(facts: list[Fact]) -> None:
    kinds = {spell.fact.id: spell.kind for spell in course(facts).spells}
    last_known: Accommodation | None = None
    for fact in sorted(facts, key=lambda f: (f.arrived_on, f.order, f.id)):
        place = fact.accommodation
        before = fact.told_as_release if last_known is None else last_known.in_custody
        is_release = place.in_community and before
        assert (kinds.get(fact.id) is K.RELEASE) == (is_release and fact.id in kinds)
        if place is not A.NOT_KNOWN:
            last_known = place
