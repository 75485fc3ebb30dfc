"""Subscriptions: the present state, then each change of it, to whoever may see it and for as long as he may."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.database import Reader
from app.domain.kernel.access import Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import Unavailable
from app.domain.kernel.rows import LONDON
from app.domain.referrals import operations
from app.domain.referrals.models import SubmitReferral
from app.graphql import sse, subscriptions
from app.graphql.schema import schema
from app.settings import Settings
from tests.conftest import Clock
from tests.graphql.door import NEW, data
from tests.graphql.streams import EVENTS, SOON, Stream, served, subscribe
from tests.referrals.helpers import learn, made, new_programme
from tests.security.rows import Rows
from tests.world import PASSWORD, Caller, CharityWorld, World, build_charity

ROOT = Path(__file__).parent.parent.parent
LIVE = {"referral", "referrals", "submittedReferral", "submittedReferrals", "waitingList"}
LIVE |= {"mentor", "mentors", "engagement", "engagements", "barrier", "barriers", "concernAlarm", "concernAlarms"}
LIVE |= {"session", "sessions", "contacts"}
WAITING = """subscription W($programme: UUID!) { waitingList(programmeId: $programme) {
    total on items { referralId custodyEnd person { givenName } } } }"""
REFERRALS = """subscription($programme: UUID!) { referrals(filter: {programmeId: $programme}, orderBy: RECEIVED_ON_ASC) {
    edges { node { id disposition sourceDetail person { givenName } } } } }"""
REFERRAL = """subscription($id: ID!) { referral(id: $id) {
    id disposition person { givenName } history { disposition recordedByName } } }"""
SUBMITTED = """subscription($programme: UUID!) { submittedReferrals(filter: {programmeId: $programme}) {
    edges { node { id disposition person } } } }"""
ONE_SUBMITTED = "subscription($id: ID!) { submittedReferral(id: $id) { id disposition } }"
READ = "select count(*) from audit_entry where action = 'waiting_list.read' and subject_id = $1"


@pytest.fixture(scope="module")
async def world(world: World) -> World:
    """Two charities of its own, so that nobody else's lists are longer for it."""
    charities = [await build_charity(world.app, world.operator, code) for code in ("LVA", "LVB")]
    return World(world.app, world.operator, *charities)


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app) as url:
        yield url
    assert not world.app.state.subscriptions, "each test closes what it opened"


