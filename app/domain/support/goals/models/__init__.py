"""What a plan and a goal are."""

from app.domain.support.codes import ProposedBy
from app.domain.support.goals.models.codes import GoalEntryKind, GoalState, PlanState, StepState
from app.domain.support.goals.models.goal import (
    AddGoalStep,
    ChangeGoal,
    ChangeGoalStep,
    DoGoalStep,
    Goal,
    GoalEntry,
    GoalEntryRead,
    GoalRead,
    GoalStep,
    GoalStepRead,
    MoveGoal,
    SetGoal,
    TellProgress,
)
from app.domain.support.goals.models.plan import (
    ActionPlan,
    ActionPlanRead,
    AgreePlan,
    EndPlan,
    PlanReview,
    PlanReviewRead,
    ReviewPlan,
)

__all__ = [
    "ActionPlan",
    "ActionPlanRead",
    "AddGoalStep",
    "AgreePlan",
    "ChangeGoal",
    "ChangeGoalStep",
    "DoGoalStep",
    "EndPlan",
    "Goal",
    "GoalEntry",
    "GoalEntryKind",
    "GoalEntryRead",
    "GoalRead",
    "GoalState",
    "GoalStep",
    "GoalStepRead",
    "MoveGoal",
    "PlanReview",
    "PlanReviewRead",
    "PlanState",
    "ProposedBy",
    "ReviewPlan",
    "SetGoal",
    "StepState",
    "TellProgress",
]
