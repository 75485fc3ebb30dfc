"""What may be asked about how relationships end. A mentor sees it of whom he mentors, or did until a month ago."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Date, Text, and_, case, cast, false, func, literal_column, or_, true
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Context, Edge, Order, Row, View, attach, text_literal
from app.domain.kernel.rows import CivilDate
from app.domain.matching.models import EndReason, Engagement, EngagementState
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.matching.writing_in import GOING_ON
from app.domain.people.queries import PEOPLE, PERSON_SUMMARIES
from app.domain.sessions.models import MentoringSession, SessionState
from app.domain.support.signposting.models import OnwardReferral
from app.domain.through_the_gate.models import (
    ClosingReview,
    ClosingReviewRead,
    Death,
    DeathRead,
    EndingAgreement,
    EndingAgreementRead,
    EndingOpen,
    EndingRead,
    FeedbackAsked,
    OnwardAsked,
)

P = Permission
_CLOSING_DAYS = 28
"""From so many days before the agreed end on, its last session and the review are asked for."""


def _is_newest(row: Row) -> ColumnElement[Any]:
    later: Row = aliased(EndingAgreement)
    newer = (
        select_columns(true())
        .where(
            later.engagement_id == row.engagement_id,
            func.row(later.recorded_at, later.id) > func.row(row.recorded_at, row.id),
        )
        .correlate_except(later)
        .exists()
    )
    return ~newer


ENDING_AGREEMENTS: View = View(
    "ending_agreement",
    EndingAgreement,
    EndingAgreementRead,
    P.ENGAGEMENTS_READ,
    computed={"current": _is_newest},
    edges={"engagement": Edge(lambda: ENGAGEMENTS, on=lambda a, e: e.id == a.engagement_id, expand=True)},
    versioned=False,
)
ENDING_AGREEMENTS_LIST = Collection(
    ENDING_AGREEMENTS,
    orders={"-recorded_at": Order(lambda t: [t.recorded_at], descending=True)},
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "current": lambda t, value: _is_newest(t) == value,
    },
    filter_shapes={"engagement_id": UUID, "current": bool},
)
CLOSING_REVIEWS: View = View(
    "closing_review",
    ClosingReview,
    ClosingReviewRead,
    P.ENGAGEMENTS_READ,
    edges={"engagement": Edge(lambda: ENGAGEMENTS, on=lambda r, e: e.id == r.engagement_id, expand=True)},
    versioned=False,
)
CLOSING_REVIEWS_LIST = Collection(
    CLOSING_REVIEWS,
    orders={"-recorded_at": Order(lambda t: [t.recorded_at], descending=True)},
    filters={"engagement_id": lambda t, value: t.engagement_id == value},
    filter_shapes={"engagement_id": UUID},
)


def _agreed(column: str) -> Callable[[Row], ColumnElement[Any]]:
    def newest(row: Row) -> ColumnElement[Any]:
        one: Row = aliased(EndingAgreement)
        return (
            select_columns(getattr(one, column))
            .where(one.engagement_id == row.id)
            .order_by(one.recorded_at.desc(), one.id.desc())
            .limit(literal_column("1"))
            .correlate_except(one)
            .scalar_subquery()
        )

    return newest


def _reviewed(column: str) -> Callable[[Row], ColumnElement[Any]]:
    def newest(row: Row) -> ColumnElement[Any]:
        one: Row = aliased(ClosingReview)
        return (
            select_columns(getattr(one, column))
            .where(one.engagement_id == row.id)
            .order_by(one.recorded_at.desc(), one.id.desc())
            .limit(literal_column("1"))
            .correlate_except(one)
            .scalar_subquery()
        )

    return newest


_end_on, _with_him, _session = _agreed("ends_on"), _agreed("with_him"), _agreed("closing_session_id")
_reviewed_on = _reviewed("held_on")


def _onward(row: Row) -> ColumnElement[Any]:
    return func.coalesce(_reviewed("onward")(row), text_literal(OnwardAsked.NOT_ASKED))


def _feedback(row: Row) -> ColumnElement[Any]:
    return func.coalesce(_reviewed("feedback")(row), text_literal(FeedbackAsked.NOT_ASKED))


def _goes_on(row: Row) -> ColumnElement[Any]:
    goes_on: ColumnElement[bool] = row.state.in_([text_literal(one) for one in sorted(GOING_ON)])
    return goes_on


def _days_left(row: Row) -> ColumnElement[Any]:
    today = cast(func.timezone("Europe/London", func.now()), Date())
    return case((_goes_on(row), cast(_end_on(row) - today, BigInteger())))


def _sessions_left(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(MentoringSession)
    return (
        select_columns(func.count())
        .where(
            one.engagement_id == row.id, one.state == text_literal(SessionState.PLANNED), one.starts_at >= func.now()
        )
        .correlate_except(one)
        .scalar_subquery()
    )


def _onward_referrals(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(OnwardReferral)
    return select_columns(func.count()).where(one.engagement_id == row.id).correlate_except(one).scalar_subquery()


def _closes(row: Row) -> ColumnElement[Any]:
    """Whether the session that was named to close with is still planned, or was held."""
    one: Row = aliased(MentoringSession)
    stands = [text_literal(state) for state in (SessionState.PLANNED, SessionState.HELD)]
    return select_columns(true()).where(one.id == _session(row), one.state.in_(stands)).correlate_except(one).exists()


def _still_open(row: Row) -> ColumnElement[Any]:
    o, goes_on = EndingOpen, _goes_on(row)
    near = or_(~goes_on, _days_left(row) <= _CLOSING_DAYS)
    found = (
        (o.NO_END_AGREED, and_(goes_on, _end_on(row).is_(None))),
        (o.NOT_AGREED_WITH_HIM, and_(goes_on, _with_him(row).is_(False))),
        (o.END_HAS_PASSED, and_(goes_on, _days_left(row) < 0)),
        (o.NO_CLOSING_SESSION, and_(goes_on, near, ~_closes(row))),
        (o.NO_CLOSING_REVIEW, and_(near, _reviewed_on(row).is_(None))),
        (o.ONWARD_NOT_ASKED, and_(near, _onward(row) == text_literal(OnwardAsked.NOT_ASKED))),
        (o.FEEDBACK_NOT_ASKED, and_(near, _feedback(row) == text_literal(FeedbackAsked.NOT_ASKED))),
    )
    held: list[ColumnElement[str]] = [case((holds, text_literal(code))) for code, holds in found]
    codes = array(held)
    told = func.array_remove(codes, cast(literal_column("null"), Text()), type_=ARRAY(Text))
    died = func.coalesce(row.end_reason == text_literal(EndReason.DIED), false())
    return case((died, cast(literal_column("'{}'"), ARRAY(Text))), else_=told)


ENDINGS: View = View(
    "ending",
    Engagement,
    EndingRead,
    P.ENGAGEMENTS_READ,
    computed={
        "agreed_end_on": _end_on,
        "agreed_with_him": _with_him,
        "days_left": _days_left,
        "sessions_left": _sessions_left,
        "closing_session_id": _session,
        "reviewed_on": _reviewed_on,
        "onward": _onward,
        "onward_referrals": _onward_referrals,
        "feedback": _feedback,
        "still_open": _still_open,
    },
    scope=lambda t: (t.charity_id == Context.charity, t.started_on.is_not(None)),
    versioned=False,
    summary=True,
)
ENDINGS_LIST = Collection(
    ENDINGS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "programme_id": lambda t, value: t.programme_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "state": lambda t, value: t.state == value,
        "ends_by": lambda t, value: _end_on(t) <= value,
        "agreed": lambda t, value: _end_on(t).is_not(None) == value,
        "planned_end": lambda t, value: t.planned_end == value,
    },
    filter_shapes={
        "programme_id": UUID,
        "person_id": UUID,
        "state": EngagementState,
        "ends_by": CivilDate,
        "agreed": bool,
        "planned_end": bool,
    },
)

DEATHS: View = View(
    "death",
    Death,
    DeathRead,
    P.PLACEMENTS_WRITE,
    edges={"person": Edge(lambda: PERSON_SUMMARIES, on=lambda d, p: p.id == d.person_id, expand=True)},
)
DEATHS_LIST = Collection(
    DEATHS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "stands": lambda t, value: t.withdrawn_at.is_(None) == value,
    },
    filter_shapes={"person_id": UUID, "stands": bool},
)

attach(
    ENGAGEMENTS,
    closing_reviews=Connection(lambda: CLOSING_REVIEWS_LIST, on=lambda e, r: r.engagement_id == e.id),
    ending_agreements=Connection(lambda: ENDING_AGREEMENTS_LIST, on=lambda e, a: a.engagement_id == e.id),
)
attach(PEOPLE, deaths=Connection(lambda: DEATHS_LIST, on=lambda p, d: d.person_id == p.id))
