"""What may be asked about where somebody is and was. A mentor sees it of whom he mentors."""

from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, ColumnElement, and_, case, cast, false, func, true
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, Row, View, attach, text_literal
from app.domain.matching.models import Engagement
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.matching.writing_in import GOING_ON
from app.domain.mentors.models import Mentor
from app.domain.mentors.queries import cleared_for
from app.domain.people.queries import PEOPLE, PERSON_SUMMARIES
from app.domain.sessions.models import MentoringSession, SessionState
from app.domain.through_the_gate.models import (
    AbsenceKind,
    Accommodation,
    Clearance,
    MoveDecision,
    MoveKind,
    MoveReview,
    MoveReviewRead,
    Placement,
    PlacementEntry,
    PlacementEntryRead,
    PlacementRead,
    TemporaryAbsence,
    TemporaryAbsenceRead,
)
from app.domain.through_the_gate.rules import ways_to_meet

P = Permission


def _current(row: Row) -> ColumnElement[Any]:
    return func.coalesce(func.upper_inf(row.days), false())


PLACEMENTS: View = View(
    "placement",
    Placement,
    PlacementRead,
    P.PLACEMENTS_READ,
    computed={"left_on": lambda t: func.upper(t.days), "current": _current},
    edges={
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda a, p: p.id == a.person_id, expand=True),
        "entries": Edge(
            lambda: PLACEMENT_ENTRIES,
            on=lambda a, e: e.placement_id == a.id,
            many=True,
            order=lambda e: [e.sequence],
            expand=True,
        ),
    },
)
PLACEMENT_ENTRIES: View = View(
    "placement_entry", PlacementEntry, PlacementEntryRead, P.PLACEMENTS_READ, versioned=False
)
PLACEMENTS_LIST = Collection(
    PLACEMENTS,
    orders={
        "-arrived_on": Order(lambda t: [t.arrived_on, t.recorded_nth], descending=True),
        "arrived_on": Order(lambda t: [t.arrived_on, t.recorded_nth]),
    },
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "accommodation": lambda t, value: t.accommodation == value,
        "establishment": lambda t, value: t.establishment == value,
        "current": lambda t, value: _current(t) == value,
        "counts": lambda t, value: t.days.is_not(None) == value,
    },
    filter_shapes={
        "person_id": UUID,
        "accommodation": Accommodation,
        "establishment": str,
        "current": bool,
        "counts": bool,
    },
)

TEMPORARY_ABSENCES: View = View(
    "temporary_absence",
    TemporaryAbsence,
    TemporaryAbsenceRead,
    P.PLACEMENTS_READ,
    edges={"person": Edge(lambda: PERSON_SUMMARIES, on=lambda a, p: p.id == a.person_id, expand=True)},
)


def _out(row: Row) -> ColumnElement[Any]:
    return and_(row.ended_on.is_(None), row.withdrawn_at.is_(None))


TEMPORARY_ABSENCES_LIST = Collection(
    TEMPORARY_ABSENCES,
    orders={
        "-left_on": Order(lambda t: [t.left_on], descending=True),
        "left_on": Order(lambda t: [t.left_on]),
    },
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "kind": lambda t, value: t.kind == value,
        "open": lambda t, value: _out(t) == value,
    },
    filter_shapes={"person_id": UUID, "kind": AbsenceKind, "open": bool},
)


def _open(row: Row) -> ColumnElement[Any]:
    """Nobody has decided, he is there still, and the relationship goes on."""
    placement: Row = aliased(Placement)
    engagement: Row = aliased(Engagement)
    there = (
        select_columns(true())
        .where(placement.id == row.placement_id, func.upper_inf(placement.days))
        .correlate_except(placement)
        .exists()
    )
    goes_on = (
        select_columns(true())
        .where(
            engagement.id == row.engagement_id, engagement.state.in_([text_literal(one) for one in sorted(GOING_ON)])
        )
        .correlate_except(engagement)
        .exists()
    )
    return and_(row.decided_at.is_(None), there, goes_on)


_INSIDE = sorted(one for one in Accommodation if one.in_custody)


def _clearance(row: Row) -> ColumnElement[Any]:
    engagement: Row = aliased(Engagement)
    mentor: Row = aliased(Mentor)
    mentor_id = (
        select_columns(engagement.mentor_id)
        .where(engagement.id == row.engagement_id)
        .correlate_except(engagement)
        .scalar_subquery()
    )
    cleared = (
        select_columns(true())
        .where(mentor.id == mentor_id, cleared_for(mentor, row.establishment))
        .correlate_except(mentor)
        .exists()
    )
    return case(
        (row.accommodation.not_in([text_literal(one) for one in _INSIDE]), text_literal(Clearance.NOT_NEEDED)),
        (mentor_id.is_(None), text_literal(Clearance.NO_MENTOR)),
        (row.establishment.is_(None), text_literal(Clearance.NOT_KNOWN)),
        (cleared, text_literal(Clearance.IN_FORCE)),
        else_=text_literal(Clearance.MISSING),
    )


def _ways_to_meet(row: Row) -> ColumnElement[Any]:
    ways = {one: array([text_literal(way) for way in ways_to_meet(one)]) for one in Clearance}
    clearance = _clearance(row)
    *some, last = ways
    return case(*((clearance == text_literal(one), ways[one]) for one in some), else_=ways[last])


def _planned_elsewhere(row: Row) -> ColumnElement[Any]:
    planned: Row = aliased(MentoringSession)
    return (
        select_columns(func.count())
        .where(
            planned.engagement_id == row.engagement_id,
            planned.state == text_literal(SessionState.PLANNED),
            planned.starts_at
            >= func.greatest(func.now(), func.timezone("Europe/London", cast(row.moved_on, TIMESTAMP))),
            planned.establishment.is_distinct_from(row.establishment),
        )
        .correlate_except(planned)
        .scalar_subquery()
    )


MOVE_REVIEWS: View = View(
    "move_review",
    MoveReview,
    MoveReviewRead,
    P.ENGAGEMENTS_WRITE,
    computed={
        "open": _open,
        "clearance": _clearance,
        "proposed_settings": _ways_to_meet,
        "planned_elsewhere": _planned_elsewhere,
    },
    edges={
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda r, p: p.id == r.person_id, expand=True),
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda r, e: e.id == r.engagement_id, expand=True),
        "placement": Edge(lambda: PLACEMENTS, on=lambda r, a: a.id == r.placement_id, expand=True),
    },
)
MOVE_REVIEWS_LIST = Collection(
    MOVE_REVIEWS,
    orders={
        "-created_at": Order(lambda t: [t.created_at], descending=True),
        "created_at": Order(lambda t: [t.created_at]),
    },
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "engagement_id": lambda t, value: t.engagement_id == value,
        "kind": lambda t, value: t.kind == value,
        "decision": lambda t, value: t.decision == value,
        "open": lambda t, value: _open(t) == value,
    },
    filter_shapes={
        "person_id": UUID,
        "engagement_id": UUID,
        "kind": MoveKind,
        "decision": MoveDecision,
        "open": bool,
    },
)

attach(PEOPLE, placements=Connection(lambda: PLACEMENTS_LIST, on=lambda p, a: a.person_id == p.id))
