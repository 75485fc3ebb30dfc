"""Somebody else mentors him from now on: what is still to come is his, and the one before him sees and does nothing of it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.security.rows import Rows
from tests.sessions.helpers import at, begun_with, engaged, handed_over, named_barrier, planned, took
from tests.support.helpers import goal_of
from tests.support.onward import suggested
from tests.world import Caller, CharityWorld, World


async def _handed_over(charity: CharityWorld) -> tuple[Caller, Caller, dict[str, Any], dict[str, Any]]:
    """Who mentored him, who does now, his engagement, and what was planned before."""
    (first, mentor), (second, heir) = await signed_in_mentor(charity), await signed_in_mentor(charity)
    engagement = await begun_with(charity, mentor)
    session = await planned(first, engagement, at(days=-3))
    await handed_over(charity, engagement, heir)
    return first, second, engagement, session


async def _entries(by: Caller, session: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"/v1/sessions/{session['id']}?expand=entries"
    found: list[dict[str, Any]] = (await by.get(path)).json()["entries"]
    return found


async def test_what_was_planned_is_his_successors_from_then_on(world: World) -> None:
    first, second, _, session = await _handed_over(world.a)
    path = f"/v1/sessions/{session['id']}"
    seen = (await second.get(path)).json()
    assert (seen["state"], seen["version"], seen["starts_at"]) == ("PLANNED", 2, session["starts_at"])
    assert seen["mentor_id"] != session["mentor_id"]
    entries = await _entries(world.a.coordinator, session)
    assert [one["step"] for one in entries] == ["plan", "hand_over"]
    assert entries[1]["recorded_by"] == str(world.a.coordinator.id)
    assert (await first.get(path)).status_code == 404
    assert (await first.get("/v1/sessions")).json()["items"] == []
    gone = await first.post(f"{path}/cancel", {"because": "MENTOR_CANCELLED"}, headers={"If-Match": '"2"'})
    assert gone.status_code == 404
    await took(second, seen, "reschedule", {"starts_at": at(days=-4)})


async def test_a_series_goes_with_it_and_who_left_cannot_end_it(world: World) -> None:
    (first, mentor), (second, heir) = await signed_in_mentor(world.a), await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    body = {"engagement_id": engagement["id"], "setting": "PHONE", "interval": "WEEKLY", "first_at": at(days=-1)}
    series = await made(first, "/v1/session-series", {**body, "until": at(days=-30)[:10]})
    await handed_over(world.a, engagement, heir)
    path = f"/v1/session-series/{series['id']}"
    assert (await first.get(path)).status_code == 404
    gone = await first.post(f"{path}/end", {"from_on": at()[:10]}, headers={"If-Match": '"1"'})
    assert gone.status_code == 404
    kept = (await second.get(f"/v1/sessions?series_id={series['id']}")).json()["items"]
    assert [one["state"] for one in kept] == ["PLANNED"] * 5
    assert (await made(first, "/v1/session-series", {**body, "until": at(days=-9)[:10]}, 409))["code"] == (
        "NO_LONGER_HIS_MENTOR"
    )


async def test_who_was_succeeded_plans_nothing_and_learns_nothing_of_when_they_meet(world: World) -> None:
    first, _, engagement, session = await _handed_over(world.b)
    body = {"engagement_id": engagement["id"], "setting": "PHONE"}
    for starts_at in (session["starts_at"], at(days=-9)):
        told = await made(first, "/v1/sessions", {**body, "starts_at": starts_at}, 409)
        assert told["code"] == "NO_LONGER_HIS_MENTOR"
        assert "links" not in told
    meant = {"attendance": "MENTEE_DID_NOT_ATTEND", "occurred_at": at(hours=1)}
    told = await made(first, "/v1/sessions", {**body, "starts_at": session["starts_at"], "recorded": meant}, 422)
    assert [(one["pointer"], one["code"]) for one in told["errors"]] == [("/starts_at", "NOT_HIS_MENTOR_THEN")]


async def test_what_was_in_his_own_time_he_still_writes_down_and_one_meeting_is_counted_once(
    world: World, rows: Rows
) -> None:
    (first, mentor), (second, heir) = await signed_in_mentor(world.a), await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    session = await planned(first, engagement, at(days=-1))
    await rows.sql.execute(
        "update mentoring_session set starts_at = $2 where id = $1",
        session["id"],
        datetime.now(UTC) - timedelta(hours=2),
    )
    await handed_over(world.a, engagement, heir)
    # Both have had him since yesterday, so that it was in the time of both also shortly after midnight.
    since = date.today() - timedelta(days=2)  # noqa: DTZ011 -- long enough before, wherever it is midnight
    await rows.sql.execute(
        "update engagement_mentor set from_day = $2 where engagement_id = $1", engagement["id"], since
    )
    session = (await first.get(f"/v1/sessions/{session['id']}")).json()
    done = await took(first, session, "record", {"attendance": "ATTENDED"})
    assert (done["state"], done["mentor_id"]) == ("HELD", mentor["id"])
    # His successor, who does not see it, is told that there is one, and not which.
    body = {"engagement_id": engagement["id"], "setting": "PHONE", "starts_at": at(hours=2.5)}
    answers = await asyncio.gather(
        *(second.post("/v1/sessions", {**body, "recorded": {"attendance": "ATTENDED"}}) for _ in range(4))
    )
    assert [one.status_code for one in answers] == [409] * 4, answers[0].text
    assert {one.json()["code"] for one in answers} == {"SESSION_THERE"}
    assert all("links" not in one.json() and "begins" not in one.json()["detail"] for one in answers)
    [contact] = [
        one
        for one in (await world.a.coordinator.get("/v1/contacts?limit=100")).json()["items"]
        if one["id"] == engagement["id"]
    ]
    assert contact["held"] == 1


async def test_a_session_that_took_longer_may_not_reach_into_the_next(world: World, rows: Rows) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    early = await planned(by, engagement, at(minutes=55), minutes=15)
    await planned(by, engagement, at(minutes=30), minutes=15)
    told = await took(by, early, "record", {"attendance": "ATTENDED", "minutes": 40}, 409)
    assert told["code"] == "SESSION_THERE"
    await took(by, early, "record", {"attendance": "ATTENDED", "minutes": 25})


async def test_when_a_mentor_leaves_the_planned_ones_wait_for_whoever_comes(world: World) -> None:
    charity = world.b
    (_, mentor), (second, heir) = await signed_in_mentor(charity), await signed_in_mentor(charity)
    engagement = await begun_with(charity, mentor)
    session = await planned(charity.coordinator, engagement, at(days=-3))
    left = {"stage": "LEFT", "reason": "He moved away."}
    await stepped(charity.coordinator, f"/v1/mentors/{mentor['id']}/stage", left)
    waiting = (await charity.coordinator.get(f"/v1/sessions/{session['id']}")).json()
    assert (waiting["state"], waiting["mentor_id"]) == ("PLANNED", None)
    await handed_over(charity, engagement, heir)
    assert (await second.get(f"/v1/sessions/{session['id']}")).json()["mentor_id"] == heir["id"]


async def test_when_it_ends_what_was_still_to_come_is_cancelled_and_counts_for_nobody(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    been = await planned(by, engagement, at(minutes=30))
    session = await planned(by, engagement, at(days=-3))
    await stepped(by, f"/v1/engagements/{engagement['id']}/end", {"reason": "COMPLETED", "planned": True})
    after = (await by.get(f"/v1/sessions/{session['id']}")).json()
    assert (after["state"], after["attendance"], after["mentor_id"]) == ("CANCELLED", None, session["mentor_id"])
    assert [one["step"] for one in await _entries(by, session)] == ["plan", "cancel"]
    # One that has been is still to be written down.
    done = await took(by, been, "record", {"attendance": "MENTEE_DID_NOT_ATTEND"})
    assert done["state"] == "NOT_HELD"


_WRITES = {
    "barrier": "update barrier set state = 'GONE' where engagement_id = $1",
    "mentoring_session": "update mentoring_session set state = 'CANCELLED' where engagement_id = $1 and state = 'PLANNED'",
    "goal": "update goal set state = 'ACHIEVED' where engagement_id = $1",
    "onward_referral": "update onward_referral set state = 'CLOSED' where engagement_id = $1",
}


@pytest.mark.parametrize("table", sorted(_WRITES))
async def test_the_database_refuses_it_whatever_an_operation_may_forget(world: World, rows: Rows, table: str) -> None:
    (first, mentor), (second, heir) = await signed_in_mentor(world.a), await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    await planned(first, engagement, at(days=-3))
    await named_barrier(first, engagement)
    await goal_of(first, engagement)
    await suggested(first, engagement)
    await handed_over(world.a, engagement, heir)
    for who, seen in ((first, 0), (second, 1)):
        async with rows.sql.transaction():
            await rows.sql.execute("set local role tg_mentor")
            await rows.sql.fetchval("select throughgate.enter($1, 'mentor', 1, null, null, null)", who.id)
            count = f"select count(*) from {table} where engagement_id = $1"
            assert await rows.sql.fetchval(count, engagement["id"]) == seen
            if who is first:
                assert await rows.sql.execute(_WRITES[table], engagement["id"]) == "UPDATE 0"


async def test_the_database_takes_no_plan_of_who_was_succeeded(world: World, rows: Rows) -> None:
    (first, mentor), (_, heir) = await signed_in_mentor(world.a), await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    await handed_over(world.a, engagement, heir)
    copied = (
        "insert into mentoring_session (id, charity_id, engagement_id, person_id, mentor_id, setting, starts_at, minutes,"
        " state, topics, version, created_at, updated_at)"
        " values (uuidv7(), $1, $2, $3, $4, 'PHONE', now() + interval '3 days', 60, 'PLANNED', '{}', 1, now(), now())"
    )
    told = (world.a.id, engagement["id"], engagement["person_id"], mentor["id"])
    transaction = rows.sql.transaction()
    await transaction.start()
    try:
        await rows.sql.execute("set local role tg_mentor")
        await rows.sql.fetchval("select throughgate.enter($1, 'mentor', 1, null, null, null)", first.id)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await rows.sql.execute(copied, *told)
    finally:
        await transaction.rollback()


async def test_nobody_plans_for_a_day_on_which_he_does_not_mentor_him_yet(world: World, rows: Rows) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    from_day = date.fromisoformat(at(days=-5)[:10])
    await rows.sql.execute(
        "update engagement_mentor set from_day = $2 where engagement_id = $1", engagement["id"], from_day
    )
    body = {"engagement_id": engagement["id"], "setting": "PHONE", "starts_at": at(days=-2)}
    refused = await own.post("/v1/sessions", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "NOT_HIS_MENTOR_THEN")
    assert (await own.post("/v1/sessions", {**body, "starts_at": at(days=-6)})).status_code == 201
