"""Two ways of judging say the same; and what they say is what the charity's rules say."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.matching.codes import Preference, Rule
from app.domain.matching.facts import ANY_TIME, MenteeFacts, MentorFacts, Wish, Wished
from app.domain.matching.matrix import judged, rules_of
from app.domain.matching.pairs import judge
from app.domain.matching.policy import ALWAYS, Locality, MatchingPolicyDocument
from app.domain.matching.priority import in_order, useful

TODAY = date(2026, 11, 22)
IDS = [UUID(int=n) for n in range(1, 6)]
ids = st.frozensets(st.sampled_from(IDS), max_size=2)
codes = st.frozensets(st.sampled_from(["so", "pl", "chess", "music", "art"]), max_size=4)
places = st.sampled_from([None, "BXI", "ISI"])
areas = st.sampled_from([None, "SE10", "SW2"])
children = st.sampled_from([None, True, False])
days = st.none() | st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=400))
times = st.sampled_from([ANY_TIME, 0, 1, 6, 2**20])
wishes = st.builds(
    Wish, attribute=st.sampled_from(sorted(Wished)), value=st.sampled_from(["so", "M", "yes"]), required=st.booleans()
)
mentees = st.builds(
    MenteeFacts,
    referral_id=st.sampled_from(IDS),
    person_id=st.sampled_from(IDS),
    place=st.integers(1, 9),
    release_on=days,
    establishment=places,
    release_area=areas,
    times=times,
    languages=codes,
    interests=codes,
    has_children=children,
    wishes=st.lists(wishes, max_size=3).map(tuple),
    excludes=ids,
    known_mentors=ids,
    unsuitable=ids,
    earlier_mentors=ids,
)
mentors = st.builds(
    MentorFacts,
    mentor_id=st.sampled_from(IDS),
    active=st.booleans(),
    in_programme=st.booleans(),
    places=st.sampled_from([0, 1]),
    vetted=st.booleans(),
    vetting_until=days,
    trained=st.booleans(),
    clearances=st.dictionaries(st.sampled_from(["BXI", "ISI"]), days, max_size=2),
    area=areas,
    times=times,
    languages=codes,
    interests=codes,
    has_children=children,
    attributes=st.dictionaries(st.sampled_from(sorted(Wished)), st.frozensets(st.sampled_from(["M", "yes"]))),
    excludes=ids,
    committed_until=days,
)
policies = st.builds(
    MatchingPolicyDocument,
    name=st.just("Test"),
    locality=st.sampled_from(Locality),
    switched_off=st.frozensets(st.sampled_from(sorted(set(Rule) - ALWAYS)), max_size=3),
    weights=st.fixed_dictionaries({Preference.STATED_WISH: st.integers(60, 100)}).flatmap(
        lambda fixed: st.dictionaries(
            st.sampled_from([p for p in Preference if p is not Preference.STATED_WISH]), st.integers(0, 60)
        ).map(lambda more: {**more, **fixed})
    ),
)


@given(
    st.lists(mentees, min_size=1, max_size=4),
    st.lists(mentors, min_size=1, max_size=4, unique_by=lambda each: each.mentor_id),
    policies,
)
@settings(max_examples=400, deadline=None)
def test_all_pairs_at_once_are_judged_as_one_by_one(
    people: list[MenteeFacts], there: list[MentorFacts], policy: MatchingPolicyDocument
) -> None:
    rules, at_once = judged(people, there, policy, today=TODAY)
    for row, mentee in enumerate(people):
        for column, mentor in enumerate(there):
            pair = judge(mentee, mentor, policy, today=TODAY)
            apart = tuple(rule for rule in pair.blocks if rule is not Rule.NO_PLACE)
            assert rules_of(int(rules[row, column])) == apart
            assert at_once[row, column] == (-1 if apart else pair.fit), pair


def mentee(**more: object) -> MenteeFacts:
    return MenteeFacts.model_validate({"referral_id": IDS[0], "person_id": IDS[1], "place": 1, **more})


def mentor(**more: object) -> MentorFacts:
    ready = {"active": True, "in_programme": True, "places": 1, "vetted": True, "trained": True}
    return MentorFacts.model_validate({"mentor_id": IDS[2], "clearances": {"BXI": None}, **ready, **more})


BRIXTON = MatchingPolicyDocument(name="Brixton")


def test_nothing_unknown_rules_anybody_out() -> None:
    assert judge(mentee(), mentor(clearances={}), BRIXTON, today=TODAY).possible


ALONE: list[tuple[Rule, dict[str, Any], dict[str, Any]]] = [
    (Rule.NOT_ACTIVE, {}, {"active": False}),
    (Rule.OTHER_PROGRAMME, {}, {"in_programme": False}),
    (Rule.VETTING_MISSING, {}, {"vetted": False}),
    (Rule.VETTING_EXPIRED, {}, {"vetting_until": TODAY - timedelta(days=1)}),
    (Rule.NOT_TRAINED, {}, {"trained": False}),
    (Rule.CLEARANCE_MISSING, {"establishment": "ISI"}, {}),
    (Rule.CLEARANCE_EXPIRED, {"establishment": "BXI"}, {"clearances": {"BXI": TODAY - timedelta(days=1)}}),
    (Rule.NO_PLACE, {}, {"places": 0}),
    (Rule.KNOWS_PERSON, {"known_mentors": [IDS[2]]}, {}),
    (Rule.EXCLUDED_BY_PERSON, {"excludes": [IDS[2]]}, {}),
    (Rule.EXCLUDED_BY_MENTOR, {}, {"excludes": [IDS[1]]}),
    (Rule.ENDED_AS_UNSUITABLE, {"unsuitable": [IDS[2]]}, {}),
    (Rule.LIVES_IN_RELEASE_AREA, {"release_area": "SE10"}, {"area": "SE10"}),
    (Rule.NO_TIME_IN_COMMON, {"times": 1}, {"times": 2}),
    (Rule.STATED_REQUIREMENT, {"wishes": [Wish(attribute=Wished.SEX, value="F", required=True)]}, {}),
]


@pytest.mark.parametrize(("rule", "person", "helper"), ALONE)
def test_each_rule_rules_out_alone(rule: Rule, person: dict[str, object], helper: dict[str, object]) -> None:
    assert judge(mentee(**person), mentor(**helper), BRIXTON, today=TODAY).blocks == (rule,)


def test_every_rule_has_a_case_above() -> None:
    assert {case[0] for case in ALONE} == set(Rule)


def test_the_last_day_of_vetting_and_clearance_counts() -> None:
    last = mentor(vetting_until=TODAY, clearances={"BXI": TODAY})
    assert judge(mentee(establishment="BXI"), last, BRIXTON, today=TODAY).possible


def test_living_near_is_what_the_programme_says_it_is() -> None:
    near, here = mentee(release_area="SE10"), mentor(area="SE10")
    for locality, possible, points in (
        (Locality.CONFLICT, False, 0),
        (Locality.PREFERENCE, True, 5),
        (Locality.IGNORED, True, 0),
    ):
        pair = judge(near, here, MatchingPolicyDocument(name="x", locality=locality), today=TODAY)
        told = sum(one.points for one in pair.contributions if one.code is Preference.LOCALITY)
        assert (pair.possible, told) == (possible, points)


def test_a_protected_characteristic_counts_only_where_the_person_asks_for_it() -> None:
    with_faith = mentor(attributes={Wished.FAITH: ["MOS"]})
    assert judge(mentee(), with_faith, BRIXTON, today=TODAY) == judge(mentee(), mentor(), BRIXTON, today=TODAY)
    asked = mentee(wishes=[Wish(attribute=Wished.FAITH, value="MOS")])
    assert judge(asked, with_faith, BRIXTON, today=TODAY).fit == judge(asked, mentor(), BRIXTON, today=TODAY).fit + 40


@pytest.mark.parametrize("rule", sorted(ALWAYS))
def test_some_rules_cannot_be_switched_off(rule: Rule) -> None:
    with pytest.raises(ValidationError, match="cannot be switched off"):
        MatchingPolicyDocument(name="x", switched_off=frozenset({rule}))


def test_nothing_outweighs_the_persons_own_wish() -> None:
    with pytest.raises(ValidationError, match="own wishes come first"):
        MatchingPolicyDocument(name="x", weights={Preference.STATED_WISH: 10, Preference.CONTINUITY: 11})


def test_the_nearest_deadline_that_leaves_time_of_use_comes_first() -> None:
    def leaving(weeks: int | None, place: int) -> MenteeFacts:
        return mentee(place=place, release_on=None if weeks is None else TODAY + timedelta(weeks=weeks))

    people = [leaving(None, 1), leaving(40, 2), leaving(12, 5), leaving(11, 3), leaving(12, 4)]
    ordered = in_order(people, BRIXTON, today=TODAY)
    assert [each.place for each in ordered] == [4, 5, 2, 1, 3]
    assert [useful(each, BRIXTON, today=TODAY) for each in ordered] == [True] * 4 + [False]
