"""What may be asked about matching: wishes, exclusions, policies, runs, and relationships."""

from uuid import UUID

from sqlmodel import SQLModel

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Nested, Order, View, attach
from app.domain.matching.models import (
    BridgingTask,
    BridgingTaskRead,
    ContributionRead,
    Engagement,
    EngagementChange,
    EngagementChangeRead,
    EngagementMentor,
    EngagementMentorRead,
    EngagementRead,
    EngagementState,
    ExclusionKind,
    LeftOverRead,
    MatchExclusion,
    MatchExclusionRead,
    MatchingPolicy,
    MatchingPolicyRead,
    MatchLine,
    MatchLineRead,
    MatchProfile,
    MatchProfileRead,
    MatchRun,
    MatchRunRead,
    RunSummary,
    StatedWish,
    TaskKind,
)
from app.domain.mentors.queries import MENTORS
from app.domain.organisations.queries import PROGRAMMES
from app.domain.people.models import Person
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.referrals.queries import REFERRALS

P = Permission
_BY_SEQUENCE = {
    "sequence": Order(lambda t: [t.sequence]),
    "-sequence": Order(lambda t: [t.sequence], descending=True),
}
_BY_RECORDED = {"-recorded_at": Order(lambda t: [t.recorded_at], descending=True)}
_BY_CREATED = {"-created_at": Order(lambda t: [t.created_at], descending=True)}


class MenteeRead(SQLModel):
    """Somebody whom a mentor has: what is needed to meet him, and nothing of why he is where he is."""

    id: UUID
    given_name: str | None
    family_name: str | None
    known_as: list[str]
    establishment: str | None
    location: str | None


MENTEES = View("mentee", Person, MenteeRead, P.ENGAGEMENTS_READ, summary=True)

ENGAGEMENTS = View(
    "engagement",
    Engagement,
    EngagementRead,
    P.ENGAGEMENTS_READ,
    edges={
        "mentee": Edge(lambda: MENTEES, on=lambda e, p: p.id == e.person_id, expand=True),
        "referral": Edge(lambda: REFERRALS, on=lambda e, r: r.id == e.referral_id, expand=True),
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda e, p: p.id == e.person_id, expand=True),
        "mentor": Edge(lambda: MENTORS, on=lambda e, m: m.id == e.mentor_id, expand=True),
        "proposed_mentor": Edge(lambda: MENTORS, on=lambda e, m: m.id == e.proposed_mentor_id, expand=True),
        "mentors": Edge(
            lambda: ENGAGEMENT_MENTORS,
            on=lambda e, s: s.engagement_id == e.id,
            many=True,
            order=lambda s: [s.from_day, s.id],
            expand=True,
        ),
        "changes": Edge(
            lambda: ENGAGEMENT_CHANGES,
            on=lambda e, c: c.engagement_id == e.id,
            many=True,
            order=lambda c: [c.sequence],
            expand=True,
        ),
    },
    connections={"tasks": Connection(lambda: BRIDGING_TASKS_LIST, on=lambda e, t: t.engagement_id == e.id)},
)
ENGAGEMENTS_LIST = Collection(
    ENGAGEMENTS,
    orders={**_BY_CREATED, "-state_since": Order(lambda t: [t.state_since], descending=True)},
    filters={
        "state": lambda t, value: t.state == value,
        "mentor_id": lambda t, value: t.mentor_id == value,
        "proposed_mentor_id": lambda t, value: t.proposed_mentor_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "referral_id": lambda t, value: t.referral_id == value,
        "programme_id": lambda t, value: t.programme_id == value,
    },
    filter_shapes={
        "state": EngagementState,
        "mentor_id": UUID,
        "proposed_mentor_id": UUID,
        "person_id": UUID,
        "referral_id": UUID,
        "programme_id": UUID,
    },
)
ENGAGEMENT_MENTORS: View = View(
    "engagement_mentor", EngagementMentor, EngagementMentorRead, P.ENGAGEMENTS_READ, versioned=False
)
ENGAGEMENT_CHANGES: View = View(
    "engagement_change", EngagementChange, EngagementChangeRead, P.ENGAGEMENTS_READ, versioned=False
)
BRIDGING_TASKS = View(
    "bridging_task",
    BridgingTask,
    BridgingTaskRead,
    P.ENGAGEMENTS_WRITE,
    edges={"engagement": Edge(lambda: ENGAGEMENTS, on=lambda t, e: e.id == t.engagement_id, expand=True)},
)
BRIDGING_TASKS_LIST: Collection = Collection(
    BRIDGING_TASKS,
    orders={"due_on": Order(lambda t: [t.due_on])},
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "kind": lambda t, value: t.kind == value,
        "open": lambda t, value: t.done_at.is_(None) == value,
    },
    filter_shapes={"engagement_id": UUID, "kind": TaskKind, "open": bool},
)

