"""A plan agreed, looked at again, ended."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.matching.writing_in import engagement_to_begin_in, lock_to_write
from app.domain.support.goals.errors import PlanNotGoingOn, PlanThere
from app.domain.support.goals.models import ActionPlan, AgreePlan, EndPlan, PlanReview, PlanState, ReviewPlan
from app.domain.support.goals.operations.checking import day_told


async def agree_plan(session: AsyncSession, *, actor: Actor, command: AgreePlan, now: datetime) -> ActionPlan:
    """A plan that both agree on. There is one at a time: of two at once the second waits for the engagement and is told of the
    first. Raises `PlanThere` (409), `ValidationFailed` (422)."""
    require(actor, Permission.GOALS_WRITE)
    engagement = await engagement_to_begin_in(session, actor=actor, engagement_id=command.engagement_id)
    agreed_on = day_told(command.agreed_on, now, "/agreed_on")
    if command.review_due_on is not None and command.review_due_on < agreed_on:
        raise invalid("/review_due_on", "OUT_OF_RANGE", "Give a day on or after `agreed_on`.")
    await _make_room(session, actor=actor, command=command, now=now)
    row = ActionPlan(
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        agreed_on=agreed_on,
        review_due_on=command.review_due_on,
        words=command.words,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "action_plan.agreed", row.id, command.model_fields_set)
    await events.tell(session, actor, "action_plan.agreed", row, now)
    return row


async def _make_room(session: AsyncSession, *, actor: Actor, command: AgreePlan, now: datetime) -> None:
    found = await session.exec(
        select(ActionPlan)
        .where(ActionPlan.engagement_id == command.engagement_id, ActionPlan.state == PlanState.CURRENT)
        .with_for_update()
    )
    if (there := found.first()) is None:
        return
    if not command.replace:
        raise PlanThere(links={"action_plan": f"/v1/action-plans/{there.id}"})
    there.state, there.ended_on = PlanState.REPLACED, command.agreed_on
    await _stood(session, actor=actor, row=there, step="action_plan.replaced", now=now)


async def _plan_for(session: AsyncSession, *, actor: Actor, plan_id: UUID, version: int | None) -> ActionPlan:
    require(actor, Permission.GOALS_WRITE)
    of = await session.exec(
        select(ActionPlan.engagement_id).where(ActionPlan.id == plan_id, ActionPlan.charity_id == actor.charity_id)
    )
    if (engagement_id := of.one_or_none()) is None:
        raise NotFound()
    await lock_to_write(session, actor=actor, engagement_id=engagement_id)
    found = await load_version(session, ActionPlan, plan_id, actor=actor, version=version)
    if found.state != PlanState.CURRENT:
        raise PlanNotGoingOn(f"It is {found.state}.")
    return found


async def _stood(session: AsyncSession, *, actor: Actor, row: ActionPlan, step: str, now: datetime) -> ActionPlan:
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, step, row.id, ["state", "review_due_on"])
    await events.tell(session, actor, step, row, now)
    return row


async def review_plan(
    session: AsyncSession, *, actor: Actor, plan_id: UUID, command: ReviewPlan, version: int | None, now: datetime
) -> ActionPlan:
    """They looked at the plan again. Raises `PlanNotGoingOn` (409)."""
    row = await _plan_for(session, actor=actor, plan_id=plan_id, version=version)
    reviewed_on = day_told(command.reviewed_on, now, "/reviewed_on")
    if reviewed_on < row.agreed_on:
        raise invalid("/reviewed_on", "OUT_OF_RANGE", "Give a day on or after that on which the plan was agreed.")
    if command.next_review_on is not None and command.next_review_on < reviewed_on:
        raise invalid("/next_review_on", "OUT_OF_RANGE", "Give a day on or after `reviewed_on`.")
    row.review_due_on = command.next_review_on
    await _stood(session, actor=actor, row=row, step="action_plan.reviewed", now=now)
    session.add(
        PlanReview(
            **command.model_dump(),
            charity_id=actor.charity_id,
            plan_id=row.id,
            sequence=row.version,
            recorded_at=now,
            recorded_by=actor.subject_id,
        )
    )
    await session.flush()
    return row


async def end_plan(
    session: AsyncSession, *, actor: Actor, plan_id: UUID, command: EndPlan, version: int | None, now: datetime
) -> ActionPlan:
    """The plan is at its end; his goals stay as they are. Raises `PlanNotGoingOn` (409)."""
    row = await _plan_for(session, actor=actor, plan_id=plan_id, version=version)
    ended_on = day_told(command.ended_on, now, "/ended_on")
    if ended_on < row.agreed_on:
        raise invalid("/ended_on", "OUT_OF_RANGE", "Give a day on or after that on which the plan was agreed.")
    row.state, row.ended_on = PlanState.ENDED, ended_on
    return await _stood(session, actor=actor, row=row, step="action_plan.ended", now=now)
