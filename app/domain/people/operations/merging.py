"""Two records become one. Their rows go over in the database, where those that are written once may change whose they are in this
way and in no other: see `throughgate.merge_people`."""

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import touch
from app.domain.people.models import ChangePerson, MergePerson, Person, PersonMerge
from app.domain.people.operations.rows import keys_of

_FILLED = tuple(name for name in ChangePerson.model_fields if name != "known_as")
_LONGEST = 10


async def merge_records(
    session: AsyncSession, *, actor: Actor, person: Person, duplicate: Person, command: MergePerson, now: datetime
) -> PersonMerge:
    """Everything of `duplicate` goes over to `person`, who keeps what he has; the duplicate stays as a pointer. Whoever calls has
    locked both, and has settled whatever each has of which there can be one."""
    found = await session.exec(select(func.throughgate.merge_people(person.id, duplicate.id, type_=JSONB)))
    moved: dict[str, list[str]] = found.one()
    for name in _FILLED:
        if getattr(person, name) is None:
            setattr(person, name, getattr(duplicate, name))
    person.known_as = _names(person, duplicate)
    person.name_keys = keys_of(person)
    person.deceased = person.deceased or duplicate.deceased
    touch(person, now=now)
    duplicate.merged_into_id = person.id
    touch(duplicate, now=now)
    row = PersonMerge(
        charity_id=actor.charity_id,
        person_id=person.id,
        duplicate_id=duplicate.id,
        reason=command.reason,
        rows_moved=sum(len(ids) for ids in moved.values()),
        moved=moved,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add_all([person, duplicate, row])
    await session.flush()
    for one in (person, duplicate):
        await audit.record(session, "person.merged", one.id, sorted(moved))
        await events.tell(session, actor, "person.merged", one, now)
    return row


def _names(person: Person, duplicate: Person) -> list[str]:
    """By which other names he is found from now on: his own first, then those of the duplicate."""
    own = " ".join(filter(None, (person.given_name, person.family_name)))
    other = " ".join(filter(None, (duplicate.given_name, duplicate.family_name)))
    told = [*person.known_as, *([other] if other and other != own else []), *duplicate.known_as]
    return list(dict.fromkeys(told))[:_LONGEST]
