"""A retry is not a second deed: one row for one key, whatever is repeated, by whomever, and whatever dies in between."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.domain.kernel.rows import new_id
from app.settings import Settings
from tests.referrals.helpers import listed, new_programme, read, row_counts, sql
from tests.world import Caller, World, client

ROOT = Path(__file__).parents[2]
NOT_YET = (409, 503)


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"{name}-{new_id()}"}


async def referrals_of(url: str, programme: str) -> list[Any]:
    return await sql(url, "select id, partner_reference, reason from referral where programme_id = $1", programme)


async def test_a_thousand_retries_at_once_are_one_referral_and_one_answer(world: World, database_url: str) -> None:
    programme = await new_programme(world.a)
    before = await row_counts(database_url)
    body = world.a.referral(programme_id=programme)
    headers = {"Authorization": f"Bearer {world.a.machine.token()}", **key("thousand")}
    at_once = asyncio.Semaphore(200)
    async with client(world.app) as http:

        async def retry() -> tuple[int, bytes, str | None]:
            async with at_once:
                answer = await http.post("/v1/referrals", json=body, headers=headers)
                return answer.status_code, answer.content, answer.headers.get("location")

        answers = await asyncio.gather(*(retry() for _ in range(1000)))
        last = await http.post("/v1/referrals", json=body, headers=headers)

    final = {answer for answer in answers if answer[0] not in NOT_YET}
    assert final == {(201, last.content, last.headers["location"])}
    assert last.headers["idempotency-replayed"] == "true"
    assert len(await referrals_of(database_url, programme)) == 1
    # Nothing else was done twice either.
    after = await row_counts(database_url)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "audit_entry": 1,
        "custody_facts": 1,
        "disposition_change": 1,
        "eligibility_decision": 1,
        "event": 1,
        "idempotency_record": 1,
        "person": 1,
        "referral": 1,
    }
    for status, content, _ in answers:
        if status in NOT_YET:
            assert json.loads(content)["code"] in ("IDEMPOTENCY_KEY_IN_USE", "UNAVAILABLE")


async def test_a_replay_is_the_first_answer_even_when_much_has_happened_since(world: World) -> None:
    headers = key("replay")
    body = world.a.referral()
    first = await world.a.machine.post("/v1/referrals", body, headers=headers)
    path = f"/v1/referrals/{first.json()['id']}"
    await world.a.machine.step(f"{path}/withdraw", {"reason": "Not needed."})
    again = await world.a.machine.post("/v1/referrals", body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"] == path
    assert "idempotency-replayed" not in first.headers
    reordered = dict(reversed(body.items()))
    assert (await world.a.machine.post("/v1/referrals", reordered, headers=headers)).content == first.content


async def test_a_key_belongs_to_one_request(world: World, database_url: str) -> None:
    programme = await new_programme(world.a)
    headers = key("other-body")
    first = await world.a.machine.post("/v1/referrals", world.a.referral(programme_id=programme), headers=headers)
    assert first.status_code == 201
    other = await world.a.machine.post(
        "/v1/referrals", world.a.referral(programme_id=programme, reason="Another one."), headers=headers
    )
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert len(await referrals_of(database_url, programme)) == 1


async def test_a_key_is_ones_own(world: World, database_url: str) -> None:
    programme = await new_programme(world.a)
    headers = key("shared")
    body = world.a.referral(programme_id=programme)
    callers = (world.a.machine, world.a.referrer, world.a.coordinator)
    answers = [await by.post("/v1/referrals", body, headers=headers) for by in callers]
    elsewhere = await world.b.machine.post("/v1/referrals", world.b.referral(), headers=headers)
    assert [answer.status_code for answer in (*answers, elsewhere)] == [201] * 4
    assert len({answer.json()["id"] for answer in (*answers, elsewhere)}) == 4
    assert len(await referrals_of(database_url, programme)) == 3


async def test_a_key_is_not_used_up_by_a_failure(world: World) -> None:
    headers = key("failed")
    wrong = await world.a.machine.post("/v1/referrals", world.a.referral(programme_id=str(new_id())), headers=headers)
    assert wrong.status_code == 422
    mended = await world.a.machine.post("/v1/referrals", world.a.referral(), headers=headers)
    assert mended.status_code == 201
    unreadable = await world.a.machine.post("/v1/referrals", {"source": "nobody"}, headers=key("unreadable"))
    assert unreadable.status_code == 422


@pytest.mark.parametrize("unfit", ["", "with space", "x" * 256, "tab\there"])
async def test_a_key_that_is_none_is_refused(world: World, unfit: str) -> None:
    answer = await world.a.machine.post("/v1/referrals", world.a.referral(), headers={"Idempotency-Key": unfit})
    assert answer.status_code == 422


async def test_every_post_that_makes_something_takes_a_key(world: World) -> None:
    person = (await world.a.coordinator.post("/v1/people", {"given_name": "Testcase"})).json()["id"]
    posts: list[tuple[Caller, str, dict[str, Any]]] = [
        (world.a.coordinator, "/v1/people", {"given_name": "Testcase"}),
        (world.a.coordinator, f"/v1/people/{person}/custody-facts", {"source": "OMU (example)"}),
        (
            world.a.coordinator,
            f"/v1/people/{person}/consents",
            {"purpose": "CASE_STUDY", "given": False, "stated_at": "2026-11-01T10:00:00Z"},
        ),
        (
            world.a.coordinator,
            f"/v1/people/{person}/explanations",
            {"kind": "VOLUNTARY", "explained_at": "2026-11-01T10:00:00Z"},
        ),
        (world.a.manager, "/v1/organisations", {"name": "Example agency"}),
        (world.a.manager, "/v1/programmes", {"name": "Example programme"}),
        (world.a.manager, "/v1/clients", {"name": "Example program", "role": "analyst", "scopes": ["programmes:read"]}),
    ]
    for by, path, body in posts:
        headers = key("posts")
        first, again = [await by.post(path, body, headers=headers) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 201), path
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"


# Real processes, real sockets


@dataclass
class Service:
    """A process that answers on a port of loopback."""

    pid: int
    port: int

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


Start = Callable[..., Awaitable[Service]]


@pytest.fixture
async def start(settings: Settings, database_url: str) -> AsyncIterator[Start]:
    """Starts the service; whatever was started is stopped by its pid in the end."""
    running: list[Service] = []
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.referrals._server", str(settings.data_dir), database_url),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def begin(port: int = 0) -> Service:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(f"{port}\n".encode())
        pid, listens_on = (await parent.stdout.readline()).split()
        running.append(Service(int(pid), int(listens_on)))
        return running[-1]

    yield begin
    if running:
        running[-1].kill()  # the others were killed before, and their numbers may be somebody else's by now
    assert parent.stdin is not None
    parent.stdin.close()
    await parent.wait()


@asynccontextmanager
async def pushing(orders: dict[str, Any]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-E", str(Path(__file__).parent / "_pusher.py")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(orders).encode())
        process.stdin.close()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answers_of(orders: dict[str, Any]) -> list[tuple[str, int, str]]:
    async with pushing(orders) as process:
        assert process.stdout is not None
        lines = (await process.stdout.read()).splitlines()
        assert await process.wait() == 0
        return [tuple(json.loads(line)) for line in lines]


async def test_twenty_processes_push_each_referral_once(world: World, database_url: str, start: Start) -> None:
    """Two processes share each key, as two workers of one case system do after a restart."""
    programme = await new_programme(world.a)
    service = await start()
    token = world.a.machine.token()
    run = new_id()
    orders = []
    for process in range(20):
        pair = process // 2
        pushes = [
            (f"{run}-{pair}-{n}", world.a.referral(programme_id=programme, reason=f"{pair}-{n}")) for n in range(15)
        ]
        # One of the pair begins at the other end, so that they meet in the middle.
        orders.append({"port": service.port, "token": token, "pushes": pushes[:: 1 if process % 2 else -1]})
    answered = [answer for found in await asyncio.gather(*map(answers_of, orders)) for answer in found]

    assert Counter(status for _, status, _ in answered) == {201: 300}
    bodies: dict[str, set[str]] = {}
    for name, _, text in answered:
        bodies.setdefault(name, set()).add(text)
    assert len(bodies) == 150
    assert all(len(texts) == 1 for texts in bodies.values())
    rows = await referrals_of(database_url, programme)
    assert Counter(row["reason"] for row in rows) == {f"{pair}-{n}": 1 for pair in range(10) for n in range(15)}
    assert {str(row["id"]) for row in rows} == {json.loads(text)["id"] for _, _, text in answered}


async def test_nothing_acknowledged_is_lost_when_the_service_is_killed_and_nothing_is_done_twice(
    world: World, database_url: str, start: Start
) -> None:
    programme = await new_programme(world.a)
    token = world.a.machine.token()
    run = new_id()
    service = await start()
    port = service.port
    acknowledged: dict[str, str] = {}
    heard = asyncio.Event()
    lots = [
        [(f"{run}-{w}-{n}", world.a.referral(programme_id=programme, reason=f"{w}-{n}")) for n in range(30)]
        for w in range(4)
    ]

    async def follow(process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            name, status, text = json.loads(line)
            assert status == 201, text
            acknowledged[name] = text
            heard.set()

    async def kill_and_start_again() -> None:
        nonlocal service
        for goal in range(15, 105, 15):
            while len(acknowledged) < goal:
                heard.clear()
                await heard.wait()
            service.kill()
            service = await start(port)

    async with asyncio.TaskGroup() as group:

        async def push(lot: list[Any]) -> None:
            async with pushing({"port": port, "token": token, "pushes": lot}) as process:
                await follow(process)

        for lot in lots:
            group.create_task(push(lot))
        group.create_task(kill_and_start_again())

    assert len(acknowledged) == 120
    rows = await referrals_of(database_url, programme)
    assert Counter(row["reason"] for row in rows) == {f"{w}-{n}": 1 for w in range(4) for n in range(30)}
    # Whoever asks again gets what was answered then, and what was answered is there.
    pushes = [push for lot in lots for push in lot]
    again = await answers_of({"port": port, "token": token, "pushes": pushes})
    assert {name: text for name, _, text in again} == acknowledged
    assert {json.loads(text)["id"] for text in acknowledged.values()} == {str(row["id"]) for row in rows}
    shown = await listed(world.a.machine, "/v1/referrals", programme_id=programme, limit=100, fields="reference")
    assert len(shown) == 120
    one = json.loads(acknowledged[pushes[0][0]])
    assert (await read(world.a.machine, f"/v1/referrals/{one['id']}"))["reference"] == one["reference"]
