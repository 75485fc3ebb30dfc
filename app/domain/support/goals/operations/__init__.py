"""What may be done about plans and goals."""

from app.domain.support.goals.operations.goals import change, move, set_goal, tell_progress
from app.domain.support.goals.operations.plans import agree_plan, end_plan, review_plan
from app.domain.support.goals.operations.steps import add_step, do_step, set_step_aside, undo_step

__all__ = [
    "add_step",
    "agree_plan",
    "change",
    "do_step",
    "end_plan",
    "move",
    "review_plan",
    "set_goal",
    "set_step_aside",
    "tell_progress",
    "undo_step",
]
