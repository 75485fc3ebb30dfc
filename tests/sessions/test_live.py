"""Live lists of sessions: the present state, then each change of it, and to a mentor his own only."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.domain.kernel.access import Role
from tests.graphql.streams import served, subscribe
from tests.sessions.helpers import at, begun_with, engaged, own_mentor, planned, took
from tests.world import World

SESSION = "subscription($id: ID!) { session(id: $id) { id state } }"
SESSIONS = """subscription($engagement: UUID!) { sessions(filter: {engagementId: $engagement}) {
    edges { node { id state } } } }"""
ALL = "subscription { sessions(first: 50) { edges { node { id mentorId } } } }"
CONTACTS = "subscription($mentor: UUID!) { contacts(filter: {mentorId: $mentor}) { edges { node { id held } } } }"


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app) as url:
        yield url


def nodes(result: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return [edge["node"] for edge in result["data"][field]["edges"]]


async def test_what_is_planned_and_recorded_reaches_whoever_looks_on(world: World, address: str) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    mentor = engagement["mentor_id"]
    async with (
        subscribe(address, by, SESSIONS, engagement=engagement["id"]) as listed,
        subscribe(address, by, CONTACTS, mentor=mentor) as contacts,
    ):
        assert nodes(await listed.next(), "sessions") == []
        assert [one["held"] for one in nodes(await contacts.next(), "contacts")] == [0]
        session = await planned(by, engagement, at(minutes=30))
        assert nodes(await listed.next(), "sessions") == [{"id": session["id"], "state": "PLANNED"}]
        async with subscribe(address, by, SESSION, id=session["id"]) as one:
            assert (await one.next())["data"]["session"]["state"] == "PLANNED"
            await took(by, session, "record", {"attendance": "ATTENDED"})
            assert (await one.next())["data"]["session"]["state"] == "HELD"
        assert nodes(await listed.next(), "sessions") == [{"id": session["id"], "state": "HELD"}]
        assert [one["held"] for one in nodes(await contacts.next(), "contacts")] == [1]


async def test_a_mentor_s_stream_shows_his_own_only(world: World, address: str) -> None:
    who, own = world.b.staff[Role.MENTOR], await own_mentor(world.b)
    mine, others = await begun_with(world.b, own), await engaged(world.b)
    theirs = await planned(world.b.coordinator, others, at(days=-2))
    async with subscribe(address, who, ALL) as stream, subscribe(address, who, SESSION, id=theirs["id"]) as refused:
        before = {one["id"] for one in nodes(await stream.next(), "sessions")}
        assert (await refused.next())["data"] == {"session": None}
        await planned(world.b.coordinator, others, at(days=-4))
        session = await planned(world.b.coordinator, mine, at(days=-3))
        shown = nodes(await stream.next(), "sessions")
        assert {one["id"] for one in shown} == before | {session["id"]}
        assert {one["mentorId"] for one in shown} == {own["id"]}
