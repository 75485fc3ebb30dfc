"""Who somebody is: put on file, corrected, with identifiers and convictions added."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.additions import add_together, drafted
from app.domain.kernel.changes import apply, load_version, touch
from app.domain.kernel.errors import AlreadyExists, invalid
from app.domain.kernel.rows import civil_date
from app.domain.people.codes import EthnicitySource
from app.domain.people.errors import IdentifierOfAnother
from app.domain.people.models import (
    ChangePerson,
    ConvictionInput,
    CustodyFacts,
    CustodyInput,
    IdentifierInput,
    Person,
    PersonIdentifier,
    PersonInput,
    ProtectedCharacteristics,
    SupersedeIdentifier,
)
from app.domain.people.operations.on_file import Known
from app.domain.people.operations.rows import conviction_row, custody_values, identifier_rows, keys_of, place_of
from app.domain.people.rules import normalise

_PERSON = set(ChangePerson.model_fields)


def new_person(
    *,
    actor: Actor,
    person: PersonInput,
    custody: CustodyInput | None,
    source: str,
    now: datetime,
    pointer: str = "",
) -> tuple[Known, list[SQLModel]]:
    """A person as far as he is known, and the rows that put him on file, for the caller to add. Never looks for who it may
    be, so that a push of somebody known and of somebody unknown do the same work. Raises `ValidationFailed` (422) at
    `pointer` for an impossible identifier."""
    _check_born(person.date_of_birth, f"{pointer}/date_of_birth", now)
    stamp = {"charity_id": actor.charity_id, "created_at": now, "created_by": actor.subject_id}
    told = person.model_dump(include=_PERSON)
    row = drafted(Person, {**told, **place_of(person.establishment), **stamp, "updated_at": now})
    row.name_keys = keys_of(row)
    identifiers = identifier_rows(actor, row.id, person.identifiers, source=source, now=now, pointer=pointer)
    convictions = [conviction_row(actor, row.id, one, source=source, now=now) for one in person.convictions]
    protected = None
    if person.ethnicity is not None:
        protected = ProtectedCharacteristics.model_validate(
            {
                "person_id": row.id,
                "ethnicity": person.ethnicity,
                "ethnicity_source": person.ethnicity_source or EthnicitySource.PARTNER,
                "updated_at": now,
                **stamp,
            }
        )
    facts = None
    if custody is not None:
        first = custody_values(actor, row.id, custody, sequence=1, source=source, verified_by=None, now=now)
        facts = drafted(CustodyFacts, first)
    rows: list[SQLModel | None] = [row, *identifiers, *convictions, protected, facts]
    return Known(row, convictions, protected, facts), [each for each in rows if each is not None]


async def create_person(session: AsyncSession, *, actor: Actor, person: PersonInput, now: datetime) -> Person:
    """Put somebody on file whom the charity met otherwise than by a referral."""
    require(actor, Permission.PEOPLE_WRITE)
    known, rows = new_person(actor=actor, person=person, custody=None, source="charity", now=now)
    await add_together(session, rows, audited=("person.created", known.person.id, person.model_fields_set))
    await events.tell(session, actor, "person.created", known.person, now)
    return known.person


async def change_person(
    session: AsyncSession, *, actor: Actor, person_id: UUID, change: ChangePerson, version: int | None, now: datetime
) -> Person:
    """Correct what is on file; what is left out stays."""
    require(actor, Permission.PEOPLE_WRITE)
    _check_born(change.date_of_birth, "/date_of_birth", now)
    row = await load_version(session, Person, person_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True)
    if "known_as" in changes:
        changes["known_as"] = changes["known_as"] or []
    if "establishment" in changes:
        changes |= place_of(change.establishment)
    changed = apply(row, changes, now=now)
    row.name_keys = keys_of(row)
    session.add(row)
    await audit.record(session, "person.changed", row.id, changed)
    await events.tell(session, actor, "person.changed", row, now)
    return row


async def add_identifier(
    session: AsyncSession,
    *,
    actor: Actor,
    person_id: UUID,
    identifier: IdentifierInput,
    version: int | None,
    now: datetime,
) -> None:
    """Add an identifier beside those there are. Raises `AlreadyExists` if the person has it."""
    require(actor, Permission.PEOPLE_WRITE)
    row = await load_version(session, Person, person_id, actor=actor, version=version)
    [added] = identifier_rows(actor, person_id, [identifier], source="charity", now=now, pointer="")
    same = await session.exec(
        select(PersonIdentifier.id).where(
            PersonIdentifier.person_id == person_id,
            PersonIdentifier.scheme == added.scheme,
            PersonIdentifier.value == added.value,
        )
    )
    if same.first() is not None:
        raise AlreadyExists("This person has this identifier already.")
    session.add(added)
    touch(row, now=now)
    session.add(row)
    await audit.record(session, "person.identifier_added", person_id, [added.scheme])
    await events.tell(session, actor, "person.identifier_added", row, now)


async def supersede_identifier(
    session: AsyncSession,
    *,
    actor: Actor,
    person_id: UUID,
    command: SupersedeIdentifier,
    version: int | None,
    now: datetime,
) -> None:
    """Another number took the place of one that he had, which still finds him. Raises `IdentifierOfAnother` (409),
    `ValidationFailed` (422)."""
    require(actor, Permission.PEOPLE_WRITE)
    row = await load_version(session, Person, person_id, actor=actor, version=version)
    check = normalise(command.scheme, command.by, on=civil_date(now))
    if check.problem is not None:
        raise invalid("/by", check.problem, f"This cannot be a {command.scheme.label}: check it.")
    old, new = (
        identifier_rows(
            actor,
            person_id,
            [IdentifierInput(scheme=command.scheme, value=value)],
            source="charity",
            now=now,
            pointer="",
        )[0]
        for value in (command.value, command.by)
    )
    if old.value == new.value:
        raise invalid("/by", "SAME", "Give the number that took its place.")
    held = await session.exec(
        select(PersonIdentifier)
        .where(PersonIdentifier.person_id == person_id, PersonIdentifier.scheme == command.scheme)
        .with_for_update()
    )
    numbers = {one.value: one for one in held.all()}
    if old.value not in numbers or numbers[old.value].superseded_at is not None:
        raise invalid("/value", "UNKNOWN_IDENTIFIER", "He has no such number that counts: see his identifiers.")
    await _check_nobody_else_s(session, actor, person_id, new)
    if new.value not in numbers:
        session.add(new)
        await session.flush()
    has = numbers.get(new.value, new)
    has.superseded_at = has.superseded_by_id = None
    was = numbers[old.value]
    was.superseded_at, was.superseded_by_id = now, has.id
    session.add_all([has, was])
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "person.identifier_superseded", person_id, [command.scheme])
    await events.tell(session, actor, "person.identifier_superseded", row, now)


async def _check_nobody_else_s(session: AsyncSession, actor: Actor, person_id: UUID, new: PersonIdentifier) -> None:
    others = await session.exec(
        select(Person.id)
        .join(PersonIdentifier, col(PersonIdentifier.person_id) == col(Person.id))
        .where(
            Person.charity_id == actor.charity_id,
            Person.id != person_id,
            col(Person.merged_into_id).is_(None),
            PersonIdentifier.scheme == new.scheme,
            PersonIdentifier.value == new.value,
        )
        .limit(1)
    )
    if (other := others.first()) is not None:
        raise IdentifierOfAnother(links={"person": f"/v1/people/{other}"})


async def add_conviction(
    session: AsyncSession,
    *,
    actor: Actor,
    person_id: UUID,
    conviction: ConvictionInput,
    version: int | None,
    now: datetime,
) -> None:
    """Add a conviction by its group; no detail of an offence is kept."""
    require(actor, Permission.PEOPLE_WRITE)
    row = await load_version(session, Person, person_id, actor=actor, version=version)
    session.add(conviction_row(actor, person_id, conviction, source="charity", now=now))
    touch(row, now=now)
    session.add(row)
    await audit.record(session, "person.conviction_added", person_id)
    await events.tell(session, actor, "person.conviction_added", row, now)


def _check_born(born: date | None, pointer: str, now: datetime) -> None:
    if born is not None and born > civil_date(now):
        raise invalid(pointer, "IN_THE_FUTURE", "A date of birth cannot be in the future.")
