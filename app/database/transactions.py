"""Reads in one round trip, writes in one transaction, always as the actor's own role.

Nothing outside this module begins, commits or rolls back. The login role has no rights on any table; a statement acts
as one of the roles of `kernel.roles`, inside the context that the function `throughgate.enter` sets for it alone.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import func, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database.connections import Connector, ReaderPool
from app.database.feed import Feed
from app.database.refusals import translated
from app.database.writers import Writers
from app.domain.kernel.access import Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import OWN_AUTHORITY
from app.domain.kernel.reading import Plan
from app.domain.kernel.roles import AUTHENTICATOR, PUBLIC, reading_role, writing_role
from app.domain.kernel.statements import DRIVER

_PUBLIC_CONNECTIONS = 2
"""However many ask the directory or for a calendar without a token, they keep nobody waiting who is signed in."""
_PUBLIC_PATIENCE = "3s"


class Database:
    """Two small pools on one DSN: one for reads, whose connections each keep a role, one for write transactions; two connections
    for whoever asks without a token; and the feed of what happened."""

    def __init__(self, dsn: str, *, pool_size: int = 8) -> None:
        connect = Connector(dsn)
        self._readers = ReaderPool(connect, pool_size)
        self._public = ReaderPool(
            Connector(dsn, statement_timeout=_PUBLIC_PATIENCE), min(_PUBLIC_CONNECTIONS, pool_size)
        )
        self.feed = Feed(connect)
        self._writers = Writers(connect, pool_size)

    @property
    def writing(self) -> int:
        """How many write transactions are under way."""
        return self._writers.busy

    async def close(self) -> None:
        await self.feed.close()
        await self._readers.close()
        await self._public.close()
        await self._writers.close()

    async def ping(self) -> None:
        """Raises `Unavailable` unless the database answers."""
        with translated():
            await self._readers.fetch(AUTHENTICATOR, "select 1", ())

    async def fetch_public(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Run a statement of our own as nobody: it sees of the directory what is for everybody, and nothing else at all."""
        with translated():
            return await self._public.fetch(PUBLIC, sql, arguments)

    async def fetch_by_secret(self, sql: str, secret: bytes) -> list[asyncpg.Record]:
        """Run a statement of our own for whoever shows a secret instead of a token, by the digest of it."""
        with translated():
            return await self._public.fetch(AUTHENTICATOR, sql, (secret,))

    async def fetch(
        self, plan: Plan, values: dict[str, Any], *, actor: Actor, request_id: str | None = None
    ) -> list[asyncpg.Record]:
        """Run a compiled read as the actor: one statement, one round trip, its own transaction."""
        arguments = plan.arguments({**values, **_context(actor, request_id, plan, values)})
        with translated():
            return await self._readers.fetch(reading_role(actor.role), plan.sql, arguments)

    async def fetch_within(
        self,
        session: AsyncSession,
        plan: Plan,
        values: dict[str, Any],
        *,
        actor: Actor,
        request_id: str | None = None,
        last: bool = False,
    ) -> list[asyncpg.Record]:
        """Run a compiled read inside a write transaction, so that an answer shows what was just written. `last`: nothing is
        written after it, so the transaction need not become a writer's again."""
        if session.new or session.dirty or session.deleted:
            await session.flush()
        actor = replace(actor, authority=session.info.get(OWN_AUTHORITY, actor.authority))
        with translated():
            driver: asyncpg.Connection = session.info[DRIVER]
            arguments = plan.arguments({**values, **_context(actor, request_id, plan, values)})
            reader, writer = reading_role(actor.role), writing_role(actor.role)
            if reader != writer:
                await driver.execute(_as(reader))
            rows: list[asyncpg.Record] = await driver.fetch(plan.sql, *arguments)
            if reader != writer and not last:
                await driver.execute(_as(writer))
            return rows

    @contextlib.asynccontextmanager
    async def write(
        self, actor: Actor, *, request_id: str | None = None, keep: bool = True
    ) -> AsyncIterator[AsyncSession]:
        """One write transaction as the actor. Commits when the block ends well, before anything is answered;
        `keep=False` (a dry run) always rolls back. Any error leaves nothing behind."""
        with translated():
            async with self._writers.transaction(_enter(actor, request_id), keep=keep) as session:
                yield session

    @contextlib.asynccontextmanager
    async def authenticator(self) -> AsyncIterator[AsyncSession]:
        """The transaction in which credentials are checked: nobody is signed in yet."""
        with translated():
            async with self._writers.transaction(_as(AUTHENTICATOR)) as session:
                yield session

    @contextlib.asynccontextmanager
    async def bootstrap(self) -> AsyncIterator[AsyncSession]:
        """The transaction in which the platform is founded: there is nobody yet who could sign in."""
        with translated():
            async with self._writers.transaction(_as(reading_role(Role.PLATFORM_OPERATOR))) as session:
                yield session

    async def tidy(self) -> None:
        """Forget what has no use any more: stored answers after 48 hours, failed log-ins after a day."""
        async with self.authenticator() as session:
            await session.exec(text("delete from idempotency_record where created_at < now() - interval '48 hours'"))  # type: ignore[call-overload]
            await session.exec(text("delete from log_in_attempts where last_failed_at < now() - interval '1 day'"))  # type: ignore[call-overload]

    async def remind(self, now: datetime) -> None:
        """Tell the alarms again that nobody has taken on for a quarter of an hour, and raise what the day brings up."""
        async with self.authenticator() as session:
            await session.exec(select(func.throughgate.tell_alarms_again(now)))
        async with self.authenticator() as session:
            await session.exec(select(func.throughgate.raise_reminders(now)))


def _as(role: str) -> str:
    return f"set local role {role}"


def _enter(actor: Actor, request_id: str | None) -> str:
    """Who acts, as a statement that needs no parameters: with them, beginning would take two round trips."""
    told = (str(actor.subject_id), actor.role.value, str(actor.authority), request_id)
    given = ", ".join("null" if one is None else quoted(one) for one in told)
    return f"{_as(writing_role(actor.role))}; select throughgate.enter({given}, null, null)"


def quoted(text: str) -> str:
    """A text constant, under `standard_conforming_strings`, which each connection has."""
    if "\x00" in text:
        raise ValueError("PostgreSQL has no texts with NUL")
    return "'" + text.replace("'", "''") + "'"


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
