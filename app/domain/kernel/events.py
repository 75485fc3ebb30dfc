"""What happened, for those who follow: one row in the outbox per change, in the change's own transaction.

Events are thin: type, ids, time. No names, no offences, no identifiers.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, UniqueConstraint, insert
from sqlmodel import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import Identified, Tenanted, instant_field, new_id


class Event(Identified, Tenanted, table=True):
    """`sequence` orders events as they were written, `aggregate_version` the events of one thing."""

    __table_args__ = (UniqueConstraint("sequence", name="event_sequence"),)
    sequence: int | None = Field(
        default=None,
        sa_type=BigInteger,
        sa_column_kwargs={"server_default": Identity(always=True)},
        nullable=False,
    )
    type: str
    aggregate_id: UUID
    aggregate_version: int = Field(sa_type=BigInteger)
    partner_id: UUID | None = None
    occurred_at: datetime = instant_field()


async def publish(
    session: AsyncSession,
    *,
    actor: Actor,
    type: str,
    aggregate_id: UUID,
    aggregate_version: int,
    now: datetime,
    partner_id: UUID | None = None,
) -> None:
    """Put an event into the outbox; it becomes visible when the transaction commits. Who writes events cannot read
    them, so the statement asks nothing back."""
    statement = insert(Event).inline()
    await session.exec(
        statement.values(
            id=new_id(),
            charity_id=actor.charity_id,
            type=type,
            aggregate_id=aggregate_id,
            aggregate_version=aggregate_version,
            partner_id=partner_id,
            occurred_at=now,
        )
    )
