"""Out of the prison and back. Nothing follows from it: he has not been released, and he has not moved."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.people.models import Person
from app.domain.through_the_gate.errors import AbsenceNotOpen, AwayAlready, NotInCustody
from app.domain.through_the_gate.models import (
    RecordTemporaryAbsence,
    ReturnFromAbsence,
    TemporaryAbsence,
    WithdrawAbsence,
)
from app.domain.through_the_gate.operations.spells import course_of, placements_of

_FIELDS = ("kind", "left_on", "expected_on", "told_by")


async def record_absence(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordTemporaryAbsence, now: datetime
) -> TemporaryAbsence:
    """One that is, was or will be. The person is locked, so that of two at once the second is told of the first. Raises
    `AwayAlready` (409), `NotInCustody` (409), `ValidationFailed` (422)."""
    require(actor, Permission.PLACEMENTS_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    if command.expected_on is not None and command.expected_on < command.left_on:
        raise invalid("/expected_on", "OUT_OF_RANGE", f"He leaves on {command.left_on.isoformat()}.")
    if person.date_of_birth is not None and command.left_on < person.date_of_birth:
        raise invalid("/left_on", "BEFORE_BIRTH", f"He was born on {person.date_of_birth.isoformat()}.")
    _check_return(command.left_on, command.returned_on, now)
    there = course_of(await placements_of(session, person_id)).on(command.left_on)
    if there is not None and not there.fact.accommodation.in_custody:
        raise NotInCustody(
            f"On {command.left_on.isoformat()} he is on record as {there.fact.accommodation.value}.",
            links={"placement": f"/v1/placements/{there.fact.id}"},
        )
    if command.returned_on is None and (other := await open_absence(session, person_id)) is not None:
        raise AwayAlready(
            f"He is on record as out since {other.left_on.isoformat()} ({other.kind}).",
            links={"temporary_absence": f"/v1/temporary-absences/{other.id}"},
        )
    row = TemporaryAbsence(
        **command.model_dump(exclude={"returned_on"}),
        ended_on=command.returned_on,
        came_back=None if command.returned_on is None else True,
        charity_id=actor.charity_id,
        person_id=person_id,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    return await _kept(session, actor, row, "recorded", now)


async def return_from_absence(
    session: AsyncSession,
    *,
    actor: Actor,
    absence_id: UUID,
    command: ReturnFromAbsence,
    version: int | None,
    now: datetime,
) -> TemporaryAbsence:
    """He is back."""
    row = await _to_change(session, actor, absence_id, version)
    if row.ended_on is not None:
        raise AbsenceNotOpen(f"It ended on {row.ended_on.isoformat()}.")
    _check_return(row.left_on, command.returned_on, now)
    row.ended_on, row.came_back = command.returned_on, True
    touch(row, now=now)
    return await _kept(session, actor, row, "ended", now)


async def withdraw_absence(
    session: AsyncSession,
    *,
    actor: Actor,
    absence_id: UUID,
    command: WithdrawAbsence,
    version: int | None,
    now: datetime,
) -> TemporaryAbsence:
    """It never was."""
    row = await _to_change(session, actor, absence_id, version)
    row.withdrawn_at, row.withdrawn_because = now, command.reason
    touch(row, now=now)
    return await _kept(session, actor, row, "withdrawn", now)


async def open_absence(session: AsyncSession, person_id: UUID) -> TemporaryAbsence | None:
    found = await session.exec(
        select(TemporaryAbsence).where(
            TemporaryAbsence.person_id == person_id,
            col(TemporaryAbsence.ended_on).is_(None),
            col(TemporaryAbsence.withdrawn_at).is_(None),
        )
    )
    return found.one_or_none()


async def end_by_move(session: AsyncSession, *, actor: Actor, person_id: UUID, on: date, now: datetime) -> None:
    """He did not come back from it: he was released, or went to another place. One that begins later is left as it is."""
    row = await open_absence(session, person_id)
    if row is None or row.left_on > on:
        return
    row.ended_on, row.came_back = on, False
    touch(row, now=now)
    await _kept(session, actor, row, "ended", now)


def _check_return(left_on: date, returned_on: date | None, now: datetime) -> None:
    if returned_on is not None and not left_on <= returned_on <= civil_date(now):
        raise invalid(
            "/returned_on", "OUT_OF_RANGE", f"Give a day from {left_on.isoformat()} to {civil_date(now).isoformat()}."
        )


async def _to_change(session: AsyncSession, actor: Actor, absence_id: UUID, version: int | None) -> TemporaryAbsence:
    """The person's row is locked first, by everybody."""
    require(actor, Permission.PLACEMENTS_WRITE)
    found = await load(session, TemporaryAbsence, absence_id, actor=actor)
    await load(session, Person, found.person_id, actor=actor, lock=True)
    row = await load_version(session, TemporaryAbsence, absence_id, actor=actor, version=version)
    if row.withdrawn_at is not None:
        raise AbsenceNotOpen("It was withdrawn.")
    return row


async def _kept(
    session: AsyncSession, actor: Actor, row: TemporaryAbsence, what: str, now: datetime
) -> TemporaryAbsence:
    session.add(row)
    await session.flush()
    await audit.record(session, f"temporary_absence.{what}", row.id, _FIELDS)
    await events.tell(session, actor, f"temporary_absence.{what}", row, now)
    return row
