"""Where somebody is or was: recorded, corrected, withdrawn. Whoever does any of it locks the person first, so that two at once
each see all that the other has recorded; the spells are then worked out anew from all of it and written in the same
transaction. PostgreSQL refuses whatever would overlap or leave a gap."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load, load_version, touch
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.organisations.prisons import check_prison
from app.domain.people.codes import MovementState, Setting
from app.domain.people.models import Person
from app.domain.through_the_gate.errors import AlreadyThere, PlacementWithdrawn
from app.domain.through_the_gate.models import (
    Accommodation,
    CorrectPlacement,
    MoveKind,
    Placement,
    PlacementEntry,
    PlacementFields,
    PlacementStep,
    RecordPlacement,
    WithdrawPlacement,
)
from app.domain.through_the_gate.operations.absences import end_by_move
from app.domain.through_the_gate.operations.release_planning import follow_facts
from app.domain.through_the_gate.operations.reviewing import ask_for_reviews
from app.domain.through_the_gate.operations.spells import (
    course_of,
    keep_in_step,
    placements_of,
    write_spells,
    write_whereabouts,
)
from app.domain.through_the_gate.operations.supporting import follow_placements

_FIELDS = tuple(PlacementFields.model_fields)
# What stands in an entry and in the placement alike.
_CANNOT_BE_EMPTY = ("arrived_on", "accommodation", "told_by")


async def record_placement(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordPlacement, now: datetime
) -> Placement:
    """Where somebody is or was from a day on. Raises `AlreadyThere` (409) where that is on record."""
    require(actor, Permission.PLACEMENTS_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    await check_place(session, person, command, now)
    rows = await placements_of(session, person_id)
    _check_not_there(rows, command)
    row = Placement(
        **command.model_dump(),
        charity_id=actor.charity_id,
        person_id=person_id,
        recorded_nth=len(rows) + 1,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await _written(session, actor, person, row, PlacementStep.RECORD, reason=None, now=now, left=person.location)
    return row


async def correct_placement(
    session: AsyncSession,
    *,
    actor: Actor,
    placement_id: UUID,
    command: CorrectPlacement,
    version: int | None,
    now: datetime,
) -> Placement:
    """What was told wrongly. Everything that follows from it is worked out anew; what stood there stays in the entries."""
    row, person = await _to_change(session, actor, placement_id, version)
    changes = command.model_dump(exclude_unset=True, exclude={"reason"})
    for name in _CANNOT_BE_EMPTY:
        if name in changes and changes[name] is None:
            raise invalid(f"/{name}", "REQUIRED", "This cannot be empty: leave it out to keep it.")
    wanted = RecordPlacement.model_validate({name: getattr(row, name) for name in _FIELDS} | changes)
    await check_place(session, person, wanted, now)
    rows = [one for one in await placements_of(session, row.person_id) if one.id != row.id]
    _check_not_there(rows, wanted)
    apply(row, changes, now=now)
    session.add(row)
    await _written(
        session, actor, person, row, PlacementStep.CORRECT, reason=command.reason, now=now, left=person.location
    )
    return row


async def withdraw_placement(
    session: AsyncSession,
    *,
    actor: Actor,
    placement_id: UUID,
    command: WithdrawPlacement,
    version: int | None,
    now: datetime,
) -> Placement:
    """It never was. He is on record as being where he was before it, until he came where he was after it."""
    row, person = await _to_change(session, actor, placement_id, version)
    row.withdrawn_at = now
    row.days = row.kind = None
    touch(row, now=now)
    session.add(row)
    await _written(
        session, actor, person, row, PlacementStep.WITHDRAW, reason=command.reason, now=now, left=person.location
    )
    return row


async def follow_record(
    session: AsyncSession, *, actor: Actor, person: Person, left: str | None, location: str | None, now: datetime
) -> None:
    """What stands with a person was corrected: he is where it says from today on. `left` is the wing and cell that stood there
    before, `location` the one that was said with the correction."""
    rows = await placements_of(session, person.id)
    here, said = course_of(rows).now, _said_of(person)
    if here is None and said[0] is Accommodation.NOT_KNOWN:
        return
    if here is not None and (here.fact.accommodation, here.fact.establishment) == said:
        return
    row = Placement(
        arrived_on=civil_date(now),
        accommodation=said[0],
        establishment=said[1],
        location=location if said[0].in_custody else None,
        charity_id=actor.charity_id,
        person_id=person.id,
        recorded_nth=len(rows) + 1,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await _written(session, actor, person, row, PlacementStep.RECORD, reason=None, now=now, left=left, follows=True)


async def check_place(session: AsyncSession, person: Person, told: PlacementFields, now: datetime) -> None:
    """What cannot be: a day to come, a prison that is none, a wing in a flat. Raises `ValidationFailed` (422)."""
    place = Accommodation(told.accommodation)
    check_day(person, told.arrived_on, "/arrived_on", now)
    if not place.in_custody:
        for name in ("establishment", "location", "custody_reason"):
            if getattr(told, name) is not None:
                raise invalid(f"/{name}", "ONLY_IN_CUSTODY", f"Leave it out: {place.value} is not a place in custody.")
    if not place.in_community and told.release_type is not None:
        raise invalid(
            "/release_type", "ONLY_IN_COMMUNITY", f"Leave it out: {place.value} is not a place in the community."
        )
    await check_prison(session, told.establishment)


def check_day(person: Person, day: date, pointer: str, now: datetime) -> None:
    """A day that has been, in his life. Raises `ValidationFailed` (422)."""
    if day > civil_date(now):
        raise invalid(
            pointer, "IN_THE_FUTURE", "Give a day that has been: a release to come stands in the release plan."
        )
    if person.date_of_birth is not None and day < person.date_of_birth:
        raise invalid(pointer, "BEFORE_BIRTH", f"He was born on {person.date_of_birth.isoformat()}.")


async def _to_change(
    session: AsyncSession, actor: Actor, placement_id: UUID, version: int | None
) -> tuple[Placement, Person]:
    """The person's row is locked before the placement's, by everybody, so that no two wait for each other."""
    require(actor, Permission.PLACEMENTS_WRITE)
    found = await load(session, Placement, placement_id, actor=actor)
    person = await load(session, Person, found.person_id, actor=actor, lock=True)
    await session.refresh(found)
    row = await load_version(session, Placement, placement_id, actor=actor, version=version)
    if row.withdrawn_at is not None:
        raise PlacementWithdrawn()
    return row, person


def _check_not_there(rows: Sequence[Placement], told: PlacementFields) -> None:
    there = course_of(rows).on(told.arrived_on)
    if there is None:
        return
    same = (there.fact.accommodation, there.fact.establishment) == (told.accommodation, told.establishment)
    if same:
        raise AlreadyThere(
            f"He is on record there since {there.arrived_on.isoformat()}.",
            links={"placement": f"/v1/placements/{there.fact.id}"},
        )


async def _written(
    session: AsyncSession,
    actor: Actor,
    person: Person,
    row: Placement,
    step: PlacementStep,
    *,
    reason: str | None,
    now: datetime,
    left: str | None,
    follows: bool = False,
) -> None:
    rows = await placements_of(session, person.id)
    before = next((one for one in rows if one.days is not None and one.days.upper is None), None)
    found = course_of(rows)
    await write_spells(session, rows, found, now)
    await write_whereabouts(session, actor, person.id, found)
    moved = not follows and keep_in_step(person, found, rows, now)
    stays = before is not None and found.now is not None and found.now.fact.id == before.id
    if before is not None and not stays and left is not None:
        before.location = left
        session.add(before)
    session.add(person)
    newest = await session.exec(
        select(func.coalesce(func.max(PlacementEntry.sequence), 0)).where(PlacementEntry.placement_id == row.id)
    )
    session.add(
        PlacementEntry(
            **{name: getattr(row, name) for name in _FIELDS},
            charity_id=actor.charity_id,
            placement_id=row.id,
            sequence=newest.one() + 1,
            step=step,
            reason=reason,
            recorded_at=now,
            recorded_by=actor.subject_id,
        )
    )
    await session.flush()
    await audit.record(session, f"placement.{step.value}", row.id, _FIELDS)
    await events.tell(session, actor, f"placement.{step.value}", row, now)
    if moved:
        await events.tell(session, actor, "person.changed", person, now)
    await follow_placements(session, actor=actor, person_id=person.id, found=found, now=now)
    await follow_facts(session, actor=actor, person_id=person.id, found=found, now=now)
    if found.now is not None and (not stays or found.now.fact.id == row.id):
        if found.now.kind is not MoveKind.FIRST_KNOWN:
            await end_by_move(session, actor=actor, person_id=person.id, on=found.now.arrived_on, now=now)
        await ask_for_reviews(session, actor=actor, person_id=person.id, here=found.now, now=now)


def _said_of(person: Person) -> tuple[Accommodation, str | None]:
    """The place that stands with a person; as `throughgate.place_of` in the database, for whoever is put on file."""
    inside = (MovementState.IN_ESTABLISHMENT, MovementState.TRN)
    if person.establishment is not None or person.movement in inside or person.setting == Setting.CUSTODY:
        return Accommodation.HMP, person.establishment
    if person.movement == MovementState.OUT or person.setting is not None:
        return Accommodation.COMMUNITY_NOT_KNOWN, None
    return Accommodation.NOT_KNOWN, None