@pytest.fixture
async def programme(world: World) -> str:
    """One of its own, so that nobody else's referrals are in it."""
    return await new_programme(world.a)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life, and with them the check of rights, ten times a second."""
    monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(subscriptions, "RETRY_SECONDS", 0.1)


async def gone(app: FastAPI) -> None:
    """Every place is free."""
    async with asyncio.timeout(SOON):
        while len(app.state.subscriptions):  # noqa: ASYNC110 -- what ends it is in another task
            await asyncio.sleep(0.01)


def ids(result: dict[str, Any], field: str) -> list[str]:
    return [edge["node"]["id"] for edge in result["data"][field]["edges"]]


def code(result: dict[str, Any]) -> str:
    [error] = result["errors"]
    found: str = error["extensions"]["code"]
    return found


def test_these_queries_are_subscriptions_too_with_the_same_arguments_and_types() -> None:
    query, subscription = schema().query_type, schema().subscription_type
    assert query is not None
    assert subscription is not None
    assert subscription.fields.keys() == LIVE
    for name, field in subscription.fields.items():
        assert field.type == query.fields[name].type
        arguments = {key: str(one.type) for key, one in field.args.items()}
        assert arguments == {key: str(one.type) for key, one in query.fields[name].args.items()}


async def test_the_first_result_is_the_present_state(world: World, address: str, programme: str) -> None:
    pushed = await world.a.push(programme_id=programme)
    async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
        assert stream.answer.status_code == 200
        headers = stream.answer.headers
        assert headers["content-type"].startswith(EVENTS)
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert headers["request-id"]
        first = await stream.next()
    asked = await data(world.a.coordinator, WAITING.replace("subscription", "query"), programme=programme)
    assert first == {"data": asked}
    [entry] = first["data"]["waitingList"]["items"]
    assert entry["referralId"] == pushed["id"]


async def test_an_agency_s_push_reaches_the_waiting_list(world: World, address: str, programme: str) -> None:
    async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
        assert (await stream.next())["data"]["waitingList"]["total"] == 0
        for n in range(1, 3):
            pushed = await world.a.push(programme_id=programme)
            result = await stream.next()
            assert result["data"]["waitingList"]["total"] == n
            assert pushed["id"] in {item["referralId"] for item in result["data"]["waitingList"]["items"]}


async def test_what_is_corrected_or_learnt_is_shown_too(world: World, address: str, programme: str) -> None:
    """Whatever a list shows has an event when it changes, though no decision follows from it."""
    coordinator = world.a.coordinator
    pushed = await world.a.push(programme_id=programme)
    path = f"/v1/referrals/{pushed['id']}"
    person = (await coordinator.get(path)).json()["person"]["id"]
    async with (
        subscribe(address, coordinator, WAITING, programme=programme) as waiting,
        subscribe(address, coordinator, REFERRALS, programme=programme) as listed,
        subscribe(address, coordinator, REFERRAL, id=pushed["id"]) as one,
    ):
        for stream in (waiting, listed, one):
            await stream.next()
        assert (
            await coordinator.step(
                f"/v1/people/{person}", {"given_name": "Renamed"}, method="PATCH", of=f"/v1/people/{person}"
            )
        ).status_code == 200
        [entry] = (await waiting.next())["data"]["waitingList"]["items"]
        assert entry["person"]["givenName"] == "Renamed"
        [edge] = (await listed.next())["data"]["referrals"]["edges"]
        assert edge["node"]["person"]["givenName"] == "Renamed"
        assert (await one.next())["data"]["referral"]["person"]["givenName"] == "Renamed"

        await learn(coordinator, pushed, {"legal_status": "SENTENCED", "conditional_release_date": "2027-09-29"})
        [entry] = (await waiting.next())["data"]["waitingList"]["items"]
        assert entry["custodyEnd"] == "2027-09-29"

        assert (await coordinator.step(path, {"source_detail": "Slip"}, method="PATCH", of=path)).status_code == 200
        result = await listed.until(
            lambda found: found["data"]["referrals"]["edges"][0]["node"]["sourceDetail"] == "Slip"
        )
        assert ids(result, "referrals") == [pushed["id"]]


async def test_a_step_reaches_the_referral_the_list_and_the_agency(world: World, address: str, programme: str) -> None:
    pushed = await world.a.push(programme_id=programme)
    async with (
        subscribe(address, world.a.coordinator, REFERRAL, id=pushed["id"]) as case,
        subscribe(address, world.a.coordinator, REFERRALS, programme=programme) as listed,
        subscribe(address, world.a.machine, ONE_SUBMITTED, id=pushed["id"]) as sent,
        subscribe(address, world.a.coordinator, WAITING, programme=programme) as waiting,
    ):
        for stream in (case, listed, sent, waiting):
            await stream.next()
        await world.a.coordinator.step(f"/v1/referrals/{pushed['id']}/allocate", {})
        assert (await case.next())["data"]["referral"]["disposition"] == "allocated"
        assert (await listed.next())["data"]["referrals"]["edges"][0]["node"]["disposition"] == "allocated"
        assert (await sent.next())["data"]["submittedReferral"]["disposition"] == "allocated"
        assert (await waiting.next())["data"]["waitingList"]["total"] == 0


async def test_an_agency_whose_referral_is_a_duplicate_sees_it_follow_the_other(
    world: World, address: str, programme: str
) -> None:
    """The event is about the referral that goes on, which is not this agency's."""
    goes_on = await world.a.push(world.a.coordinator, programme_id=programme)
    duplicate = await world.a.push(programme_id=programme)
    merged = await world.a.coordinator.step(
        f"/v1/referrals/{duplicate['id']}/merge", {"into": goes_on["id"], "reason": "The same man."}
    )
    assert merged.status_code == 200, merged.text
    async with subscribe(address, world.a.machine, ONE_SUBMITTED, id=duplicate["id"]) as stream:
        assert (await stream.next())["data"]["submittedReferral"]["disposition"] == "waiting"
        await world.a.coordinator.step(f"/v1/referrals/{goes_on['id']}/allocate", {})
        assert (await stream.next())["data"]["submittedReferral"]["disposition"] == "allocated"


