"""What may be asked about reminders. A mentor sees those of whom he mentors."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, Row, View, attach
from app.domain.kernel.rows import CivilDate
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.through_the_gate.models import Reminder, ReminderKind, ReminderRead


def _open(row: Row) -> ColumnElement[Any]:
    return and_(row.settled_at.is_(None), row.acknowledged_at.is_(None))


REMINDERS: View = View(
    "reminder",
    Reminder,
    ReminderRead,
    Permission.GATE_SUPPORT_READ,
    computed={"open": _open},
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda r, e: e.id == r.engagement_id, expand=True),
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda r, p: p.id == r.person_id, expand=True),
    },
)
REMINDERS_LIST = Collection(
    REMINDERS,
    orders={
        "due_on": Order(lambda t: [t.due_on]),
        "-created_at": Order(lambda t: [t.created_at], descending=True),
    },
    filters={
        "kind": lambda t, value: t.kind == value,
        "engagement_id": lambda t, value: t.engagement_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "open": lambda t, value: _open(t) == value,
        "due_by": lambda t, value: t.due_on <= value,
    },
    filter_shapes={
        "kind": ReminderKind,
        "engagement_id": UUID,
        "person_id": UUID,
        "open": bool,
        "due_by": CivilDate,
    },
)

attach(ENGAGEMENTS, reminders=Connection(lambda: REMINDERS_LIST, on=lambda e, r: r.engagement_id == e.id))