MATCH_PROFILES = View(
    "match_profile",
    MatchProfile,
    MatchProfileRead,
    P.MATCHING_READ,
    versioned=False,
    nested={"wishes": Nested(StatedWish, many=True)},
    hidden={"wishes": P.PROTECTED_CHARACTERISTICS_READ},
)
MATCH_PROFILES_LIST = Collection(
    MATCH_PROFILES,
    orders=_BY_RECORDED,
    filters={"person_id": lambda t, value: t.person_id == value},
    filter_shapes={"person_id": UUID},
)
MATCH_EXCLUSIONS = View("match_exclusion", MatchExclusion, MatchExclusionRead, P.MATCHING_READ, versioned=False)
MATCH_EXCLUSIONS_LIST = Collection(
    MATCH_EXCLUSIONS,
    orders=_BY_RECORDED,
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "mentor_id": lambda t, value: t.mentor_id == value,
        "kind": lambda t, value: t.kind == value,
    },
    filter_shapes={"person_id": UUID, "mentor_id": UUID, "kind": ExclusionKind},
)
MATCHING_POLICIES = Collection(
    View("matching_policy", MatchingPolicy, MatchingPolicyRead, P.MATCHING_READ, versioned=False),
    orders={"-policy_version": Order(lambda t: [t.policy_version], descending=True)},
    filters={"programme_id": lambda t, value: t.programme_id == value},
    filter_shapes={"programme_id": UUID},
)
MATCH_RUNS = View(
    "match_run",
    MatchRun,
    MatchRunRead,
    P.MATCHING_READ,
    nested={"summary": Nested(RunSummary)},
    connections={"lines": Connection(lambda: MATCH_LINES_LIST, on=lambda r, line: line.run_id == r.id)},
)
MATCH_RUNS_LIST = Collection(
    MATCH_RUNS,
    orders=_BY_CREATED,
    filters={"programme_id": lambda t, value: t.programme_id == value},
    filter_shapes={"programme_id": UUID},
)
MATCH_LINES = View(
    "match_line",
    MatchLine,
    MatchLineRead,
    P.MATCHING_READ,
    versioned=False,
    nested={"contributions": Nested(ContributionRead, many=True), "reasons": Nested(LeftOverRead)},
    edges={
        "referral": Edge(lambda: REFERRALS, on=lambda n, r: r.id == n.referral_id, expand=True),
        "mentor": Edge(lambda: MENTORS, on=lambda n, m: m.id == n.mentor_id, expand=True),
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda n, e: e.id == n.engagement_id, expand=True),
    },
)
MATCH_LINES_LIST: Collection = Collection(
    MATCH_LINES,
    orders={"place": Order(lambda t: [t.place])},
    filters={
        "run_id": lambda t, value: t.run_id == value,
        "proposed": lambda t, value: t.mentor_id.is_not(None) == value,
        "approved": lambda t, value: t.approved_at.is_not(None) == value,
    },
    filter_shapes={"run_id": UUID, "proposed": bool, "approved": bool},
)

attach(PROGRAMMES, matching_policies=Connection(lambda: MATCHING_POLICIES, on=lambda p, t: t.programme_id == p.id))
attach(REFERRALS, engagements=Connection(lambda: ENGAGEMENTS_LIST, on=lambda r, e: e.referral_id == r.id))
attach(MENTORS, engagements=Connection(lambda: ENGAGEMENTS_LIST, on=lambda m, e: e.mentor_id == m.id))
