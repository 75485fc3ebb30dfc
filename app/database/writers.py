"""Write transactions: begun and ended by the driver, with SQLAlchemy beside it for whoever wants its session.

SQLAlchemy is told that its connections commit by themselves, so that it neither begins nor ends anything: that is done
here, in one round trip each, and a transaction in which nobody used the session costs nothing of its machinery.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import asyncpg
import orjson
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database.connections import Pool
from app.domain.kernel.errors import OutcomeUnknown
from app.domain.kernel.roles import LOGIN
from app.domain.kernel.statements import DRIVER

_SYNC_LOST = "01000"


class Writer:
    """One connection, as the driver and as SQLAlchemy see it."""

    def __init__(self, connection: AsyncConnection, driver: asyncpg.Connection) -> None:
        self.connection, self.driver = connection, driver
        self.unconfirmed = False
        driver.add_log_listener(self._hear)

    @classmethod
    async def open(cls, engine: AsyncEngine) -> Self:
        connection = await engine.connect()
        raw = await connection.get_raw_connection()
        return cls(connection, raw.driver_connection)

    def is_closed(self) -> bool:
        return bool(self.driver.is_closed()) or self.connection.invalidated

    def terminate(self) -> None:
        self.driver.terminate()

    async def close(self) -> None:
        await self.connection.close()

    async def commit(self) -> None:
        """A commit that a synchronous standby did not confirm is neither kept nor lost: say so (`OutcomeUnknown`)."""
        self.unconfirmed = False
        if await self.driver.execute("commit") != "COMMIT":  # of a transaction that failed before, and nobody said so
            raise RuntimeError("the transaction had failed: nothing was kept")
        if self.unconfirmed:
            raise OutcomeUnknown()

    def _hear(self, _: Any, message: Any) -> None:
        if message.sqlstate == _SYNC_LOST:
            self.unconfirmed = True


class Writers:
    """The pool of connections for writes."""

    def __init__(self, connect: Callable[[str], Awaitable[asyncpg.Connection]], size: int) -> None:
        self._engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: connect(LOGIN),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,  # an error must not carry what was written
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )
        self._pool: Pool[Writer] = Pool(lambda _: Writer.open(self._engine), size)

    @property
    def busy(self) -> int:
        """How many transactions are under way."""
        return self._pool.busy

    async def close(self) -> None:
        await self._pool.close()
        await self._engine.dispose()

    @contextlib.asynccontextmanager
    async def transaction(self, first: str, *, keep: bool = True) -> AsyncIterator[AsyncSession]:
        """A transaction that starts with this statement, which says who acts. Kept if the block ends well and `keep`;
        nothing of it is left otherwise."""
        _, writer = await self._pool.take(LOGIN)
        session: AsyncSession | None = None
        try:
            await writer.driver.execute(f"begin; {first}")
            session = AsyncSession(writer.connection, expire_on_commit=False, autoflush=False)
            session.info[DRIVER] = writer.driver
            yield session
            if keep:
                if session.new or session.dirty or session.deleted:
                    await session.flush()
                await writer.commit()
            else:
                await writer.driver.execute("rollback")
        except Exception:
            await self._undo(writer, session)
            raise
        except BaseException:
            self._pool.discard(writer)  # cancelled in the middle of a statement: not trusted again
            raise
        await _forget(session)
        self._pool.give_back(LOGIN, writer)

    async def _undo(self, writer: Writer, session: AsyncSession | None) -> None:
        try:
            if session is not None:
                await _forget(session)
            await writer.driver.execute("rollback")
        except BaseException:
            self._pool.discard(writer)
            raise
        self._pool.give_back(LOGIN, writer)


async def _forget(session: AsyncSession) -> None:
    """Leave the connection as it was found; for a session that was never used there is nothing to do."""
    if session.in_transaction():
        await session.close()
