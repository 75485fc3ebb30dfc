"""Counts statements where they cannot be missed: on the wire between the service and PostgreSQL."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

_EXECUTE, _QUERY, _SYNC = b"E", b"Q", b"S"


class Wire:
    """A relay on a port of its own. `statements` counts the messages Execute and Query, `round_trips` Sync and Query, of
    the frontend/backend protocol, whatever driver or pool sends them."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._tasks: set[asyncio.Task[None]] = set()
        self.statements = 0
        self.round_trips = 0
        self.port = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Wire"]:
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        from_server, to_server = await asyncio.open_connection(*self._target)
        back = asyncio.create_task(_copy(from_server, writer))
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                await self._listen(reader, to_server)
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            for each in (to_server, writer):
                each.close()
                with contextlib.suppress(ConnectionError):
                    await each.wait_closed()

    async def _listen(self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        untyped = True  # the first messages, up to the start-up message itself, have no type
        while True:
            kind = b"" if untyped else await reader.readexactly(1)
            length = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(length) - 4)
            if untyped and body[:2] == (3).to_bytes(2):  # protocol 3.x: no request for TLS, but the start
                untyped = False
            self.statements += kind in (_EXECUTE, _QUERY)
            self.round_trips += kind in (_SYNC, _QUERY)
            to_server.write(kind + length + body)
            await to_server.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
