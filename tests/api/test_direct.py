"""What is answered in front of FastAPI is answered as FastAPI would: same status, same headers, same bytes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from app.api.body import StrictBody
from app.api.context import RequestContext, Telemetry
from app.api.direct import Direct, direct_read, direct_write
from app.api.openapi import api_routes
from app.main import bare_app, create_app
from app.settings import Settings
from tests.world import Caller, World, client

QUERIES = (
    "",
    "?",
    "?limit=1",
    "?limit=01",
    "?limit=1&limit=2",
    "?limit=0",
    "?limit=x",
    "?limit=",
    "?limt=1",
    "?fields=id,version",
    "?fields=nothing",
    "?expand=history",
    "?expand=nothing&fields=id",
    "?order=-received_on",
    "?order=nothing",
    "?cursor=forged",
    "?disposition=waiting&disposition=allocated",
    "?disposition=nothing",
    "?received_from=2026-13-01",
    "?programme_id=not-one",
    "?reference=%00",
    "?reference=%ff",
    "?reference=a+b%20c",
    "?limit=1&=x",
    "?&&",
    "?limit=1;order=x",
)
SAME = ("content-type", "etag", "www-authenticate", "cache-control", "allow")
GETS = [route for route in api_routes(bare_app()) if "GET" in (route.methods or ())]


@pytest.fixture(scope="module")
async def usual(world: World, settings: Settings, database_url: str) -> AsyncIterator[FastAPI]:
    """The same service without the short way."""
    app = create_app(settings, database_url=database_url)
    app.in_front = lambda inner: RequestContext(
        StrictBody(inner, max_bytes=settings.max_body_bytes), telemetry=Telemetry()
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield app


@pytest.fixture(scope="module")
async def referral(world: World) -> str:
    pushed = await world.a.push()
    return str(pushed["id"])


def _callers(world: World) -> list[Caller]:
    return world.a.everybody()


@pytest.mark.parametrize("query", QUERIES)
async def test_a_list_is_answered_alike_on_both_ways(world: World, usual: FastAPI, referral: str, query: str) -> None:
    for caller in _callers(world):
        await _alike(caller, usual, f"/v1/referrals{query}")


@pytest.mark.parametrize("query", ["", "?fields=id", "?fields=x", "?expand=history", "?limit=1"])
async def test_one_thing_is_answered_alike_on_both_ways(
    world: World, usual: FastAPI, referral: str, query: str
) -> None:
    ids = (referral, referral.upper(), referral.replace("-", ""), "{" + referral + "}", str(uuid4()), "x", "")
    for caller in _callers(world):
        for key in ids:
            await _alike(caller, usual, f"/v1/referrals/{key}{query}")
        await _alike(caller, usual, f"/v1/referrals/{referral}/history{query}")
        await _alike(caller, usual, f"/v1/referrals/{referral}/{query}")


async def test_what_the_caller_has_already_is_not_sent_again(world: World, usual: FastAPI, referral: str) -> None:
    tag = (await world.a.coordinator.get(f"/v1/referrals/{referral}")).headers["etag"]
    for app in (world.app, usual):
        async with client(app) as http:
            headers = {"Authorization": f"Bearer {world.a.coordinator.token()}", "If-None-Match": tag}
            assert (await http.get(f"/v1/referrals/{referral}", headers=headers)).status_code == 304


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x", "Basic eDp5"])
async def test_nobody_unknown_is_answered_on_either_way(
    world: World, usual: FastAPI, referral: str, header: str | None
) -> None:
    for app in (world.app, usual):
        async with client(app) as http:
            sent = await http.get(f"/v1/referrals/{referral}", headers={"Authorization": header} if header else {})
            assert sent.status_code == 401
            assert sent.headers["www-authenticate"].startswith("Bearer")


def test_every_plain_get_takes_the_short_way() -> None:
    left = {route.name for route in GETS if direct_read(route) is None}
    signed_in = {route.name for route in GETS if route.path.startswith("/v1/")}
    assert len(signed_in - left) > 20
    assert left & signed_in == LONG_WAY


LONG_WAY = {"read_establishment", "read_metric", "read_chart"}
"""Their keys are no UUIDs."""


def test_an_address_of_its_own_is_not_taken_for_a_key() -> None:
    reads = Direct(bare_app(), GETS)
    for route in GETS:
        if "{" not in route.path:
            found = reads._find({"type": "http", "method": "GET", "path": route.path, "query_string": b""})
            assert found is None or found[0].route is route


async def _alike(caller: Caller, usual: FastAPI, path: str) -> None:
    headers = {"Authorization": f"Bearer {caller.token()}"}
    async with client(caller.app) as http, client(usual) as other:
        direct, plain = await http.get(path, headers=headers), await other.get(path, headers=headers)
    assert direct.status_code == plain.status_code, path
    assert [direct.headers.get(name) for name in SAME] == [plain.headers.get(name) for name in SAME], path
    ids = (direct.headers["request-id"], plain.headers["request-id"])
    assert direct.text.replace(ids[0], "-") == plain.text.replace(ids[1], "-"), path


BODIES: tuple[dict[str, Any] | list[Any] | None, ...] = (
    {},
    {"name": "Agency"},
    {"name": "Agency", "unknown": 1},
    {"name": ""},
    {"name": 7},
    [],
    None,
)
KEYS: tuple[str | None, ...] = (None, "a key", "", "x" * 256, '"quoted-1"', "plain-1")


@pytest.mark.parametrize("body", BODIES, ids=str)
@pytest.mark.parametrize("query", ["", "?", "?dry_run=true", "?dry_run=maybe", "?x=1"])
async def test_a_post_is_answered_alike_on_both_ways(world: World, usual: FastAPI, body: Any, query: str) -> None:
    for caller in (world.a.manager, world.a.coordinator, world.a.referrer):
        assert await _posted(caller, world.app, "/v1/organisations" + query, body) == await _posted(
            caller, usual, "/v1/organisations" + query, body
        )
        for change in ({}, {"source": "nobody"}, {"person": None}, {"received_on": "2026-02-30"}):
            referral = world.a.referral(**change) if isinstance(body, dict) else body
            ways = [await _posted(caller, app, "/v1/referrals" + query, referral) for app in (world.app, usual)]
            assert ways[0] == ways[1]


@pytest.mark.parametrize("key", KEYS, ids=str)
async def test_an_idempotency_key_means_the_same_on_both_ways(world: World, usual: FastAPI, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    seen = []
    for app in (world.app, usual):
        body = world.a.referral(reason=f"Key {key} {id(app)}")
        seen += [await _posted(world.a.referrer, app, "/v1/referrals", body, headers) for _ in range(2)]
    assert seen[0][0] in (201, 422)
    if seen[0][0] == 201 and key is not None:  # what was kept on one way is a repeat of another body on the other
        assert [status for status, _, _ in seen] == [201, 201, 422, 422]
        assert [repeated for _, _, repeated in seen[:2]] == [None, "true"]
    else:
        assert seen[0] == seen[2]


def test_what_makes_something_takes_the_short_way() -> None:
    short = {route.name for route in api_routes(bare_app()) if "POST" in (route.methods or ()) and direct_write(route)}
    assert {"submit_referral", "create_person", "create_member"} <= short
    assert "issue_token" not in short


async def _posted(
    caller: Caller, app: FastAPI, path: str, body: Any, headers: dict[str, str] | None = None
) -> tuple[int, Any, str | None]:
    """The status; of a problem all of it but the request's id, of anything else the names of its fields; the replay."""
    async with client(app) as http:
        sent = {"Authorization": f"Bearer {caller.token()}", **(headers or {})}
        answer = await http.post(path, json=body, headers=sent)
    told = answer.json()
    shown = {**told, "request_id": None} if answer.status_code >= 400 else sorted(told)
    return answer.status_code, shown, answer.headers.get("idempotency-replayed")
