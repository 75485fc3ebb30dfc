"""What plans and goals refuse in their own words."""

from app.domain.kernel.errors import Conflict


class PlanThere(Conflict):
    """There is a plan that is going on already. The answer names it."""

    code = "PLAN_THERE"
    title = "There is a plan that is going on already"
    cure = "Review the plan that the answer names; or send `replace: true`, and the new one takes its place."


class PlanNotGoingOn(Conflict):
    """The plan was replaced or ended. It can be read, and is not reviewed or ended any more."""

    code = "PLAN_NOT_GOING_ON"
    title = "The plan is not going on any more"
    cure = "Read GET /v1/action-plans?state=CURRENT for the one that is, or make a new one."


class StepAlready(Conflict):
    """The small step stands there already, so that there is nothing to write down."""

    code = "GOAL_STEP_ALREADY"
    title = "The step stands there already"
    cure = "Read the goal again with ?expand=steps."
