"""Small steps towards a goal: added, done, open again, set aside."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, touch
from app.domain.kernel.errors import NotFound
from app.domain.support.goals.errors import StepAlready
from app.domain.support.goals.models import (
    AddGoalStep,
    ChangeGoalStep,
    DoGoalStep,
    Goal,
    GoalEntryKind,
    GoalStep,
    StepState,
)
from app.domain.support.goals.operations.checking import day_told, entry, goal_for, written

K = GoalEntryKind


async def add_step(
    session: AsyncSession, *, actor: Actor, goal_id: UUID, command: AddGoalStep, version: int | None, now: datetime
) -> Goal:
    """A small step towards the goal."""
    row = await goal_for(session, actor=actor, goal_id=goal_id, version=version)
    step = GoalStep(
        charity_id=actor.charity_id,
        goal_id=row.id,
        words=command.words,
        by_day=command.by_day,
        created_at=now,
        created_by=actor.subject_id,
    )
    session.add(step)
    await session.flush()
    return await _stepped(session, actor=actor, row=row, step=step, kind=K.STEP_ADDED, now=now)


async def do_step(
    session: AsyncSession,
    *,
    actor: Actor,
    step_id: UUID,
    command: DoGoalStep,
    version: int | None,
    now: datetime,
    goal_id: UUID | None = None,
) -> Goal:
    """It is done; `goal_id`: of which goal, where the door was told. Two at once: the second waits for the goal, then finds its
    version changed. Raises `StepAlready` (409)."""
    row, step = await _step_for(
        session, actor=actor, step_id=step_id, goal_id=goal_id, version=version, unless=StepState.DONE
    )
    step.state, step.done_on = StepState.DONE, day_told(command.done_on, now, "/done_on")
    return await _stepped(session, actor=actor, row=row, step=step, kind=K.STEP_DONE, now=now, on_day=step.done_on)


async def undo_step(
    session: AsyncSession,
    *,
    actor: Actor,
    step_id: UUID,
    command: ChangeGoalStep,
    version: int | None,
    now: datetime,
    goal_id: UUID | None = None,
) -> Goal:
    """It is open again. Raises `StepAlready` (409)."""
    row, step = await _step_for(
        session, actor=actor, step_id=step_id, goal_id=goal_id, version=version, unless=StepState.OPEN
    )
    step.state, step.done_on = StepState.OPEN, None
    return await _stepped(session, actor=actor, row=row, step=step, kind=K.STEP_UNDONE, now=now, reason=command.reason)


async def set_step_aside(
    session: AsyncSession,
    *,
    actor: Actor,
    step_id: UUID,
    command: ChangeGoalStep,
    version: int | None,
    now: datetime,
    goal_id: UUID | None = None,
) -> Goal:
    """It is not meant any more, at least for now. Raises `StepAlready` (409)."""
    row, step = await _step_for(
        session, actor=actor, step_id=step_id, goal_id=goal_id, version=version, unless=StepState.SET_ASIDE
    )
    step.state, step.done_on = StepState.SET_ASIDE, None
    return await _stepped(
        session, actor=actor, row=row, step=step, kind=K.STEP_SET_ASIDE, now=now, reason=command.reason
    )


async def _step_for(
    session: AsyncSession, *, actor: Actor, step_id: UUID, goal_id: UUID | None, version: int | None, unless: StepState
) -> tuple[Goal, GoalStep]:
    require(actor, Permission.GOALS_WRITE)
    of = await session.exec(
        select(GoalStep.goal_id).where(GoalStep.id == step_id, GoalStep.charity_id == actor.charity_id)
    )
    its = of.one_or_none()
    if its is None or goal_id not in (None, its):
        raise NotFound()
    row = await goal_for(session, actor=actor, goal_id=its, version=version)
    step = await load(session, GoalStep, step_id, actor=actor, lock=True)
    if step.state == unless:
        raise StepAlready(f"It is {step.state} already.")
    return row, step


async def _stepped(
    session: AsyncSession,
    *,
    actor: Actor,
    row: Goal,
    step: GoalStep,
    kind: GoalEntryKind,
    now: datetime,
    on_day: date | None = None,
    reason: str | None = None,
) -> Goal:
    session.add(step)
    touch(row, now=now)
    said = entry(actor, row, kind, now=now, on_day=on_day)
    said.step_id, said.reason = step.id, reason
    return await written(session, actor=actor, row=row, said=said, now=now)
