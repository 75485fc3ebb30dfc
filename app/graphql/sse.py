"""GraphQL over server-sent events (the graphql-sse protocol, distinct connections): one request, one stream of results.

Each result is an event `next`, the end is an event `complete`. What is wrong with a document is told in the stream too, as
the protocol asks, for a browser's EventSource shows nobody what another answer says; only what concerns the request itself
(no usable token, too many streams, nobody there) keeps its HTTP status.
"""

import asyncio
from collections.abc import AsyncGenerator

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

EVENT_STREAM = "text/event-stream"
BY_STATUS = frozenset({401, 405, 429, 503})
SEND_SECONDS = 15  # a client that takes nothing for so long, with the buffers on the way full, is given up

# A proxy that gathers an answer before it hands it on would hold back everything.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

COMPLETE = b"event: complete\ndata:\n\n"  # without `data`, an EventSource would not tell of it
HEARTBEAT = b":\n\n"


def next_event(result: bytes) -> bytes:
    """An execution result as an event: a line of it, a line of data."""
    return b"event: next\ndata: " + b"\ndata: ".join(result.splitlines()) + b"\n\n"


def whole(result: bytes) -> Response:
    """The one result of a query, a change or a refusal, and the end."""
    return Response(next_event(result) + COMPLETE, 200, _HEADERS, EVENT_STREAM)


class EventStream(StreamingResponse):
    """Sends events as they come until there are no more or the client has gone; either way `rest` is closed at once."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        super().__init__(rest, 200, _HEADERS, EVENT_STREAM)
        self._first, self._rest = first, rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await self._rest.aclose()
        if not sending.cancelled() and (error := sending.exception()) is not None:
            raise error

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        taken = await _taken(send, self._first)
        while taken and (event := await anext(self._rest, None)) is not None:
            taken = await _taken(send, event)
        if taken:  # the server closes a connection whose answer has no end
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _taken(send: Send, event: bytes) -> bool:
    """Whether there was room for it in time."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "http.response.body", "body": event, "more_body": True})
    except TimeoutError:
        return False
    return True


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
