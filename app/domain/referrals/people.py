"""Whom a referral is about, and what was agreed: the part of an intake that the people step does."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.additions import New
from app.domain.kernel.errors import FieldError, NotFound, ValidationFailed, invalid
from app.domain.people import operations as people
from app.domain.people.models import Consent, Explanation
from app.domain.people.offences import ConsentPurpose, ExplanationKind
from app.domain.people.operations import Known
from app.domain.people.operations.rows import recorded_by
from app.domain.referrals.models import ConsentStated, SubmitReferral


async def person_for(
    session: AsyncSession, *, actor: Actor, command: SubmitReferral, now: datetime
) -> tuple[Known, list[SQLModel]]:
    """A new record for the person as sent, with its rows for the caller to add; or, for the charity's own staff, the one
    on file that they name.

    A push never finds its own way to somebody on file: whether two records are one person is decided by a person, and a
    partner learns nothing about whom the charity knows.
    """
    if (command.person is None) == (command.person_id is None):
        raise invalid("/person", "ONE_OF", "Give either `person` or `person_id`.")
    if command.person is not None:
        return people.new_person(
            actor=actor,
            person=command.person,
            custody=command.custody,
            source="partner" if actor.role is Role.REFERRER else "charity",
            now=now,
            pointer="/person",
        )
    if actor.role is Role.REFERRER or not actor.may(Permission.PEOPLE_READ) or command.person_id is None:
        raise invalid("/person_id", "NOT_FOR_PARTNERS", "Describe the person in `person`, as far as you know him.")
    try:
        known = await people.known(session, actor=actor, person_id=command.person_id)
    except NotFound:
        raise invalid("/person_id", "UNKNOWN_PERSON", "There is no such person in this charity.") from None
    if known.person.merged_into_id is not None:
        raise invalid("/person_id", "MERGED", f"This record was merged: take {known.person.merged_into_id}.")
    if known.person.deceased:
        raise invalid("/person_id", "DECEASED", "That he has died is on record.")
    if command.custody is None:
        return known, []
    custody = await people.record_custody_facts(
        session,
        actor=actor,
        person_id=command.person_id,
        facts=command.custody,
        source="referral",
        verified_by=None,
        now=now,
    )
    await session.flush()  # before the rows that refer to it
    return Known(known.person, known.convictions, known.protected, custody), []


def agreed(actor: Actor, person_id: UUID, consent: ConsentStated | None, *, now: datetime) -> list[New]:
    """What was explained to him and what he said, as rows. Raises `ValidationFailed` for an instant in the future."""
    if consent is None:
        return []
    stamp = recorded_by(actor, person_id, now)
    told = {
        "voluntary_explained_at": ExplanationKind.VOLUNTARY,
        "confidentiality_explained_at": ExplanationKind.CONFIDENTIALITY,
    }
    late = [name for name in told if (at := getattr(consent, name)) is not None and at > now]
    if late:
        raise ValidationFailed(
            errors=[FieldError(f"/consent/{name}", "IN_THE_FUTURE", "Give when it was explained.") for name in late]
        )
    rows = [
        New(Explanation, {"kind": kind, "explained_at": getattr(consent, name), **stamp})
        for name, kind in told.items()
        if getattr(consent, name) is not None
    ]
    if consent.given is not None:
        rows.append(
            New(Consent, {"purpose": ConsentPurpose.TAKING_PART, "given": consent.given, "stated_at": now, **stamp})
        )
    return rows
