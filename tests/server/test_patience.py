"""A slow or bloated request keeps nobody else out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from app import server
from app.server import ImpatientProtocol

LARGE = 32_000_000


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False) and message["type"] != "http.disconnect"
    if scope["path"] == "/large":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b" " * LARGE})
        return
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(server, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(server, "STALLED_SECONDS", 0.3)
    running = uvicorn.Server(
        uvicorn.Config(_answer, port=0, http=ImpatientProtocol, lifespan="off", log_level="critical", ws="none")
    )
    # The test run keeps its own signal handlers.
    monkeypatch.setattr(running, "capture_signals", contextlib.nullcontext)
    task = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110 -- uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    await task


async def _send(port: int, *parts: bytes) -> bytes:
    """What comes back until the server closes, when the parts are sent one by one and then nothing more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        return await asyncio.wait_for(reader.read(), timeout=5)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"GET / HT",),
        (b"GET / HTTP/1.1\r\n", b"Host: x\r\n", b"X-Slow: "),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n", b"12345"),
    ],
    ids=["silence", "half a line", "half a head", "half a body"],
)
async def test_a_request_that_never_ends_is_closed_unanswered(port: int, parts: tuple[bytes, ...]) -> None:
    assert await _send(port, *parts) == b""


async def test_a_request_in_time_is_answered_and_the_next_one_on_the_connection_too(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert (await _send(port, request, last)).count(b"204 No Content") == 2


async def test_a_head_of_more_than_32_kib_is_refused(port: int) -> None:
    big = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(40)) + b"\r\n"
    assert (await _send(port, big)).startswith(b"HTTP/1.1 400")


async def test_others_are_answered_while_hundreds_dawdle(port: int) -> None:
    dawdlers = [asyncio.create_task(_send(port, b"GET / HTTP/1.1\r\nX-Slow: ")) for _ in range(200)]
    answered = await _send(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"204 No Content" in answered
    assert set(await asyncio.gather(*dawdlers)) == {b""}


async def _large(port: int, *, pause: float) -> int:
    """How much of a large answer comes to somebody who takes so long over each part of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000_000)
    writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    taken = 0
    try:
        while part := await asyncio.wait_for(reader.read(4_000_000), timeout=5):
            taken += len(part)
            await asyncio.sleep(pause)
    except ConnectionResetError:
        pass
    finally:
        writer.transport.abort()
    return taken


async def test_whoever_takes_nothing_in_is_cut_off_and_whoever_is_only_slow_is_not(port: int) -> None:
    assert await _large(port, pause=2.0) < LARGE
    assert await _large(port, pause=0.05) > LARGE
