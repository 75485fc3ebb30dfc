"""A goal set, put into other words, moved, and told about."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, touch
from app.domain.kernel.errors import invalid
from app.domain.matching.writing_in import engagement_to_begin_in
from app.domain.support.goals.models import (
    ActionPlan,
    ChangeGoal,
    Goal,
    GoalEntryKind,
    GoalState,
    MoveGoal,
    SetGoal,
    TellProgress,
)
from app.domain.support.goals.operations.checking import day_told, entry, goal_for, written
from app.domain.support.goals.rules import agreed_after, first_state, lacks_his_word

K = GoalEntryKind


async def set_goal(session: AsyncSession, *, actor: Actor, command: SetGoal, now: datetime) -> Goal:
    """A goal: agreed at once when it is his own or both's, else proposed until he agrees. Raises `ValidationFailed` (422)."""
    require(actor, Permission.GOALS_WRITE)
    engagement = await engagement_to_begin_in(session, actor=actor, engagement_id=command.engagement_id)
    if command.plan_id is not None:
        await _check_plan(session, engagement.id, command.plan_id)
    state = first_state(command.proposed_by, command.agreed_on)
    row = Goal(
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        plan_id=command.plan_id,
        pathway=command.pathway,
        words=command.words,
        proposed_by=command.proposed_by,
        state=state,
        agreed_on=day_told(command.agreed_on, now, "/agreed_on") if state is GoalState.AGREED else None,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    return await written(session, actor=actor, row=row, said=entry(actor, row, K.SET, now=now), now=now)


async def _check_plan(session: AsyncSession, engagement_id: UUID, plan_id: UUID) -> None:
    found = await session.exec(
        select(ActionPlan.id).where(ActionPlan.id == plan_id, ActionPlan.engagement_id == engagement_id)
    )
    if found.first() is None:
        raise invalid("/plan_id", "UNKNOWN_PLAN", "This engagement has no such plan: see /v1/action-plans.")


async def change(
    session: AsyncSession, *, actor: Actor, goal_id: UUID, command: ChangeGoal, version: int | None, now: datetime
) -> Goal:
    """Other words, or another part of his life. What was there before is in the entry before."""
    row = await goal_for(session, actor=actor, goal_id=goal_id, version=version)
    given = command.model_dump(exclude_unset=True)
    for name, value in given.items():
        if value is None:
            raise invalid(f"/{name}", "REQUIRED", "Give a value, or leave the field out.")
    if not apply(row, given, now=now):
        return row
    return await written(session, actor=actor, row=row, said=entry(actor, row, K.CHANGED, now=now), now=now)


async def move(
    session: AsyncSession, *, actor: Actor, goal_id: UUID, command: MoveGoal, version: int | None, now: datetime
) -> Goal:
    """Where it stands now. Any state may follow any other; none to which he never agreed is agreed or reached."""
    row = await goal_for(session, actor=actor, goal_id=goal_id, version=version)
    told = None if command.agreed_on is None else day_told(command.agreed_on, now, "/agreed_on")
    agreed_on = agreed_after(command.state, row.agreed_on, told)
    if lacks_his_word(command.state, agreed_on):
        raise invalid("/agreed_on", "REQUIRED", "Somebody else proposed this goal: say on which day he agreed to it.")
    row.state, row.agreed_on = command.state, agreed_on
    touch(row, now=now)
    said = entry(actor, row, K.STATE, now=now)
    said.reason = command.reason
    return await written(session, actor=actor, row=row, said=said, now=now)


async def tell_progress(
    session: AsyncSession, *, actor: Actor, goal_id: UUID, command: TellProgress, version: int | None, now: datetime
) -> Goal:
    """How it goes, in his words; or that he did not want to say."""
    row = await goal_for(session, actor=actor, goal_id=goal_id, version=version)
    if (command.said is None) is not command.not_said:
        raise invalid("/said", "ONE_OF", "Give his words, or `not_said: true` if he did not want to say.")
    on_day = day_told(command.on_day, now, "/on_day")
    touch(row, now=now)
    said = entry(actor, row, K.PROGRESS, now=now, on_day=on_day)
    said.said, said.not_said = command.said, command.not_said
    return await written(session, actor=actor, row=row, said=said, now=now)
