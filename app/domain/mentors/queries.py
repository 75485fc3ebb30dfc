"""What may be asked about mentors."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Text, cast, func, literal_column, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, Row, View, text_literal
from app.domain.mentors.models import (
    AbsenceRead,
    Alarm,
    CheckKind,
    CheckOutcome,
    CheckRead,
    HoursRead,
    Mentor,
    MentorCheck,
    MentorHours,
    MentorKind,
    MentorRead,
    MentorStep,
    MentorStepRead,
    MentorTraining,
    Stage,
    SupervisionContact,
    SupervisionRead,
    SupervisorAbsence,
    TrainingModule,
    TrainingRead,
)

P = Permission
_TODAY = cast(func.timezone(literal_column("'Europe/London'"), func.now()), Date())


def _newest_check(row: Row, check: Row) -> ColumnElement[Any]:
    """Whether a check is the newest of its kind, and for its establishment."""
    later: Row = aliased(MentorCheck)
    newer = (
        select_columns(true())
        .where(
            later.mentor_id == row.id,
            later.kind == check.kind,
            later.establishment.is_not_distinct_from(check.establishment),
            later.decided_on <= _TODAY,
            func.row(later.decided_on, later.recorded_at, later.id)
            > func.row(check.decided_on, check.recorded_at, check.id),
        )
        .correlate_except(later)
        .exists()
    )
    return ~newer


def _in_force(check: Row) -> ColumnElement[Any]:
    mentor: Row = aliased(Mentor)
    newest = (
        select_columns(_newest_check(mentor, check))
        .where(mentor.id == check.mentor_id)
        .correlate_except(mentor)
        .scalar_subquery()
    )
    granted = check.outcome == text_literal(CheckOutcome.GRANTED)
    answer: ColumnElement[Any] = (
        granted & (check.decided_on <= _TODAY) & func.coalesce(check.expires_on >= _TODAY, true()) & newest
    )
    return answer


def _vetted_until(row: Row) -> ColumnElement[Any]:
    check: Row = aliased(MentorCheck)
    return (
        select_columns(check.expires_on)
        .where(check.mentor_id == row.id, check.kind == text_literal(CheckKind.VETTING), _in_force(check))
        .correlate_except(check)
        .scalar_subquery()
    )


def _newest_day(table: Any, column: str, *more: Any) -> Any:
    def newest(row: Row) -> ColumnElement[Any]:
        of: Row = aliased(table)
        wanted = [of.mentor_id == row.id, *(condition(of) for condition in more)]
        return select_columns(func.max(getattr(of, column))).where(*wanted).correlate_except(of).scalar_subquery()

    return newest


def alarms(row: Row) -> ColumnElement[Any]:
    return func.throughgate.mentor_alarms(row.id, type_=ARRAY(Text))


def cleared_for(row: Row, establishment: Any) -> ColumnElement[Any]:
    """Whether a mentor may go into a prison today, by its own clearance."""
    check: Row = aliased(MentorCheck)
    return (
        select_columns(true())
        .where(check.mentor_id == row.id, check.establishment == establishment, _in_force(check))
        .correlate_except(check)
        .exists()
    )


MENTORS = View(
    "mentor",
    Mentor,
    MentorRead,
    P.MENTORS_READ,
    computed={
        "vetted_until": _vetted_until,
        "trained_on": _newest_day(
            MentorTraining, "completed_on", lambda t: t.module == text_literal(TrainingModule.CORE)
        ),
        "supervised_on": _newest_day(SupervisionContact, "held_on"),
        "places_taken": lambda t: func.throughgate.places_taken(t.id),
        "alarms": alarms,
    },
    hidden={"offers": P.PROTECTED_CHARACTERISTICS_READ},
    edges={
        "steps": Edge(
            lambda: MENTOR_STEPS,
            on=lambda m, s: s.mentor_id == m.id,
            many=True,
            order=lambda s: [s.sequence],
            expand=True,
        ),
        "checks": Edge(
            lambda: MENTOR_CHECKS.view,
            on=lambda m, c: c.mentor_id == m.id,
            many=True,
            order=lambda c: [c.decided_on.desc(), c.id.desc()],
            expand=True,
        ),
    },
    connections={
        "trainings": Connection(lambda: MENTOR_TRAININGS, on=lambda m, t: t.mentor_id == m.id),
        "supervisions": Connection(lambda: SUPERVISIONS, on=lambda m, s: s.mentor_id == m.id),
        "hours": Connection(lambda: MENTOR_HOURS, on=lambda m, h: h.mentor_id == m.id),
    },
)
MENTORS_LIST: Collection = Collection(
    MENTORS,
    orders={
        "display_name": Order(lambda t: [t.display_name]),
        "-created_at": Order(lambda t: [t.created_at], descending=True),
    },
    filters={
        "stage": lambda t, value: t.stage == value,
        "kind": lambda t, value: t.kind == value,
        "programme_id": lambda t, value: value == func.any(t.programme_ids),
        "supervisor_id": lambda t, value: t.supervisor_id == value,
        "alarm": lambda t, value: value == func.any(alarms(t)),
        "establishment": cleared_for,
    },
    filter_shapes={
        "stage": Stage,
        "kind": MentorKind,
        "programme_id": UUID,
        "supervisor_id": UUID,
        "alarm": Alarm,
    },
)


def _of_mentor(name: str, table: Any, shape: Any, day: str, **computed: Any) -> Collection:
    """What is recorded of a mentor, the newest first."""
    view = View(name, table, shape, P.MENTORS_READ, versioned=False, computed=computed)
    return Collection(
        view,
        orders={f"-{day}": Order(lambda t: [getattr(t, day)], descending=True)},
        filters={"mentor_id": lambda t, value: t.mentor_id == value},
        filter_shapes={"mentor_id": UUID},
    )


MENTOR_STEPS: View = View("mentor_step", MentorStep, MentorStepRead, P.MENTORS_READ, versioned=False)
MENTOR_STEPS_LIST = Collection(
    MENTOR_STEPS,
    orders={"sequence": Order(lambda t: [t.sequence])},
    filters={"mentor_id": lambda t, value: t.mentor_id == value},
    filter_shapes={"mentor_id": UUID},
)
MENTOR_CHECKS: Collection = _of_mentor("mentor_check", MentorCheck, CheckRead, "decided_on", in_force=_in_force)
MENTOR_TRAININGS: Collection = _of_mentor("mentor_training", MentorTraining, TrainingRead, "completed_on")
SUPERVISIONS: Collection = _of_mentor("supervision_contact", SupervisionContact, SupervisionRead, "held_on")
MENTOR_HOURS: Collection = _of_mentor("mentor_hours", MentorHours, HoursRead, "given_on")
ABSENCES = Collection(
    View("supervisor_absence", SupervisorAbsence, AbsenceRead, P.MENTORS_READ, versioned=False),
    orders={"-away_from": Order(lambda t: [t.away_from], descending=True)},
    filters={"supervisor_id": lambda t, value: t.supervisor_id == value},
    filter_shapes={"supervisor_id": UUID},
)
