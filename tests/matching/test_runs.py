"""Runs over a whole programme by the REST door: kept, reproducible, explained, approved whole or line by line."""

import asyncio
from typing import Any

import asyncpg
import orjson
import pytest

from app.domain.matching.run import Inputs, propose
from tests.matching.helpers import active_mentor, answered, made, programme_of_its_own, proposed, stepped
from tests.world import Caller, CharityWorld, World


async def _waits(charity: CharityWorld, release: str, **profile: Any) -> dict[str, Any]:
    referral = await charity.push(
        person={
            "given_name": "Testcase",
            "family_name": "Exampleson",
            "date_of_birth": "1990-01-31",
            "establishment": "BXI",
        },
        custody={"legal_status": "SENTENCED", "in_custody": True, "conditional_release_date": release},
    )
    seen: dict[str, Any] = (await charity.coordinator.get(f"/v1/referrals/{referral['id']}")).json()
    assert seen["disposition"] == "waiting", seen["eligibility"]
    if profile:
        await made(charity.coordinator, f"/v1/people/{seen['person']['id']}/match-profiles", profile)
    return seen


async def _run(charity: CharityWorld) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    by = charity.coordinator
    run = await made(by, "/v1/match-runs", {"programme_id": charity.programme_id})
    lines = (await by.get(f"/v1/match-runs/{run['id']}/lines")).json()["items"]
    return run, lines


async def _candidates(by: Caller, referral: dict[str, Any]) -> dict[str, Any]:
    answer = await by.get(f"/v1/referrals/{referral['id']}/match-candidates")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_run_serves_the_pressing_first_and_says_why_for_everybody(world: World, database_url: str) -> None:
    charity = await programme_of_its_own(world.a)
    one = await active_mentor(charity, capacity=1, languages=["pl"])
    late = await _waits(charity, "2027-09-30")
    pressing = await _waits(charity, "2027-04-30", languages=["pl"])
    run, lines = await _run(charity)
    assert (run["summary"]["people"], run["summary"]["served"], run["summary"]["left_over"]) == (2, 1, 1)
    assert [line["referral_id"] for line in lines] == [pressing["id"], late["id"]]
    assert lines[0]["mentor_id"] == one["id"]
    assert {"code": "SHARED_LANGUAGE", "points": 10, "weight": 10} in lines[0]["contributions"]
    assert lines[1]["reasons"]["change"]["code"] == "MORE_PLACES"
    assert lines[1]["reasons"]["change"]["mentor_ids"] == [one["id"]]
    # True when it is checked: one place more, and he is served.
    at = f"/v1/mentors/{one['id']}"
    version = (await charity.coordinator.get(at)).headers["etag"]
    await charity.coordinator("PATCH", at, json={"capacity": 2}, headers={"If-Match": version})
    _, after = await _run(charity)
    assert [line["mentor_id"] for line in after] == [one["id"], one["id"]]
    # The same inputs give the same bytes, and the same lines.
    connection = await asyncpg.connect(database_url)
    try:
        kept = await connection.fetchval("select inputs from match_run where id = $1", run["id"])
    finally:
        await connection.close()
    inputs = Inputs.model_validate_json(kept)
    assert inputs.canonical() == kept
    assert inputs.digest() == run["digest"]
    again = propose(inputs)
    assert [(str(line.referral_id), str(line.mentor_id) if line.mentor_id else None) for line in again.lines] == [
        (line["referral_id"], line["mentor_id"]) for line in lines
    ]
    assert orjson.loads(orjson.dumps(again.summary)) == run["summary"]


async def test_why_nobody_was_found_and_why_this_mentor_in_one_call_each(world: World) -> None:
    charity = await programme_of_its_own(world.b)
    by = charity.coordinator
    near = await active_mentor(charity, area="LAMBETH")
    man = await _waits(charity, "2027-09-30", release_area="LAMBETH")
    told = await _candidates(by, man)
    assert (told["proposed"], told["left_over"]["possible"]) == (None, 0)
    assert told["left_over"]["blocked"]["LIVES_IN_RELEASE_AREA"] == 1
    change = told["left_over"]["change"]  # of some mentor whom one rule alone keeps away
    assert (change["code"], len(change["rules"]), change["served"]) == ("LIFT_RULES", 1, True)
    pair = next(one for one in told["pairs"] if one["mentor_id"] == near["id"])
    assert (pair["blocks"], pair["reason"]) == (["LIVES_IN_RELEASE_AREA"], "RULED_OUT")
    # As the answer says: a programme that treats living nearby as a preference.
    policy = {"name": "As local as possible", "locality": "PREFERENCE"}
    await made(charity.manager, f"/v1/programmes/{charity.programme_id}/matching-policies", {"document": policy})
    after = await _candidates(by, man)
    assert (after["proposed"], after["policy_version"], after["left_over"]) == (near["id"], 1, None)
    explained = await by.get(f"/v1/match-explanations?referral_id={man['id']}&mentor_id={near['id']}")
    assert explained.json()["reason"] == "PROPOSED"
    assert {"code": "LOCALITY", "points": 5, "weight": 5} in explained.json()["contributions"]
    mine = await by.get(f"/v1/mentors/{near['id']}/match-candidates?programme_id={charity.programme_id}")
    assert [one["referral_id"] for one in mine.json()["pairs"]] == [man["id"]]


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ({"kind": "KNOWS"}, "KNOWS_PERSON"),
        ({"kind": "EXCLUDED_BY_PERSON"}, "EXCLUDED_BY_PERSON"),
        ({"kind": "EXCLUDED_BY_MENTOR"}, "EXCLUDED_BY_MENTOR"),
        ({"kind": "UNSUITABLE"}, "ENDED_AS_UNSUITABLE"),
    ],
)
async def test_what_keeps_two_apart_does_until_it_is_taken_back(world: World, what: dict[str, Any], rule: str) -> None:
    charity = await programme_of_its_own(world.a)
    by = charity.coordinator
    mentor, man = await active_mentor(charity), await _waits(charity, "2027-09-30")
    pair = {"person_id": man["person"]["id"], "mentor_id": mentor["id"], **what}
    await made(by, "/v1/match-exclusions", pair)
    explain = f"/v1/match-explanations?referral_id={man['id']}&mentor_id={mentor['id']}"
    assert (await by.get(explain)).json()["blocks"] == [rule]
    await made(by, "/v1/match-exclusions", {**pair, "applies": False})
    assert (await by.get(explain)).json()["blocks"] == []


