"""What may be asked about sessions and their series."""

from uuid import UUID

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, View, attach
from app.domain.kernel.rows import Instant
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.sessions.models import (
    Attendance,
    MentoringSession,
    SeriesRead,
    SessionEntry,
    SessionEntryRead,
    SessionRead,
    SessionSeries,
    SessionSetting,
    SessionState,
)

P = Permission
_BY_START = {
    "starts_at": Order(lambda t: [t.starts_at]),
    "-starts_at": Order(lambda t: [t.starts_at], descending=True),
}

SESSIONS: View = View(
    "session",
    MentoringSession,
    SessionRead,
    P.SESSIONS_READ,
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda s, e: e.id == s.engagement_id, expand=True),
        "superseded_by": Edge(lambda: SESSIONS, on=lambda s, o: o.id == s.superseded_by_id, expand=True),
        "entries": Edge(
            lambda: SESSION_ENTRIES,
            on=lambda s, e: e.session_id == s.id,
            many=True,
            order=lambda e: [e.sequence],
            expand=True,
        ),
    },
)
SESSIONS_LIST = Collection(
    SESSIONS,
    orders=_BY_START,
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "mentor_id": lambda t, value: t.mentor_id == value,
        "series_id": lambda t, value: t.series_id == value,
        "state": lambda t, value: t.state == value,
        "attendance": lambda t, value: t.attendance == value,
        "setting": lambda t, value: t.setting == value,
        "starts_from": lambda t, value: t.starts_at >= value,
        "starts_before": lambda t, value: t.starts_at < value,
    },
    filter_shapes={
        "engagement_id": UUID,
        "person_id": UUID,
        "mentor_id": UUID,
        "series_id": UUID,
        "state": SessionState,
        "attendance": Attendance,
        "setting": SessionSetting,
        "starts_from": Instant,
        "starts_before": Instant,
    },
)
SESSION_ENTRIES: View = View("session_entry", SessionEntry, SessionEntryRead, P.SESSIONS_READ, versioned=False)
SERIES = View(
    "session_series",
    SessionSeries,
    SeriesRead,
    P.SESSIONS_READ,
    connections={"sessions": Connection(lambda: SESSIONS_LIST, on=lambda r, s: s.series_id == r.id)},
)
SERIES_LIST = Collection(
    SERIES,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={"engagement_id": lambda t, value: t.engagement_id == value},
    filter_shapes={"engagement_id": UUID},
)

attach(
    ENGAGEMENTS,
    sessions=Connection(lambda: SESSIONS_LIST, on=lambda e, s: s.engagement_id == e.id),
    series=Connection(lambda: SERIES_LIST, on=lambda e, s: s.engagement_id == e.id),
)