async def test_another_charity_s_push_neither_wakes_nor_shows(
    world: World, rows: Rows, address: str, programme: str
) -> None:
    coordinator = world.a.coordinator
    async with subscribe(address, coordinator, WAITING, programme=programme) as stream:
        await stream.next()
        await stream.silence(0.6)  # the programme's own making has been told
        read = await rows.one(READ, coordinator.id)
        await world.b.push()
        await stream.silence(1)
        assert await rows.one(READ, coordinator.id) == read, "nothing was looked at"
        pushed = await world.a.push(programme_id=programme)
        [entry] = (await stream.next())["data"]["waitingList"]["items"]
        assert entry["referralId"] == pushed["id"]
        assert await rows.one(READ, coordinator.id) == read + 1, "each look leaves its entry"


async def test_an_agency_sees_only_its_own(world: World, address: str, programme: str) -> None:
    partner = await made(world.a.manager, "/v1/organisations", {"name": "Another partner"})
    other = await member(world.a, [Role.REFERRER], partner["id"])
    async with (
        subscribe(address, world.a.referrer, SUBMITTED, programme=programme) as ours,
        subscribe(address, other, SUBMITTED, programme=programme) as theirs,
    ):
        assert ids(await ours.next(), "submittedReferrals") == ids(await theirs.next(), "submittedReferrals") == []
        first = await world.a.push(other, programme_id=programme)
        assert ids(await theirs.next(), "submittedReferrals") == [first["id"]]
        await ours.silence(1)
        second = await world.a.push(world.a.referrer, programme_id=programme)
        assert ids(await ours.next(), "submittedReferrals") == [second["id"]]
        await theirs.silence(1)


async def test_one_that_is_not_there_is_null_until_it_is_and_another_charity_s_for_ever(
    world: World, address: str
) -> None:
    of_others = await world.b.push()
    async with subscribe(address, world.a.coordinator, REFERRAL, id=of_others["id"]) as stream:
        assert await stream.next() == {"data": {"referral": None}}
        await world.b.coordinator.step(f"/v1/referrals/{of_others['id']}/allocate", {})
        await world.a.push()
        await stream.silence(1)


@pytest.mark.parametrize(
    "case",
    [
        (WAITING, Role.MENTOR, "INSUFFICIENT_SCOPE"),
        (WAITING, Role.REFERRER, "INSUFFICIENT_SCOPE"),
        (REFERRALS, Role.REFERRER, "INSUFFICIENT_SCOPE"),
        (SUBMITTED, Role.COORDINATOR, "INSUFFICIENT_SCOPE"),
        (REFERRALS.replace("filter:", "first: 1000, filter:"), Role.COORDINATOR, "VALIDATION_FAILED"),
    ],
)
async def test_who_may_not_ask_is_told_so_and_the_stream_ends(
    world: World, address: str, programme: str, case: tuple[str, Role, str]
) -> None:
    query, who, told = case
    by = world.a.referrer if who is Role.REFERRER else world.a.staff[who]
    async with subscribe(address, by, query, programme=programme) as stream:
        result = await stream.next()
        assert code(result) == told
        assert set(result["data"].values()) == {None}
        await stream.ends()
    await gone(world.app)