async def test_checks_trainings_and_stages_rule_out_until_they_are_there(world: World) -> None:
    charity = await programme_of_its_own(world.a)
    by = charity.coordinator
    mentor = await made(by, "/v1/mentors", {"display_name": "Example Volunteer", "applied_on": "2026-01-05"})
    man = await _waits(charity, "2027-09-30")
    explain = f"/v1/match-explanations?referral_id={man['id']}&mentor_id={mentor['id']}"
    blocks = (await by.get(explain)).json()["blocks"]
    assert blocks == ["NOT_ACTIVE", "OTHER_PROGRAMME", "VETTING_MISSING", "NOT_TRAINED", "CLEARANCE_MISSING"]
    at = f"/v1/mentors/{mentor['id']}"
    expired = {"decided_on": "2024-01-01", "expires_on": "2025-12-31"}
    await made(by, f"{at}/checks", {"kind": "VETTING", **expired})
    await made(by, f"{at}/checks", {"kind": "CLEARANCE", "establishment": "BXI", **expired})
    await made(by, f"{at}/trainings", {"completed_on": "2026-06-28"})
    blocks = (await by.get(explain)).json()["blocks"]
    assert blocks == ["NOT_ACTIVE", "OTHER_PROGRAMME", "VETTING_EXPIRED", "CLEARANCE_EXPIRED"]


async def test_approving_asks_the_mentors_once_all_or_none(world: World) -> None:
    charity = await programme_of_its_own(world.a)
    by = charity.coordinator
    await active_mentor(charity, capacity=3)
    people = [await _waits(charity, f"2027-0{month}-15") for month in (5, 6, 7)]
    run, lines = await _run(charity)
    path = f"/v1/match-runs/{run['id']}/approve"
    nobody = await stepped(by, path, {"lines": [9]}, status=422)
    assert nobody["errors"][0]["code"] == "UNKNOWN_LINE"
    await stepped(by, path, {"lines": [1]})
    twice = await stepped(by, path, {"lines": [1, 2]}, status=422)
    assert twice["errors"][0]["code"] == "APPROVED_ALREADY"
    # Somebody else asked for the third meanwhile: nothing of the rest is done, and the answer names the line.
    other = await active_mentor(charity)
    await proposed(charity, other, people[2])
    version = (await by.get(f"/v1/match-runs/{run['id']}")).headers["etag"]
    late = await by.post(path, {"lines": None}, headers={"If-Match": version})
    assert late.status_code in (409, 422, 503), late.text
    left = (await by.get(f"/v1/match-runs/{run['id']}/lines?approved=true")).json()["items"]
    assert [one["place"] for one in left] == [1]
    await stepped(by, path, {"lines": [2]})
    asked = (await by.get(f"/v1/engagements?programme_id={charity.programme_id}")).json()["items"]
    assert {one["referral_id"] for one in asked} == {one["id"] for one in people}
    answers = await asyncio.gather(*(by.post(path, {"lines": [3]}, headers={"If-Match": version}) for _ in range(4)))
    assert {one.status_code for one in answers} <= {409, 412, 422, 503}
    assert lines


async def test_somebody_who_does_not_wait_is_told_so(world: World) -> None:
    charity = await programme_of_its_own(world.a)
    mentor, man = await active_mentor(charity), await _waits(charity, "2027-09-30")
    engagement = await proposed(charity, mentor, man)
    answer = await charity.coordinator.get(f"/v1/referrals/{man['id']}/match-candidates")
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_WAITING")
    await answered(charity.coordinator, engagement, "MENTOR")
    other = await world.b.coordinator.get(f"/v1/referrals/{man['id']}/match-candidates")
    assert other.status_code == 404
    theirs = await world.b.coordinator.get(
        f"/v1/mentors/{mentor['id']}/match-candidates?programme_id={charity.programme_id}"
    )
    assert theirs.status_code == 404
