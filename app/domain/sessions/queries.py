"""What may be asked about sessions: the sessions, their series, and how often somebody and his mentor have met."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, DateTime, case, cast, func, literal
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Context, Edge, Order, Row, View, attach, text_literal
from app.domain.kernel.rows import Instant
from app.domain.matching.models import Engagement, EngagementState
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.sessions.models import (
    Attendance,
    ContactRead,
    Interval,
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

_EVERY_DAYS = 14
"""How often they are taken to mean to meet where no series says: in custody it is every week or every other."""


def _count(*attendances: Attendance) -> Any:
    def counted(row: Row) -> ColumnElement[Any]:
        one: Row = aliased(MentoringSession)
        wanted = [text_literal(attendance) for attendance in attendances]
        return (
            select_columns(func.count())
            .where(one.engagement_id == row.id, one.attendance.in_(wanted))
            .correlate_except(one)
            .scalar_subquery()
        )

    return counted


def _last_held(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(MentoringSession)
    return (
        select_columns(func.max(one.occurred_at))
        .where(one.engagement_id == row.id, one.state == text_literal(SessionState.HELD))
        .correlate_except(one)
        .scalar_subquery()
    )


def _next_planned(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(MentoringSession)
    return (
        select_columns(func.min(one.starts_at))
        .where(
            one.engagement_id == row.id, one.state == text_literal(SessionState.PLANNED), one.starts_at >= func.now()
        )
        .correlate_except(one)
        .scalar_subquery()
    )


def _every_days(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(SessionSeries)
    newest = (
        select_columns(case((one.interval == text_literal(Interval.WEEKLY), literal(7)), else_=literal(14)))
        .where(one.engagement_id == row.id)
        .order_by(one.created_at.desc(), one.id.desc())
        .limit(1)
        .correlate_except(one)
        .scalar_subquery()
    )
    return func.coalesce(newest, literal(_EVERY_DAYS))


def _quiet_days(row: Row) -> ColumnElement[Any]:
    began = cast(row.started_on, DateTime(timezone=True))
    since = func.greatest(func.coalesce(_last_held(row), began), began)
    days = cast(func.floor(func.extract("epoch", func.now() - since) / literal(86_400)), BigInteger())
    going_on = row.state.in_([text_literal(EngagementState.ACTIVE), text_literal(EngagementState.BRIDGING)])
    return case((going_on, func.greatest(days, literal(0))), else_=None)


def _quiet(row: Row) -> ColumnElement[Any]:
    return func.coalesce(_quiet_days(row) > _every_days(row) * literal(2), literal(False))


CONTACTS = View(
    "contact",
    Engagement,
    ContactRead,
    P.SESSIONS_READ,
    scope=lambda e: (e.charity_id == Context.charity, e.started_on.is_not(None)),
    computed={
        "held": _count(Attendance.ATTENDED),
        "prison_cancelled": _count(Attendance.PRISON_CANCELLED),
        "mentor_cancelled": _count(Attendance.MENTOR_CANCELLED),
        "mentee_absent": _count(Attendance.MENTEE_DID_NOT_ATTEND, Attendance.MENTEE_DECLINED),
        "not_held_otherwise": _count(Attendance.OTHER, Attendance.NOT_KNOWN),
        "last_held_at": _last_held,
        "next_planned_at": _next_planned,
        "every_days": _every_days,
        "quiet_days": _quiet_days,
        "quiet": _quiet,
    },
    versioned=False,
    summary=True,
)
CONTACTS_LIST = Collection(
    CONTACTS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "quiet": lambda t, value: _quiet(t) == value,
        "mentor_id": lambda t, value: t.mentor_id == value,
        "programme_id": lambda t, value: t.programme_id == value,
    },
    filter_shapes={"quiet": bool, "mentor_id": UUID, "programme_id": UUID},
)

attach(
    ENGAGEMENTS,
    sessions=Connection(lambda: SESSIONS_LIST, on=lambda e, s: s.engagement_id == e.id),
    series=Connection(lambda: SERIES_LIST, on=lambda e, s: s.engagement_id == e.id),
)
