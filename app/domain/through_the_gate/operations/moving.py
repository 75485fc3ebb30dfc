"""Another prison, out of the gate, back into custody. Each is one placement; what follows from it follows from any placement, by
whichever call it was told. These calls add what only the named event can be asked: that he was where it begins."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import invalid
from app.domain.people.models import Person
from app.domain.through_the_gate.errors import InCustodyAlready, NotInCustody
from app.domain.through_the_gate.models import (
    Accommodation,
    Placement,
    RecallPerson,
    RecordPlacement,
    ReleasePerson,
    TransferPerson,
)
from app.domain.through_the_gate.operations.placing import record_placement
from app.domain.through_the_gate.operations.spells import course_of, placements_of
from app.domain.through_the_gate.rules import Spell


async def transfer(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: TransferPerson, now: datetime
) -> Placement:
    """He came to another prison. Raises `NotInCustody` (409), `AlreadyThere` (409), `ValidationFailed` (422)."""
    there = await _stay_before(session, actor, person_id, command.on)
    if there is not None and there.fact.accommodation.in_community:
        raise NotInCustody(_where(there), links=_links(there))
    told = RecordPlacement(
        arrived_on=command.on,
        accommodation=Accommodation.HMP,
        establishment=command.establishment,
        location=command.location,
        told_by=command.told_by,
    )
    return await _placed(session, actor, person_id, told, now)


async def release(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: ReleasePerson, now: datetime
) -> Placement:
    """He was released. Raises `NotInCustody` (409), `AlreadyThere` (409), `ValidationFailed` (422)."""
    there = await _stay_before(session, actor, person_id, command.on)
    if not command.accommodation.in_community:
        raise invalid(
            "/accommodation", "ONE_OF", "Give a place in the community; COMMUNITY_NOT_KNOWN if nobody knows where."
        )
    if there is not None and there.fact.accommodation.in_community:
        raise NotInCustody(_where(there), links=_links(there))
    told = RecordPlacement(
        arrived_on=command.on,
        accommodation=command.accommodation,
        release_type=command.release_type,
        told_by=command.told_by,
    )
    return await _placed(session, actor, person_id, told, now)


async def recall(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecallPerson, now: datetime
) -> Placement:
    """He is in custody again. Raises `InCustodyAlready` (409), `AlreadyThere` (409), `ValidationFailed` (422)."""
    there = await _stay_before(session, actor, person_id, command.on)
    if there is not None and there.fact.accommodation.in_custody:
        raise InCustodyAlready(_where(there), links=_links(there))
    told = RecordPlacement(
        arrived_on=command.on,
        accommodation=Accommodation.HMP,
        establishment=command.establishment,
        location=command.location,
        custody_reason=command.custody_reason,
        told_by=command.told_by,
    )
    return await _placed(session, actor, person_id, told, now)


async def _stay_before(session: AsyncSession, actor: Actor, person_id: UUID, on: date) -> Spell | None:
    """Where he was until then, as far as is known: what is not known contradicts nothing."""
    require(actor, Permission.PLACEMENTS_WRITE)
    await load(session, Person, person_id, actor=actor, lock=True)
    return course_of(await placements_of(session, person_id)).on(on)


async def _placed(
    session: AsyncSession, actor: Actor, person_id: UUID, told: RecordPlacement, now: datetime
) -> Placement:
    return await record_placement(session, actor=actor, person_id=person_id, command=told, now=now)


def _where(spell: Spell) -> str:
    place = spell.fact.establishment or spell.fact.accommodation.value
    return f"Since {spell.arrived_on.isoformat()} he is on record at {place}."


def _links(spell: Spell) -> dict[str, str]:
    return {"placement": f"/v1/placements/{spell.fact.id}"}
