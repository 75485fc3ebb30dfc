"""What may be done about referrals: submit, judge again, take a step of the table, correct, merge."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.models import EligibilityDecision
from app.domain.eligibility.operations import decide, facts
from app.domain.eligibility.rules import Outcome
from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor, ActorKind
from app.domain.kernel.changes import apply, load, load_version
from app.domain.kernel.errors import FieldError, Forbidden, NotFound, TransitionNotAllowed, ValidationFailed
from app.domain.kernel.rows import civil_date
from app.domain.organisations.models import Organisation
from app.domain.organisations.operations import open_programme
from app.domain.people import operations as people
from app.domain.referrals.models import (
    ChangeReferral,
    Channel,
    Disposition,
    DispositionChange,
    Referral,
    Source,
    SubmitReferral,
)
from app.domain.referrals.people import agreed, person_for
from app.domain.referrals.rules import JUDGED, Step, allowed, as_on_receipt, new_reference, same_decision

INFORMATION_DUE_DAYS = 14


async def submit(session: AsyncSession, *, actor: Actor, command: SubmitReferral, now: datetime) -> Referral:
    """Ask for a mentor for somebody: keep what was sent, judge it, and let it stand in its first disposition.

    The same work is done whether the person is known to the charity or not. Raises `ValidationFailed` (422),
    `IntakePaused` (409); the unique index on (partner, partner_reference) refuses a second use of a reference.
    """
    require(actor, Permission.REFERRALS_WRITE)
    today = civil_date(now)
    received_on = command.received_on or today
    if received_on > today:
        raise _invalid("/received_on", "IN_THE_FUTURE", "A referral cannot have been received in the future.")
    programme = await open_programme(session, actor=actor, programme_id=command.programme_id, now=now)
    from_partner = actor.role is Role.REFERRER
    channel = command.channel or (Channel.API if from_partner else None)
    known = await person_for(session, actor=actor, command=command, now=now)
    charity = (await session.exec(select(Organisation.code).where(Organisation.id == actor.charity_id))).one()
    referral = Referral.model_validate(
        command.model_dump(include={"source", "source_detail", "reason", "needs", "partner_reference"})
        | {
            "charity_id": actor.charity_id,
            "programme_id": programme.id,
            "person_id": known.person.id,
            "partner_id": actor.organisation_id if from_partner else None,
            "channel": channel,
            "received_on": received_on,
            "received_at": now,
            "reference": new_reference(charity or "REF"),
            "disposition": Disposition.AWAITING_INFORMATION,
            "disposition_for_partner": Disposition.AWAITING_INFORMATION,
            "disposition_since": now,
            "submitted": _as_received(command, channel),
            "created_at": now,
            "created_by": actor.subject_id,
            "updated_at": now,
        }
    )
    session.add_all(agreed(actor, known.person.id, command.consent, now=now))
    decision = await decide(
        session,
        actor=actor,
        referral_id=referral.id,
        programme_id=programme.id,
        partner_id=referral.partner_id,
        known=facts(
            known.person,
            custody=known.custody,
            convictions=known.convictions,
            protected=known.protected,
            route=referral.source,
            consent_given=command.consent.given if command.consent else None,
        ),
        custody_facts_id=known.custody.id if known.custody else None,
        evaluated_on=received_on,
        sequence=1,
        now=now,
    )
    step, disposition = JUDGED[decision.outcome]
    await _stand(
        session,
        actor=actor,
        referral=referral,
        disposition=disposition,
        step=step,
        sequence=1,
        effective_on=received_on,
        reason=None,
        now=now,
    )
    session.add(decision)
    await session.flush()
    await audit.record(session, "referral.submitted", referral.id, command.model_fields_set)
    await _publish(session, actor, referral, "referral.received", now)
    return referral


async def reassess(
    session: AsyncSession,
    *,
    actor: Actor,
    referral_id: UUID,
    version: int | None,
    now: datetime,
    only_if_different: bool = False,
) -> Referral:
    """Judge a referral again by what is known now, for the day it was received; `only_if_different` keeps no decision that
    would repeat the newest one.

    The referral moves only when the outcome differs from the one before, and only before a mentor is allocated: time that
    passes changes nothing, and nobody who has a mentor loses him by a judgement.
    """
    require(actor, Permission.REFERRALS_MANAGE)
    referral = await load_version(session, Referral, referral_id, actor=actor, version=version)
    known = await people.known(session, actor=actor, person_id=referral.person_id)
    before = await _newest_decision(session, referral.id)
    consent = referral.submitted.get("consent") or {}
    decision = await decide(
        session,
        actor=actor,
        referral_id=referral.id,
        programme_id=referral.programme_id,
        partner_id=referral.partner_id,
        known=as_on_receipt(
            facts(
                known.person,
                custody=known.custody,
                convictions=known.convictions,
                protected=known.protected,
                route=referral.source,
                consent_given=consent.get("given"),
            ),
            before=before,
        ),
        custody_facts_id=known.custody.id if known.custody else None,
        evaluated_on=referral.received_on,
        sequence=before.sequence + 1,
        now=now,
    )
    if only_if_different and same_decision(decision, before):
        return referral
    session.add(decision)
    step, disposition = JUDGED[decision.outcome]
    changed = decision.outcome is not Outcome(before.outcome)
    if changed and allowed(Disposition(referral.disposition), step, disposition):
        await _stand(
            session,
            actor=actor,
            referral=referral,
            disposition=disposition,
            step=step,
            sequence=await _next_sequence(session, referral.id),
            effective_on=civil_date(now),
            reason=None,
            now=now,
        )
    referral.version += 1
    referral.updated_at = now
    session.add(referral)
    await session.flush()
    await audit.record(session, "referral.reassessed", referral.id)
    await _publish(session, actor, referral, "eligibility.decided", now)
    return referral


async def take_step(
    session: AsyncSession,
    *,
    actor: Actor,
    referral_id: UUID,
    step: Step,
    version: int | None,
    now: datetime,
    reason: str | None = None,
    effective_on: date | None = None,
    into: UUID | None = None,
) -> Referral:
    """Move a referral by a step of the table, with its reason in the history.

    A partner may withdraw what it pushed; every other step is the charity's. To confirm that somebody is ineligible, or to
    overrule that, takes a named person: a program cannot. Raises `TransitionNotAllowed` (409), `PreconditionFailed` (412).
    """
    own = actor.role is Role.REFERRER and step is Step.WITHDRAW
    require(actor, Permission.REFERRALS_WRITE if own else Permission.REFERRALS_MANAGE)
    if step in (Step.CONFIRM_INELIGIBLE, Step.OVERRULE) and actor.kind is not ActorKind.MEMBER:
        raise Forbidden(
            "Only a named person may decide this, never a program.",
            cure="Sign in as a member of the charity and decide there.",
        )
    referral = await load_version(session, Referral, referral_id, actor=actor, version=version)
    if own and referral.partner_id != actor.organisation_id:
        raise NotFound()
    today = civil_date(now)
    if effective_on is not None and not referral.received_on <= effective_on <= today:
        raise _invalid("/effective_on", "OUT_OF_RANGE", "Give a day from the referral's received_on to today.")
    start = Disposition(referral.disposition)
    end = await _end_of(session, actor, referral, step, into)
    if not allowed(start, step, end):
        raise TransitionNotAllowed(f"A referral that is {start.value} cannot take the step {step.value}.")
    referral.duplicate_of_id = into if step is Step.MERGE else None
    referral.version += 1
    referral.updated_at = now
    await _stand(
        session,
        actor=actor,
        referral=referral,
        disposition=end,
        step=step,
        sequence=await _next_sequence(session, referral.id),
        effective_on=effective_on or today,
        reason=reason,
        now=now,
    )
    await session.flush()
    await audit.record(session, f"referral.{step.value}", referral.id, ["disposition"])
    await _publish(session, actor, referral, f"referral.{end.value}", now)
    return referral


async def change(
    session: AsyncSession,
    *,
    actor: Actor,
    referral_id: UUID,
    change: ChangeReferral,
    version: int | None,
    now: datetime,
) -> Referral:
    """Correct what was written about a referral; what was received is kept beside it. What decided stays decided."""
    require(actor, Permission.REFERRALS_MANAGE)
    referral = await load_version(session, Referral, referral_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True)
    if changes.get("source", Source.SELF_WING) is None:
        raise _invalid("/source", "REQUIRED", "A referral has a source: give one.")
    if "needs" in changes:
        changes["needs"] = changes["needs"] or []
    changed = apply(referral, changes, now=now)
    session.add(referral)
    await session.flush()
    await audit.record(session, "referral.changed", referral.id, changed)
    return referral


async def open_referrals_of(session: AsyncSession, *, actor: Actor, person_id: UUID) -> list[UUID]:
    """The referrals of a person that a new fact may move: those still open, and those confirmed ineligible."""
    moved = [*(d.value for d in Disposition if d.open), Disposition.INELIGIBLE.value]
    found = await session.exec(
        select(Referral.id)
        .where(
            Referral.charity_id == actor.charity_id,
            Referral.person_id == person_id,
            col(Referral.disposition).in_(moved),
        )
        .order_by(col(Referral.id))
    )
    return list(found.all())


async def _end_of(
    session: AsyncSession, actor: Actor, referral: Referral, step: Step, into: UUID | None
) -> Disposition:
    """Where a step leads: a merge needs another referral that stands, a reopening goes where the newest decision says."""
    if step is Step.MERGE:
        await _check_survivor(session, actor, referral, into)
        return Disposition.DUPLICATE
    if step is Step.REOPEN:
        return JUDGED[Outcome((await _newest_decision(session, referral.id)).outcome)][1]
    return {
        Step.CONFIRM_INELIGIBLE: Disposition.INELIGIBLE,
        Step.OVERRULE: Disposition.WAITING,
        Step.ALLOCATE: Disposition.ALLOCATED,
        Step.DECLINE: Disposition.DECLINED_BY_PERSON,
        Step.WITHDRAW: Disposition.WITHDRAWN,
        Step.RECORD_TRANSFER: Disposition.TRANSFERRED_BEFORE_ALLOCATION,
        Step.RECORD_RELEASE: Disposition.RELEASED_UNSERVED,
    }[step]


async def _check_survivor(session: AsyncSession, actor: Actor, referral: Referral, into: UUID | None) -> None:
    try:
        survivor = await load(session, Referral, into or referral.id, actor=actor, lock=True)
    except NotFound:
        raise _invalid("/into", "UNKNOWN_REFERRAL", "There is no such referral in this charity.") from None
    if survivor.id == referral.id:
        raise _invalid("/into", "SAME_REFERRAL", "A referral cannot be a duplicate of itself.")
    if survivor.disposition == Disposition.DUPLICATE:
        raise _invalid("/into", "IS_A_DUPLICATE", "That referral is itself a duplicate: name the one that stands.")


async def _stand(
    session: AsyncSession,
    *,
    actor: Actor,
    referral: Referral,
    disposition: Disposition,
    step: Step,
    sequence: int,
    effective_on: date,
    reason: str | None,
    now: datetime,
) -> None:
    """Let a referral stand in a disposition: the one place where that is written.

    The instant comes from the ledger's clock after its lock is held in common, so that no ledger that was already answered
    can change. Two at once are safe: the referral's row is locked, and (referral, sequence) is unique.
    """
    clock = await session.exec(select(func.throughgate.ledger_clock(False, type_=DateTime(timezone=True))))
    recorded_at = clock.one()
    referral.disposition = disposition
    referral.disposition_since = recorded_at
    waiting_for = disposition is Disposition.AWAITING_INFORMATION
    referral.information_due_on = civil_date(now) + timedelta(days=INFORMATION_DUE_DAYS) if waiting_for else None
    await _show_partners(session, referral)
    session.add(referral)
    await session.flush()  # the referral's row before the rows that refer to it
    session.add(
        DispositionChange(
            charity_id=actor.charity_id,
            referral_id=referral.id,
            sequence=sequence,
            disposition=disposition,
            step=step,
            effective_on=effective_on,
            recorded_at=recorded_at,
            recorded_by=actor.subject_id,
            reason=reason,
        )
    )


async def _show_partners(session: AsyncSession, referral: Referral) -> None:
    """A partner must not learn that the charity knows the man from elsewhere: a duplicate shows what the referral that
    stands shows, and goes on following it."""
    if referral.duplicate_of_id is not None:
        survivor = (
            await session.exec(select(Referral.disposition_for_partner).where(Referral.id == referral.duplicate_of_id))
        ).one()
        referral.disposition_for_partner = Disposition(survivor)
        await session.exec(select(func.throughgate.follow_survivor(referral.id, referral.duplicate_of_id, survivor)))
        return
    referral.disposition_for_partner = referral.disposition
    if referral.version > 1:
        await session.exec(select(func.throughgate.follow_survivor(referral.id, None, referral.disposition.value)))


async def _newest_decision(session: AsyncSession, referral_id: UUID) -> EligibilityDecision:
    found = await session.exec(
        select(EligibilityDecision)
        .where(EligibilityDecision.referral_id == referral_id)
        .order_by(col(EligibilityDecision.sequence).desc())
        .limit(1)
    )
    return found.one()


async def _next_sequence(session: AsyncSession, referral_id: UUID) -> int:
    newest = await session.exec(
        select(func.max(DispositionChange.sequence)).where(DispositionChange.referral_id == referral_id)
    )
    return (newest.one() or 0) + 1


async def _publish(session: AsyncSession, actor: Actor, referral: Referral, type: str, now: datetime) -> None:
    await events.publish(
        session,
        actor=actor,
        type=type,
        aggregate_id=referral.id,
        aggregate_version=referral.version,
        partner_id=referral.partner_id,
        now=now,
    )


def _as_received(command: SubmitReferral, channel: Channel | None) -> dict[str, Any]:
    """What was sent, for whoever sent it: the charity's later corrections are not theirs to see."""
    return {
        "source": command.source.value,
        "source_detail": command.source_detail,
        "channel": channel.value if channel else None,
        "reason": command.reason,
        "needs": [need.value for need in command.needs],
        "person": command.person.model_dump(mode="json", exclude_unset=True) if command.person else {},
        "custody": command.custody.model_dump(mode="json", exclude_unset=True) if command.custody else None,
        "consent": command.consent.model_dump(mode="json", exclude_unset=True) if command.consent else None,
    }


def _invalid(pointer: str, code: str, detail: str) -> ValidationFailed:
    return ValidationFailed(detail, errors=[FieldError(pointer, code, detail)])
