"""Connections: how each one starts, and the small pool that hands them from reader to reader."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg

_SERVER_SETTINGS = {
    "application_name": "throughgate",
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}
_TURN_SECONDS = 10  # how long a reader waits for a connection before it is told that the service is busy


class Connector:
    """Opens connections on one DSN, each as a database role from its first moment on.

    A transaction pooler between us and PostgreSQL would hand one caller's role and prepared statements to the next. The
    role is a start-up parameter, which PgBouncer refuses: the service does not start behind one, rather than leak.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def __call__(self, role: str) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._dsn,
            server_settings={**_SERVER_SETTINGS, "role": role},
            statement_cache_size=128,  # bounded, as a GraphQL document can ask for a new statement each time
            timeout=10,
            command_timeout=20,
        )


Held = tuple[str, asyncpg.Connection]


class ReaderPool:
    """Connections that keep their database role; a waiting caller is handed the next free one at once.

    Few connections win on PostgreSQL, so when all are busy callers wait in line. A connection changes role only while
    nobody uses it, and `throughgate.enter` checks it again in each statement.
    """

    def __init__(self, connect: Callable[[str], Awaitable[asyncpg.Connection]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._open = 0
        self._idle: list[Held] = []
        self._waiting: deque[asyncio.Future[Held | None]] = deque()
        self._closed = False

    @contextlib.asynccontextmanager
    async def connection(self, role: str) -> AsyncIterator[asyncpg.Connection]:
        held_role, connection = self._idle_one(role) or await self._take(role)
        try:
            if held_role != role:
                await connection.execute(f'set session role "{role}"')
                held_role = role
            yield connection
        except asyncpg.PostgresError:
            self._give_back(role if held_role == role else "", connection)
            raise
        except BaseException:
            # Cancelled or out of step in the middle of a statement: this connection is not trusted again.
            self._discard(connection)
            raise
        else:
            self._give_back(held_role, connection)

    def _idle_one(self, role: str) -> Held | None:
        """One that has this role already and nothing to do: the usual case, without a task to wait in."""
        for position, (held, connection) in enumerate(self._idle):
            if held == role:
                del self._idle[position]
                if not connection.is_closed():
                    return held, connection
                self._open -= 1
                break
        return None

    async def _take(self, role: str) -> Held:
        if self._open < self._size and not self._closed:
            return await self._new(role)
        while self._idle:
            held, connection = self._idle.pop(0)
            if not connection.is_closed():
                return held, connection
            self._open -= 1
            return await self._new(role)
        place: asyncio.Future[Held | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                handed = await place
        except (asyncio.CancelledError, TimeoutError):
            if place.done() and not place.cancelled() and (late := place.result()) is not None:
                self._give_back(*late)
            raise
        return handed if handed is not None else await self._new(role)

    async def _new(self, role: str) -> Held:
        self._open += 1
        try:
            return role, await self._connect(role)
        except BaseException:
            self._open -= 1
            self._wake(None)
            raise

    def _give_back(self, role: str, connection: asyncpg.Connection) -> None:
        if connection.is_closed() or self._closed:
            self._discard(connection)
        elif not self._wake((role, connection)):
            self._idle.append((role, connection))

    def _discard(self, connection: asyncpg.Connection) -> None:
        connection.terminate()
        self._open -= 1
        self._wake(None)

    def _wake(self, handed: Held | None) -> bool:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(handed)
                return True
        return False

    async def close(self) -> None:
        self._closed = True
        idle, self._idle = self._idle, []
        for _, connection in idle:
            await connection.close(timeout=5)
