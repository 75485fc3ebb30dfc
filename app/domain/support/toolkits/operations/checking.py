"""What every change of somebody's work on a toolkit has in common: the lock, the entry in its history, the event."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.writing_in import lock_to_write
from app.domain.support.toolkits.errors import ToolkitStepNotOpen
from app.domain.support.toolkits.models import ProgressEntry, ProgressStep, ToolkitProgress
from app.domain.support.toolkits.rules import OPEN


def day_between(told: date | None, first: date, now: datetime, pointer: str) -> date:
    """The day that was told, or today: not before the first that it may be, and nothing that has not been yet."""
    today = civil_date(now)
    day = told or today
    if not first <= day <= today:
        raise invalid(pointer, "OUT_OF_RANGE", f"Give a day from {first.isoformat()} to today.")
    return day


async def progress_for(
    session: AsyncSession, *, actor: Actor, progress_id: UUID, version: int | None, step: ProgressStep | None
) -> ToolkitProgress:
    """One that can take this step, locked, and its engagement before it. Raises `ToolkitStepNotOpen` (409)."""
    require(actor, Permission.TOOLKITS_WRITE)
    of = await session.exec(
        select(ToolkitProgress.engagement_id).where(
            ToolkitProgress.id == progress_id, ToolkitProgress.charity_id == actor.charity_id
        )
    )
    if (engagement_id := of.one_or_none()) is None:
        raise NotFound()
    await lock_to_write(session, actor=actor, engagement_id=engagement_id)
    found = await load_version(session, ToolkitProgress, progress_id, actor=actor, version=version)
    if step is not None and found.state not in OPEN[step]:
        raise ToolkitStepNotOpen(f"What is {found.state} cannot take {step.value}.")
    return found


async def stood(
    session: AsyncSession, *, actor: Actor, row: ToolkitProgress, step: ProgressStep, now: datetime, **told: Any
) -> ToolkitProgress:
    """Write it as it stands now, the entry in its history, and who did it. The entry's number is the version that it made."""
    session.add(row)
    await session.flush()
    session.add(
        ProgressEntry(
            charity_id=actor.charity_id,
            progress_id=row.id,
            sequence=row.version,
            step=step,
            state=row.state,
            recorded_at=now,
            recorded_by=actor.subject_id,
            **told,
        )
    )
    await session.flush()
    await audit.record(session, f"toolkit_progress.{step.value}", row.id, ["state", "units"])
    await events.tell(session, actor, f"toolkit_progress.{step.value}", row, now)
    return row
