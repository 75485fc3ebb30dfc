"""Reads in one round trip, writes in one transaction, always as the actor's own role.

Nothing outside this module begins, commits or rolls back. The login role has no rights on any table; a statement acts
as one of the roles of `kernel.roles`, inside the context that the function `throughgate.enter` sets for it alone.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database.connections import Connector, ReaderPool
from app.database.feed import Feed
from app.database.refusals import translated
from app.domain.kernel.access import Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import OWN_AUTHORITY
from app.domain.kernel.errors import OutcomeUnknown
from app.domain.kernel.reading import Plan
from app.domain.kernel.roles import AUTHENTICATOR, LOGIN, reading_role, writing_role
from app.domain.kernel.statements import DRIVER

_SYNC_LOST = "01000"

_ENTER = text(
    "select set_config('role', :role, true), throughgate.enter(:subject, :app_role, :authority, :request, null, null)"
)

_ACT_AS = {role: f"set local role {role}" for each in Role for role in (reading_role(each), writing_role(each))}


class Database:
    """Two small pools on one DSN: one for reads, whose connections each keep a role, one for write transactions; and the
    feed of what happened."""

    def __init__(self, dsn: str, *, pool_size: int = 8) -> None:
        connect = Connector(dsn)
        self._readers = ReaderPool(connect, pool_size)
        self.feed = Feed(connect)
        self._engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: connect(LOGIN),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_recycle=1800,
            pool_pre_ping=False,
            hide_parameters=True,  # an error must not carry what was written
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )

    async def close(self) -> None:
        await self.feed.close()
        await self._readers.close()
        await self._engine.dispose()

    async def ping(self) -> None:
        """Raises `Unavailable` unless the database answers."""
        with translated():
            async with self._readers.connection(AUTHENTICATOR) as connection:
                await connection.fetchval("select 1")

    async def fetch(
        self, plan: Plan, values: dict[str, Any], *, actor: Actor, request_id: str | None = None
    ) -> list[asyncpg.Record]:
        """Run a compiled read as the actor: one statement, one round trip, its own transaction."""
        arguments = plan.arguments({**values, **_context(actor, request_id, plan, values)})
        with translated():
            async with self._readers.connection(reading_role(actor.role)) as connection:
                rows: list[asyncpg.Record] = await connection.fetch(plan.sql, *arguments)
                return rows

    async def fetch_within(
        self,
        session: AsyncSession,
        plan: Plan,
        values: dict[str, Any],
        *,
        actor: Actor,
        request_id: str | None = None,
    ) -> list[asyncpg.Record]:
        """Run a compiled read inside a write transaction, so that an answer shows what was just written."""
        await session.flush()
        actor = replace(actor, authority=session.info.get(OWN_AUTHORITY, actor.authority))
        with translated():
            driver: asyncpg.Connection = session.info[DRIVER]
            arguments = plan.arguments({**values, **_context(actor, request_id, plan, values)})
            await driver.execute(_ACT_AS[reading_role(actor.role)])
            rows: list[asyncpg.Record] = await driver.fetch(plan.sql, *arguments)
            await driver.execute(_ACT_AS[writing_role(actor.role)])
            return rows

    @contextlib.asynccontextmanager
    async def write(
        self, actor: Actor, *, request_id: str | None = None, keep: bool = True
    ) -> AsyncIterator[AsyncSession]:
        """One write transaction as the actor. Commits when the block ends well, before anything is answered;
        `keep=False` (a dry run) always rolls back. Any error leaves nothing behind."""
        with translated():
            async with AsyncSession(self._engine, expire_on_commit=False, autoflush=False) as session:
                await session.exec(  # type: ignore[call-overload]
                    _ENTER,
                    params={
                        "role": writing_role(actor.role),
                        "subject": actor.subject_id,
                        "app_role": actor.role.value,
                        "authority": actor.authority,
                        "request": request_id,
                    },
                )
                raw = await (await session.connection()).get_raw_connection()
                session.info[DRIVER] = raw.driver_connection
                yield session
                if keep:
                    await self._commit(session)
                else:
                    await session.rollback()

    @contextlib.asynccontextmanager
    async def authenticator(self) -> AsyncIterator[AsyncSession]:
        """The transaction in which credentials are checked: nobody is signed in yet."""
        with translated():
            async with AsyncSession(self._engine, expire_on_commit=False, autoflush=False) as session:
                await session.exec(text("select set_config('role', :role, true)"), params={"role": AUTHENTICATOR})  # type: ignore[call-overload]
                yield session
                await self._commit(session)

    @contextlib.asynccontextmanager
    async def bootstrap(self) -> AsyncIterator[AsyncSession]:
        """The transaction in which the platform is founded: there is nobody yet who could sign in."""
        with translated():
            async with AsyncSession(self._engine, expire_on_commit=False, autoflush=False) as session:
                await session.exec(
                    text("select set_config('role', :role, true)"),
                    params={"role": reading_role(Role.PLATFORM_OPERATOR)},
                )  # type: ignore[call-overload]
                yield session
                await self._commit(session)

    async def tidy(self) -> None:
        """Forget what has no use any more: stored answers after 48 hours, failed log-ins after a day."""
        async with self.authenticator() as session:
            await session.exec(text("delete from idempotency_record where created_at < now() - interval '48 hours'"))  # type: ignore[call-overload]
            await session.exec(text("delete from log_in_attempts where last_failed_at < now() - interval '1 day'"))  # type: ignore[call-overload]

    async def _commit(self, session: AsyncSession) -> None:
        """A commit that a synchronous standby did not confirm is neither kept nor lost: say so (`OutcomeUnknown`)."""
        raw = await (await session.connection()).get_raw_connection()
        driver: asyncpg.Connection = raw.driver_connection
        warnings: list[Any] = []

        def listen(_: Any, message: Any) -> None:
            if message.sqlstate == _SYNC_LOST:
                warnings.append(message)

        driver.add_log_listener(listen)
        try:
            await session.commit()
        finally:
            driver.remove_log_listener(listen)
        if warnings:
            raise OutcomeUnknown()


def _context(actor: Actor, request_id: str | None, plan: Plan, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "ctx_subject": actor.subject_id,
        "ctx_role": actor.role.value,
        "ctx_authority": actor.authority,
        "ctx_request": request_id,
        "ctx_charity": actor.charity_id,
        "ctx_organisation": actor.organisation_id,
        "ctx_audit_action": plan.audited,
        "ctx_audit_object": values.get("key") if plan.audited and isinstance(values.get("key"), UUID) else None,
    }
