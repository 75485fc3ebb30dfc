"""What may be asked about plans and goals."""

from uuid import UUID

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, View, attach
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.people.offences import Pathway
from app.domain.support.goals.models import (
    ActionPlan,
    ActionPlanRead,
    Goal,
    GoalEntry,
    GoalEntryRead,
    GoalRead,
    GoalState,
    GoalStep,
    GoalStepRead,
    PlanReview,
    PlanReviewRead,
    PlanState,
    ProposedBy,
)

P = Permission
_NEWEST = {"-created_at": Order(lambda t: [t.created_at], descending=True)}

ACTION_PLANS: View = View(
    "action_plan",
    ActionPlan,
    ActionPlanRead,
    P.GOALS_READ,
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda p, e: e.id == p.engagement_id, expand=True),
        "reviews": Edge(
            lambda: PLAN_REVIEWS,
            on=lambda p, r: r.plan_id == p.id,
            many=True,
            order=lambda r: [r.sequence],
            expand=True,
        ),
    },
    connections={"goals": Connection(lambda: GOALS_LIST, on=lambda p, g: g.plan_id == p.id)},
)
ACTION_PLANS_LIST: Collection = Collection(
    ACTION_PLANS,
    orders=_NEWEST,
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "state": lambda t, value: t.state == value,
    },
    filter_shapes={"engagement_id": UUID, "person_id": UUID, "state": PlanState},
)
PLAN_REVIEWS: View = View("plan_review", PlanReview, PlanReviewRead, P.GOALS_READ, versioned=False)

GOALS: View = View(
    "goal",
    Goal,
    GoalRead,
    P.GOALS_READ,
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda g, e: e.id == g.engagement_id, expand=True),
        "plan": Edge(lambda: ACTION_PLANS, on=lambda g, p: p.id == g.plan_id, expand=True),
        "steps": Edge(
            lambda: GOAL_STEPS, on=lambda g, s: s.goal_id == g.id, many=True, order=lambda s: [s.id], expand=True
        ),
        "entries": Edge(
            lambda: GOAL_ENTRIES,
            on=lambda g, e: e.goal_id == g.id,
            many=True,
            order=lambda e: [e.sequence],
            expand=True,
        ),
    },
)
GOALS_LIST: Collection = Collection(
    GOALS,
    orders=_NEWEST,
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "plan_id": lambda t, value: t.plan_id == value,
        "state": lambda t, value: t.state == value,
        "pathway": lambda t, value: t.pathway == value,
        "proposed_by": lambda t, value: t.proposed_by == value,
    },
    filter_shapes={
        "engagement_id": UUID,
        "person_id": UUID,
        "plan_id": UUID,
        "state": GoalState,
        "pathway": Pathway,
        "proposed_by": ProposedBy,
    },
)
GOAL_STEPS: View = View("goal_step", GoalStep, GoalStepRead, P.GOALS_READ, versioned=False)
GOAL_ENTRIES: View = View("goal_entry", GoalEntry, GoalEntryRead, P.GOALS_READ, versioned=False)

attach(
    ENGAGEMENTS,
    goals=Connection(lambda: GOALS_LIST, on=lambda e, g: g.engagement_id == e.id),
    action_plans=Connection(lambda: ACTION_PLANS_LIST, on=lambda e, p: p.engagement_id == e.id),
)
