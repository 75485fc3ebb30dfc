"""The mentoring relationship by both doors: asked, begun, paused, handed over, left by its mentor, ended, taken up again."""

import asyncio
from typing import Any

from tests.matching.helpers import active_mentor, answered, begun, made, proposed, signed_in_mentor, stepped
from tests.world import Caller, World


async def _referral(caller: Caller, engagement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.get(f"/v1/referrals/{engagement['referral_id']}")).json()
    return found


async def _whole(caller: Caller, engagement: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.get(f"/v1/engagements/{engagement['id']}?expand=changes,mentors")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_both_say_yes_and_the_referral_is_allocated(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=1)
    engagement = await proposed(world.a, mentor)
    assert (engagement["state"], engagement["mentor_id"]) == ("PROPOSED", None)
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["places_taken"] == 0
    accepted = await answered(by, engagement, "MENTOR")
    assert accepted["state"] == "ACCEPTED_BY_MENTOR"
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["places_taken"] == 1
    assert (await _referral(by, engagement))["disposition"] == "waiting"
    active = await answered(by, engagement, "PERSON")
    assert (active["state"], active["mentor_id"], active["proposed_mentor_id"]) == ("ACTIVE", mentor["id"], None)
    assert (await _referral(by, engagement))["disposition"] == "allocated"
    whole = await _whole(by, engagement)
    assert [one["step"] for one in whole["changes"]] == ["propose", "accept_by_mentor", "accept_by_person"]
    assert [one["mentor_id"] for one in whole["mentors"]] == [mentor["id"]]


async def test_of_fifty_at_once_for_a_last_place_exactly_one_gets_it(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=1)
    asked = [await proposed(world.a, mentor) for _ in range(50)]

    async def accept(one: dict[str, Any]) -> Any:
        return await by.post(
            f"/v1/engagements/{one['id']}/accept", {"side": "MENTOR"}, headers={"If-Match": f'"{one["version"]}"'}
        )

    answers = await asyncio.gather(*(accept(one) for one in asked))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [409] * 49
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "NO_PLACE_LEFT"
            assert "1 of the mentor's 1 places are taken." in answer.json()["detail"]
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["places_taken"] == 1


async def test_a_lower_capacity_ends_nothing_and_lets_nobody_new_in(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=2)
    first = await begun(world.a, mentor)
    now = await by.get(f"/v1/mentors/{mentor['id']}")
    lower = await by(
        "PATCH", f"/v1/mentors/{mentor['id']}", json={"capacity": 0}, headers={"If-Match": now.headers["etag"]}
    )
    assert lower.status_code == 200, lower.text
    assert (await _whole(by, first))["state"] == "ACTIVE"
    await stepped(by, f"/v1/engagements/{first['id']}/pause", {"reason": "Away."})
    assert (await stepped(by, f"/v1/engagements/{first['id']}/resume", {}))["state"] == "ACTIVE"
    second = await proposed(world.a, mentor)
    await answered(by, second, "MENTOR", status=409)


async def test_a_decline_has_its_consequence(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=5)

    async def declined(side: str, reason: str) -> dict[str, Any]:
        engagement = await proposed(world.a, mentor)
        body = {"side": side, "reason": reason}
        return await stepped(by, f"/v1/engagements/{engagement['id']}/decline", body)

    async def kept_apart(engagement: dict[str, Any]) -> list[str]:
        found = await by.get(f"/v1/match-exclusions?person_id={engagement['person_id']}")
        return [one["kind"] for one in found.json()["items"]]

    no_time = await declined("MENTOR", "NO_TIME")
    assert (no_time["state"], await kept_apart(no_time)) == ("DECLINED", [])
    assert (await _referral(by, no_time))["disposition"] == "waiting"
    knows = await declined("MENTOR", "KNOWS_THEM")
    assert await kept_apart(knows) == ["KNOWS"]
    other = await declined("PERSON", "OTHER_MENTOR_WISHED")
    assert await kept_apart(other) == ["EXCLUDED_BY_PERSON"]
    gone = await declined("PERSON", "NO_LONGER_WANTED")
    assert (await _referral(by, gone))["disposition"] == "declined_by_person"
    wrong = await proposed(world.a, mentor)
    await stepped(by, f"/v1/engagements/{wrong['id']}/decline", {"side": "PERSON", "reason": "NO_TIME"}, status=422)


async def test_a_handover_keeps_one_history_and_one_mentor_until_both_have_said_yes(world: World) -> None:
    by = world.a.coordinator
    first, second = await active_mentor(world.a, capacity=1), await active_mentor(world.a, capacity=1)
    engagement = await begun(world.a, first)
    asked = await stepped(by, f"/v1/engagements/{engagement['id']}/handover", {"mentor_id": second["id"]})
    assert (asked["state"], asked["mentor_id"], asked["proposed_mentor_id"]) == ("ACTIVE", first["id"], second["id"])
    await answered(by, engagement, "MENTOR")
    taken = [(await by.get(f"/v1/mentors/{one['id']}")).json()["places_taken"] for one in (first, second)]
    assert taken == [1, 1]
    over = await answered(by, engagement, "PERSON")
    assert (over["state"], over["mentor_id"], over["started_on"]) == ("ACTIVE", second["id"], engagement["started_on"])
    taken = [(await by.get(f"/v1/mentors/{one['id']}")).json()["places_taken"] for one in (first, second)]
    assert taken == [0, 1]
    whole = await _whole(by, engagement)
    assert [one["mentor_id"] for one in whole["mentors"]] == [first["id"], second["id"]]
    assert whole["mentors"][0]["access_until"] is not None
    assert len(whole["changes"]) == 6


async def test_a_mentors_leaving_bridges_whoever_had_them_in_the_same_transaction(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=3)
    had, promised = await begun(world.a, mentor), await proposed(world.a, mentor)
    await answered(by, promised, "MENTOR")
    await stepped(by, f"/v1/mentors/{mentor['id']}/stage", {"stage": "LEFT"}, status=422)  # it takes a reason
    assert (await _whole(by, had))["state"] == "ACTIVE"
    await stepped(by, f"/v1/mentors/{mentor['id']}/stage", {"stage": "LEFT", "reason": "Moved away."})
    bridging, declined = await _whole(by, had), await _whole(by, promised)
    assert (bridging["state"], bridging["mentor_id"]) == ("BRIDGING", None)
    assert declined["state"] == "DECLINED"
    assert (await _referral(by, had))["disposition"] == "allocated"
    assert (await _referral(by, promised))["disposition"] == "waiting"
    tasks = (await by.get(f"/v1/bridging-tasks?engagement_id={had['id']}&open=true")).json()["items"]
    assert [one["kind"] for one in tasks] == ["TELL_PERSON", "KEEP_CONTACT", "FIND_MENTOR"]
    done = await by.post(
        f"/v1/bridging-tasks/{tasks[0]['id']}/done", None, headers={"If-Match": f'"{tasks[0]["version"]}"'}
    )
    assert done.status_code == 200, done.text
    other = await active_mentor(world.a)
    await stepped(by, f"/v1/engagements/{had['id']}/handover", {"mentor_id": other["id"]})
    await answered(by, had, "MENTOR")
    assert (await answered(by, had, "PERSON"))["state"] == "ACTIVE"


async def test_an_end_frees_the_place_and_can_be_taken_back(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=1)
    engagement = await begun(world.a, mentor)
    ended = await stepped(by, f"/v1/engagements/{engagement['id']}/end", {"reason": "COMPLETED", "planned": True})
    assert (ended["state"], ended["planned_end"]) == ("ENDED", True)
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["places_taken"] == 0
    again = await stepped(by, f"/v1/engagements/{engagement['id']}/reopen", {"reason": "Recalled."})
    assert (again["state"], again["proposed_mentor_id"], again["ended_on"]) == ("BRIDGING", mentor["id"], None)
    await answered(by, engagement, "MENTOR")
    assert (await answered(by, engagement, "PERSON"))["state"] == "ACTIVE"
    assert len((await _whole(by, engagement))["changes"]) == 7


async def test_a_step_that_is_not_open_says_which_are(world: World) -> None:
    by = world.a.coordinator
    engagement = await proposed(world.a, await active_mentor(world.a))
    refused = await stepped(by, f"/v1/engagements/{engagement['id']}/pause", {"reason": "x"}, status=409)
    assert refused["code"] == "ENGAGEMENT_STEP_NOT_OPEN"
    assert refused["detail"].endswith("open steps: accept_by_mentor, decline, take_back.")


async def test_a_mentor_answers_for_himself_and_sees_his_own_for_thirty_days(world: World) -> None:
    by = world.a.coordinator
    own, mentor = await signed_in_mentor(world.a, capacity=3)
    other = await active_mentor(world.a, capacity=3)
    mine, theirs = await proposed(world.a, mentor), await begun(world.a, other)
    listed = (await own.get("/v1/engagements")).json()["items"]
    assert [one["id"] for one in listed] == [mine["id"]]
    assert (await own.get(f"/v1/engagements/{theirs['id']}")).status_code == 404
    asked = (await own.get(f"/v1/engagements/{mine['id']}?expand=mentee")).json()
    assert asked["mentee"] is None  # no name before both have said yes
    await answered(own, mine, "PERSON", status=403)
    assert (await answered(own, mine, "MENTOR"))["state"] == "ACCEPTED_BY_MENTOR"
    await answered(by, mine, "PERSON")
    met = (await own.get(f"/v1/engagements/{mine['id']}?expand=mentee")).json()
    assert met["mentee"]["family_name"] == "Exampleson"
    assert "person" not in (await own.get(f"/v1/engagements/{mine['id']}?expand=person")).json()
    second = await proposed(world.a, mentor)
    no = await stepped(own, f"/v1/engagements/{second['id']}/decline", {"side": "MENTOR", "reason": "NOT_COMFORTABLE"})
    assert no["state"] == "DECLINED"
    await stepped(by, f"/v1/engagements/{mine['id']}/end", {"reason": "COMPLETED", "planned": True})
    still = (await own.get(f"/v1/engagements/{mine['id']}?expand=mentee")).json()
    assert still["mentee"]["family_name"] == "Exampleson"
    for path in ("/v1/mentors", "/v1/match-runs", "/v1/people", "/v1/bridging-tasks"):
        assert (await own.get(path)).status_code == 403
    stranger, _ = await signed_in_mentor(world.b)
    assert (await stranger.get("/v1/engagements")).json()["items"] == []


async def test_one_relationship_at_a_time_for_a_referral(world: World) -> None:
    by = world.a.coordinator
    mentor, referral = await active_mentor(world.a, capacity=9), await world.a.push()
    body = {"referral_id": referral["id"], "mentor_id": mentor["id"]}
    answers = await asyncio.gather(*(by.post("/v1/engagements", body) for _ in range(6)))
    assert sorted(one.status_code for one in answers)[0] == 201
    assert sum(one.status_code == 201 for one in answers) == 1
    await made(by, "/v1/engagements", {**body, "mentor_id": referral["id"]}, status=422)
