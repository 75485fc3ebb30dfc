"""The 53 published cases as a partner meets them: through the door, previewed and pushed, with all that a decision keeps."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.eligibility.facts import PersonFacts
from app.domain.eligibility.rules import Outcome, evaluate
from app.domain.eligibility.seeded import load, names
from app.domain.referrals.rules import JUDGED
from tests.conftest import Clock
from tests.referrals.helpers import listed, made, read, sql
from tests.world import THREE_MONTHS, Caller, World

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "eligibility_cases.json").read_text(encoding="utf-8")
)
CONTRACT = {
    "confirmed": "confirmed_release_date",
    "apd": "actual_parole_date",
    "hdcad": "home_detention_curfew_actual_date",
    "ard": "automatic_release_date",
    "crd": "conditional_release_date",
    "npd": "non_parole_date",
    "prrd": "post_recall_release_date",
    "mtd": "mid_term_date",
    "tariff": "tariff_date",
    "hearing": "parole_hearing_date",
    "ped": "parole_eligibility_date",
    "hdced": "home_detention_curfew_eligibility_date",
    "ersed": "early_removal_scheme_eligibility_date",
    "tersed": "tariff_expired_removal_scheme_eligibility_date",
    "sed": "sentence_expiry_date",
    "self_reported": "self_reported_release_date",
}
AFTER_ALL_CASES = datetime(2028, 3, 1, 12, tzinfo=UTC)

each_case = pytest.mark.parametrize("case", CASES, ids=[f"{case['id']} {case['title']}" for case in CASES])


@pytest.fixture
def after_all_cases(clock: Clock) -> Iterator[Clock]:
    """Some cases were received on days that are still to come: the service's clock stands after the last of them."""
    clock.fixed = AFTER_ALL_CASES
    yield clock
    clock.fixed = None


def then(by: Caller) -> dict[str, str]:
    """A token of the day on which the clock stands."""
    return {"Authorization": f"Bearer {by.token(now=AFTER_ALL_CASES)}"}


def custody_of(case: dict[str, Any]) -> dict[str, Any]:
    told = {"legal_status": "SENTENCED", "in_custody": True, **case["input"]}
    return {CONTRACT.get(name, name): value for name, value in told.items()}


def found_in(decision: dict[str, Any]) -> dict[str, Any]:
    kept = {name: decision[name] for name in ("outcome", "basis", "custody_end", "threshold", "warnings")}
    [reason] = decision["reasons"]
    assert reason["predicate"] == "custody_remaining"
    assert len(reason["detail"].split()) > 5  # a sentence that can be read out to him
    return {**kept, "reason": reason["code"]}


def test_all_53_cases_are_there() -> None:
    assert [case["id"] for case in CASES] == [f"E{n:02}" for n in range(1, 54)]


@each_case
async def test_a_partner_previews_the_published_answer(world: World, case: dict[str, Any]) -> None:
    asked = {"custody": custody_of(case), "on": case["evaluated_on"]}
    by_policy = await world.a.machine.post("/v1/eligibility/preview", {**asked, "policy": THREE_MONTHS})
    by_programme = await world.a.machine.post(
        "/v1/eligibility/preview", {**asked, "programme_id": world.a.programme_id}
    )
    for answer in (by_policy, by_programme):
        assert answer.status_code == 200, answer.text
        decision = answer.json()
        assert found_in(decision) == case["expected"]
        assert decision["evaluated_on"] == case["evaluated_on"]
        assert decision["decided_at"] is None
    assert by_policy.json()["policy"] == {"id": None, "version": None}
    assert by_programme.json()["policy"]["version"] == 1


