"""Following the outbox: what happened, in the order of `kernel.events`, told to whoever in this process listens.

The feed asks four times a second, on one connection of its own, and only while somebody listens. PostgreSQL could call
instead (NOTIFY), but a transaction that notifies commits under a lock of the whole server: every push of every agency
would wait for the one before it.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog

from app.database.refusals import translated
from app.domain.kernel.roles import FEED

INTERVAL_SECONDS = 0.25
_PATIENCE_SECONDS = 1  # before a database that did not answer is asked again
_AT_ONCE = 1_000

log = structlog.get_logger("throughgate.feed")

_HERE = "select pg_snapshot_xmin(pg_current_snapshot())"
_AFTER = """
select transaction, sequence, id, charity_id, type, aggregate_id, aggregate_version, partner_id, occurred_at
  from event
 where transaction < pg_snapshot_xmin(pg_current_snapshot()) and (transaction, sequence) > ($1, $2)
 order by transaction, sequence
 limit $3
"""


class Position(NamedTuple):
    """A place in the order of events: that of the last one that was told."""

    transaction: int
    sequence: int


class Happened(NamedTuple):
    """One event, as thin as it is kept."""

    at: Position
    id: UUID
    charity_id: UUID
    type: str
    aggregate_id: UUID
    aggregate_version: int
    partner_id: UUID | None
    occurred_at: datetime


async def here(connection: asyncpg.Connection) -> Position:
    """The end as it is now. What is not yet before it comes after it, also if it is being written already."""
    return Position(await connection.fetchval(_HERE), 0)


async def after(connection: asyncpg.Connection, position: Position, limit: int = _AT_ONCE) -> list[Happened]:
    """The events that follow a position, in order: at most `limit`; fewer mean that these are all for now."""
    rows = await connection.fetch(_AFTER, *position, limit)
    return [Happened(Position(*row[:2]), *row[2:]) for row in map(tuple, rows)]


@dataclass(frozen=True, eq=False)
class Follower:
    """Wants to know when something happened in a charity of which the type begins so."""

    charity_id: UUID
    types: tuple[str, ...]
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """Wakes its followers. It tells them that they should look, not what happened: whoever is slow looks once, at how
    things stand then, however much happened."""

    def __init__(self, connect: Callable[[str], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._followers: set[Follower] = set()
        self._starting = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None

    @contextlib.asynccontextmanager
    async def follow(self, *, charity_id: UUID, types: tuple[str, ...]) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever something happened that concerns the follower. Whoever looks after he began to
        follow misses nothing. Raises `Unavailable` if the database cannot be reached."""
        follower = Follower(charity_id, types)
        self._followers.add(follower)
        try:
            await self._begin()
            yield follower.woken
        finally:
            self._followers.discard(follower)

    async def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            self._stop()  # a task that had not begun ends without a trace
            await asyncio.sleep(0)  # in which the connection's transport closes

    async def _begin(self) -> None:
        async with self._starting:
            if self._following is None:
                try:
                    with translated():
                        self._connection = await self._connect(FEED)
                        start = await here(self._connection)
                except BaseException:
                    self._stop()
                    raise
                self._following = asyncio.create_task(self._follow(start))

    def _stop(self) -> None:
        """Without waiting for anything: whoever comes next begins anew."""
        self._following = None
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _follow(self, position: Position) -> None:
        try:
            while self._followers:
                await asyncio.sleep(INTERVAL_SECONDS)
                try:
                    position = await self._tell(position)
                except Exception as error:  # whatever it was: followers wait, and miss nothing once it has passed
                    log.warning("the feed of events waits for the database", error_type=type(error).__name__)
                    await asyncio.sleep(_PATIENCE_SECONDS)
        finally:
            self._stop()

    async def _tell(self, position: Position) -> Position:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect(FEED)
        while True:
            happened = await after(self._connection, position)
            if not happened:
                return position
            self._wake(happened)
            position = happened[-1].at
            if len(happened) < _AT_ONCE:
                return position

    def _wake(self, happened: list[Happened]) -> None:
        types: dict[UUID, set[str]] = defaultdict(set)
        for one in happened:
            types[one.charity_id].add(one.type)
        for follower in self._followers:
            if any(type.startswith(follower.types) for type in types.get(follower.charity_id, ())):
                follower.woken.set()
