"""What happened, for those who follow: one row in the outbox per change, in the change's own transaction.

Events are thin: type, ids, time. No names, no offences, no identifiers.

Whoever follows them goes by (`transaction`, `sequence`), never by `sequence` alone: numbers are given out while
transactions run, and one that was given out earlier may be committed later. An event may be told once every transaction
that began before its own has ended,

    where transaction < pg_snapshot_xmin(pg_current_snapshot()) and (transaction, sequence) > (<the last one told>)
    order by transaction, sequence

for then nothing can come any more that would stand before it: none is missed, and none comes twice. The price is that
one long transaction that writes, anywhere on the database server, holds back all events until it ends; the service's
own are short, and those that idle are ended (`idle_in_transaction_session_timeout`). Numbers of transactions belong to
one server: after a dump was restored on another they begin anew (docs/operator.md, "Backups").
"""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint, insert, text
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import Identified, Tenanted, instant_field, new_id


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's xid8: the number of a transaction, which never starts again from the beginning."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class Event(Identified, Tenanted, table=True):
    """`sequence` orders events as they were written, `aggregate_version` the events of one thing; `transaction` is the
    one that wrote it (0: before this column was there)."""

    __table_args__ = (
        UniqueConstraint("sequence", name="event_sequence"),
        Index("event_followed", "transaction", "sequence"),
    )
    sequence: int | None = Field(
        default=None,
        sa_type=BigInteger,
        sa_column_kwargs={"server_default": Identity(always=True)},
        nullable=False,
    )
    transaction: int | None = Field(
        default=None,
        sa_type=TransactionId,
        sa_column_kwargs={"server_default": text("pg_current_xact_id()")},
        nullable=False,
    )
    type: str
    aggregate_id: UUID
    aggregate_version: int = Field(sa_type=BigInteger)
    partner_id: UUID | None = None
    occurred_at: datetime = instant_field()


class Counted(Protocol):
    """A row that counts its changes."""

    id: UUID
    version: int


async def tell(
    session: AsyncSession, actor: Actor, type: str, row: Counted, now: datetime, *, charity_id: UUID | None = None
) -> None:
    """`publish`, of a row that counts its changes."""
    await publish(
        session,
        actor=actor,
        type=type,
        aggregate_id=row.id,
        aggregate_version=row.version,
        now=now,
        charity_id=charity_id,
    )


async def once(session: AsyncSession, actor: Actor, type: str, row_id: UUID, now: datetime) -> None:
    """`publish`, of a row that is written once and never changes."""
    await publish(session, actor=actor, type=type, aggregate_id=row_id, aggregate_version=1, now=now)


async def publish(
    session: AsyncSession,
    *,
    actor: Actor,
    type: str,
    aggregate_id: UUID,
    aggregate_version: int,
    now: datetime,
    partner_id: UUID | None = None,
    charity_id: UUID | None = None,
) -> None:
    """Put an event into the outbox; it becomes visible when the transaction commits. Who writes events cannot read
    them, so the statement asks nothing back. `charity_id`: whose it is, where a platform operator acts."""
    statement = insert(Event).inline()
    await session.exec(
        statement.values(
            id=new_id(),
            charity_id=charity_id or actor.charity_id,
            type=type,
            aggregate_id=aggregate_id,
            aggregate_version=aggregate_version,
            partner_id=partner_id,
            occurred_at=now,
        )
    )