async def test_a_scope_that_is_missing_hides_its_field_and_the_rest_goes_on(
    world: World, address: str, programme: str
) -> None:
    narrow = replace(world.a.coordinator, scopes=frozenset({"referrals:read", "referrals:write"}))
    async with subscribe(address, narrow, REFERRALS, programme=programme) as stream:
        assert code(await stream.next()) == "INSUFFICIENT_SCOPE"
        await world.a.push(programme_id=programme)
        [edge] = (await stream.next())["data"]["referrals"]["edges"]
        assert edge["node"]["person"] is None


async def member(charity: CharityWorld, roles: list[Role], organisation: str | None = None) -> Caller:
    """Somebody of his own, whose rights a test may end."""
    body = {"display_name": "Example spare", "email": f"{uuid4().hex}@spare.example"}
    row = await made(
        charity.manager,
        "/v1/members",
        body | {"roles": [role.value for role in roles], "password": PASSWORD, "organisation_id": organisation},
    )
    of = UUID(organisation) if organisation else charity.id
    return Caller(charity.manager.app, roles[0], UUID(row["id"]), charity.id, of)


async def _suspend(world: World, spare: Caller) -> None:
    path = f"/v1/members/{spare.id}"
    answer = await world.a.manager.step(path, {"standing": "SUSPENDED"}, method="PATCH", of=path)
    assert answer.status_code == 200, answer.text


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("query", [WAITING, REFERRALS], ids=["by the next sign of life", "by the event itself"])
async def test_rights_that_are_withdrawn_end_it_in_mid_stream(
    world: World, address: str, programme: str, query: str
) -> None:
    spare = await member(world.a, [Role.COORDINATOR])
    async with (
        subscribe(address, spare, query, programme=programme) as stream,
        subscribe(address, world.a.coordinator, query, programme=programme) as untouched,
    ):
        assert "errors" not in await stream.next()
        await untouched.next()
        await _suspend(world, spare)
        result = await stream.next()
        assert result.keys() == {"errors"}
        assert code(result) == "UNAUTHENTICATED"
        await stream.ends()
        await world.a.push(programme_id=programme)
        assert "errors" not in await untouched.next()
    await gone(world.app)


async def test_nothing_more_is_told_to_whose_rights_have_ended_even_before_anybody_has_checked(
    world: World, address: str, programme: str
) -> None:
    """The reading itself refuses; no sign of life is due for a long time."""
    spare = await member(world.a, [Role.COORDINATOR])
    async with subscribe(address, spare, WAITING, programme=programme) as stream:
        await stream.next()
        await _suspend(world, spare)
        await world.a.push(programme_id=programme)
        assert code(await stream.next()) == "UNAUTHENTICATED"
        await stream.ends()


async def test_it_ends_when_the_token_does(world: World, address: str, programme: str) -> None:
    token = world.a.coordinator.token(lifetime=timedelta(seconds=3))
    began = asyncio.get_running_loop().time()
    async with subscribe(address, world.a.coordinator, WAITING, token=token, programme=programme) as stream:
        await stream.next()
        assert code(await stream.next()) == "UNAUTHENTICATED"
        await stream.ends()
    assert asyncio.get_running_loop().time() - began < 5


@pytest.mark.usefixtures("impatient")
async def test_a_new_day_moves_the_days_though_nothing_happened(
    world: World, address: str, programme: str, clock: Clock
) -> None:
    last_seconds = datetime.combine(datetime.now(LONDON), time(23, 59, 50), LONDON)
    clock.fixed = last_seconds
    try:
        token = world.a.coordinator.token(now=last_seconds)
        async with subscribe(address, world.a.coordinator, WAITING, token=token, programme=programme) as stream:
            assert (await stream.next())["data"]["waitingList"]["on"] == last_seconds.date().isoformat()
            await stream.silence(0.6)
            clock.fixed = last_seconds + timedelta(seconds=20)
            tomorrow = last_seconds.date() + timedelta(days=1)
            assert (await stream.next())["data"]["waitingList"]["on"] == tomorrow.isoformat()
    finally:
        clock.fixed = None


