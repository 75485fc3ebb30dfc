"""A mentor's calendar feed: made once, shown once, ended in many ways, and silent about everything but the time."""

import asyncio
import dataclasses
import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.domain.kernel.access import Role
from tests.captured_logs import captured_logs
from tests.graphql.door import data
from tests.matching.helpers import active_mentor, made, stepped
from tests.security.rows import Rows
from tests.sessions.helpers import at, begun_with, engaged, handed_over, moved_to, planned, took
from tests.sessions.test_ical import read
from tests.world import PASSWORD, Caller, CharityWorld, World, client

FEEDS = "/v1/calendar-feeds"


async def _somebody(charity: CharityWorld) -> tuple[Caller, dict[str, Any]]:
    """A member who mentors, of his own, so that ending him ends nobody else."""
    member = await made(
        charity.manager,
        "/v1/members",
        {
            "display_name": "Example mentor",
            "email": f"mentor-{secrets.token_hex(8)}@charity.example",
            "roles": ["mentor"],
            "password": PASSWORD,
        },
    )
    who = dataclasses.replace(charity.staff[Role.MENTOR], id=member["id"], authority=1)
    return who, await active_mentor(charity, member_id=member["id"], capacity=20)


async def _made(who: Caller) -> str:
    answer = await who.post(FEEDS)
    assert answer.status_code == 201, answer.text
    path = urlsplit(answer.json()["url"]).path
    assert len(path.removeprefix("/calendar/v1/").removesuffix(".ics")) == 43
    return path


async def _asked(who: Caller, path: str, **headers: str) -> httpx.Response:
    """As a calendar program does: without a token."""
    async with client(who.app) as http:
        return await http.get(path, headers=headers)


async def test_a_mentor_s_program_sees_when_he_has_sessions_and_nothing_else(world: World) -> None:
    who, mentor = await _somebody(world.a)
    engagement = await begun_with(world.a, mentor)
    session = await planned(who, engagement, at(days=-2), minutes=45)
    await planned(world.a.coordinator, await engaged(world.a), at(days=-2))
    answer = await _asked(who, await _made(who))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=900"
    assert (answer.headers["referrer-policy"], answer.headers["x-robots-tag"]) == ("no-referrer", "noindex")
    [event] = [dict(one) for one in read(answer.content)]
    assert event["DTSTART"] == session["starts_at"][:19].replace("-", "").replace(":", "") + "Z"
    assert (event["DURATION"], event["STATUS"], event["SUMMARY"]) == ("PT45M", "CONFIRMED", "Session")
    told = answer.text.lower()
    for thing in (session, engagement):
        for word in (thing["id"], thing["person_id"], mentor["id"], "BXI", "Testcase", "LOCATION"):
            assert str(word).lower() not in told


async def test_what_is_moved_or_cancelled_keeps_its_uid(world: World) -> None:
    who, mentor = await _somebody(world.a)
    engagement = await begun_with(world.a, mentor)
    path = await _made(who)
    first = await planned(who, engagement, at(days=-2))
    second = await planned(who, engagement, at(days=-4))
    before = {one["UID"] for one in map(dict, read((await _asked(who, path)).content))}
    await moved_to(who, first, at(days=-3))
    await took(who, second, "cancel", {"because": "MENTOR_CANCELLED"})
    after = {one["UID"]: one for one in map(dict, read((await _asked(who, path)).content))}
    assert len(after) == 3
    assert {after[uid]["STATUS"] for uid in before} == {"CANCELLED"}
    assert all(int(after[uid]["SEQUENCE"]) > 0 for uid in before)