@each_case
async def test_a_push_is_judged_by_the_published_answer_and_keeps_all_it_was_made_from(
    world: World, database_url: str, after_all_cases: Clock, case: dict[str, Any]
) -> None:
    custody = custody_of(case)
    push = world.a.referral(received_on=case["evaluated_on"], custody=custody)
    pushed = await made(world.a.machine, "/v1/referrals", push, headers=then(world.a.machine))

    decision = pushed["eligibility"]
    assert found_in(decision) == case["expected"]
    assert decision["evaluated_on"] == case["evaluated_on"]
    assert decision["decided_at"] is not None
    [kept] = await sql(
        database_url,
        "select d.*, p.policy_version as version, p.programme_id from eligibility_decision d"
        " join eligibility_policy p on p.id = d.policy_id where d.referral_id = $1",
        pushed["id"],
    )
    assert decision["policy"] == {"id": str(kept["policy_id"]), "version": 1}
    assert (kept["version"], kept["policy_version"], str(kept["programme_id"])) == (1, 1, world.a.programme_id)
    stored = {name: kept[name] for name in ("outcome", "basis", "custody_end", "threshold", "warnings")}
    assert json.loads(json.dumps(stored, default=date.isoformat)) == {name: case["expected"][name] for name in stored}
    assert [reason["code"] for reason in json.loads(kept["reasons"])] == [case["expected"]["reason"]]
    # Every fact that was given is kept, not only the date that decided.
    inputs = {"custody": {name: value for name, value in custody.items() if value is not None}}
    assert json.loads(kept["inputs"]) == decision["inputs"] == inputs


@each_case
async def test_no_judgement_closes_a_referral_by_itself(
    world: World, after_all_cases: Clock, case: dict[str, Any]
) -> None:
    push = world.a.referral(received_on=case["evaluated_on"], custody=custody_of(case))
    pushed = await made(world.a.coordinator, "/v1/referrals", push, headers=then(world.a.coordinator))
    expected = JUDGED[Outcome(case["expected"]["outcome"])][1]
    assert pushed["disposition"] == expected
    assert pushed["status"] == "open"


async def test_a_machines_no_waits_for_a_person_however_often_it_is_said(world: World) -> None:
    short = {"legal_status": "SENTENCED", "conditional_release_date": "2026-12-24"}
    pushed = await world.a.push(custody=short)
    path = f"/v1/referrals/{pushed['id']}"
    for _ in range(3):
        answer = await world.a.coordinator.step(f"{path}/eligibility")
        assert answer.status_code == 200, answer.text
        assert (answer.json()["disposition"], answer.json()["status"]) == ("awaiting_confirmation", "open")
    decisions = await listed(world.a.coordinator, f"{path}/eligibility")
    assert [decision["outcome"] for decision in decisions] == ["INELIGIBLE"] * 4


PEOPLE: dict[str, dict[str, Any]] = {
    "nobody known": {},
    "a young man with a clear history": {
        "given_name": "Testcase",
        "sex": "M",
        "date_of_birth": "2004-05-06",
        "setting": "CUSTODY",
        "offence_history_complete": "EVER",
        "convictions": [{"offence_group": "BURGLARY_OTHER", "scope": "INDEX"}],
        "ethnicity": "B1",
        "ethnicity_source": "SELF_DEFINED",
        "probation_region": "East of England",
    },
    "an older man convicted of a sexual offence": {
        "given_name": "Testcase",
        "sex": "M",
        "date_of_birth": "1950-01-01",
        "convictions": [{"offence_group": "SEXUAL_NOT_AGAINST_CHILD", "scope": "EVER"}],
        "ethnicity": "W1",
        "ethnicity_source": "PARTNER",
    },
    "a young woman in the West Midlands": {
        "given_name": "Testcase",
        "sex": "F",
        "date_of_birth": "2005-01-01",
        "setting": "RELEASED",
        "cjs_contact": True,
        "ethnicity": "A1",
        "ethnicity_source": "SELF_DEFINED",
        "probation_region": "West Midlands",
        "risk_flags": [],
    },
}
CUSTODY = {
    "a long time left": {"legal_status": "SENTENCED", "in_custody": True, "conditional_release_date": "2028-01-01"},
    "a short time left": {"legal_status": "SENTENCED", "in_custody": True, "conditional_release_date": "2026-12-01"},
    "nothing known": {},
}


