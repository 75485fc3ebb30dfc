"""The code lists of plans and goals."""

from enum import StrEnum


class PlanState(StrEnum):
    """Where a plan stands. REPLACED: a newer one took its place."""

    CURRENT = "CURRENT"
    REPLACED = "REPLACED"
    ENDED = "ENDED"


class GoalState(StrEnum):
    """Where a goal stands. It may go from each of these to each other one; SET_ASIDE and DECLINED have no consequence."""

    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    REACHED = "REACHED"
    SET_ASIDE = "SET_ASIDE"
    DECLINED = "DECLINED"


class StepState(StrEnum):
    """Where a small step stands. None is ever overdue."""

    OPEN = "OPEN"
    DONE = "DONE"
    SET_ASIDE = "SET_ASIDE"


class GoalEntryKind(StrEnum):
    """What was written down about a goal."""

    SET = "SET"
    PROGRESS = "PROGRESS"
    STATE = "STATE"
    CHANGED = "CHANGED"
    STEP_ADDED = "STEP_ADDED"
    STEP_DONE = "STEP_DONE"
    STEP_UNDONE = "STEP_UNDONE"
    STEP_SET_ASIDE = "STEP_SET_ASIDE"