async def test_of_two_writers_neither_is_missed_though_the_first_commits_last(
    world: World, address: str, programme: str
) -> None:
    machine = world.a.machine
    claims = world.app.state.services.tokens.check(machine.token(), now=datetime.now(UTC))
    actor: Actor = claims.actor
    command = SubmitReferral.model_validate(world.a.referral(programme_id=programme))
    async with subscribe(address, world.a.coordinator, REFERRALS, programme=programme) as stream:
        assert ids(await stream.next(), "referrals") == []
        async with world.app.state.services.database.write(actor) as session:
            early = await operations.submit(session, actor=actor, command=command, now=datetime.now(UTC))
            late = await world.a.push(programme_id=programme)
            await stream.silence(1)  # what is committed is held back until all before it has ended
        result = await stream.until(lambda found: len(ids(found, "referrals")) == 2)
        assert set(ids(result, "referrals")) == {str(early.id), late["id"]}
        # A further one comes as usual.
        third = await world.a.push(programme_id=programme)
        assert third["id"] in ids(await stream.next(), "referrals")


async def test_whoever_is_slow_gets_how_it_stands_and_not_how_it_came_about(
    world: World, address: str, programme: str
) -> None:
    async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
        await stream.next()
        await asyncio.gather(*(world.a.push(programme_id=programme) for _ in range(12)))
        told = 1
        while (await stream.next())["data"]["waitingList"]["total"] < 12:
            told += 1
        assert told < 12
        await stream.silence(0.6)


async def test_a_change_reaches_everybody_who_watches(world: World, address: str, programme: str) -> None:
    """More than may read at the same time, and more than there are connections."""
    watchers = [world.a.coordinator, world.a.manager] * 20
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(subscribe(address, by, WAITING, programme=programme)) for by in watchers
        ]
        await asyncio.gather(*(stream.next() for stream in streams))
        await world.a.push(programme_id=programme)
        for result in await asyncio.gather(*(stream.next() for stream in streams)):
            assert result["data"]["waitingList"]["total"] == 1
    await gone(world.app)


