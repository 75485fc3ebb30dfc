"""What the clock brings up: exactly what stands in the plan, once, and no longer than it is true."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.sessions.helpers import begun_with, engaged
from tests.through_the_gate.helpers import came_to, day, out_for_a_day
from tests.through_the_gate.support import eligible, planned_for, step
from tests.world import Caller, World


def on(days: int) -> date:
    """So many days from today."""
    return date.fromisoformat(day()) + timedelta(days=days)


async def passes(world: World, days: int) -> None:
    """The worker's round at noon of a day: the clock stands there."""
    database = world.app.state.services.database
    await database.remind(datetime.combine(on(days), time(12), UTC))


async def brought_up(by: Caller, engagement: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    given = {"engagement_id": engagement["id"], "open": "true", "limit": 100, **query}
    answer = await by.get("/v1/reminders", params=given)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def kinds(by: Caller, engagement: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((one["kind"], one["due_on"]) for one in await brought_up(by, engagement))


async def leaving(world: World, days: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Somebody whose release is planned in so many days, and whose community offender manager is known."""
    engagement = await engaged(world.a)
    person = engagement["person_id"]
    await came_to(world.a.coordinator, person, day(days=60), "HMP", establishment="BXI")
    com = {"role": "COMMUNITY_OFFENDER_MANAGER", "name": "Officer Example", "since": day(days=60)}
    await made(world.a.coordinator, f"/v1/people/{person}/professional-contacts", com)
    return engagement, await planned_for(world.a, engagement, expected_on=on(days).isoformat())


async def test_moving_the_clock_to_the_release_raises_exactly_what_the_plan_says(world: World) -> None:
    engagement, plan = await leaving(world, 10)
    by = world.a.coordinator
    await passes(world, 9)
    assert await brought_up(by, engagement) == []
    await passes(world, 10)
    release_day = on(10).isoformat()
    raised = await brought_up(by, engagement)
    first_day = [one["id"] for one in plan["items"] if one["day"] == 0]
    assert sorted((one["kind"], one["subject_id"]) for one in raised) == sorted(
        [("RELEASE_DUE", plan["id"]), *(("PLAN_ITEM_DUE", one) for one in first_day)]
    )
    assert {one["due_on"] for one in raised} == {release_day}
    await passes(world, 10)
    assert await brought_up(by, engagement) == raised
    # Nobody has said that he is out: what is due after the release waits for it.
    await passes(world, 20)
    assert await brought_up(by, engagement) == raised


async def test_once_he_is_out_each_day_of_the_plan_brings_up_its_own(world: World) -> None:
    engagement, plan = await leaving(world, -2)
    by = world.a.coordinator
    await made(by, f"/v1/people/{engagement['person_id']}/releases", {"on": day(days=2)})
    for days, due in ((0, {0, 1}), (1, {0, 1, 3}), (4, {0, 1, 3}), (5, {0, 1, 3, 7}), (26, {0, 1, 3, 7, 28})):
        await passes(world, days)
        raised = await brought_up(by, engagement)
        assert {one["kind"] for one in raised} == {"PLAN_ITEM_DUE"}
        wanted = {one["id"]: one for one in plan["items"] if one["day"] in due}
        assert {one["subject_id"] for one in raised} == set(wanted)
        assert all(one["due_on"] == on(wanted[one["subject_id"]]["day"] - 2).isoformat() for one in raised)
    await passes(world, 0)
    settled = await by.get("/v1/reminders", params={"engagement_id": engagement["id"], "open": "false", "limit": 100})
    assert {one["settled_at"] is None for one in settled.json()["items"]} == {False}


async def test_what_is_done_or_moved_settles_itself_and_comes_up_again_where_it_is_undone(world: World) -> None:
    engagement, plan = await leaving(world, 0)
    by = world.a.coordinator
    await passes(world, 0)
    before = await brought_up(by, engagement)
    assert len(before) == 5
    item = {"item_id": plan["items"][0]["id"]}
    at = f"/v1/release-plans/{plan['id']}"
    await stepped(by, f"{at}/answers", {**item, "state": "ARRANGED"})
    await passes(world, 0)
    assert len(await brought_up(by, engagement)) == 4
    await stepped(by, f"{at}/answers", {**item, "state": "OPEN"})
    await passes(world, 0)
    assert {one["id"] for one in await brought_up(by, engagement)} == {one["id"] for one in before}
    answer = await by.step(at, {"expected_on": on(5).isoformat()}, method="PATCH", of=at)
    assert answer.status_code == 200
    await passes(world, 0)
    assert await brought_up(by, engagement) == []


async def test_whoever_takes_one_on_is_not_reminded_of_it_again(world: World) -> None:
    engagement, _ = await leaving(world, 0)
    by = world.a.coordinator
    await passes(world, 0)
    [release] = await brought_up(by, engagement, kind="RELEASE_DUE")
    path = f"/v1/reminders/{release['id']}/acknowledge"
    taken = await stepped(by, path, None)
    assert (taken["open"], taken["acknowledged_by"]) == (False, str(by.id))
    await passes(world, 1)
    assert await brought_up(by, engagement, kind="RELEASE_DUE") == []
    assert (await stepped(by, path, None, status=409))["code"] == "REMINDER_NOT_OPEN"


async def test_of_two_processes_at_once_one_raises(world: World) -> None:
    engagement, _ = await leaving(world, 0)
    await asyncio.gather(*(passes(world, 0) for _ in range(4)))
    raised = await brought_up(world.a.coordinator, engagement)
    assert len(raised) == len({(one["kind"], one["subject_id"]) for one in raised}) == 5


async def test_the_window_its_reviews_and_its_end_are_brought_up_by_the_calendar(world: World) -> None:
    engagement = await engaged(world.a)
    by, person = world.a.coordinator, engagement["person_id"]
    support = await eligible(world.a, engagement)
    await came_to(by, person, "2026-11-16", "HMP", establishment="BXI")
    support = await step(by, await step(by, support, "OFFER"), "ACCEPT")
    await made(by, f"/v1/people/{person}/releases", {"on": "2026-11-20"})
    days = {name: (date.fromisoformat(name) - on(0)).days for name in ("2027-02-19", "2027-02-20", "2027-05-06")}
    await passes(world, days["2027-02-19"])
    assert await kinds(by, engagement) == []
    await passes(world, days["2027-02-20"])
    assert await kinds(by, engagement) == [("REVIEW_3_MONTHS_DUE", "2027-02-20")]
    await step(by, (await by.get(f"/v1/gate-support/{support['id']}")).json(), "REVIEW_3_MONTHS")
    await passes(world, days["2027-05-06"])
    assert await kinds(by, engagement) == [("SUPPORT_ENDS_SOON", "2027-05-06")]
    await passes(world, days["2027-05-06"] + 15)
    assert await kinds(by, engagement) == [
        ("REVIEW_6_MONTHS_DUE", "2027-05-20"),
        ("SUPPORT_TIME_OVER", "2027-05-21"),
    ]
    await made(by, f"/v1/people/{person}/recalls", {"on": day()})
    await passes(world, days["2027-05-06"] + 15)
    assert await kinds(by, engagement) == []


async def test_an_end_that_was_agreed_is_counted_down_and_an_absence_is_asked_about(world: World) -> None:
    engagement = await engaged(world.a)
    by = world.a.coordinator
    agreed = {"ends_on": on(40).isoformat(), "with_him": True, "agreed_on": day()}
    await made(by, f"/v1/engagements/{engagement['id']}/ending-agreements", agreed)
    absence = f"/v1/people/{engagement['person_id']}/temporary-absences"
    await made(by, absence, {"kind": "COURT", "left_on": day(days=1), "expected_on": day(days=1)})
    await passes(world, 0)
    assert await kinds(by, engagement) == [("ABSENCE_OVERDUE", day())]
    await passes(world, 12)
    assert await kinds(by, engagement) == [("ABSENCE_OVERDUE", day()), ("ENDING_SOON", on(12).isoformat())]
    await passes(world, 41)
    assert await kinds(by, engagement) == [("ABSENCE_OVERDUE", day()), ("ENDING_PASSED", on(41).isoformat())]


async def test_of_a_man_who_died_nobody_is_reminded(world: World) -> None:
    engagement, _ = await leaving(world, 0)
    by = world.a.coordinator
    await passes(world, 0)
    assert await brought_up(by, engagement)
    await made(by, f"/v1/people/{engagement['person_id']}/deaths", {"died_on": day()})
    await passes(world, 0)
    assert await brought_up(by, engagement) == []
    await passes(world, 100)
    assert await brought_up(by, engagement) == []


async def test_a_mentor_sees_his_own_and_another_charity_none(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    await planned_for(world.a, engagement, expected_on=day())
    await out_for_a_day(world.b)
    await leaving(world, 0)
    await passes(world, 0)
    seen = (await own.get("/v1/reminders?limit=100")).json()["items"]
    assert {one["engagement_id"] for one in seen} == {engagement["id"]}
    version = {"If-Match": (await own.get(f"/v1/reminders/{seen[0]['id']}")).headers["etag"]}
    refused = await own.post(f"/v1/reminders/{seen[0]['id']}/acknowledge", headers=version)
    assert refused.status_code == 403
    assert (await world.b.coordinator.get(f"/v1/reminders/{seen[0]['id']}")).status_code == 404
