"""Judging a referral by the policy in force on the day it was received, the first time and again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.models import EligibilityDecision
from app.domain.eligibility.operations import PolicyOfDay, decided, facts
from app.domain.eligibility.queries import policy_in_force
from app.domain.eligibility.rules import Outcome
from app.domain.kernel import audit
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.rows import civil_date
from app.domain.people import operations as people
from app.domain.people.operations import Known
from app.domain.referrals.models import Disposition, Referral
from app.domain.referrals.operations.standing import next_sequence, publish, stand
from app.domain.referrals.rules import JUDGED, allowed, as_on_receipt, same_decision


def judged(
    *,
    actor: Actor,
    referral: Referral,
    policy: PolicyOfDay | None,
    known: Known,
    consent_given: bool | None,
    now: datetime,
    before: EligibilityDecision | None = None,
) -> dict[str, Any]:
    """A decision on a referral by the policy in force on the day it was received, the next one after `before`; for the
    caller to add."""
    on_file = facts(
        known.person,
        custody=known.custody,
        convictions=known.convictions,
        protected=known.protected,
        route=referral.source,
        consent_given=consent_given,
    )
    return decided(
        actor=actor,
        referral_id=referral.id,
        partner_id=referral.partner_id,
        policy=policy,
        known=as_on_receipt(on_file, before=before) if before else on_file,
        custody_facts_id=known.custody.id if known.custody else None,
        evaluated_on=referral.received_on,
        sequence=before.sequence + 1 if before else 1,
        now=now,
    )


async def reassess(
    session: AsyncSession,
    *,
    actor: Actor,
    referral_id: UUID,
    version: int | None,
    now: datetime,
    only_if_different: bool = False,
) -> Referral:
    """Judge a referral again by what is known now, for the day it was received; `only_if_different` keeps no decision
    that would repeat the newest one.

    The referral moves only when the outcome differs from the one before, and only before a mentor is allocated: time
    that passes changes nothing, and nobody who has a mentor loses him by a judgement.
    """
    require(actor, Permission.REFERRALS_MANAGE)
    referral = await load_version(session, Referral, referral_id, actor=actor, version=version)
    known = await people.known(session, actor=actor, person_id=referral.person_id)
    before = await newest_decision(session, referral.id)
    agreed_to = (referral.submitted.get("consent") or {}).get("given")
    policy = await policy_in_force(session, actor=actor, programme_id=referral.programme_id, on=referral.received_on)
    decision = EligibilityDecision(
        **judged(
            actor=actor, referral=referral, policy=policy, known=known, consent_given=agreed_to, before=before, now=now
        )
    )
    if only_if_different and same_decision(decision, before):
        return referral
    session.add(decision)
    step, disposition = JUDGED[decision.outcome]
    changed = decision.outcome is not Outcome(before.outcome)
    if changed and allowed(Disposition(referral.disposition), step, disposition):
        await stand(
            session,
            actor=actor,
            referral=referral,
            disposition=disposition,
            step=step,
            sequence=await next_sequence(session, referral.id),
            effective_on=civil_date(now),
            reason=None,
            now=now,
        )
    touch(referral, now=now)
    session.add(referral)
    await session.flush()
    await audit.record(session, "referral.reassessed", referral.id)
    await publish(session, actor, referral, "eligibility.decided", now)
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


async def newest_decision(session: AsyncSession, referral_id: UUID) -> EligibilityDecision:
    found = await session.exec(
        select(EligibilityDecision)
        .where(EligibilityDecision.referral_id == referral_id)
        .order_by(col(EligibilityDecision.sequence).desc())
        .limit(1)
    )
    return found.one()
