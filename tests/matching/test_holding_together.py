"""What holds a match together: rules are asked again when it counts, a referral and its engagement move as one, and nobody
begins with whom he should not."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.kernel.rows import new_id
from tests.matching.helpers import (
    active_mentor,
    answered,
    begun,
    made,
    programme_of_its_own,
    proposed,
    signed_in_mentor,
    stepped,
)
from tests.world import Caller, CharityWorld, World


async def _read(by: Caller, engagement: dict[str, Any], expand: str = "changes") -> dict[str, Any]:
    found: dict[str, Any] = (await by.get(f"/v1/engagements/{engagement['id']}?expand={expand}")).json()
    return found


async def _apart(charity: CharityWorld, referral: dict[str, Any], mentor: dict[str, Any], kind: str) -> None:
    person = (await charity.coordinator.get(f"/v1/referrals/{referral['id']}")).json()["person"]["id"]
    body = {"person_id": person, "mentor_id": mentor["id"], "kind": kind}
    await made(charity.coordinator, "/v1/match-exclusions", body)


def _rules(problem: dict[str, Any]) -> list[str]:
    assert problem["code"] == "PAIR_RULED_OUT", problem
    return [error["code"] for error in problem["errors"]]


@pytest.mark.parametrize("kind", ["KNOWS", "EXCLUDED_BY_PERSON", "EXCLUDED_BY_MENTOR", "UNSUITABLE"])
async def test_nobody_is_asked_whom_a_rule_rules_out(world: World, kind: str) -> None:
    by, mentor, referral = world.a.coordinator, await active_mentor(world.a), await world.a.push()
    await _apart(world.a, referral, mentor, kind)
    rule = {"KNOWS": "KNOWS_PERSON", "UNSUITABLE": "ENDED_AS_UNSUITABLE"}.get(kind, kind)
    body = {"referral_id": referral["id"], "mentor_id": mentor["id"]}
    assert _rules(await made(by, "/v1/engagements", body, 409)) == [rule]
    running = await begun(world.a, await active_mentor(world.a))
    await _apart(world.a, {"id": running["referral_id"]}, mentor, kind)
    over = {"mentor_id": mentor["id"]}
    assert _rules(await stepped(by, f"/v1/engagements/{running['id']}/handover", over, status=409)) == [rule]


async def test_a_mentor_who_is_not_ready_is_not_asked(world: World) -> None:
    by = world.a.coordinator
    applied = await made(by, "/v1/mentors", {"display_name": "Example Volunteer", "applied_on": "2026-01-05"})
    body = {"referral_id": (await world.a.push())["id"], "mentor_id": applied["id"]}
    rules = _rules(await made(by, "/v1/engagements", body, 409))
    assert rules == ["NOT_ACTIVE", "OTHER_PROGRAMME", "VETTING_MISSING", "NOT_TRAINED"]


async def test_what_was_said_since_the_question_counts_at_the_beginning(world: World) -> None:
    by, mentor = world.a.coordinator, await active_mentor(world.a)
    engagement = await proposed(world.a, mentor)
    await answered(by, engagement, "MENTOR")
    await _apart(world.a, {"id": engagement["referral_id"]}, mentor, "KNOWS")
    assert _rules(await answered(by, engagement, "PERSON", status=409)) == ["KNOWS_PERSON"]
    # Nothing was half-done: it can be taken back, and he waits as before.
    taken = await stepped(by, f"/v1/engagements/{engagement['id']}/take-back", {"reason": "They know each other."})
    assert (taken["state"], taken["proposed_mentor_id"]) == ("DECLINED", None)
    assert (await by.get(f"/v1/referrals/{engagement['referral_id']}")).json()["disposition"] == "waiting"
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["places_taken"] == 0


async def test_unsuitable_once_is_not_asked_again_by_a_reopening(world: World) -> None:
    by = world.a.coordinator
    engagement = await begun(world.a, await active_mentor(world.a))
    at = f"/v1/engagements/{engagement['id']}"
    await stepped(by, f"{at}/end", {"reason": "UNSUITABLE", "planned": False})
    assert _rules(await stepped(by, f"{at}/reopen", {"reason": "Recalled."}, status=409)) == ["ENDED_AS_UNSUITABLE"]
    other = await active_mentor(world.a)
    again = await stepped(by, f"{at}/reopen", {"reason": "Recalled.", "mentor_id": other["id"]})
    assert (again["state"], again["proposed_mentor_id"]) == ("BRIDGING", other["id"])


async def test_a_line_is_judged_again_when_it_is_approved(world: World) -> None:
    charity = await programme_of_its_own(world.a)
    mentor, referral = await active_mentor(charity), await charity.push()
    run = await made(charity.coordinator, "/v1/match-runs", {"programme_id": charity.programme_id})
    await _apart(charity, referral, mentor, "EXCLUDED_BY_PERSON")
    refused = await stepped(charity.coordinator, f"/v1/match-runs/{run['id']}/approve", {}, status=422)
    assert refused["errors"][0]["code"] == "OUT_OF_DATE"
    assert "EXCLUDED_BY_PERSON" in refused["errors"][0]["detail"]


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_referral_that_is_withdrawn_takes_its_proposal_with_it(world: World, accepted: bool) -> None:
    by, mentor = world.a.coordinator, await active_mentor(world.a)
    engagement = await proposed(world.a, mentor)
    if accepted:
        await answered(by, engagement, "MENTOR")
    step = await world.a.machine.step(f"/v1/referrals/{engagement['referral_id']}/withdraw", {"reason": "Moved on."})
    assert step.status_code == 200, step.text
    after = await _read(by, engagement)
    assert (after["state"], after["proposed_mentor_id"]) == ("DECLINED", None)
    assert (after["changes"][-1]["step"], after["changes"][-1]["reason"]) == ("take_back", "The referral is withdrawn.")
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["places_taken"] == 0
    await answered(by, engagement, "PERSON", status=409)


async def test_while_somebody_mentors_him_his_referral_stays_where_it_is(world: World) -> None:
    by = world.a.coordinator
    engagement = await begun(world.a, await active_mentor(world.a))
    refused = await by.step(f"/v1/referrals/{engagement['referral_id']}/reopen", {"reason": "By mistake."})
    assert (refused.status_code, refused.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")
    assert refused.json()["detail"] == "Somebody mentors him: end the engagement first."
    await stepped(by, f"/v1/engagements/{engagement['id']}/end", {"reason": "COMPLETED", "planned": True})
    again = await by.step(f"/v1/referrals/{engagement['referral_id']}/reopen", {"reason": "He asks again."})
    assert again.json()["disposition"] == "waiting"


async def test_nobody_is_allocated_past_the_mentor_who_is_asked(world: World) -> None:
    engagement = await proposed(world.a, await active_mentor(world.a))
    refused = await world.a.coordinator.step(f"/v1/referrals/{engagement['referral_id']}/allocate", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


async def test_a_withdrawal_beside_a_yes_leaves_both_as_one(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=12)
    asked = [await proposed(world.a, mentor) for _ in range(12)]
    for engagement in asked:
        await answered(by, engagement, "MENTOR")

    async def both(engagement: dict[str, Any]) -> None:
        version = (await by.get(f"/v1/engagements/{engagement['id']}")).headers["etag"]
        yes = by.post(f"/v1/engagements/{engagement['id']}/accept", {"side": "PERSON"}, headers={"If-Match": version})
        no = world.a.machine.step(f"/v1/referrals/{engagement['referral_id']}/withdraw", {"reason": "Moved on."})
        answers = await asyncio.gather(yes, no)
        assert {answer.status_code for answer in answers} <= {200, 409, 412}, [one.text for one in answers]

    await asyncio.gather(*(both(engagement) for engagement in asked))
    found = set()
    for engagement in asked:
        disposition = (await by.get(f"/v1/referrals/{engagement['referral_id']}")).json()["disposition"]
        found.add(((await _read(by, engagement))["state"], disposition))
    assert found <= {("ACTIVE", "allocated"), ("DECLINED", "withdrawn")}


async def test_whoever_is_proposed_while_the_mentor_leaves_is_not_left_with_him(world: World) -> None:
    by = world.a.coordinator
    for _ in range(4):
        mentor = await active_mentor(world.a, capacity=6)
        referrals = [await world.a.push() for _ in range(6)]
        leaving = {"stage": "LEFT", "reason": "Moved away."}
        etag = (await by.get(f"/v1/mentors/{mentor['id']}")).headers["etag"]
        asked = [by.post("/v1/engagements", {"referral_id": one["id"], "mentor_id": mentor["id"]}) for one in referrals]
        left = by.post(f"/v1/mentors/{mentor['id']}/stage", leaving, headers={"If-Match": etag})
        answers = await asyncio.gather(*asked, left)
        assert {answer.status_code for answer in answers} <= {200, 201, 422, 409}, [one.text for one in answers]
        standing = (await by.get(f"/v1/engagements?proposed_mentor_id={mentor['id']}")).json()["items"]
        assert standing == []


async def test_nobody_begins_before_he_was_referred_or_before_the_mentor_said_yes(world: World) -> None:
    by = world.a.coordinator
    engagement = await proposed(world.a, await active_mentor(world.a))
    received = (await by.get(f"/v1/referrals/{engagement['referral_id']}")).json()["received_on"]
    at = f"/v1/engagements/{engagement['id']}/accept"
    before = {"side": "MENTOR", "effective_on": "1900-01-01"}
    told = await stepped(by, at, before, status=422)
    assert told["errors"][0]["detail"].startswith(f"Give a day from {received}")
    await stepped(by, at, {"side": "MENTOR"})
    said = date.fromisoformat((await _read(by, engagement))["changes"][-1]["effective_on"])
    before = {"side": "PERSON", "effective_on": (said - timedelta(days=1)).isoformat()}
    told = await stepped(by, at, before, status=422)
    assert told["errors"][0]["detail"].startswith(f"Give a day from {said}")


async def test_whoever_lost_his_mentor_is_matched_first_and_handed_over_by_approval(world: World) -> None:
    charity = await programme_of_its_own(world.a)
    by = charity.coordinator
    gone = await active_mentor(charity)
    engagement = await begun(charity, gone)
    await charity.push()
    await stepped(by, f"/v1/mentors/{gone['id']}/stage", {"stage": "LEFT", "reason": "Moved away."})
    heir = await active_mentor(charity, capacity=1)
    told = (await by.get(f"/v1/referrals/{engagement['referral_id']}/match-candidates")).json()
    assert told["proposed"] == heir["id"]
    run = await made(by, "/v1/match-runs", {"programme_id": charity.programme_id})
    lines = (await by.get(f"/v1/match-runs/{run['id']}/lines?expand=mentor,referral")).json()["items"]
    assert lines[0]["referral_id"] == engagement["referral_id"]
    assert lines[0]["mentor"]["display_name"] == heir["display_name"]
    await stepped(by, f"/v1/match-runs/{run['id']}/approve", {})
    assert (await _read(by, engagement))["proposed_mentor_id"] == heir["id"]
    await answered(by, engagement, "MENTOR")
    assert (await answered(by, engagement, "PERSON"))["mentor_id"] == heir["id"]
    tasks = (await by.get(f"/v1/bridging-tasks?engagement_id={engagement['id']}&open=true")).json()["items"]
    assert [task["kind"] for task in tasks] == ["TELL_PERSON"]


async def test_a_mentor_does_not_read_what_was_said_of_him_nor_what_came_after_him(world: World) -> None:
    by = world.a.coordinator
    own, mentor = await signed_in_mentor(world.a, capacity=6)
    first = await proposed(world.a, mentor)
    await answered(by, first, "MENTOR")
    no = {"side": "PERSON", "reason": "NOT_COMFORTABLE"}
    await stepped(by, f"/v1/engagements/{first['id']}/decline", no)
    seen = await own.get(f"/v1/engagements/{first['id']}?expand=changes")
    assert "NOT_COMFORTABLE" not in seen.text
    second = await begun(world.a, mentor)
    other = await active_mentor(world.a, capacity=6)
    at = f"/v1/engagements/{second['id']}"
    await stepped(by, f"{at}/handover", {"mentor_id": other["id"], "reason": "Said of the one, for the other."})
    for side in ("MENTOR", "PERSON"):
        await answered(by, second, side)
    await stepped(by, f"{at}/pause", {"reason": "A word after his time."})
    seen = await own.get(f"{at}?expand=changes")
    assert seen.status_code == 200
    assert "after his time" not in seen.text
    assert "for the other" not in seen.text


async def test_wishes_and_what_mentors_offer_need_the_scope_for_protected_characteristics(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, offers={"FAITH": ["Example faith"]})
    person = (await by.get(f"/v1/referrals/{(await world.a.push())['id']}")).json()["person"]["id"]
    wish = {"wishes": [{"attribute": "FAITH", "value": "Example faith"}]}
    await made(by, f"/v1/people/{person}/match-profiles", wish)
    narrow = Caller(**{**vars(by), "scopes": ["matching:read", "mentors:read"]})
    for path in (f"/v1/mentors/{mentor['id']}", f"/v1/people/{person}/match-profiles"):
        assert "Example faith" in (await by.get(path)).text
        seen = await narrow.get(path)
        assert seen.status_code == 200, seen.text
        assert "Example faith" not in seen.text


async def test_a_wish_that_no_mentor_could_meet_by_its_spelling_is_refused(world: World) -> None:
    by = world.a.coordinator
    body = {"wishes": [{"attribute": "SEX", "value": "female", "required": True}]}
    told = await made(by, f"/v1/people/{new_id()}/match-profiles", body, 422)
    assert told["errors"][0]["pointer"].startswith("/wishes/0")
