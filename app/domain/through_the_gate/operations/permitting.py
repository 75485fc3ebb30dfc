"""By which way somebody may be contacted."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import invalid
from app.domain.people.models import Person
from app.domain.through_the_gate.models import ContactPermission, RecordContactPermission


async def record_contact_permission(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordContactPermission, now: datetime
) -> ContactPermission:
    """What he permits or refuses. Raises `ValidationFailed` (422)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    if command.stated_at > now:
        raise invalid("/stated_at", "IN_THE_FUTURE", "Give a time that has been.")
    row = ContactPermission(
        **command.model_dump(),
        charity_id=actor.charity_id,
        person_id=person_id,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "person.contact_permission_recorded", person_id, ["channel", "permitted", "message"])
    await events.tell(session, actor, "person.contact_permission_recorded", person, now)
    return row
