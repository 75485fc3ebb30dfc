"""When a mentor is gone: nobody's relationship ends by it, and somebody is told what to do."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import (
    BridgingTask,
    Engagement,
    EngagementState,
    EngagementStep,
    TaskKind,
)
from app.domain.matching.operations.moving import end_with, moved
from app.domain.matching.steps import BRIDGING_TASKS, after_decline

S, T = EngagementState, EngagementStep


async def bridge_all(session: AsyncSession, *, actor: Actor, mentor_id: UUID, now: datetime) -> list[Engagement]:
    """Everybody whom a mentor had goes on without one for now, with tasks for the coordinator; everybody whom the mentor
    was asked to take waits again. Locked in one order, so that two at once are safe."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    found = await session.exec(
        select(Engagement)
        .where(
            Engagement.charity_id == actor.charity_id,
            (col(Engagement.mentor_id) == mentor_id) | (col(Engagement.proposed_mentor_id) == mentor_id),
            col(Engagement.state).not_in([S.ENDED, S.DECLINED]),
        )
        .order_by(col(Engagement.id))
        .with_for_update()
    )
    return [await _without(session, actor, engagement, mentor_id, now) for engagement in found.all()]


async def _without(
    session: AsyncSession, actor: Actor, engagement: Engagement, mentor_id: UUID, now: datetime
) -> Engagement:
    today, state = civil_date(now), EngagementState(engagement.state)
    if engagement.proposed_mentor_id == mentor_id:
        engagement.proposed_mentor_id, engagement.accepted_by_mentor_at = None, None
        state = after_decline(state)
        engagement.ended_on = today if state is S.DECLINED else None
    if engagement.mentor_id == mentor_id:
        await end_with(session, engagement=engagement, on=today)
        state = S.BRIDGING
        for kind, days in BRIDGING_TASKS.items():
            session.add(_task(actor, engagement.id, kind, days, now))
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.BRIDGE,
        state=state,
        mentor_id=mentor_id,
        reason="The mentor has left.",
        now=now,
    )


def _task(actor: Actor, engagement_id: UUID, kind: TaskKind, days: int, now: datetime) -> BridgingTask:
    return BridgingTask(
        charity_id=actor.charity_id,
        engagement_id=engagement_id,
        kind=kind,
        due_on=civil_date(now) + timedelta(days=days),
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )


async def found_a_mentor(session: AsyncSession, *, actor: Actor, engagement_id: UUID, now: datetime) -> None:
    """Somebody has taken over: nobody needs to be found, nor contact kept meanwhile. That he is told stays to do."""
    await _over(session, actor, engagement_id, (TaskKind.FIND_MENTOR, TaskKind.KEEP_CONTACT), now)


async def drop_tasks(session: AsyncSession, *, actor: Actor, engagement_id: UUID, now: datetime) -> None:
    """The relationship has ended: nothing is left to do until its next mentor."""
    await _over(session, actor, engagement_id, tuple(TaskKind), now)


async def _over(
    session: AsyncSession, actor: Actor, engagement_id: UUID, kinds: tuple[TaskKind, ...], now: datetime
) -> None:
    over = await session.exec(
        select(BridgingTask).where(
            BridgingTask.engagement_id == engagement_id,
            col(BridgingTask.kind).in_(kinds),
            col(BridgingTask.done_at).is_(None),
        )
    )
    for task in over.all():
        task.done_at, task.done_by = now, actor.subject_id
        touch(task, now=now)
        session.add(task)
        await events.tell(session, actor, "bridging_task.done", task, now)


async def finish_task(
    session: AsyncSession, *, actor: Actor, task_id: UUID, version: int | None, now: datetime
) -> BridgingTask:
    """It was done."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    task = await load_version(session, BridgingTask, task_id, actor=actor, version=version)
    if task.done_at is not None:
        raise invalid("/done_at", "ALREADY_DONE", "This was done already.")
    task.done_at, task.done_by = now, actor.subject_id
    touch(task, now=now)
    session.add(task)
    await session.flush()
    await audit.record(session, "bridging_task.done", task.id, ["done_at"])
    await events.tell(session, actor, "bridging_task.done", task, now)
    return task
