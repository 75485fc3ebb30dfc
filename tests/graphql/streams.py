"""The service on a real port, and a client of graphql-sse that reads events as they come."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from app.server import ImpatientProtocol
from tests.world import Caller

EVENTS = "text/event-stream"
SOON = 10.0
"""What comes at all comes long before; a busy machine may take a while."""


@contextlib.asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The address of the application on a port of its own; httpx's ASGI transport would hand on nothing before the end."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, http=ImpatientProtocol, lifespan="off", log_level="critical", ws="none")
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # the test run keeps its own
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class Stream:
    """One open answer, read as it comes."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.heartbeats = 0
        self._events: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def read(self) -> None:
        """Takes the lines in until there are no more."""
        name, data = "", list[str]()
        with contextlib.suppress(httpx.TransportError):
            async for line in self.answer.aiter_lines():
                field, _, value = line.partition(":")
                if line == "" and name:
                    self._events.put_nowait((name, "\n".join(data)))
                    name, data = "", []
                elif line == ":":
                    self.heartbeats += 1
                elif field == "event":
                    name = value.strip()
                elif field == "data":
                    data.append(value.removeprefix(" "))
        self._events.put_nowait(("closed", ""))

    async def event(self, within: float = SOON) -> tuple[str, str]:
        """The next event: its name and its data."""
        async with asyncio.timeout(within):
            return await self._events.get()

    async def next(self, within: float = SOON) -> dict[str, Any]:
        """The next result."""
        name, data = await self.event(within)
        assert name == "next", (name, data)
        found: dict[str, Any] = json.loads(data)
        return found

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first result that is as wanted; what was there on the way may have been told or not."""
        async with asyncio.timeout(SOON):
            while not wanted(found := await self.next()):
                pass
            return found

    async def ends(self) -> None:
        """There is nothing more but the end, as the protocol has it."""
        assert await self.event() == ("complete", "")
        assert await self.event() == ("closed", "")

    async def silence(self, seconds: float) -> None:
        """Nothing but signs of life for so long."""
        with contextlib.suppress(TimeoutError):
            raise AssertionError(await self.event(seconds))


@contextlib.asynccontextmanager
async def subscribe(
    address: str, by: Caller, query: str, /, *, token: str | None = None, accept: str = EVENTS, **variables: Any
) -> AsyncIterator[Stream]:
    async with httpx.AsyncClient(base_url=address, timeout=SOON, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {token or by.token()}", "Accept": accept}
        body = {"query": query, "variables": variables}
        async with http.stream("POST", "/graphql", json=body, headers=headers) as answer:
            if answer.status_code != 200:
                await answer.aread()
            stream = Stream(answer)
            reading = asyncio.create_task(stream.read() if answer.status_code == 200 else asyncio.sleep(0))
            try:
                yield stream
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
