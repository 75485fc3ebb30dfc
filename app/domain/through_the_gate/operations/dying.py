"""That somebody has died: recorded once, and withdrawn where it is not true."""

from datetime import datetime
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
from app.domain.through_the_gate.errors import DeathRecorded, DeathWithdrawn
from app.domain.through_the_gate.models import Death, RecordDeath, WithdrawDeath


async def record_death(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordDeath, now: datetime
) -> Death:
    """He has died. The person is locked, so that of two at once the second is told of the first. Raises `DeathRecorded` (409),
    `ValidationFailed` (422)."""
    require(actor, Permission.PLACEMENTS_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    there = await session.exec(select(Death.id).where(Death.person_id == person_id, col(Death.withdrawn_at).is_(None)))
    if (other := there.one_or_none()) is not None:
        raise DeathRecorded(links={"death": f"/v1/deaths/{other}"})
    if command.died_on is not None:
        if command.died_on > civil_date(now):
            raise invalid("/died_on", "IN_THE_FUTURE", "Give a day that has been, or leave it out.")
        if person.date_of_birth is not None and command.died_on < person.date_of_birth:
            raise invalid("/died_on", "BEFORE_BIRTH", f"He was born on {person.date_of_birth.isoformat()}.")
    row = Death(
        **command.model_dump(),
        charity_id=actor.charity_id,
        person_id=person_id,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    person.deceased = True
    touch(person, now=now)
    session.add(row)
    session.add(person)
    await session.flush()
    await audit.record(session, "person.death_recorded", person_id, command.model_fields_set)
    await events.tell(session, actor, "person.death_recorded", person, now)
    return row


async def withdraw_death(
    session: AsyncSession, *, actor: Actor, death_id: UUID, command: WithdrawDeath, version: int | None, now: datetime
) -> Death:
    """It is not true. What stopped stays as it is until somebody takes it up. Raises `DeathWithdrawn` (409)."""
    require(actor, Permission.PLACEMENTS_WRITE)
    found = await load(session, Death, death_id, actor=actor)
    person = await load(session, Person, found.person_id, actor=actor, lock=True)
    await session.refresh(found)
    row = await load_version(session, Death, death_id, actor=actor, version=version)
    if row.withdrawn_at is not None:
        raise DeathWithdrawn()
    row.withdrawn_at, row.withdrawn_because = now, command.reason
    touch(row, now=now)
    person.deceased = False
    touch(person, now=now)
    session.add(row)
    session.add(person)
    await session.flush()
    await audit.record(session, "person.death_withdrawn", person.id, ["reason"])
    await events.tell(session, actor, "person.death_withdrawn", person, now)
    return row
