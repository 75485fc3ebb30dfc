"""The policy language: what may be written, what may not, and what a policy says of itself."""

import json
from datetime import date
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from app.domain.eligibility.criteria import Leaf
from app.domain.eligibility.decision import Decision, Outcome
from app.domain.eligibility.facts import PersonFacts
from app.domain.eligibility.judgements import judge
from app.domain.eligibility.policy import MAX_NODES, PolicyDocument
from app.domain.eligibility.rules import evaluate, needs_confirmation

ON = date(2026, 11, 21)
WHY = {
    "justification": "The programme is made for people with needs of this kind.",
    "legal_basis": "Equality Act 2010, section 158.",
}
SETS = {"groups": {"version": 1, "codes": ["B1", "B2"], "undecided": ["W3"]}, "open": {"version": 1, "codes": None}}


def policy(*criteria: dict[str, Any], root: str = "all") -> PolicyDocument:
    return PolicyDocument.model_validate({"name": "A test", "code_sets": SETS, root: list(criteria)})


def decide(facts: dict[str, Any], *criteria: dict[str, Any], root: str = "all") -> Decision:
    return evaluate(policy(*criteria, root=root), PersonFacts.model_validate(facts), evaluated_on=ON)


@pytest.mark.parametrize(
    ("criterion", "at"),
    [
        ({"predicate": "age", "op": "<", "value": 35}, "justification"),
        ({"predicate": "age", "op": "<", "value": 35, **WHY, "legal_basis": "TBC"}, "legal_basis"),
        ({"predicate": "sex", "in": ["M"], **WHY, "justification": "…"}, "justification"),
        ({"predicate": "sex", "in": ["M"], **WHY, "justification": "xxxxxxxxxxxx"}, "justification"),
        ({"predicate": "gender_identity", "in": ["GIF"], "justification": WHY["justification"]}, "legal_basis"),
        ({"predicate": "ethnic_group", "code_set": "groups"}, "justification"),
        ({"predicate": "age", "op": "==", "value": 35, **WHY}, "op"),
        ({"predicate": "age", "op": "<", **WHY}, "value"),
        ({"predicate": "custody_remaining", "value": "90 days"}, "value"),
        ({"predicate": "custody_remaining", "value": "P3M", "code": "import os"}, "code"),
        ({"predicate": "religion", "in": ["RC"]}, "predicate"),
        ({"predicate": "setting", "in": []}, "in"),
        ({"predicate": "convicted_of", "scope": "ever"}, "convicted_of"),
        ({"predicate": "convicted_of", "scope": "ever", "any": ["UNKNOWN"], "none": ["UNKNOWN"]}, "convicted_of"),
    ],
)  # fmt: skip
def test_what_may_not_be_written(criterion: dict[str, Any], at: str) -> None:
    with pytest.raises(ValidationError) as caught:
        policy(criterion)
    (error, *_) = caught.value.errors()
    assert error["loc"][-1] == at


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"all": []},
        {"all": [{"predicate": "always"}], "any": [{"predicate": "always"}]},
        {"all": [{"predicate": "always"}], "script": "True"},
        {"all": [{"predicate": "always"}], "evaluate_on": "allocation"},
        {"all": ["always"]},
        {"all": [{"all": [{"predicate": "always"}], "any": [{"predicate": "always"}]}]},
        {"all": [{"predicate": "ethnic_group", "code_set": "missing", **WHY}]},
        {"all": [{"all": [{"predicate": "always"}] * 50}, {"all": [{"predicate": "always"}] * 50}]},
    ],
)
def test_what_is_no_policy(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PolicyDocument.model_validate(document)


@pytest.mark.parametrize(("branches", "allowed"), [(7, True), (8, False), (150, False), (20_000, False)])
def test_depth_is_limited(branches: int, allowed: bool) -> None:
    node: dict[str, Any] = {"predicate": "always"}
    for _ in range(branches):
        node = {"not": node}
    if allowed:
        policy(node)
    else:
        with pytest.raises(ValidationError):
            policy(node)


def test_size_is_limited_to_a_hundred() -> None:
    assert len(list(policy(*[{"predicate": "always"}] * MAX_NODES).criteria())) == MAX_NODES
    with pytest.raises(ValidationError):
        policy(*[{"predicate": "always"}] * (MAX_NODES + 1))


def test_the_published_example_can_be_written_and_read_back() -> None:
    written = {
        "id": "belong-brixton",
        "version": 3,
        "valid_from": "2026-04-01",
        "evaluate_on": "referral_received",
        "all": [
            {
                "predicate": "custody_remaining",
                "op": ">=",
                "value": "P3M",
                "early_release_counts": "approved_only",
                "indeterminate_without_date": "eligible_with_warning",
            }
        ],
    }
    document = PolicyDocument.model_validate(written)
    again = json.loads(document.model_dump_json(exclude_unset=True))
    assert again == written
    assert PolicyDocument.model_validate_json(document.model_dump_json()) == document


def test_every_predicate_has_a_judgement_and_says_what_it_asks() -> None:
    for criterion in get_args(Leaf):
        assert judge.dispatch(criterion) is not judge.dispatch(object)
        assert set(criterion.asks) <= PersonFacts.model_fields.keys()


def test_policies_on_special_category_data_need_a_human() -> None:
    plain = policy({"predicate": "always"})
    nested = policy({"not": {"any": [{"predicate": "ethnic_group", "code_set": "groups", **WHY}]}})
    health = policy({"predicate": "risk_flag", "none_of": ["HA"]})
    assert [p.requires_human_confirmation() for p in (plain, nested, health)] == [False, True, True]
    assert needs_confirmation(plain, Outcome.INELIGIBLE)
    assert not needs_confirmation(plain, Outcome.ELIGIBLE)
    assert needs_confirmation(nested, Outcome.ELIGIBLE)


def test_inputs_hold_what_was_asked_and_nothing_else() -> None:
    facts = {"date_of_birth": "2001-01-01", "sex": "M", "custody": {"conditional_release_date": "2028-01-01"}}
    decision = decide(facts, {"predicate": "sex", "in": ["M"], **WHY}, {"predicate": "consent_given"})
    assert decision.inputs == {"sex": "M", "consent_given": None}
    decision = decide(facts, {"predicate": "custody_remaining", "value": "P3M"})
    assert decision.inputs == {"custody": {"conditional_release_date": "2028-01-01"}}


def test_under_not_the_person_is_told_so() -> None:
    decision = decide({"sex": "M"}, {"not": {"predicate": "sex", "in": ["M"], **WHY}})
    assert decision.outcome is Outcome.INELIGIBLE
    assert decision.reasons[0].detail.endswith("Here the programme asks for the opposite.")
