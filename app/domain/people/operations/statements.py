"""What somebody said or was told, and what is known of his custody: dated, each superseding the one before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load, load_version
from app.domain.kernel.errors import NotFound, PreconditionFailed, invalid
from app.domain.people.models import (
    Consent,
    CustodyFacts,
    CustodyInput,
    Explanation,
    Person,
    ProtectedCharacteristics,
    RecordConsent,
    RecordExplanation,
    SetProtectedCharacteristics,
)
from app.domain.people.operations.rows import custody_values, recorded_by


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
    """Add a set of facts that supersedes the one before. Two at once are safe: the person's row is locked, so each gets
    a sequence of its own."""
    require(actor, Permission.PEOPLE_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
    newest = await session.exec(
        select(func.coalesce(func.max(CustodyFacts.sequence), 0)).where(CustodyFacts.person_id == person_id)
    )
    values = custody_values(
        actor, person_id, facts, sequence=newest.one() + 1, source=source, verified_by=verified_by, now=now
    )
    row = CustodyFacts.model_validate(values)
    session.add(row)
    await audit.record(session, "person.custody_facts_recorded", person_id, facts.model_fields_set)
    await events.tell(session, actor, "person.custody_facts_recorded", person, now)
    return row


async def record_consent(
    session: AsyncSession, *, actor: Actor, person_id: UUID, consent: RecordConsent, now: datetime
) -> Consent:
    """Something he agreed to, refused or withdrew. The newest statement of a purpose counts; none is removed."""
    require(actor, Permission.PEOPLE_WRITE)
    person = await load(session, Person, person_id, actor=actor)
    _not_in_future(consent.stated_at, "/stated_at", now)
    row = Consent.model_validate(consent.model_dump() | recorded_by(actor, person_id, now))
    session.add(row)
    await audit.record(session, "person.consent_recorded", person_id, ["purpose", "given"])
    await events.tell(session, actor, "person.consent_recorded", person, now)
    return row


async def record_explanation(
    session: AsyncSession, *, actor: Actor, person_id: UUID, explanation: RecordExplanation, now: datetime
) -> Explanation:
    """That the service is voluntary, or the limits of confidentiality, were explained."""
    require(actor, Permission.PEOPLE_WRITE)
    person = await load(session, Person, person_id, actor=actor)
    _not_in_future(explanation.explained_at, "/explained_at", now)
    row = Explanation.model_validate(explanation.model_dump() | recorded_by(actor, person_id, now))
    session.add(row)
    await audit.record(session, "person.explanation_recorded", person_id, ["kind"])
    await events.tell(session, actor, "person.explanation_recorded", person, now)
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
    """Write what he has said about himself. Raises `PreconditionFailed` unless `version` is the present one (None:
    none)."""
    require(actor, Permission.PROTECTED_CHARACTERISTICS_WRITE)
    person = await load(session, Person, person_id, actor=actor, lock=True)
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
    await events.tell(session, actor, "person.protected_characteristics_changed", person, now)
    return row


def _not_in_future(instant: datetime, pointer: str, now: datetime) -> None:
    if instant > now:
        raise invalid(pointer, "IN_THE_FUTURE", "This is in the future: give when it happened.")
