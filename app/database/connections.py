"""Connections: how each one starts, and the small pools that hand them from caller to caller."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import asyncpg

_SERVER_SETTINGS = {
    "application_name": "throughgate",
    "timezone": "UTC",
    "standard_conforming_strings": "on",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}
_CLOSE_SECONDS = 5
_TURN_SECONDS = 10  # how long a reader waits for a connection before it is told that the service is busy


class Connector:
    """Opens connections on one DSN, each as a database role from its first moment on.

    A transaction pooler between us and PostgreSQL would hand one caller's role and prepared statements to the next. The
    role is a start-up parameter, which PgBouncer refuses: the service does not start behind one, rather than leak.
    """

    def __init__(self, dsn: str, **settings: str) -> None:
        self._dsn = dsn
        self._settings = _SERVER_SETTINGS | settings

    async def __call__(self, role: str) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._dsn,
            server_settings={**self._settings, "role": role},
            statement_cache_size=128,  # bounded, as a GraphQL document can ask for a new statement each time
            max_cacheable_statement_size=65_536,  # `node` asks of every kind of thing: it is prepared once, too
            timeout=10,
            command_timeout=20,
        )


class Link(Protocol):
    """What a pool hands out."""

    def is_closed(self) -> bool: ...
    def terminate(self) -> None: ...
    async def close(self) -> None: ...


L = TypeVar("L", bound=Link)


class Pool(Generic[L]):
    """A few links that go from hand to hand; when all are busy, callers wait in line and each gets the next free one at
    once. Few connections win on PostgreSQL. A link keeps the database role that it last had."""

    def __init__(self, connect: Callable[[str], Awaitable[L]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._open = 0
        self._idle: list[tuple[str, L]] = []
        self._waiting: deque[tuple[asyncio.Future[tuple[str, L] | None], float]] = deque()
        self._impatience: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def busy(self) -> int:
        """How many links are in somebody's hands."""
        return self._open - len(self._idle)

    async def take(self, role: str) -> tuple[str, L]:
        """A link, with this role if one is free. Raises `TimeoutError` after ten seconds in line."""
        return self._idle_one(role) or await self._next(role)

    def give_back(self, role: str, link: L) -> None:
        if link.is_closed() or self._closed:
            self.discard(link)
        elif not self._wake((role, link)):
            self._idle.append((role, link))

    def discard(self, link: L) -> None:
        """For one that is not to be trusted again."""
        link.terminate()
        self._leave()

    async def close(self) -> None:
        self._closed = True
        if self._impatience is not None:
            self._impatience.cancel()
        idle, self._idle = self._idle, []
        for _, link in idle:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await link.close()

    def _idle_one(self, role: str) -> tuple[str, L] | None:
        """One that has this role already and nothing to do: the usual case, without a task to wait in."""
        for position, (held, link) in enumerate(self._idle):
            if held == role:
                del self._idle[position]
                if not link.is_closed():
                    return held, link
                self._open -= 1
                break
        return None

    async def _next(self, role: str) -> tuple[str, L]:
        if self._open < self._size and not self._closed:
            return await self._new(role)
        while self._idle:
            held, link = self._idle.pop(0)
            if not link.is_closed():
                return held, link
            self._open -= 1
            return await self._new(role)
        loop = asyncio.get_running_loop()
        place: asyncio.Future[tuple[str, L] | None] = loop.create_future()
        self._waiting.append((place, loop.time() + _TURN_SECONDS))
        if self._impatience is None:
            self._impatience = loop.call_later(_TURN_SECONDS, self._send_away)
        try:
            handed = await place
        except asyncio.CancelledError:
            in_time = place.done() and not place.cancelled() and place.exception() is None
            if in_time:
                late = place.result()
                if late is not None:
                    self.give_back(*late)
                else:  # it was told to open one: whoever is next may
                    self._leave()
            raise
        return handed if handed is not None else await self._new(role, promised=True)

    def _send_away(self) -> None:
        """Whoever has waited too long is told so. One timer for the whole line, as the first in it is the first to go."""
        loop = asyncio.get_running_loop()
        while self._waiting and (self._waiting[0][1] <= loop.time() or self._waiting[0][0].done()):
            place, _ = self._waiting.popleft()
            if not place.done():
                place.set_exception(TimeoutError())
        self._impatience = loop.call_at(self._waiting[0][1], self._send_away) if self._waiting else None

    async def _new(self, role: str, *, promised: bool = False) -> tuple[str, L]:
        """`promised`: its place was left by another, and is counted still."""
        self._open += not promised
        try:
            return role, await self._connect(role)
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        """A place is free: whoever is next may open a link in it; it stays counted, so that no newcomer takes it too."""
        if not self._wake(None):
            self._open -= 1

    def _wake(self, handed: tuple[str, L] | None) -> bool:
        while self._waiting:
            place, _ = self._waiting.popleft()
            if not place.done():
                place.set_result(handed)
                return True
        return False


class ReaderPool(Pool[asyncpg.Connection]):
    """Connections for reads. One changes role only while nobody uses it, and `throughgate.enter` checks it again in each
    statement."""

    async def fetch(self, role: str, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """One statement, as this role, in a transaction of its own."""
        held_role, connection = await self.take(role)
        try:
            if held_role != role:
                await connection.execute(f'set session role "{role}"')
                held_role = role
            rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
        except asyncpg.PostgresError:
            self.give_back(role if held_role == role else "", connection)
            raise
        except BaseException:
            # Cancelled or out of step in the middle of a statement: this connection is not trusted again.
            self.discard(connection)
            raise
        self.give_back(held_role, connection)
        return rows
