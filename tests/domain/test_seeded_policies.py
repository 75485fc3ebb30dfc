"""The seeded policies say what the charity's documents say, and leave open what these leave open."""

from datetime import date
from typing import Any

import pytest

from app.domain.eligibility.criteria import OnProtectedCharacteristic
from app.domain.eligibility.decision import Decision
from app.domain.eligibility.facts import PersonFacts
from app.domain.eligibility.rules import evaluate
from app.domain.eligibility.seeded import load, names

LONG = {"custody": {"legal_status": "SENTENCED", "in_custody": True, "conditional_release_date": "2028-01-01"}}
SHORT = {"custody": {"legal_status": "SENTENCED", "in_custody": True, "conditional_release_date": "2027-01-01"}}
CLEAR = {"offence_history_complete": "EVER", "convictions": [{"offence_group": "BURGLARY_OTHER", "scope": "INDEX"}]}
SEXUAL = {"convictions": [{"offence_group": "SEXUAL_NOT_AGAINST_CHILD", "scope": "EVER"}]}
SELF = {"ethnicity_source": "SELF_DEFINED"}
YOUNG_WOMAN = {"sex": "F", "ethnicity": "B1", **SELF, "date_of_birth": "2005-01-01", "region": "West Midlands", **LONG}


def ask(name: str, facts: dict[str, Any]) -> Decision:
    return evaluate(load(name), PersonFacts.model_validate(facts), evaluated_on=date(2026, 11, 21))


def test_every_programme_the_documents_name() -> None:
    assert names() == (
        "amplify",
        "belong-brixton",
        "bounceback",
        "change4good",
        "me-time",
        "me-time-east-of-england",
        "plan-a",
        "trailblazers",
    )
    with pytest.raises(KeyError):
        load("../custody")


@pytest.mark.parametrize("name", names())
def test_each_says_where_it_comes_from_and_justifies_itself(name: str) -> None:
    policy = load(name)
    assert policy.id == name
    assert policy.name
    assert policy.source
    for leaf in policy.criteria():
        if isinstance(leaf, OnProtectedCharacteristic):
            assert leaf.justification
            assert leaf.legal_basis


@pytest.mark.parametrize(
    ("name", "facts", "outcome"),
    [
        ("belong-brixton", LONG, "ELIGIBLE"),
        ("belong-brixton", {**LONG, **SEXUAL, "date_of_birth": "1950-01-01", "incentive_level": "BAS"}, "ELIGIBLE"),
        ("belong-brixton", SHORT, "INELIGIBLE"),
        ("belong-brixton", {}, "UNDETERMINED"),
        ("bounceback", {**SHORT, **CLEAR}, "ELIGIBLE"),
        ("bounceback", SEXUAL, "INELIGIBLE"),
        ("bounceback", LONG, "UNDETERMINED"),
        ("trailblazers", {"sex": "M", "date_of_birth": "1991-11-22", **CLEAR}, "ELIGIBLE"),
        ("trailblazers", {"sex": "M", "date_of_birth": "1991-11-21", **CLEAR}, "INELIGIBLE"),
        ("trailblazers", {"sex": "F", "date_of_birth": "2001-01-01", **CLEAR}, "INELIGIBLE"),
        ("trailblazers", {"sex": "M", "date_of_birth": "2001-01-01", **SEXUAL}, "INELIGIBLE"),
        ("trailblazers", {"sex": "M", "date_of_birth": "2001-01-01"}, "UNDETERMINED"),
        ("change4good", LONG, "ELIGIBLE"),
        ("change4good", SHORT, "INELIGIBLE"),
        ("me-time", {"date_of_birth": "2011-11-21", "setting": "RELEASED"}, "ELIGIBLE"),
        ("me-time", {"date_of_birth": "2011-11-22", "setting": "RELEASED"}, "INELIGIBLE"),
        ("me-time", {"date_of_birth": "2000-11-22", **LONG}, "ELIGIBLE"),
        ("me-time", {"date_of_birth": "2000-11-21", **LONG}, "INELIGIBLE"),
        ("me-time", {"date_of_birth": "2005-01-01", "setting": "COMMUNITY_SENTENCE"}, "INELIGIBLE"),
        ("me-time-east-of-england", {"ethnicity": "A1", **SELF, "region": "East of England", **LONG}, "ELIGIBLE"),
        ("me-time-east-of-england", {"ethnicity": "W1", **SELF, "region": "East of England", **LONG}, "INELIGIBLE"),
        ("me-time-east-of-england", {"ethnicity": "W3", **SELF, "region": "East of England", **LONG}, "UNDETERMINED"),
        ("me-time-east-of-england", {"ethnicity": "W1", "region": "East of England", **LONG}, "UNDETERMINED"),
        ("me-time-east-of-england", {"ethnicity": "A1", **SELF, "region": "London", **LONG}, "INELIGIBLE"),
        ("amplify", YOUNG_WOMAN, "UNDETERMINED"),
        ("amplify", {**YOUNG_WOMAN, "sex": "M", "gender_identity": "GIF"}, "UNDETERMINED"),
        ("amplify", {**YOUNG_WOMAN, "sex": "M", "gender_identity": "GIM"}, "INELIGIBLE"),
        ("amplify", {**YOUNG_WOMAN, "region": "London"}, "INELIGIBLE"),
        ("plan-a", {"setting": "COMMUNITY_SENTENCE", "date_of_birth": "2010-01-01"}, "UNDETERMINED"),
        ("plan-a", {"setting": "COMMUNITY", "date_of_birth": "2010-01-01"}, "INELIGIBLE"),
    ],
)  # fmt: skip
def test_outcomes(name: str, facts: dict[str, Any], outcome: str) -> None:
    assert ask(name, facts).outcome == outcome


def test_what_the_charity_has_not_said_is_named() -> None:
    assert [reason.code for reason in ask("amplify", YOUNG_WOMAN).reasons] == [
        "SEX_MET",
        "GENDER_IDENTITY_UNKNOWN",
        "ETHNIC_GROUP_MET",
        "CRITERION_NOT_SET",
        "CJS_CONTACT_MET",
        "REGION_MET",
    ]


def test_change4good_has_no_faith_criterion_but_describes_its_route() -> None:
    change4good = load("change4good")
    assert change4good.all_of == load("belong-brixton").all_of
    assert change4good.metadata["route"] == "CHAPLAINCY"
    assert change4good.metadata["faith_setting"]


def test_which_of_them_need_a_human_for_every_answer() -> None:
    assert {name for name in names() if load(name).requires_human_confirmation()} == {
        "amplify",
        "me-time-east-of-england",
    }
