"""Two records of one person became one: where he was follows from what both told."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.people.models import Person
from app.domain.through_the_gate.operations.release_planning import follow_facts
from app.domain.through_the_gate.operations.spells import (
    course_of,
    keep_in_step,
    placements_of,
    write_spells,
    write_whereabouts,
)
from app.domain.through_the_gate.operations.supporting import follow_placements


async def reunite(session: AsyncSession, *, actor: Actor, person: Person, now: datetime) -> None:
    """The spells of somebody from all that is recorded of him, in the order in which it was. Whoever calls has locked him."""
    rows = sorted(await placements_of(session, person.id), key=lambda row: (row.created_at, row.id))
    for nth, row in enumerate(rows, 1):
        row.recorded_nth = nth
        session.add(row)
    await session.flush()
    found = course_of(rows)
    await write_spells(session, rows, found, now)
    await write_whereabouts(session, actor, person.id, found)
    keep_in_step(person, found, rows, now)
    session.add(person)
    await session.flush()
    await follow_placements(session, actor=actor, person_id=person.id, found=found, now=now)
    await follow_facts(session, actor=actor, person_id=person.id, found=found, now=now)
