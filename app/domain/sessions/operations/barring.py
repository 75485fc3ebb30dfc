"""What stands in the way of meeting: named, and what was tried against it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.writing_in import engagement_to_begin_in, lock_to_write
from app.domain.sessions.models import Barrier, BarrierAttempt, NameBarrier, TryBarrier


async def name_barrier(session: AsyncSession, *, actor: Actor, command: NameBarrier, now: datetime) -> Barrier:
    """Say what stands in the way, or that somebody has asked. Nothing follows from it but that somebody knows."""
    require(actor, Permission.BARRIERS_WRITE)
    engagement = await engagement_to_begin_in(session, actor=actor, engagement_id=command.engagement_id)
    _check_past(command.found_on > civil_date(now), "/found_on")
    row = Barrier(
        **command.model_dump(),
        charity_id=actor.charity_id,
        person_id=engagement.person_id,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "barrier.named", row.id, command.model_fields_set)
    await events.tell(session, actor, "barrier.named", row, now)
    return row


async def try_barrier(
    session: AsyncSession, *, actor: Actor, barrier_id: UUID, command: TryBarrier, version: int | None, now: datetime
) -> Barrier:
    """Say what was tried, whether it helped, and how it stands now. It may come back: no state is the last."""
    require(actor, Permission.BARRIERS_WRITE)
    of = await session.exec(
        select(Barrier.engagement_id).where(Barrier.id == barrier_id, Barrier.charity_id == actor.charity_id)
    )
    if (engagement_id := of.one_or_none()) is None:
        raise NotFound()
    await lock_to_write(session, actor=actor, engagement_id=engagement_id)
    row = await load_version(session, Barrier, barrier_id, actor=actor, version=version)
    _check_past(command.tried_on > civil_date(now), "/tried_on")
    row.state = command.state or row.state
    last = await session.exec(
        select(func.coalesce(func.max(BarrierAttempt.sequence), 0)).where(BarrierAttempt.barrier_id == row.id)
    )
    session.add(
        BarrierAttempt(
            charity_id=actor.charity_id,
            barrier_id=row.id,
            sequence=last.one() + 1,
            tried_on=command.tried_on,
            what=command.what,
            helped=command.helped,
            state=row.state,
            created_at=now,
            created_by=actor.subject_id,
        )
    )
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "barrier.tried", row.id, command.model_fields_set)
    await events.tell(session, actor, "barrier.tried", row, now)
    return row


def _check_past(ahead: bool, pointer: str) -> None:
    if ahead:
        raise invalid(pointer, "IN_THE_FUTURE", "Give a day that has been.")
