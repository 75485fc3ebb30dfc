"""What every change of a plan or a goal has in common: the lock, the entry in its history, the event."""

from datetime import date, datetime
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
from app.domain.support.goals.models import Goal, GoalEntry, GoalEntryKind


def day_told(told: date | None, now: datetime, pointer: str) -> date:
    """The day that was told, or today; what has not been yet is not written down."""
    today = civil_date(now)
    if told is not None and told > today:
        raise invalid(pointer, "IN_THE_FUTURE", "Give today or a day that has been.")
    return told or today


async def goal_for(session: AsyncSession, *, actor: Actor, goal_id: UUID, version: int | None) -> Goal:
    """A goal to change, locked, and its engagement before it. Two at once: the second sees that the version has changed."""
    require(actor, Permission.GOALS_WRITE)
    of = await session.exec(select(Goal.engagement_id).where(Goal.id == goal_id, Goal.charity_id == actor.charity_id))
    if (engagement_id := of.one_or_none()) is None:
        raise NotFound()
    await lock_to_write(session, actor=actor, engagement_id=engagement_id)
    return await load_version(session, Goal, goal_id, actor=actor, version=version)


def entry(actor: Actor, row: Goal, kind: GoalEntryKind, *, now: datetime, on_day: date | None = None) -> GoalEntry:
    """How the goal stands now. Its number is the goal's version, which only one change can have made."""
    return GoalEntry(
        charity_id=actor.charity_id,
        goal_id=row.id,
        sequence=row.version,
        kind=kind,
        state=row.state,
        pathway=row.pathway,
        words=row.words,
        on_day=on_day or civil_date(now),
        recorded_at=now,
        recorded_by=actor.subject_id,
    )


async def written(session: AsyncSession, *, actor: Actor, row: Goal, said: GoalEntry, now: datetime) -> Goal:
    """Keep the goal and the entry about it, and say who did it."""
    session.add(row)
    await session.flush()
    session.add(said)
    await session.flush()
    name = f"goal.{said.kind.lower()}"
    await audit.record(session, name, row.id, ["state", "entries"])
    await events.tell(session, actor, name, row, now)
    return row