@pytest.mark.parametrize("name", names())
async def test_a_seeded_policy_answers_through_its_programme_as_it_does_by_itself(world: World, name: str) -> None:
    policy = load(name)
    # With its nulls: PLAN A and Amplify leave an age open, which must be kept as a question and never break an answer.
    document = policy.model_dump(mode="json", by_alias=True)
    programme = await made(world.a.manager, "/v1/programmes", {"name": policy.name})
    await made(
        world.a.manager,
        f"/v1/programmes/{programme['id']}/eligibility-policies",
        {"document": document, "valid_from": "2020-01-01"},
    )
    answered = set()
    for person in PEOPLE.values():
        for custody in CUSTODY.values():
            asked = {"programme_id": programme["id"], "custody": custody, "on": "2026-11-21"}
            answer = await world.a.coordinator.post(
                "/v1/eligibility/preview", {**asked, **({"person": person} if person else {})}
            )
            assert answer.status_code == 200, answer.text
            facts = {key: value for key, value in person.items() if key not in ("given_name", "probation_region")}
            known = PersonFacts.model_validate({**facts, "custody": custody, "region": person.get("probation_region")})
            alone = evaluate(policy, known, evaluated_on=date(2026, 11, 21)).model_dump(mode="json")
            decision = answer.json()
            for part in ("outcome", "reasons", "basis", "custody_end", "threshold", "warnings", "inputs"):
                assert decision[part] == alone[part], (part, person, custody)
            assert decision["policy"]["version"] == 1
            answered.add(decision["outcome"])
    assert answered  # the outcomes themselves are promised beside each policy


async def test_a_preview_keeps_nothing_and_reads_nobody(world: World, database_url: str) -> None:
    count = (
        "select (select count(*) from person) + (select count(*) from referral) + (select count(*) from audit_entry)"
    )
    [before] = await sql(database_url, count)
    answer = await world.a.machine.post(
        "/v1/eligibility/preview", {"policy": THREE_MONTHS, "person": {"given_name": "Testcase"}}
    )
    assert answer.status_code == 200
    assert await sql(database_url, count) == [before]


async def test_a_preview_asks_for_one_of_programme_and_policy(world: World) -> None:
    both = {"policy": THREE_MONTHS, "programme_id": world.a.programme_id}
    for body in ({}, both):
        answer = await world.a.machine.post("/v1/eligibility/preview", body)
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/programme_id", "ONE_OF")]


async def test_without_a_policy_nobody_is_turned_away(world: World) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Programme without a policy"})
    pushed = await world.a.push(programme_id=programme["id"])
    assert pushed["disposition"] == "awaiting_information"
    assert pushed["eligibility"]["outcome"] == "UNDETERMINED"
    assert [reason["code"] for reason in pushed["eligibility"]["reasons"]] == ["NO_POLICY_IN_FORCE"]
    assert pushed["eligibility"]["policy"] == {"id": None, "version": None}


async def test_a_referral_is_judged_by_the_policy_of_its_own_day_and_keeps_its_version(world: World) -> None:
    programme = await made(world.a.manager, "/v1/programmes", {"name": "Programme of two policies"})
    policies = f"/v1/programmes/{programme['id']}/eligibility-policies"
    await made(world.a.manager, policies, {"document": THREE_MONTHS, "valid_from": "2020-01-01"})
    anybody = {"name": "Open to everybody", "all": [{"predicate": "always"}]}
    await made(world.a.manager, policies, {"document": anybody, "valid_from": "2026-10-15"})
    short = {"legal_status": "SENTENCED", "conditional_release_date": "2026-12-01"}

    before = await world.a.push(programme_id=programme["id"], received_on="2026-10-14", custody=short)
    after = await world.a.push(programme_id=programme["id"], received_on="2026-10-15", custody=short)
    assert (before["eligibility"]["outcome"], before["eligibility"]["policy"]["version"]) == ("INELIGIBLE", 1)
    assert (after["eligibility"]["outcome"], after["eligibility"]["policy"]["version"]) == ("ELIGIBLE", 2)
    assert (await read(world.a.manager, f"/v1/programmes/{programme['id']}"))["eligibility_policy_version"] == 2
