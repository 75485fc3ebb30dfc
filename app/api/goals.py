"""His plans and goals: agreed together, in small steps, changed freely."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.people.offences import Pathway
from app.domain.support.goals import operations
from app.domain.support.goals.models import (
    ActionPlanRead,
    AddGoalStep,
    AgreePlan,
    ChangeGoal,
    ChangeGoalStep,
    DoGoalStep,
    EndPlan,
    GoalRead,
    GoalState,
    MoveGoal,
    PlanState,
    ProposedBy,
    ReviewPlan,
    SetGoal,
    TellProgress,
)
from app.domain.support.goals.queries import ACTION_PLANS, ACTION_PLANS_LIST, GOALS, GOALS_LIST

router = APIRouter(prefix="/v1/goals", tags=["Goals"])
plans = APIRouter(prefix="/v1/action-plans", tags=["Goals"])
P = Permission


class PlansQuery(PageQuery):
    """Filters of the list of plans."""

    engagement_id: UUID | None = None
    person_id: UUID | None = None
    state: PlanState | None = None


class GoalsQuery(PageQuery):
    """Filters of the list of goals."""

    engagement_id: UUID | None = None
    person_id: UUID | None = None
    plan_id: UUID | None = None
    state: GoalState | None = None
    pathway: Pathway | None = None
    proposed_by: ProposedBy | None = None


async def _step(call: Call, step: Callable[..., Awaitable[Any]], if_match: str | None, **given: Any) -> Response:
    view = ACTION_PLANS if "plan_id" in given else GOALS

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(session, actor=call.actor, version=version, now=call.now, **given)
        key: UUID = row.id
        return key

    return await call.change(change, view=view, if_match=if_match)


@plans.post("", summary="Agree a plan", status_code=201, responses=shapes.made(ActionPlanRead))
async def agree_action_plan(
    command: AgreePlan, idempotency_key: IdempotencyKey = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """A plan that both agree on, with what he wants in his words. One goes on at a time: `replace: true` lets this one take
    the other's place."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.agree_plan(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=ACTION_PLANS, location="/v1/action-plans/{id}", key=idempotency_key)


@plans.get("", summary="List plans", responses=shapes.page(ActionPlanRead))
async def list_action_plans(query: Annotated[PlansQuery, Query()], call: Call = needs(P.GOALS_READ)) -> Response:
    """Plans, the newest first. A mentor sees those of the people whom he mentors."""
    return await listed(call, ACTION_PLANS_LIST, query)


@plans.get("/{plan_id}", summary="Read a plan", responses=shapes.found(ActionPlanRead))
async def read_action_plan(
    plan_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.GOALS_READ)
) -> Response:
    """One plan. `expand=reviews` adds each time that they looked at it again, `engagement` what it is of."""
    return await call.one(ACTION_PLANS, plan_id, query.selection(ACTION_PLANS))


@plans.post("/{plan_id}/reviews", summary="Look at a plan again", responses=shapes.changed(ActionPlanRead))
async def review_action_plan(
    plan_id: UUID, command: ReviewPlan, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """They looked at it again: what he says, what they changed, when they mean to next. Written once."""
    return await _step(call, operations.review_plan, if_match, plan_id=plan_id, command=command)


@plans.post("/{plan_id}/end", summary="End a plan", responses=shapes.changed(ActionPlanRead))
async def end_action_plan(
    plan_id: UUID, command: EndPlan, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """The plan is at its end. His goals stay as they are."""
    return await _step(call, operations.end_plan, if_match, plan_id=plan_id, command=command)


@router.post("", summary="Write down a goal", status_code=201, responses=shapes.made(GoalRead))
async def set_goal(
    command: SetGoal, idempotency_key: IdempotencyKey = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """What he wants to reach. His own goals, and those that both found together, are agreed at once; what somebody else
    proposed is `PROPOSED` until he agrees."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.set_goal(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=GOALS, location="/v1/goals/{id}", key=idempotency_key)


@router.get("", summary="List goals", responses=shapes.page(GoalRead))
async def list_goals(query: Annotated[GoalsQuery, Query()], call: Call = needs(P.GOALS_READ)) -> Response:
    """Goals, the newest first. A mentor sees those of the people whom he mentors."""
    return await listed(call, GOALS_LIST, query)


@router.get("/{goal_id}", summary="Read a goal", responses=shapes.found(GoalRead))
async def read_goal(goal_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.GOALS_READ)) -> Response:
    """One goal. `expand=steps,entries` adds its small steps and what was written down about it; `plan` and `engagement` what
    it belongs to."""
    return await call.one(GOALS, goal_id, query.selection(GOALS))


@router.patch("/{goal_id}", summary="Put a goal into other words", responses=shapes.changed(GoalRead))
async def change_goal(
    goal_id: UUID, command: ChangeGoal, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """Other words, or another part of his life. What was there before stays in its entries."""
    return await _step(call, operations.change, if_match, goal_id=goal_id, command=command)


@router.post("/{goal_id}/state", summary="Move a goal", responses=shapes.changed(GoalRead))
async def move_goal(
    goal_id: UUID, command: MoveGoal, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """Where it stands now: any state may follow any other, and nothing else follows from it. To be agreed or reached, it needs
    his word."""
    return await _step(call, operations.move, if_match, goal_id=goal_id, command=command)


@router.post("/{goal_id}/progress", summary="Tell how a goal goes", responses=shapes.changed(GoalRead))
async def tell_goal_progress(
    goal_id: UUID, command: TellProgress, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """How it goes, in his words; or that he did not want to say, which is as good."""
    return await _step(call, operations.tell_progress, if_match, goal_id=goal_id, command=command)


@router.post("/{goal_id}/steps", summary="Add a small step", responses=shapes.changed(GoalRead))
async def add_goal_step(
    goal_id: UUID, command: AddGoalStep, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """A small step towards the goal: `expand=steps` of the goal lists them."""
    return await _step(call, operations.add_step, if_match, goal_id=goal_id, command=command)


@router.post("/{goal_id}/steps/{step_id}/done", summary="A small step is done", responses=shapes.changed(GoalRead))
async def do_goal_step(
    goal_id: UUID, step_id: UUID, command: DoGoalStep, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """It is done. The version is the goal's."""
    return await _step(call, operations.do_step, if_match, goal_id=goal_id, step_id=step_id, command=command)


@router.post(
    "/{goal_id}/steps/{step_id}/undo", summary="A small step is open again", responses=shapes.changed(GoalRead)
)
async def undo_goal_step(
    goal_id: UUID, step_id: UUID, command: ChangeGoalStep, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """It is open again, whether it was done or set aside. The version is the goal's."""
    return await _step(call, operations.undo_step, if_match, goal_id=goal_id, step_id=step_id, command=command)


@router.post(
    "/{goal_id}/steps/{step_id}/set-aside", summary="Set a small step aside", responses=shapes.changed(GoalRead)
)
async def set_goal_step_aside(
    goal_id: UUID, step_id: UUID, command: ChangeGoalStep, if_match: IfMatch = None, call: Call = needs(P.GOALS_WRITE)
) -> Response:
    """It is not meant any more, at least for now. The version is the goal's."""
    return await _step(call, operations.set_step_aside, if_match, goal_id=goal_id, step_id=step_id, command=command)