async def test_a_client_that_takes_nothing_is_given_up(
    world: World, address: str, programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads the head and then no more, while there is more to say than the buffers on the way hold."""
    monkeypatch.setattr(sse, "SEND_SECONDS", 0.5)
    monkeypatch.setattr(subscriptions, "HEARTBEAT", b":" + b" " * 8_000_000 + b"\n\n")
    monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.1)
    body = json.dumps({"query": WAITING, "variables": {"programme": programme}}).encode()
    port = int(address.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.a.coordinator.token()}\r\nAccept: {EVENTS}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    assert len(world.app.state.subscriptions) == 1
    await gone(world.app)
    writer.transport.abort()


async def test_a_client_that_leaves_frees_its_place_at_once(world: World, address: str, programme: str) -> None:
    async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
        await stream.next()
        assert len(world.app.state.subscriptions) == 1
    began = asyncio.get_running_loop().time()
    await gone(world.app)
    assert asyncio.get_running_loop().time() - began < 2


async def test_one_member_has_so_many_open_and_all_together_so_many(
    world: World, address: str, programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (subscriptions.MOST_OF_ONE, subscriptions.MOST) == (20, 500)
    monkeypatch.setattr(subscriptions, "MOST_OF_ONE", 2)
    monkeypatch.setattr(subscriptions, "MOST", 3)
    both = {"programme": programme}

    async def refused(by: Caller) -> None:
        async with subscribe(address, by, WAITING, **both) as stream:
            assert stream.answer.status_code == 429
            assert stream.answer.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
            assert stream.answer.headers["retry-after"]
            assert stream.answer.headers["content-type"] == NEW

    async with subscribe(address, world.a.coordinator, WAITING, **both) as first:
        async with subscribe(address, world.a.coordinator, WAITING, **both) as second:
            await asyncio.gather(first.next(), second.next())
            await refused(world.a.coordinator)
            async with subscribe(address, world.a.manager, WAITING, **both) as third:
                await third.next()
                await refused(world.a.staff[Role.SAFEGUARDING_LEAD])
        async with asyncio.timeout(SOON):
            while len(world.app.state.subscriptions) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        async with subscribe(address, world.a.coordinator, WAITING, **both) as again:
            await again.next()
    await gone(world.app)


@pytest.mark.usefixtures("impatient")
async def test_it_gives_signs_of_life(world: World, address: str, programme: str) -> None:
    async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
        await stream.next()
        await stream.silence(1)
        assert stream.heartbeats >= 3


@pytest.mark.usefixtures("impatient")
async def test_what_fails_for_a_moment_is_told_once_and_tried_again_without_an_event(
    world: World, address: str, programme: str
) -> None:
    rows, failing = Reader.rows, True

    async def now_and_then(reader: Reader, *given: Any, **more: Any) -> Any:
        if failing:
            raise Unavailable()
        return await rows(reader, *given, **more)

    with patch.object(Reader, "rows", now_and_then):
        async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
            assert code(await stream.next()) == "UNAVAILABLE"
            await stream.silence(0.5)
            failing = False
            assert (await stream.next())["data"]["waitingList"]["total"] == 0


async def test_a_feed_that_loses_its_connection_takes_up_where_it_was(
    world: World, rows: Rows, address: str, programme: str
) -> None:
    async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
        await stream.next()
        ended = await rows.sql.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query like '%pg_snapshot_xmin(pg_current_snapshot())%' and pid <> pg_backend_pid()"
        )
        assert ended
        pushed = await world.a.push(programme_id=programme)
        [entry] = (await stream.next())["data"]["waitingList"]["items"]
        assert entry["referralId"] == pushed["id"]


async def test_when_the_service_stops_its_streams_end_in_order_and_it_does_not_wait(
    world: World, settings: Settings, database_url: str, programme: str
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {
        "DATABASE_URL": database_url,
        "THROUGHGATE_DATA_DIR": str(settings.data_dir),
        "THROUGHGATE_BASE_URL": settings.issuer,
        "PORT": str(port),
    }
    command = (sys.executable, "-m", "app", "serve")
    service = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | ours)
    try:
        address = f"http://127.0.0.1:{port}"
        await _answers(address)
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(subscribe(address, world.a.coordinator, query, programme=programme))
                for query in (WAITING, REFERRALS, WAITING)
            ]
            for stream in streams:
                await stream.next()
            service.terminate()
            async with asyncio.timeout(5):
                for stream in streams:
                    await stream.ends()
                assert await service.wait() == 0
    finally:
        if service.returncode is None:
            service.kill()
            await service.wait()


async def _answers(address: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as http:
        while True:
            with suppress(httpx.TransportError):
                if (await http.get(f"{address}/health/readiness")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


# --- over HTTP ---------------------------------------------------------------------------------------------------------


async def test_without_a_usable_token_there_is_no_stream(world: World, address: str, programme: str) -> None:
    coordinator = world.a.coordinator
    for token in ("not.a.token", coordinator.token(authority=coordinator.authority - 1)):
        async with subscribe(address, coordinator, WAITING, token=token, programme=programme) as stream:
            assert stream.answer.status_code == 401
            assert stream.answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert stream.answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("accept", [NEW, "application/json", "*/*"])
async def test_who_does_not_accept_events_is_told_to(world: World, address: str, programme: str, accept: str) -> None:
    async with subscribe(address, world.a.coordinator, WAITING, accept=accept, programme=programme) as stream:
        assert stream.answer.status_code == 406
        [error] = stream.answer.json()["errors"]
        assert error["extensions"]["code"] == "NOT_ACCEPTABLE"
        assert "text/event-stream" in error["extensions"]["suggestedAction"]


async def test_a_client_that_accepts_everything_gets_a_stream_for_a_subscription_and_json_for_a_query(
    world: World, address: str, programme: str
) -> None:
    everything = f"{NEW}, application/json, {EVENTS}, multipart/mixed"
    async with subscribe(address, world.a.coordinator, WAITING, accept=everything, programme=programme) as stream:
        assert (await stream.next())["data"]["waitingList"]["total"] == 0
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {world.a.coordinator.token()}", "Accept": everything}
        answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert answer.headers["content-type"] == NEW


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("subscription {", "GRAPHQL_SYNTAX_ERROR"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { programmes { edges { cursor } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: referrals { edges { cursor } } b: referrals { edges { cursor } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription($n: Int!) { referrals(first: $n) { edges { cursor } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { referrals { " + "edges { node { history { id } } } " * 700 + "} }", "GRAPHQL_LIMIT_EXCEEDED"),
        ("subscription A { referrals { edges { cursor } } } query B { __typename }", "MALFORMED_REQUEST"),
    ],
    ids=["syntax", "unknown", "not live", "introspection", "two", "variable", "bomb", "which"],
)
async def test_what_is_wrong_with_a_document_is_told_in_the_stream(
    world: World, address: str, query: str, told: str
) -> None:
    """So the protocol asks: an EventSource shows nobody what stands in another answer."""
    async with subscribe(address, world.a.coordinator, query) as stream:
        assert stream.answer.status_code == 200
        result = await stream.next()
        assert result.keys() == {"errors"}
        assert {one["extensions"]["code"] for one in result["errors"]} == {told}
        await stream.ends()


async def test_a_query_and_a_change_are_one_result_and_the_end(world: World, address: str) -> None:
    register = """mutation { registerPartner(input: {name: "By events"}) {
        ... on RegisterPartnerPayload { organisation { name } } } }"""
    for query, told in (
        ("{ __typename }", {"__typename": "Query"}),
        (register, {"registerPartner": {"organisation": {"name": "By events"}}}),
    ):
        async with subscribe(address, world.a.manager, query) as stream:
            assert stream.answer.headers["content-type"].startswith(EVENTS)
            assert await stream.next() == {"data": told}
            await stream.ends()


async def test_by_get_one_may_subscribe_and_ask_but_not_change(world: World, address: str, programme: str) -> None:
    headers = {"Authorization": f"Bearer {world.a.coordinator.token()}", "Accept": EVENTS}
    variables = f'{{"programme": "{programme}"}}'
    async with httpx.AsyncClient(base_url=address, timeout=SOON, trust_env=False, headers=headers) as http:
        async with http.stream("GET", "/graphql", params={"query": WAITING, "variables": variables}) as answer:
            assert answer.status_code == 200
            stream = Stream(answer)
            reading = asyncio.create_task(stream.read())
            await stream.next()
            await world.a.push(programme_id=programme)
            assert (await stream.next())["data"]["waitingList"]["total"] == 1
            reading.cancel()
        asked = await http.get("/graphql", params={"query": "{ __typename }"})
        assert asked.text == 'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n'
        change = await http.get("/graphql", params={"query": "mutation { createPerson(input: {}) { __typename } }"})
        assert (change.status_code, change.headers["allow"]) == (405, "POST")
    await gone(world.app)


async def test_streams_are_counted_and_their_length_spoils_no_latency(
    world: World, address: str, programme: str
) -> None:
    async with subscribe(address, world.a.coordinator, WAITING, programme=programme) as stream:
        await stream.next()
        assert "throughgate_open_subscriptions 1.0" in (await world.a.manager.get("/metrics")).text
    await gone(world.app)
    text = (await world.a.manager.get("/metrics")).text
    assert "throughgate_open_subscriptions 0.0" in text
    assert 'http_route="/graphql#subscription"' in text
