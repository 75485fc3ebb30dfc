"""The HTTP server's patience: uvicorn's protocol with time limits for a request's head and body, and a size for the
head; and its order when it stops.

uvicorn itself waits for ever for the rest of a header, so a few hundred slow sockets would keep everybody else out. A
proxy in front should have such limits too (deploy/); a service should not depend on it.
"""

import asyncio
import gc
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10
BODY_SECONDS = 30
STALLED_SECONDS = 20
HEAD_BYTES = 32 * 1024


class OrderlyServer(uvicorn.Server):
    """Tells the service that it stops before it waits for what is still being answered: a stream that nobody ends would be
    waited for until it is cut. Once started, it keeps the service's own objects out of the garbage collector's way."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is there now stays until the end: the collector need not go through it again with every large answer.
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request head takes longer than 10 seconds or is larger than 32 KiB, or whose body takes
    longer than 30 seconds more. An answer being written is cut short only where nothing of it was taken for 20 seconds: what
    waits for somebody who does not read would stay in memory for as long as he likes."""

    _deadline: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_within(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._moving()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_again(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._moving()
        super().resume_writing()

    def _look_again(self, waiting: int) -> None:
        self._moving()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self._if_stalled, waiting)

    def _if_stalled(self, waiting: int) -> None:
        now = self.transport.get_write_buffer_size()
        if now >= waiting:
            self.transport.abort()
        else:
            self._look_again(now)

    def _moving(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._expect_within(HEAD_SECONDS)

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name + value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._expect_within(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._expect_nothing()
        super().on_message_complete()

    def _count(self, part: bytes) -> None:
        self._head_bytes += len(part)
        if self._head_bytes > HEAD_BYTES:
            # The parser turns what its callbacks raise into its own error, and uvicorn answers that with 400.
            raise ValueError("the request head is too large")

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()
