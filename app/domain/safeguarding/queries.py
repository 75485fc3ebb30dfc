"""What may be asked about safeguarding. Each reading is audited; row security narrows a mentor, and a manager, to what he wrote
himself."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, literal
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission, Role
from app.domain.kernel.reading import Collection, Context, Edge, Order, Row, View, text_literal
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.safeguarding.models import (
    NOTICE,
    AcctState,
    AcctStateRead,
    Concern,
    ConcernAddition,
    ConcernAdditionRead,
    ConcernAlarm,
    ConcernAlarmRead,
    ConcernRead,
    ConcernType,
    RestrictedKind,
    RestrictedNote,
    RestrictedNoteRead,
)
from app.domain.safeguarding.rules import TOLD_WITHIN

P = Permission
_NEWEST_FIRST = {"-created_at": Order(lambda t: [t.created_at], descending=True)}


def _of_concern(concern_id: ColumnElement[Any], wanted: str) -> ColumnElement[Any]:
    """The first of what was added."""
    one: Row = aliased(ConcernAddition)
    return (
        select_columns(func.min(getattr(one, wanted)))
        .where(one.concern_id == concern_id)
        .correlate_except(one)
        .scalar_subquery()
    )


def _told_at(row: Row) -> ColumnElement[Any]:
    return func.coalesce(row.reported_at, _of_concern(row.id, "reported_at"))


def _minutes(row: Row) -> ColumnElement[Any]:
    seconds = func.extract("epoch", _told_at(row) - row.disclosed_at)
    return cast(func.floor(seconds / literal(60)), BigInteger())


def _told_late(row: Row) -> ColumnElement[Any]:
    late: ColumnElement[Any] = func.coalesce(_told_at(row), func.now()) - row.disclosed_at > literal(TOLD_WITHIN)
    return late


def _acknowledged_at(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(ConcernAlarm)
    return select_columns(one.acknowledged_at).where(one.concern_id == row.id).correlate_except(one).scalar_subquery()


def _followed_up_on(row: Row) -> ColumnElement[Any]:
    return _of_concern(row.id, "followed_up_on")


def _own(name: str) -> Any:
    """What others added is told to its author as a fact, without their words and without whom they told."""

    def shown(row: Row) -> ColumnElement[Any]:
        author_only = Context.role.in_([text_literal(Role.MENTOR), text_literal(Role.MANAGER)])
        return case((author_only & (row.created_by != Context.subject), None), else_=getattr(row, name))

    return shown


CONCERNS: View = View(
    "concern",
    Concern,
    ConcernRead,
    P.CONCERNS_READ,
    computed={
        "told_at": _told_at,
        "minutes_to_tell": _minutes,
        "told_late": _told_late,
        "acknowledged_at": _acknowledged_at,
        "followed_up_on": _followed_up_on,
        "notice": lambda _: text_literal(NOTICE),
    },
    edges={
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda c, p: p.id == c.person_id, expand=True),
        "additions": Edge(
            lambda: ADDITIONS,
            on=lambda c, a: a.concern_id == c.id,
            many=True,
            order=lambda a: [a.created_at, a.id],
            limit=500,
            expand=True,
        ),
    },
    versioned=False,
    audited=True,
)
CONCERNS_LIST = Collection(
    CONCERNS,
    orders=_NEWEST_FIRST,
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "type": lambda t, value: t.type == value,
        "told": lambda t, value: _told_at(t).is_not(None) == value,
        "told_late": lambda t, value: _told_late(t) == value,
        "followed_up": lambda t, value: _followed_up_on(t).is_not(None) == value,
    },
    filter_shapes={"person_id": UUID, "type": ConcernType, "told": bool, "told_late": bool, "followed_up": bool},
)
ADDITIONS: View = View(
    "concern_addition",
    ConcernAddition,
    ConcernAdditionRead,
    P.CONCERNS_READ,
    computed={"words": _own("words"), "reported_to_name": _own("reported_to_name")},
    versioned=False,
    part_of=("concern", "concern_id"),
)


def _of_its_concern(name: str) -> Any:
    def found(row: Row) -> ColumnElement[Any]:
        one: Row = aliased(Concern)
        return (
            select_columns(getattr(one, name)).where(one.id == row.concern_id).correlate_except(one).scalar_subquery()
        )

    return found


ALARMS = View(
    "concern_alarm",
    ConcernAlarm,
    ConcernAlarmRead,
    P.CONCERNS_READ,
    computed={
        "type": _of_its_concern("type"),
        "disclosed_at": _of_its_concern("disclosed_at"),
        "reported": lambda t: _of_concern(t.concern_id, "reported_at").is_not(None),
    },
    audited=True,
)
ALARMS_LIST = Collection(
    ALARMS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={"acknowledged": lambda t, value: t.acknowledged_at.is_not(None) == value},
    filter_shapes={"acknowledged": bool},
)


def _newest(row: Row) -> ColumnElement[Any]:
    other: Row = aliased(AcctState)
    newest = (
        select_columns(other.id)
        .where(other.person_id == row.person_id)
        .order_by(other.as_of.desc(), other.created_at.desc(), other.id.desc())
        .limit(1)
        .correlate_except(other)
        .scalar_subquery()
    )
    is_newest: ColumnElement[Any] = row.id == newest
    return is_newest


ACCT_STATES = View(
    "acct_state",
    AcctState,
    AcctStateRead,
    P.ACCT_READ,
    computed={"newest": _newest},
    edges={"person": Edge(lambda: PERSON_SUMMARIES, on=lambda a, p: p.id == a.person_id, expand=True)},
    versioned=False,
    audited=True,
)
ACCT_STATES_LIST = Collection(
    ACCT_STATES,
    orders=_NEWEST_FIRST,
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "newest": lambda t, value: _newest(t) == value,
    },
    filter_shapes={"person_id": UUID, "newest": bool},
)


def _replaced_by(row: Row) -> ColumnElement[Any]:
    other: Row = aliased(RestrictedNote)
    return select_columns(other.id).where(other.replaces_id == row.id).correlate_except(other).scalar_subquery()


RESTRICTED_NOTES = View(
    "restricted_note",
    RestrictedNote,
    RestrictedNoteRead,
    P.RESTRICTED_NOTES_READ,
    computed={"replaced_by_id": _replaced_by},
    versioned=False,
    audited=True,
)
RESTRICTED_NOTES_LIST = Collection(
    RESTRICTED_NOTES,
    orders=_NEWEST_FIRST,
    filters={"person_id": lambda t, value: t.person_id == value, "kind": lambda t, value: t.kind == value},
    filter_shapes={"person_id": UUID, "kind": RestrictedKind},
)
