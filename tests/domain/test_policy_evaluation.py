"""What each predicate finds, and the laws of three-valued logic over generated policies and facts."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.eligibility.decision import Decision, Outcome
from app.domain.eligibility.facts import ConvictionFact, CustodyFacts, PersonFacts
from app.domain.eligibility.policy import PolicyDocument
from app.domain.eligibility.rules import evaluate
from app.domain.people.codes import Ethnicity, EthnicitySource, GenderIdentity, LegalStatus, Setting, Sex
from app.domain.people.offences import ConvictionScope, IncentiveLevel, OffenceGroup

ON = date(2026, 11, 21)
WHY = {
    "justification": "The programme is made for people with needs of this kind.",
    "legal_basis": "Equality Act 2010, section 158.",
}
SETS = {"groups": {"version": 1, "codes": ["B1", "B2"], "undecided": ["W3"]}, "open": {"version": 1, "codes": None}}
INSIDE = {"custody": {"in_custody": True}}

# predicate, facts, what is found: each predicate at least once true, false and unknown.
FOUND: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"predicate": "always"}, {}, "ALWAYS_MET"),
    ({"predicate": "custody_remaining", "value": None}, {}, "CRITERION_NOT_SET"),
    ({"predicate": "custody_remaining", "value": "P28D"}, {}, "LEGAL_STATUS_UNKNOWN"),
    ({"predicate": "age", "op": "<", "value": 35, **WHY}, {"date_of_birth": "1991-11-22"}, "AGE_MET"),
    ({"predicate": "age", "op": "<", "value": 35, **WHY}, {"date_of_birth": "1991-11-21"}, "AGE_NOT_MET"),
    ({"predicate": "age", "op": "<=", "value": 35, **WHY}, {"date_of_birth": "1991-11-21"}, "AGE_MET"),
    ({"predicate": "age", "op": ">", "value": 35, **WHY}, {"date_of_birth": "1991-11-21"}, "AGE_NOT_MET"),
    ({"predicate": "age", "op": ">=", "value": 35, **WHY}, {"date_of_birth": "1991-11-21"}, "AGE_MET"),
    ({"predicate": "age", "op": ">=", "value": 18, **WHY}, {}, "AGE_UNKNOWN"),
    ({"predicate": "age", "op": ">=", "value": 0, **WHY}, {"date_of_birth": "2027-01-01"}, "AGE_UNKNOWN"),
    ({"predicate": "age", "op": "<=", "value": None, **WHY}, {"date_of_birth": "2001-01-01"}, "CRITERION_NOT_SET"),
    ({"predicate": "legal_status", "in": ["RECALL"]}, {"custody": {"legal_status": "RECALL"}}, "LEGAL_STATUS_MET"),
    ({"predicate": "legal_status", "in": ["RECALL"]}, {"custody": {"legal_status": "REMAND"}}, "LEGAL_STATUS_NOT_MET"),
    ({"predicate": "legal_status", "in": ["RECALL"]}, {"custody": {"legal_status": "OTHER"}}, "LEGAL_STATUS_UNKNOWN"),
    ({"predicate": "in_custody"}, INSIDE, "IN_CUSTODY_MET"),
    ({"predicate": "in_custody", "value": False}, INSIDE, "IN_CUSTODY_NOT_MET"),
    ({"predicate": "in_custody"}, {"setting": "RELEASED"}, "IN_CUSTODY_NOT_MET"),
    ({"predicate": "in_custody"}, {}, "IN_CUSTODY_UNKNOWN"),
    ({"predicate": "setting", "in": ["CUSTODY", "RELEASED"]}, INSIDE, "SETTING_MET"),
    ({"predicate": "setting", "in": ["RELEASED"]}, {"setting": "COMMUNITY"}, "SETTING_NOT_MET"),
    ({"predicate": "setting", "in": ["RELEASED"]}, {}, "SETTING_UNKNOWN"),
    ({"predicate": "establishment", "in": ["BXI"]}, {"establishment": "bxi"}, "ESTABLISHMENT_MET"),
    ({"predicate": "establishment", "in": ["BXI"]}, {"establishment": "ISI"}, "ESTABLISHMENT_NOT_MET"),
    ({"predicate": "establishment", "in": ["BXI"]}, {}, "ESTABLISHMENT_UNKNOWN"),
    ({"predicate": "region", "in": ["West Midlands"]}, {"region": "west  midlands"}, "REGION_MET"),
    ({"predicate": "region", "in": ["West Midlands"]}, {"region": "London"}, "REGION_NOT_MET"),
    ({"predicate": "region", "in": ["West Midlands"]}, {}, "REGION_UNKNOWN"),
    ({"predicate": "sex", "in": ["F"], **WHY}, {"sex": "F"}, "SEX_MET"),
    ({"predicate": "sex", "in": ["F"], **WHY}, {"sex": "M"}, "SEX_NOT_MET"),
    ({"predicate": "sex", "in": ["F"], **WHY}, {"sex": "NS"}, "SEX_UNKNOWN"),
    ({"predicate": "gender_identity", "in": ["GIF"], **WHY}, {"gender_identity": "GIF"}, "GENDER_IDENTITY_MET"),
    ({"predicate": "gender_identity", "in": ["GIF"], **WHY}, {"gender_identity": "GIM"}, "GENDER_IDENTITY_NOT_MET"),
    ({"predicate": "gender_identity", "in": ["GIF"], **WHY}, {"gender_identity": "GIRF"}, "GENDER_IDENTITY_UNKNOWN"),
    ({"predicate": "has_conviction"}, {"custody": {"legal_status": "SENTENCED"}}, "HAS_CONVICTION_MET"),
    ({"predicate": "has_conviction"}, {"offence_history_complete": "EVER"}, "HAS_CONVICTION_NOT_MET"),
    ({"predicate": "has_conviction"}, {"custody": {"legal_status": "REMAND"}}, "HAS_CONVICTION_UNKNOWN"),
    ({"predicate": "cjs_contact"}, INSIDE, "CJS_CONTACT_MET"),
    ({"predicate": "cjs_contact"}, {"cjs_contact": False}, "CJS_CONTACT_NOT_MET"),
    ({"predicate": "cjs_contact"}, {}, "CJS_CONTACT_UNKNOWN"),
    ({"predicate": "referral_route", "in": ["chaplaincy"]}, {"referral_route": "chaplaincy"}, "REFERRAL_ROUTE_MET"),
    ({"predicate": "referral_route", "in": ["chaplaincy"]}, {"referral_route": "self_wing"}, "REFERRAL_ROUTE_NOT_MET"),
    ({"predicate": "referral_route", "in": ["chaplaincy"]}, {}, "REFERRAL_ROUTE_UNKNOWN"),
    ({"predicate": "consent_given"}, {"consent_given": True}, "CONSENT_GIVEN_MET"),
    ({"predicate": "consent_given"}, {"consent_given": False}, "CONSENT_GIVEN_NOT_MET"),
    ({"predicate": "consent_given"}, {}, "CONSENT_GIVEN_UNKNOWN"),
    ({"predicate": "incentive_level", "not_in": ["BAS"]}, {"incentive_level": "STD"}, "INCENTIVE_LEVEL_MET"),
    ({"predicate": "incentive_level", "not_in": ["BAS"]}, {"incentive_level": "BAS"}, "INCENTIVE_LEVEL_NOT_MET"),
    ({"predicate": "incentive_level", "not_in": ["BAS"]}, {}, "INCENTIVE_LEVEL_UNKNOWN"),
    ({"predicate": "risk_flag", "none_of": ["HA"]}, {"risk_flags": []}, "RISK_FLAG_MET"),
    ({"predicate": "risk_flag", "none_of": ["HA"]}, {"risk_flags": ["XA", "ha"]}, "RISK_FLAG_NOT_MET"),
    ({"predicate": "risk_flag", "none_of": ["HA"]}, {}, "RISK_FLAG_UNKNOWN"),
]  # fmt: skip


def policy(*criteria: dict[str, Any], root: str = "all") -> PolicyDocument:
    return PolicyDocument.model_validate({"name": "A test", "code_sets": SETS, root: list(criteria)})


def decide(facts: dict[str, Any], *criteria: dict[str, Any], root: str = "all") -> Decision:
    return evaluate(policy(*criteria, root=root), PersonFacts.model_validate(facts), evaluated_on=ON)


@pytest.mark.parametrize(("criterion", "facts", "code"), FOUND)
def test_each_predicate(criterion: dict[str, Any], facts: dict[str, Any], code: str) -> None:
    decision = decide(facts, criterion)
    (reason,) = decision.reasons
    assert (reason.code, reason.predicate) == (code, criterion["predicate"])
    assert reason.detail.endswith(".")
    if "_NOT_MET" in code:
        assert decision.outcome is Outcome.INELIGIBLE
    elif code.endswith("_MET"):
        assert decision.outcome is Outcome.ELIGIBLE
    else:
        assert decision.outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize(
    ("code_set", "ethnicity", "source", "code"),
    [
        ("groups", "B1", "SELF_DEFINED", "ETHNIC_GROUP_MET"),
        ("groups", "W1", "SELF_DEFINED", "ETHNIC_GROUP_NOT_MET"),
        ("groups", "W3", "SELF_DEFINED", "CRITERION_NOT_SET"),
        ("groups", "NS", "SELF_DEFINED", "ETHNIC_GROUP_UNKNOWN"),
        ("groups", None, None, "ETHNIC_GROUP_UNKNOWN"),
        ("groups", "W1", "OFFICIAL", "ETHNICITY_NOT_SELF_DEFINED"),
        ("groups", "B1", "PARTNER", "ETHNICITY_NOT_SELF_DEFINED"),
        ("groups", "B1", None, "ETHNICITY_NOT_SELF_DEFINED"),
        ("open", "B1", "SELF_DEFINED", "CRITERION_NOT_SET"),
    ],
)
def test_only_self_defined_ethnicity_counts(
    code_set: str, ethnicity: str | None, source: str | None, code: str
) -> None:
    facts = {"ethnicity": ethnicity, "ethnicity_source": source}
    decision = decide(facts, {"predicate": "ethnic_group", "code_set": code_set, **WHY})
    assert decision.reasons[0].code == code
    assert (decision.outcome is Outcome.UNDETERMINED) is not code.endswith("_MET")


@pytest.mark.parametrize(
    ("recorded", "complete", "scope", "convicted"),
    [
        ([("SEXUAL_AGAINST_CHILD", "EVER")], None, "ever", True),
        ([("SEXUAL_AGAINST_CHILD", "INDEX")], None, "ever", True),
        ([("SEXUAL_AGAINST_CHILD", "EVER")], None, "index", None),
        ([("SEXUAL_AGAINST_CHILD", "EVER")], "EVER", "index", False),
        ([("BURGLARY_OTHER", "INDEX")], None, "ever", None),
        ([("BURGLARY_OTHER", "INDEX")], "CURRENT_SENTENCE", "ever", None),
        ([("BURGLARY_OTHER", "INDEX")], "CURRENT_SENTENCE", "index", False),
        ([("BURGLARY_OTHER", "INDEX")], "EVER", "ever", False),
        ([("UNKNOWN", "INDEX")], "EVER", "ever", None),
        ([], None, "ever", None),
        ([], "EVER", "ever", False),
    ],
)
def test_unknown_offence_history_proves_nothing(
    recorded: list[tuple[str, str]], complete: str | None, scope: str, convicted: bool | None
) -> None:
    facts = {
        "convictions": [{"offence_group": group, "scope": within} for group, within in recorded],
        "offence_history_complete": complete,
    }
    groups = ["SEXUAL_AGAINST_CHILD", "SEXUAL_NOT_AGAINST_CHILD"]
    outcomes = {True: ("ELIGIBLE", "INELIGIBLE"), False: ("INELIGIBLE", "ELIGIBLE")}
    expected = outcomes[convicted] if convicted is not None else ("UNDETERMINED", "UNDETERMINED")
    found = [
        decide(facts, {"predicate": "convicted_of", key: groups, "scope": scope}).outcome for key in ("any", "none")
    ]
    assert tuple(found) == expected


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"custody": {"in_custody": True, "conditional_release_date": "2027-02-21"}}, "ELIGIBLE"),
        ({"custody": {"in_custody": True, "conditional_release_date": "2027-02-22"}}, "INELIGIBLE"),
        ({"custody": {"in_custody": True, "conditional_release_date": "2026-01-01"}}, "UNDETERMINED"),
        ({"custody": {"in_custody": True}}, "UNDETERMINED"),
        ({"custody": {"in_custody": True, "whole_life": True}}, "INELIGIBLE"),
        ({"setting": "RELEASED", "released_on": "2026-05-21"}, "ELIGIBLE"),
        ({"setting": "RELEASED", "released_on": "2026-05-20"}, "INELIGIBLE"),
        ({"setting": "RELEASED"}, "UNDETERMINED"),
        ({"setting": "COMMUNITY_SENTENCE"}, "INELIGIBLE"),
        ({}, "UNDETERMINED"),
    ],
)
def test_transition(facts: dict[str, Any], outcome: str) -> None:
    assert decide(facts, {"predicate": "transition_within", "before": "P3M", "after": "P6M"}).outcome == outcome


def test_a_transition_without_limit_or_without_bound() -> None:
    def found(before: str | None) -> Outcome:
        return decide(INSIDE, {"predicate": "transition_within", "before": before, "after": "any"}).outcome

    assert (found("any"), found(None)) == (Outcome.ELIGIBLE, Outcome.UNDETERMINED)


def test_of_two_custody_criteria_the_less_favourable_is_shown() -> None:
    facts = {"custody": {"legal_status": "SENTENCED", "conditional_release_date": "2027-06-01"}}
    asked = [{"predicate": "custody_remaining", "value": value} for value in ("P3M", "P1Y", "P28D")]
    decision = decide(facts, *asked)
    assert decision.outcome is Outcome.INELIGIBLE
    assert decision.threshold == date(2027, 11, 21)
    assert [r.code for r in decision.reasons].count("AT_LEAST_THRESHOLD") == 2


# Kleene's laws, over generated policies and facts.

TRUE, UNKNOWN = {"predicate": "always"}, {"predicate": "custody_remaining", "value": None}
FALSE = {"not": TRUE}
leaves = st.sampled_from([TRUE, FALSE, UNKNOWN, *[criterion for criterion, _, _ in FOUND]])
nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda of: {"all": of}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda of: {"any": of}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda of: {"not": of}, inner),
    ),
    max_leaves=6,
).filter(lambda node: json.dumps(node).count('"not"') < 4)
maybe_date = st.none() | st.dates()
people = st.builds(
    PersonFacts,
    custody=st.builds(
        CustodyFacts,
        legal_status=st.none() | st.sampled_from(LegalStatus),
        in_custody=st.none() | st.booleans(),
        conditional_release_date=maybe_date,
    ),
    date_of_birth=maybe_date,
    released_on=maybe_date,
    sex=st.none() | st.sampled_from(Sex),
    gender_identity=st.none() | st.sampled_from(GenderIdentity),
    ethnicity=st.none() | st.sampled_from(Ethnicity),
    ethnicity_source=st.none() | st.sampled_from(EthnicitySource),
    setting=st.none() | st.sampled_from(Setting),
    region=st.none() | st.text(max_size=5),
    convictions=st.lists(
        st.builds(ConvictionFact, offence_group=st.sampled_from(OffenceGroup), scope=st.sampled_from(ConvictionScope)),
        max_size=2,
    ).map(tuple),
    offence_history_complete=st.none() | st.sampled_from(ConvictionScope),
    has_conviction=st.none() | st.booleans(),
    consent_given=st.none() | st.booleans(),
    incentive_level=st.none() | st.sampled_from(IncentiveLevel),
    risk_flags=st.none() | st.lists(st.sampled_from(["HA", "XA"]), max_size=2).map(tuple),
)
generated = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def outcome(facts: PersonFacts, *criteria: dict[str, Any], root: str = "all") -> Outcome:
    return evaluate(policy(*criteria, root=root), facts, evaluated_on=ON).outcome


@given(people, nodes, nodes)
@generated
def test_de_morgan(facts: PersonFacts, a: dict[str, Any], b: dict[str, Any]) -> None:
    assert outcome(facts, {"not": {"all": [a, b]}}) == outcome(facts, {"any": [{"not": a}, {"not": b}]})
    assert outcome(facts, {"not": {"any": [a, b]}}) == outcome(facts, {"all": [{"not": a}, {"not": b}]})
    assert outcome(facts, {"not": {"not": a}}) == outcome(facts, a)
    assert outcome(facts, a, b, root="any") == outcome(facts, {"any": [a, b]})


@given(people, nodes)
@generated
def test_an_unknown_never_helps_and_never_harms(facts: PersonFacts, node: dict[str, Any]) -> None:
    alone = outcome(facts, node)
    in_all, in_any = outcome(facts, node, UNKNOWN), outcome(facts, node, UNKNOWN, root="any")
    assert in_all == ("INELIGIBLE" if alone is Outcome.INELIGIBLE else "UNDETERMINED")
    assert in_any == ("ELIGIBLE" if alone is Outcome.ELIGIBLE else "UNDETERMINED")


@given(people, nodes, nodes, nodes)
@generated
def test_order_and_grouping_decide_nothing(
    facts: PersonFacts, a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]
) -> None:
    assert outcome(facts, a, b, c) == outcome(facts, c, {"all": [b, a]}) == outcome(facts, a, b, c, a)


@given(people, st.lists(nodes, min_size=1, max_size=4), st.sampled_from(["all", "any"]))
@generated
def test_every_predicate_is_reported_in_order(facts: PersonFacts, criteria: list[Any], root: str) -> None:
    document = policy(*criteria, root=root)
    decision = evaluate(document, facts, evaluated_on=ON)
    assert [reason.predicate for reason in decision.reasons] == [leaf.predicate for leaf in document.criteria()]
    assert decision == evaluate(document, facts, evaluated_on=ON)
    assert Decision.model_validate_json(decision.model_dump_json()) == decision
    assert PersonFacts.model_validate(json.loads(json.dumps(decision.inputs)))
