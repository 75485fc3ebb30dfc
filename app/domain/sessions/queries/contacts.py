"""How often somebody and his mentor have met, what stood in the way, and whether somebody should ask."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Date, DateTime, case, cast, func, literal
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission, Role
from app.domain.kernel.reading import Collection, Context, Order, Row, View, text_literal
from app.domain.matching.models import Engagement, EngagementMentor, EngagementState
from app.domain.mentors.models import Mentor
from app.domain.sessions.models import (
    Attendance,
    Barrier,
    BarrierAttempt,
    BarrierState,
    ContactRead,
    Interval,
    MentoringSession,
    SessionSeries,
    SessionState,
)

P = Permission

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
    began = _began(row)
    since = func.greatest(func.coalesce(_last_held(row), began), began)
    days = cast(func.floor(func.extract("epoch", func.now() - since) / literal(86_400)), BigInteger())
    going_on = row.state.in_([text_literal(EngagementState.ACTIVE), text_literal(EngagementState.BRIDGING)])
    return case((going_on, func.greatest(days, literal(0))), else_=None)


def _began(row: Row) -> ColumnElement[Any]:
    return cast(row.started_on, DateTime(timezone=True))


def _prevented_since(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(MentoringSession)
    return (
        select_columns(func.count())
        .where(
            one.engagement_id == row.id,
            one.attendance == text_literal(Attendance.PRISON_CANCELLED),
            one.starts_at > func.coalesce(_last_held(row), _began(row)),
        )
        .correlate_except(one)
        .scalar_subquery()
    )


def _asked_on(row: Row) -> ColumnElement[Any]:
    """When somebody last asked, or tried something: a barrier named, or an attempt."""
    one: Row = aliased(Barrier)
    tried: Row = aliased(BarrierAttempt)
    named = (
        select_columns(func.max(one.found_on))
        .where(one.engagement_id == row.id)
        .correlate_except(one)
        .scalar_subquery()
    )
    attempted = (
        select_columns(func.max(tried.tried_on))
        .join(one, one.id == tried.barrier_id)
        .where(one.engagement_id == row.id)
        .correlate_except(one, tried)
        .scalar_subquery()
    )
    return func.greatest(named, attempted)


def _in_the_way(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(Barrier)
    return (
        select_columns(func.count())
        .where(one.engagement_id == row.id, one.state == text_literal(BarrierState.IN_THE_WAY))
        .correlate_except(one)
        .scalar_subquery()
    )


def _nudge(row: Row) -> ColumnElement[Any]:
    """Half as long again as they mean to, and nobody has asked for as long as they mean to wait."""
    late = _quiet_days(row) * literal(2) > _every_days(row) * literal(3)
    today = cast(func.timezone("Europe/London", func.now()), Date())
    asked = func.coalesce(today - _asked_on(row) <= _every_days(row), literal(False))
    return func.coalesce(late, literal(False)) & ~asked


def _supervisor(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(Mentor)
    return select_columns(one.supervisor_id).where(one.id == row.mentor_id).correlate_except(one).scalar_subquery()


def _quiet(row: Row) -> ColumnElement[Any]:
    return func.coalesce(_quiet_days(row) > _every_days(row) * literal(2), literal(False))


def _begun_and_seen(row: Row) -> tuple[ColumnElement[bool], ...]:
    """Begun; and for a mentor one in which he mentors him, or did: whoever is only asked sees the engagement, too."""
    his: Row = aliased(EngagementMentor)
    has_time = select_columns(his.id).where(his.engagement_id == row.id).correlate_except(his).exists()
    mentors = Context.role == text_literal(Role.MENTOR)
    return row.charity_id == Context.charity, row.started_on.is_not(None), ~mentors | has_time


CONTACTS = View(
    "contact",
    Engagement,
    ContactRead,
    P.SESSIONS_READ,
    scope=_begun_and_seen,
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
        "prevented_since": _prevented_since,
        "asked_on": _asked_on,
        "in_the_way": _in_the_way,
        "nudge": _nudge,
        "supervisor_id": _supervisor,
    },
    versioned=False,
    summary=True,
)
CONTACTS_LIST = Collection(
    CONTACTS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "quiet": lambda t, value: _quiet(t) == value,
        "nudge": lambda t, value: _nudge(t) == value,
        "supervisor_id": lambda t, value: _supervisor(t) == value,
        "mentor_id": lambda t, value: t.mentor_id == value,
        "programme_id": lambda t, value: t.programme_id == value,
    },
    filter_shapes={"quiet": bool, "nudge": bool, "supervisor_id": UUID, "mentor_id": UUID, "programme_id": UUID},
)
