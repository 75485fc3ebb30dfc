"""What may be done about people. Nothing here judges a referral: `journeys` does, when what is known has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load, load_version
from app.domain.kernel.errors import AlreadyExists, FieldError, NotFound, PreconditionFailed, ValidationFailed
from app.domain.kernel.rows import civil_date
from app.domain.people.codes import EthnicitySource, MovementState
from app.domain.people.models import (
    ChangePerson,
    Consent,
    Conviction,
    ConvictionInput,
    CustodyFacts,
    CustodyInput,
    Explanation,
    IdentifierInput,
    Person,
    PersonIdentifier,
    PersonInput,
    ProtectedCharacteristics,
    RecordConsent,
    RecordExplanation,
    SetProtectedCharacteristics,
)
from app.domain.people.names import name_keys
from app.domain.people.rules import normalise


@dataclass(frozen=True)
class Known:
    """A person with everything that a policy may ask about, as rows."""

    person: Person
    convictions: Sequence[Conviction]
    protected: ProtectedCharacteristics | None
    custody: CustodyFacts | None


async def add_person(
    session: AsyncSession,
    *,
    actor: Actor,
    person: PersonInput,
    custody: CustodyInput | None,
    source: str,
    now: datetime,
    pointer: str = "",
) -> Known:
    """Put a person on file, as far as he is known; never looks for who it may be, so that a push of somebody known and of
    somebody unknown do the same work. Raises `ValidationFailed` (422) at `pointer` for an impossible identifier."""
    stamp = {"charity_id": actor.charity_id, "created_at": now, "created_by": actor.subject_id}
    row = Person.model_validate(
        person.model_dump(include=set(ChangePerson.model_fields))
        | _place(person.establishment)
        | stamp
        | {"updated_at": now}
    )
    row.name_keys = _keys(row)
    session.add(row)
    identifiers = _identifiers(actor, row.id, person.identifiers, source=source, now=now, pointer=pointer)
    await session.flush()  # the person's row before the rows that refer to it
    session.add_all(identifiers)
    convictions = [_conviction(actor, row.id, one, source=source, now=now) for one in person.convictions]
    session.add_all(convictions)
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
        session.add(protected)
    facts = None
    if custody is not None:
        facts = _facts(actor, row.id, custody, sequence=1, source=source, verified_by=None, now=now)
        session.add(facts)
    return Known(row, convictions, protected, facts)


async def create_person(session: AsyncSession, *, actor: Actor, person: PersonInput, now: datetime) -> Person:
    """Put somebody on file whom the charity met otherwise than by a referral."""
    require(actor, Permission.PEOPLE_WRITE)
    known = await add_person(session, actor=actor, person=person, custody=None, source="charity", now=now)
    await audit.record(session, "person.created", known.person.id, person.model_fields_set)
    return known.person


async def change_person(
    session: AsyncSession, *, actor: Actor, person_id: UUID, change: ChangePerson, version: int | None, now: datetime
) -> Person:
    """Correct what is on file; what is left out stays."""
    require(actor, Permission.PEOPLE_WRITE)
    row = await load_version(session, Person, person_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True)
    if "known_as" in changes:
        changes["known_as"] = changes["known_as"] or []
    if "establishment" in changes:
        changes |= _place(change.establishment)
    changed = apply(row, changes, now=now)
    row.name_keys = _keys(row)
    session.add(row)
    await audit.record(session, "person.changed", row.id, changed)
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
    [added] = _identifiers(actor, person_id, [identifier], source="charity", now=now, pointer="")
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
    _touch(row, now)
    session.add(row)
    await audit.record(session, "person.identifier_added", person_id, [added.scheme])


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
    session.add(_conviction(actor, person_id, conviction, source="charity", now=now))
    _touch(row, now)
    session.add(row)
    await audit.record(session, "person.conviction_added", person_id)


async def record_custody_facts(
    session: AsyncSession,
    *,
    actor: Actor,
    person_id: UUID,
    facts: CustodyInput,
    source: str,
    verified_by: str | None,
    now: datetime,
) -> CustodyFacts:
    """Add a set of facts that supersedes the one before. Two at once are safe: the person's row is locked, so each gets a
    sequence of its own."""
    require(actor, Permission.PEOPLE_WRITE)
    await load(session, Person, person_id, actor=actor, lock=True)
    newest = await session.exec(
        select(func.coalesce(func.max(CustodyFacts.sequence), 0)).where(CustodyFacts.person_id == person_id)
    )
    row = _facts(actor, person_id, facts, sequence=newest.one() + 1, source=source, verified_by=verified_by, now=now)
    session.add(row)
    await audit.record(session, "person.custody_facts_recorded", person_id, facts.model_fields_set)
    return row


async def record_consent(
    session: AsyncSession, *, actor: Actor, person_id: UUID, consent: RecordConsent, now: datetime
) -> Consent:
    """Something he agreed to, refused or withdrew. The newest statement of a purpose counts; none is removed."""
    require(actor, Permission.PEOPLE_WRITE)
    await load(session, Person, person_id, actor=actor)
    _not_in_future(consent.stated_at, "/stated_at", now)
    row = Consent.model_validate(consent.model_dump() | _recorded(actor, person_id, now))
    session.add(row)
    await audit.record(session, "person.consent_recorded", person_id, ["purpose", "given"])
    return row


async def record_explanation(
    session: AsyncSession, *, actor: Actor, person_id: UUID, explanation: RecordExplanation, now: datetime
) -> Explanation:
    """That the service is voluntary, or the limits of confidentiality, were explained."""
    require(actor, Permission.PEOPLE_WRITE)
    await load(session, Person, person_id, actor=actor)
    _not_in_future(explanation.explained_at, "/explained_at", now)
    row = Explanation.model_validate(explanation.model_dump() | _recorded(actor, person_id, now))
    session.add(row)
    await audit.record(session, "person.explanation_recorded", person_id, ["kind"])
    return row


async def set_protected_characteristics(
    session: AsyncSession,
    *,
    actor: Actor,
    person_id: UUID,
    change: SetProtectedCharacteristics,
    version: int | None,
    now: datetime,
) -> ProtectedCharacteristics:
    """Write what he has said about himself. Raises `PreconditionFailed` unless `version` is the present one (None: none)."""
    require(actor, Permission.PROTECTED_CHARACTERISTICS_WRITE)
    await load(session, Person, person_id, actor=actor, lock=True)
    changes = change.model_dump(exclude_unset=True)
    try:
        row = await load_version(session, ProtectedCharacteristics, person_id, actor=actor, version=version)
    except NotFound:
        if version is not None:
            raise PreconditionFailed() from None
        row = ProtectedCharacteristics.model_validate(
            changes
            | {"person_id": person_id, "charity_id": actor.charity_id, "created_at": now, "updated_at": now}
            | {"created_by": actor.subject_id}
        )
        changed = list(changes)
    else:
        if version is None:
            raise PreconditionFailed()
        changed = apply(row, changes, now=now)
    session.add(row)
    await audit.record(session, "protected_characteristics.changed", person_id, changed)
    return row


async def known(session: AsyncSession, *, actor: Actor, person_id: UUID) -> Known:
    """Everything that a policy may ask about a person. Raises `NotFound`."""
    person = await load(session, Person, person_id, actor=actor)
    convictions = (await session.exec(select(Conviction).where(Conviction.person_id == person_id))).all()
    protected = await session.get(ProtectedCharacteristics, person_id)
    custody = await session.exec(
        select(CustodyFacts)
        .where(CustodyFacts.person_id == person_id)
        .order_by(col(CustodyFacts.sequence).desc())
        .limit(1)
    )
    return Known(person, convictions, protected, custody.first())


def _place(establishment: str | None) -> dict[str, object]:
    """OUT and TRN are where somebody is not: movements, never prisons."""
    movement = MovementState.of_agency(establishment)
    inside = movement is MovementState.IN_ESTABLISHMENT
    return {"establishment": establishment if inside else None, "movement": movement}


def _keys(row: Person) -> list[str]:
    return name_keys(row.given_name, row.family_name, *row.known_as)


def _touch(row: Person, now: datetime) -> None:
    row.version += 1
    row.updated_at = now


def _identifiers(
    actor: Actor, person_id: UUID, given: Sequence[IdentifierInput], *, source: str, now: datetime, pointer: str
) -> list[PersonIdentifier]:
    checks = [normalise(one.scheme, one.value, on=civil_date(now)) for one in given]
    wrong = [
        FieldError(
            f"{pointer}/identifiers/{n}/value" if pointer or len(given) > 1 else "/value",
            check.problem,
            f"This cannot be a {given[n].scheme.label}: check it, or leave it out.",
        )
        for n, check in enumerate(checks)
        if check.problem is not None
    ]
    if wrong:
        raise ValidationFailed("An identifier cannot be one of its scheme.", errors=wrong)
    return [
        PersonIdentifier(
            charity_id=actor.charity_id,
            person_id=person_id,
            scheme=one.scheme,
            value=check.value,
            value_received=one.value,
            verified=check.verified,
            source=source,
            created_at=now,
            created_by=actor.subject_id,
        )
        for one, check in zip(given, checks, strict=True)
    ]


def _conviction(actor: Actor, person_id: UUID, one: ConvictionInput, *, source: str, now: datetime) -> Conviction:
    return Conviction.model_validate(
        one.model_dump()
        | {"charity_id": actor.charity_id, "person_id": person_id, "source": source}
        | {"created_at": now, "created_by": actor.subject_id}
    )


def _facts(
    actor: Actor,
    person_id: UUID,
    facts: CustodyInput,
    *,
    sequence: int,
    source: str,
    verified_by: str | None,
    now: datetime,
) -> CustodyFacts:
    return CustodyFacts.model_validate(
        facts.model_dump(include=set(CustodyInput.model_fields))
        | _recorded(actor, person_id, now)
        | {"sequence": sequence, "source": source, "verified_by": verified_by}
    )


def _recorded(actor: Actor, person_id: UUID, now: datetime) -> dict[str, object]:
    return {
        "charity_id": actor.charity_id,
        "person_id": person_id,
        "recorded_at": now,
        "recorded_by": actor.subject_id,
    }


def _not_in_future(instant: datetime, pointer: str, now: datetime) -> None:
    if instant > now:
        raise ValidationFailed(
            errors=[FieldError(pointer, "IN_THE_FUTURE", "This is in the future: give when it happened.")]
        )
