"""What stands in the way of meeting: asked early, tried, and without a consequence."""

import asyncio
from typing import Any

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.sessions.helpers import at, begun_with, engaged, handed_over, named_barrier
from tests.world import Caller, World


async def _contact(by: Caller, engagement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await by.get(f"/v1/contacts/{engagement['id']}")).json()
    return found


async def _held(by: Caller, engagement: dict[str, Any], *, days: int, attendance: str = "ATTENDED") -> None:
    became = {"attendance": attendance}
    body = {"engagement_id": engagement["id"], "setting": "IN_PERSON", "starts_at": at(days=days), "recorded": became}
    await made(by, "/v1/sessions", body)


async def _weekly(by: Caller, engagement: dict[str, Any]) -> None:
    body = {"engagement_id": engagement["id"], "setting": "IN_PERSON", "interval": "WEEKLY", "first_at": at(days=-1)}
    await made(by, "/v1/session-series", {**body, "until": at(days=-30)[:10]})


async def test_the_nudge_comes_early_and_ends_when_somebody_has_asked(world: World, rows: Any) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    began = "update engagement set started_on = started_on - 60 where id = $1"
    await rows.sql.execute(began, engagement["id"])
    await _weekly(by, engagement)
    await _held(by, engagement, days=10)
    assert (await _contact(by, engagement))["nudge"] is False
    after = await engaged(world.a)
    await rows.sql.execute(began, after["id"])
    await _weekly(by, after)
    await _held(by, after, days=12)
    await _held(by, after, days=5, attendance="PRISON_CANCELLED")
    contact = await _contact(by, after)
    assert (contact["nudge"], contact["quiet"], contact["prevented_since"]) == (True, False, 1)
    assert contact["supervisor_id"] == str(world.a.manager.id)
    listed = await by.get(f"/v1/contacts?nudge=true&supervisor_id={world.a.manager.id}&limit=100")
    assert after["id"] in {one["id"] for one in listed.json()["items"]}
    barrier = await named_barrier(by, after, kind="NOT_KNOWN")
    contact = await _contact(by, after)
    assert (contact["nudge"], contact["in_the_way"], contact["asked_on"]) == (False, 1, barrier["found_on"])


async def test_what_was_tried_is_kept_and_it_may_come_back(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    barrier = await named_barrier(by, engagement, words="My class is on Friday mornings now.")
    at_barrier = f"/v1/barriers/{barrier['id']}/attempts"
    today = at()[:10]
    tried = {"tried_on": today, "what": "Moved to Thursday.", "helped": "HELPED", "state": "GONE"}
    assert (await stepped(by, at_barrier, tried))["state"] == "GONE"
    back = {"tried_on": today, "what": "Thursday is taken now.", "helped": "DID_NOT_HELP", "state": "IN_THE_WAY"}
    assert (await stepped(by, at_barrier, back))["state"] == "IN_THE_WAY"
    found = (await by.get(f"/v1/barriers/{barrier['id']}?expand=attempts")).json()
    assert [one["what"] for one in found["attempts"]] == ["Moved to Thursday.", "Thursday is taken now."]
    assert found["words"] == "My class is on Friday mornings now."
    # Two at once: the second sees that the version is not the one that it read.
    tag = {"If-Match": (await by.get(f"/v1/barriers/{barrier['id']}")).headers["etag"]}
    answers = await asyncio.gather(*(by.post(at_barrier, tried, headers=tag) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_a_barrier_changes_nothing_of_the_engagement(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    before = (await by.get(f"/v1/engagements/{engagement['id']}")).json()
    await named_barrier(by, engagement, kind="NOT_NOW", said_by="MENTEE")
    assert (await by.get(f"/v1/engagements/{engagement['id']}")).json() == before


async def test_barriers_are_the_mentor_s_and_the_coordinators_alone(world: World) -> None:
    a = world.a
    (own, mentor), (other, heir) = await signed_in_mentor(a), await signed_in_mentor(a)
    engagement = await begun_with(a, mentor)
    mine = await named_barrier(own, engagement)
    assert (await other.get(f"/v1/barriers/{mine['id']}")).status_code == 404
    body = {"engagement_id": engagement["id"], "kind": "TRUST", "said_by": "MENTEE", "found_on": at()[:10]}
    assert (await made(other, "/v1/barriers", body, 422))["errors"][0]["code"] == "UNKNOWN_ENGAGEMENT"
    for role, caller in a.staff.items():
        if role.value not in ("manager", "coordinator", "mentor"):
            assert (await caller.get("/v1/barriers")).status_code == 403
    # Handed over, it is his successor's to go on with, whole.
    await handed_over(a, engagement, heir)
    later = await named_barrier(other, engagement, kind="TRUST")
    assert (await own.get("/v1/barriers")).json()["items"] == []
    tried = {"tried_on": at()[:10], "what": "Another day.", "state": "GONE"}
    gone = await own.post(f"/v1/barriers/{mine['id']}/attempts", tried, headers={"If-Match": '"1"'})
    assert gone.status_code == 404
    body["engagement_id"] = engagement["id"]
    assert (await made(own, "/v1/barriers", body, 409))["code"] == "NO_LONGER_HIS_MENTOR"
    assert {one["id"] for one in (await other.get("/v1/barriers")).json()["items"]} == {mine["id"], later["id"]}
    assert (await world.b.coordinator.get(f"/v1/barriers/{mine['id']}")).status_code == 404


async def test_a_day_ahead_is_refused(world: World) -> None:
    engagement = await engaged(world.a)
    body = {"engagement_id": engagement["id"], "kind": "MOOD", "said_by": "MENTOR", "found_on": at(days=-2)[:10]}
    [error] = (await made(world.a.coordinator, "/v1/barriers", body, 422))["errors"]
    assert (error["pointer"], error["code"]) == ("/found_on", "IN_THE_FUTURE")
