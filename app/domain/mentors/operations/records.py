"""What is recorded of a mentor, and when a supervisor is away."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import invalid
from app.domain.mentors.models import (
    CheckKind,
    Mentor,
    MentorCheck,
    MentorHours,
    MentorTraining,
    RecordAbsence,
    RecordCheck,
    RecordHours,
    RecordSupervision,
    RecordTraining,
    SupervisionContact,
    SupervisorAbsence,
)
from app.domain.mentors.operations.checking import check_names, not_in_future
from app.domain.organisations.prisons import check_prison

R = TypeVar("R", MentorCheck, MentorHours, MentorTraining, SupervisionContact)


async def record_check(
    session: AsyncSession, *, actor: Actor, mentor_id: UUID, command: RecordCheck, now: datetime
) -> MentorCheck:
    """A vetting or a clearance. The newest counts; none that expires ends anything."""
    mentor = await _of(session, actor, mentor_id)
    if (command.kind is CheckKind.CLEARANCE) != (command.establishment is not None):
        raise invalid("/establishment", "ONE_OF", "A CLEARANCE names its establishment; a VETTING has none.")
    await check_prison(session, command.establishment)
    not_in_future(command.decided_on, "/decided_on", now)
    if command.expires_on is not None and command.expires_on < command.decided_on:
        raise invalid("/expires_on", "BEFORE_DECISION", "Give a day on or after decided_on.")
    row = MentorCheck.model_validate(command.model_dump() | _recorded(actor, mentor_id, now))
    return await _record(session, actor, mentor, row, told=("check_recorded", command.model_fields_set), now=now)


async def record_training(
    session: AsyncSession, *, actor: Actor, mentor_id: UUID, command: RecordTraining, now: datetime
) -> MentorTraining:
    """A training that was completed."""
    mentor = await _of(session, actor, mentor_id)
    not_in_future(command.completed_on, "/completed_on", now)
    row = MentorTraining.model_validate(command.model_dump() | _recorded(actor, mentor_id, now))
    return await _record(session, actor, mentor, row, told=("training_recorded", command.model_fields_set), now=now)


async def record_supervision(
    session: AsyncSession, *, actor: Actor, mentor_id: UUID, command: RecordSupervision, now: datetime
) -> SupervisionContact:
    """A supervision contact that was held: by whom, when, how long; never what was said."""
    mentor = await _of(session, actor, mentor_id)
    not_in_future(command.held_on, "/held_on", now)
    await check_names(session, actor, {"supervisor_id": command.supervisor_id})
    values = command.model_dump()
    if command.supervisor_id is None:
        values["supervisor_id"] = await _supervising(session, mentor, command.held_on)
    row = SupervisionContact.model_validate(values | _recorded(actor, mentor_id, now))
    return await _record(session, actor, mentor, row, told=("supervision_recorded", command.model_fields_set), now=now)


async def record_hours(
    session: AsyncSession, *, actor: Actor, mentor_id: UUID, command: RecordHours, now: datetime
) -> MentorHours:
    """Time that a mentor gave."""
    mentor = await _of(session, actor, mentor_id)
    not_in_future(command.given_on, "/given_on", now)
    row = MentorHours.model_validate(command.model_dump() | _recorded(actor, mentor_id, now))
    return await _record(session, actor, mentor, row, told=("hours_recorded", command.model_fields_set), now=now)


async def record_absence(
    session: AsyncSession, *, actor: Actor, command: RecordAbsence, now: datetime
) -> SupervisorAbsence:
    """When a supervisor is away and who stands in. Of two entries for a day the newer counts."""
    require(actor, Permission.MENTORS_WRITE)
    if command.away_until < command.away_from:
        raise invalid("/away_until", "BEFORE_FROM", "Give a day on or after away_from.")
    names = {"supervisor_id": command.supervisor_id, "covered_by": command.covered_by}
    await check_names(session, actor, names)
    stamp = {"charity_id": actor.charity_id, "recorded_at": now, "recorded_by": actor.subject_id}
    row = SupervisorAbsence.model_validate(command.model_dump() | stamp)
    session.add(row)
    await session.flush()
    await audit.record(session, "supervisor_absence.recorded", row.id, command.model_fields_set)
    await events.publish(
        session, actor=actor, type="supervisor_absence.recorded", aggregate_id=row.id, aggregate_version=1, now=now
    )
    return row


async def _of(session: AsyncSession, actor: Actor, mentor_id: UUID) -> Mentor:
    """Whoever may not write is told so before anything that was sent is judged."""
    require(actor, Permission.MENTORS_WRITE)
    return await load(session, Mentor, mentor_id, actor=actor)


async def _supervising(session: AsyncSession, mentor: Mentor, day: date) -> UUID | None:
    """Who supervised that day: the mentor's supervisor or, by the newest entry of an absence then, who covers for them."""
    away = await session.exec(
        select(SupervisorAbsence.covered_by)
        .where(
            SupervisorAbsence.supervisor_id == mentor.supervisor_id,
            col(SupervisorAbsence.away_from) <= day,
            col(SupervisorAbsence.away_until) >= day,
        )
        .order_by(col(SupervisorAbsence.recorded_at).desc(), col(SupervisorAbsence.id).desc())
        .limit(1)
    )
    return away.first() or mentor.supervisor_id


async def _record(
    session: AsyncSession, actor: Actor, mentor: Mentor, row: R, *, told: tuple[str, Iterable[str]], now: datetime
) -> R:
    what, fields = told
    session.add(row)
    await session.flush()
    await audit.record(session, f"mentor.{what}", mentor.id, fields)
    await events.tell(session, actor, f"mentor.{what}", mentor, now)
    return row


def _recorded(actor: Actor, mentor_id: UUID, now: datetime) -> dict[str, Any]:
    stamp = {"charity_id": actor.charity_id, "recorded_at": now, "recorded_by": actor.subject_id}
    return {"mentor_id": mentor_id, **stamp}
