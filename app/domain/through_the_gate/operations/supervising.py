"""Who is responsible for somebody, and which conditions of his licence shape meetings."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.people.models import Person
from app.domain.through_the_gate.models import (
    LicenceCondition,
    ProfessionalContact,
    RecordLicenceCondition,
    RecordProfessionalContact,
)


async def record_professional_contact(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordProfessionalContact, now: datetime
) -> ProfessionalContact:
    """Who is responsible from a day on. Raises `ValidationFailed` (422)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    _check_has_been(command.since, "/since", now)
    if command.name is None and (command.contact is not None or command.organisation is not None):
        raise invalid(
            "/name", "REQUIRED", "Name whoever it is; leave all three out where nobody is known from then on."
        )
    row = ProfessionalContact(
        **command.model_dump(),
        charity_id=actor.charity_id,
        person_id=person_id,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "person.professional_contact_recorded", person_id, command.model_fields_set)
    await events.tell(session, actor, "person.professional_contact_recorded", person, now)
    return row


async def record_licence_condition(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordLicenceCondition, now: datetime
) -> LicenceCondition:
    """A condition that shapes meetings. Raises `ValidationFailed` (422)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    _check_has_been(command.told_on, "/told_on", now)
    row = LicenceCondition(
        **command.model_dump(),
        charity_id=actor.charity_id,
        person_id=person_id,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "person.licence_condition_recorded", person_id, command.model_fields_set)
    await events.tell(session, actor, "person.licence_condition_recorded", person, now)
    return row


def _check_has_been(day: date, pointer: str, now: datetime) -> None:
    if day > civil_date(now):
        raise invalid(pointer, "IN_THE_FUTURE", "Give a day that has been.")
