"""Plans and goals through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import View
from app.domain.support.goals import operations
from app.domain.support.goals.models import (
    AddGoalStep,
    AgreePlan,
    ChangeGoal,
    ChangeGoalStep,
    DoGoalStep,
    EndPlan,
    MoveGoal,
    ReviewPlan,
    SetGoal,
    TellProgress,
)
from app.domain.support.goals.queries import ACTION_PLANS, ACTION_PLANS_LIST, GOALS, GOALS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission
Step = Callable[..., Awaitable[Any]]


def _make(name: str, view: View, step: Step, model: Any, told: str) -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(session, actor=visit.actor, command=command.input, now=visit.now)
        key: UUID = row.id
        return key

    return Change(name, view, take, told, P.GOALS_WRITE, model)


def _change(name: str, step: Step, model: Any, told: str, *, of: str = "goal_id") -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        given = {of: command.id, "command": command.input}
        row = await step(session, actor=visit.actor, version=command.version, now=visit.now, **given)
        key: UUID = row.id
        return key

    view = ACTION_PLANS if of == "plan_id" else GOALS
    return Change(name, view, take, told, P.GOALS_WRITE, model, by_id=True)


offer(
    One("actionPlan", ACTION_PLANS, "A plan."),
    Many("actionPlans", ACTION_PLANS_LIST, "Plans, the newest first; a mentor sees his own people's."),
    One("goal", GOALS, "A goal."),
    Many("goals", GOALS_LIST, "Goals, the newest first; a mentor sees his own people's."),
    _make("agreeActionPlan", ACTION_PLANS, operations.agree_plan, AgreePlan, "A plan that both agree on."),
    _change("reviewActionPlan", operations.review_plan, ReviewPlan, "They looked at it again.", of="plan_id"),
    _change("endActionPlan", operations.end_plan, EndPlan, "The plan is at its end.", of="plan_id"),
    _make("setGoal", GOALS, operations.set_goal, SetGoal, "What he wants to reach."),
    _change("changeGoal", operations.change, ChangeGoal, "Other words, or another part of his life."),
    _change("moveGoal", operations.move, MoveGoal, "Where it stands now."),
    _change("tellGoalProgress", operations.tell_progress, TellProgress, "How it goes, in his words."),
    _change("addGoalStep", operations.add_step, AddGoalStep, "A small step towards the goal."),
    _change(
        "doGoalStep", operations.do_step, DoGoalStep, "A small step is done; the version is the goal's.", of="step_id"
    ),
    _change(
        "undoGoalStep",
        operations.undo_step,
        ChangeGoalStep,
        "A small step is open again; the version is the goal's.",
        of="step_id",
    ),
    _change(
        "setGoalStepAside",
        operations.set_step_aside,
        ChangeGoalStep,
        "A small step is set aside; the version is the goal's.",
        of="step_id",
    ),
)