async def test_it_is_not_sent_again_while_nothing_has_changed(world: World) -> None:
    who, mentor = await _somebody(world.a)
    path = await _made(who)
    first = await _asked(who, path)
    assert read(first.content) == []
    again = await _asked(who, path, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await planned(who, await begun_with(world.a, mentor), at(days=-2))
    assert (await _asked(who, path, **{"If-None-Match": first.headers["etag"]})).status_code == 200


async def _nothing(who: Caller, path: str) -> None:
    """The same as for an address that never was."""
    ended, never = await _asked(who, path), await _asked(who, f"/calendar/v1/{'A' * 43}.ics")
    assert (ended.status_code, ended.content) == (404, never.content)
    volatile = {"request-id", "date"}
    assert {k: v for k, v in ended.headers.items() if k not in volatile} == {
        k: v for k, v in never.headers.items() if k not in volatile
    }
    assert ended.headers["content-type"].startswith("text/plain")


async def test_a_new_one_ends_the_one_before_and_either_side_ends_it(world: World) -> None:
    who, _ = await _somebody(world.a)
    first, second = await _made(who), await _made(who)
    await _nothing(who, first)
    assert (await _asked(who, second)).status_code == 200
    [live] = (await who.get(f"{FEEDS}?live=true")).json()["items"]
    assert live["last_used_on"] is not None
    assert "url" not in live
    await stepped(who, f"{FEEDS}/{live['id']}/revoke", None)
    await _nothing(who, second)
    third = await _made(who)
    [live] = (await world.a.coordinator.get(f"{FEEDS}?live=true&mentor_id={live['mentor_id']}")).json()["items"]
    await stepped(world.a.coordinator, f"{FEEDS}/{live['id']}/revoke", None)
    await _nothing(who, third)
    again = await who.step(f"{FEEDS}/{live['id']}/revoke")
    assert (again.status_code, again.json()["code"]) == (409, "CALENDAR_FEED_ENDED")


async def test_two_made_at_once_leave_one_that_lives(world: World) -> None:
    who, _ = await _somebody(world.a)
    answers = await asyncio.gather(*(who.post(FEEDS) for _ in range(3)))
    assert {one.status_code for one in answers} <= {201, 503}
    assert len((await who.get(f"{FEEDS}?live=true")).json()["items"]) == 1


async def test_only_mentors_make_one_and_others_see_none_of_theirs(world: World) -> None:
    who, _ = await _somebody(world.a)
    other, _ = await _somebody(world.a)
    await _made(who)
    [own] = (await who.get(FEEDS)).json()["items"]
    assert (await world.a.coordinator.post(FEEDS)).status_code == 403
    for stranger in (other, world.b.coordinator, world.b.staff[Role.MENTOR]):
        assert (await stranger.get(f"{FEEDS}/{own['id']}")).status_code == 404
        tagged = {"If-Match": f'"{own["version"]}"'}
        assert (await stranger.post(f"{FEEDS}/{own['id']}/revoke", headers=tagged)).status_code == 404
    nobody = await world.b.staff[Role.MENTOR].post(FEEDS)
    assert (nobody.status_code, nobody.json()["code"]) == (409, "NOT_A_MENTOR")


async def test_it_ends_when_the_mentor_leaves(world: World) -> None:
    who, mentor = await _somebody(world.a)
    path = await _made(who)
    await stepped(world.a.coordinator, f"/v1/mentors/{mentor['id']}/stage", {"stage": "LEFT", "reason": "Moved away."})
    await _nothing(who, path)
    [ended] = (await world.a.coordinator.get(f"{FEEDS}?mentor_id={mentor['id']}")).json()["items"]
    assert ended["revoked_at"] is not None


@pytest.mark.parametrize("change", [{"standing": "SUSPENDED"}, {"standing": "REVOKED"}, {"roles": ["analyst"]}])
async def test_it_ends_with_his_membership_and_does_not_come_back(world: World, change: dict[str, Any]) -> None:
    who, _ = await _somebody(world.a)
    path, own = await _made(who), f"/v1/members/{who.id}"
    answer = await world.a.manager.step(own, change, method="PATCH", of=own)
    assert answer.status_code == 200
    await _nothing(who, path)
    back = {"standing": "ACTIVE"} if "standing" in change else {"roles": ["mentor"]}
    await world.a.manager.step(own, back, method="PATCH", of=own)
    await _nothing(who, path)


async def test_it_ends_after_four_hundred_days(world: World, rows: Rows) -> None:
    who, mentor = await _somebody(world.a)
    path = await _made(who)
    lasts = "select expires_at - created_at from calendar_feed where mentor_id = $1"
    assert (await rows.one(lasts, mentor["id"])).days == 400
    await rows.sql.execute("update calendar_feed set expires_at = now() where mentor_id = $1", mentor["id"])
    await _nothing(who, path)


async def test_who_was_succeeded_is_shown_what_was_his_for_thirty_days(world: World, rows: Rows) -> None:
    who, mentor = await _somebody(world.a)
    by, path = world.a.coordinator, await _made(who)
    engagement = await begun_with(world.a, mentor)
    await planned(who, engagement, at(days=-2))
    been = await planned(who, engagement, at(days=-1))
    await rows.sql.execute(
        "update mentoring_session set starts_at = now() - interval '1 hour' where id = $1", been["id"]
    )
    after = await handed_over(world.a, engagement, await active_mentor(world.a))
    await planned(by, after, at(days=-5))
    # What was still to come is his successor's.
    assert len(read((await _asked(who, path)).content)) == 1
    ended = "update engagement_mentor set access_until = current_date - 2 where mentor_id = $1"
    await rows.sql.execute(ended, mentor["id"])
    assert read((await _asked(who, path)).content) == []


async def test_what_is_long_past_or_far_off_is_left_out(world: World, rows: Rows) -> None:
    who, mentor = await _somebody(world.a)
    path, engagement = await _made(who), await begun_with(world.a, mentor)
    session = await planned(who, engagement, at(days=-2))
    for days, shown in ((-29, 1), (-31, 0), (399, 1), (401, 0)):
        moved = "update mentoring_session set starts_at = now() + make_interval(days => $2) where id = $1"
        await rows.sql.execute(moved, session["id"], days)
        assert len(read((await _asked(who, path)).content)) == shown, days


async def test_the_secret_is_kept_nowhere_and_said_nowhere(world: World, rows: Rows) -> None:
    """Not in the database, a log line, an answer of another method, the metrics, or what an error says."""
    who, _ = await _somebody(world.a)
    path = await _made(who)
    secret = path.removeprefix("/calendar/v1/").removesuffix(".ics")
    with captured_logs() as lines:
        answers = [await _asked(who, path), await _asked(who, path + "x"), await _asked(who, f"{path}?a=b")]
        async with client(who.app) as http:
            answers += [await http.post(path), await http.delete(path), await http.get("/metrics")]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == 6
    assert requests[0]["route"] == "/calendar/v1/{secret}.ics"
    assert secret not in str(lines)
    for answer in answers:
        assert secret not in answer.text
        assert secret not in str(answer.headers)
    for table in ("calendar_feed", "audit_entry", "event", "idempotency_record"):
        assert await rows.one(f"select count(*) from {table} as t where t::text like $1", f"%{secret}%") == 0


async def test_graphql_makes_lists_and_ends_them_too(world: World) -> None:
    who, _ = await _somebody(world.a)
    make = (
        "mutation { createCalendarFeed { ... on CreateCalendarFeedPayload { calendarFeedMade { id url expiresAt } } } }"
    )
    told = (await data(who, make))["createCalendarFeed"]["calendarFeedMade"]
    assert (await _asked(who, urlsplit(told["url"]).path)).status_code == 200
    listed = await data(who, "{ calendarFeeds { edges { node { id version revokedAt } } } }")
    [edge] = listed["calendarFeeds"]["edges"]
    assert edge["node"]["id"] == told["id"]
    end = """mutation($id: ID!, $v: Int!) { revokeCalendarFeed(id: $id, version: $v) {
        ... on RevokeCalendarFeedPayload { calendarFeed { revokedAt } } } }"""
    ended = await data(who, end, id=told["id"], v=edge["node"]["version"])
    assert ended["revokeCalendarFeed"]["calendarFeed"]["revokedAt"] is not None
    await _nothing(who, urlsplit(told["url"]).path)
