"""What may be asked about support through the gate. A mentor sees that of whom he mentors."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, distinct, func, text, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, Row, View, attach, text_literal
from app.domain.kernel.rows import CivilDate
from app.domain.matching.models import Engagement
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.organisations.models import Programme
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.sessions.models import MentoringSession, SessionState
from app.domain.through_the_gate.models import (
    Accommodation,
    GateCountsRead,
    GateState,
    GateSupport,
    GateSupportRead,
    GateSupportStep,
    GateSupportStepRead,
    Placement,
    ReconnectCard,
    ReconnectCardRead,
)

P = Permission


def _months_after_release(months: int) -> Any:
    # PostgreSQL clamps to the month's end as `add_months` does: 31 August and six months are 28 February.
    def due(row: Row) -> ColumnElement[Any]:
        return cast(row.released_on + text(f"interval '{months} months'"), Date())

    return due


GATE_SUPPORT: View = View(
    "gate_support",
    GateSupport,
    GateSupportRead,
    P.GATE_SUPPORT_READ,
    computed={
        "three_month_review_due_on": _months_after_release(3),
        "six_month_review_due_on": _months_after_release(6),
    },
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda g, e: e.id == g.engagement_id, expand=True),
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda g, p: p.id == g.person_id, expand=True),
        "steps": Edge(
            lambda: GATE_SUPPORT_STEPS,
            on=lambda g, s: s.support_id == g.id,
            many=True,
            order=lambda s: [s.sequence],
            expand=True,
        ),
    },
)
GATE_SUPPORT_STEPS: View = View(
    "gate_support_step", GateSupportStep, GateSupportStepRead, P.GATE_SUPPORT_READ, versioned=False
)
GATE_SUPPORT_LIST = Collection(
    GATE_SUPPORT,
    orders={
        "-created_at": Order(lambda t: [t.created_at], descending=True),
        "created_at": Order(lambda t: [t.created_at]),
    },
    filters={
        "programme_id": lambda t, value: t.programme_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "engagement_id": lambda t, value: t.engagement_id == value,
        "state": lambda t, value: t.state == value,
        "ends_by": lambda t, value: t.ends_on <= value,
    },
    filter_shapes={
        "programme_id": UUID,
        "person_id": UUID,
        "engagement_id": UUID,
        "state": GateState,
        "ends_by": CivilDate,
    },
)


def _reached(day: str) -> Any:
    def count(row: Row) -> ColumnElement[Any]:
        support: Row = aliased(GateSupport)
        return (
            select_columns(func.count())
            .where(support.programme_id == row.id, getattr(support, day).is_not(None))
            .correlate_except(support)
            .scalar_subquery()
        )

    return count


def _to_approved_premises(row: Row) -> ColumnElement[Any]:
    support: Row = aliased(GateSupport)
    placement: Row = aliased(Placement)
    there = (
        select_columns(true())
        .where(
            placement.person_id == support.person_id,
            placement.accommodation == text_literal(Accommodation.APPROVED_PREMISES),
            placement.days.is_not(None),
            func.coalesce(func.upper(placement.days) > support.eligible_on, true()),
        )
        .correlate_except(placement)
        .exists()
    )
    return (
        select_columns(func.count())
        .where(support.programme_id == row.id, support.supported_on.is_not(None), there)
        .correlate_except(support)
        .scalar_subquery()
    )


def _in_multiple_prisons(row: Row) -> ColumnElement[Any]:
    engagement: Row = aliased(Engagement)
    held: Row = aliased(MentoringSession)
    prisons = (
        select_columns(func.count(distinct(held.establishment)))
        .where(held.engagement_id == engagement.id, held.state == text_literal(SessionState.HELD))
        .correlate_except(held)
        .scalar_subquery()
    )
    return (
        select_columns(func.count())
        .where(engagement.programme_id == row.id, prisons > 1)
        .correlate_except(engagement)
        .scalar_subquery()
    )


GATE_COUNTS: View = View(
    "gate_counts",
    Programme,
    GateCountsRead,
    P.GATE_SUPPORT_WRITE,
    computed={
        "eligible": _reached("eligible_on"),
        "offered": _reached("offered_on"),
        "accepted": _reached("accepted_on"),
        "declined": _reached("declined_on"),
        "first_contact": _reached("first_contact_on"),
        "supported": _reached("supported_on"),
        "sustained": _reached("sustained_on"),
        "ended": _reached("ended_on"),
        "supported_to_approved_premises": _to_approved_premises,
        "supported_in_multiple_prisons": _in_multiple_prisons,
    },
    versioned=False,
    summary=True,
)


RECONNECT_CARDS: View = View(
    "reconnect_card",
    ReconnectCard,
    ReconnectCardRead,
    P.GATE_SUPPORT_READ,
    edges={"support": Edge(lambda: GATE_SUPPORT, on=lambda c, g: g.id == c.support_id, expand=True)},
)


def _works(row: Row) -> ColumnElement[Any]:
    return and_(row.used_at.is_(None), row.revoked_at.is_(None))


RECONNECT_CARDS_LIST = Collection(
    RECONNECT_CARDS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "support_id": lambda t, value: t.support_id == value,
        "used": lambda t, value: t.used_at.is_not(None) == value,
        "open": lambda t, value: _works(t) == value,
    },
    filter_shapes={"support_id": UUID, "used": bool, "open": bool},
)

attach(ENGAGEMENTS, gate_support=Connection(lambda: GATE_SUPPORT_LIST, on=lambda e, g: g.engagement_id == e.id))
