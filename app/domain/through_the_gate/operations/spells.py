"""The spells of somebody, as they stand in the database: worked out anew from all that is recorded, and written so that no two
are of one day even in between."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, touch
from app.domain.people.codes import MovementState, Setting
from app.domain.people.models import Person
from app.domain.through_the_gate.models import Accommodation, CustodyReason, Placement, Whereabouts
from app.domain.through_the_gate.rules import Course, Fact, Spell, course


async def placements_of(session: AsyncSession, person_id: UUID) -> Sequence[Placement]:
    """All that is recorded of somebody, withdrawn or not."""
    found = await session.exec(
        select(Placement).where(Placement.person_id == person_id).order_by(col(Placement.recorded_nth))
    )
    return found.all()


def course_of(rows: Sequence[Placement]) -> Course:
    """The spells that follow from what stands."""
    return course(_fact(row) for row in rows if row.withdrawn_at is None)


async def write_spells(session: AsyncSession, rows: Sequence[Placement], found: Course, now: datetime) -> None:
    """First what no longer holds is taken away, then what holds is written: never two of one day, not even in between."""
    spells = {spell.fact.id: spell for spell in found.spells}
    wanted = {row.id: (_days(spells.get(row.id)), spells[row.id].kind if row.id in spells else None) for row in rows}
    changed = [row for row in rows if (row.days, row.kind) != wanted[row.id]]
    for row in changed:
        row.days = row.kind = None
        touch(row, now=now)
        session.add(row)
    await session.flush()
    for row in changed:
        row.days, row.kind = wanted[row.id]
        session.add(row)
    await session.flush()


async def write_whereabouts(session: AsyncSession, actor: Actor, person_id: UUID, found: Course) -> None:
    days = Range(found.spells[0].arrived_on, None) if found.spells else None
    row = (await session.exec(select(Whereabouts).where(Whereabouts.person_id == person_id))).one_or_none()
    if row is None:
        row = Whereabouts(charity_id=actor.charity_id, person_id=person_id, days=days)
    row.days = days
    session.add(row)
    await session.flush()


def keep_in_step(person: Person, found: Course, rows: Sequence[Placement], now: datetime) -> bool:
    """What stands with the person says where he is now, in which wing and cell."""
    if found.now is None:
        changes = _NOWHERE
    else:
        changes = _standing_of(person, found.now.fact)
        here = next(row for row in rows if row.id == found.now.fact.id)
        stays = changes["establishment"] is not None and changes["establishment"] == person.establishment
        changes["location"] = person.location if stays and here.location is None else here.location
    return bool(apply(person, changes, now=now))


_NOWHERE: dict[str, object] = {
    "establishment": None,
    "location": None,
    "movement": MovementState.UNKNOWN,
    "setting": None,
}


def _standing_of(person: Person, fact: Fact) -> dict[str, object]:
    place = fact.accommodation
    if place.in_custody:
        state = MovementState.IN_ESTABLISHMENT if fact.establishment else MovementState.UNKNOWN
        return {"establishment": fact.establishment, "movement": state, "setting": Setting.CUSTODY}
    if place.in_community:
        outside = person.setting in (Setting.COMMUNITY, Setting.COMMUNITY_SENTENCE)
        setting = person.setting if outside else Setting.RELEASED
        return {"establishment": None, "movement": MovementState.OUT, "setting": setting}
    return {"establishment": None, "movement": MovementState.UNKNOWN, "setting": None}


def _days(spell: Spell | None) -> Range[date] | None:
    return None if spell is None else Range(spell.arrived_on, spell.left_on)


def _fact(row: Placement) -> Fact:
    return Fact(
        row.id,
        row.arrived_on,
        Accommodation(row.accommodation),
        row.establishment,
        None if row.custody_reason is None else CustodyReason(row.custody_reason),
        row.release_type is not None,
        row.recorded_nth,
    )
