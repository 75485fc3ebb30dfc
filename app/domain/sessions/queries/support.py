"""What may be asked about notes, and about what stands in the way of meeting."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission, Role
from app.domain.kernel.reading import (
    Collection,
    Connection,
    Context,
    Edge,
    Nested,
    Order,
    Row,
    View,
    attach,
    text_literal,
)
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.sessions.models import (
    Barrier,
    BarrierAttempt,
    BarrierAttemptRead,
    BarrierKind,
    BarrierRead,
    BarrierState,
    NoteWarning,
    SessionNote,
    SessionNoteKnownName,
    SessionNoteRead,
)
from app.domain.sessions.queries.sessions import SESSIONS

P = Permission


def _replaced_by(row: Row) -> ColumnElement[Any]:
    other: Row = aliased(SessionNote)
    return select_columns(other.id).where(other.replaces_id == row.id).correlate_except(other).scalar_subquery()


def _words(row: Row) -> ColumnElement[Any]:
    """A mentor is not shown what should not have been written."""
    hidden = (Context.role == text_literal(Role.MENTOR)) & _replaced_by(row).is_not(None)
    return case((hidden, None), else_=row.words)


def _warnings(row: Row) -> ColumnElement[Any]:
    """Row security shows known names to no mentor."""
    known: Row = aliased(SessionNoteKnownName)
    names = select_columns(known.found).where(known.note_id == row.id).correlate_except(known).scalar_subquery()
    hidden = (Context.role == text_literal(Role.MENTOR)) & _replaced_by(row).is_not(None)
    nothing = func.jsonb_build_array()
    return case((hidden, nothing), else_=row.warnings.op("||")(func.coalesce(names, nothing)))


NOTES: View = View(
    "session_note",
    SessionNote,
    SessionNoteRead,
    P.NOTES_READ,
    computed={"words": _words, "warnings": _warnings, "replaced_by_id": _replaced_by},
    nested={"warnings": Nested(NoteWarning, many=True)},
    edges={"session": Edge(lambda: SESSIONS, on=lambda n, s: s.id == n.session_id, expand=True)},
    versioned=False,
    audited=True,
)
NOTES_LIST = Collection(
    NOTES,
    orders={
        "-created_at": Order(lambda t: [t.created_at], descending=True),
        "created_at": Order(lambda t: [t.created_at]),
    },
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "session_id": lambda t, value: t.session_id == value,
    },
    filter_shapes={"engagement_id": UUID, "session_id": UUID},
)

BARRIERS = View(
    "barrier",
    Barrier,
    BarrierRead,
    P.BARRIERS_READ,
    edges={
        "attempts": Edge(
            lambda: ATTEMPTS, on=lambda b, a: a.barrier_id == b.id, many=True, order=lambda a: [a.sequence], expand=True
        ),
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda b, e: e.id == b.engagement_id, expand=True),
    },
)
BARRIERS_LIST = Collection(
    BARRIERS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "state": lambda t, value: t.state == value,
        "kind": lambda t, value: t.kind == value,
    },
    filter_shapes={"engagement_id": UUID, "state": BarrierState, "kind": BarrierKind},
)
ATTEMPTS: View = View("barrier_attempt", BarrierAttempt, BarrierAttemptRead, P.BARRIERS_READ, versioned=False)

attach(ENGAGEMENTS, barriers=Connection(lambda: BARRIERS_LIST, on=lambda e, b: b.engagement_id == e.id))
