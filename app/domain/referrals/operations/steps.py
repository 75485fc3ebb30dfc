"""Moving a referral by a step of the table, with its reason in the history."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.rules import Outcome
from app.domain.kernel import audit
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor, ActorKind
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import Forbidden, NotFound, PreconditionFailed, TransitionNotAllowed, invalid
from app.domain.kernel.rows import civil_date
from app.domain.referrals.models import Disposition, Referral
from app.domain.referrals.operations.judging import newest_decision
from app.domain.referrals.operations.standing import next_sequence, publish, stand
from app.domain.referrals.rules import JUDGED, Step, allowed


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

    A partner may withdraw what it pushed; every other step is the charity's. To confirm that somebody is ineligible, or
    to overrule that, takes a named person: a program cannot. Raises `TransitionNotAllowed` (409), `PreconditionFailed`
    (412).
    """
    own = actor.role is Role.REFERRER and step is Step.WITHDRAW
    require(actor, Permission.REFERRALS_WRITE if own else Permission.REFERRALS_MANAGE)
    if step in (Step.CONFIRM_INELIGIBLE, Step.OVERRULE) and actor.kind is not ActorKind.MEMBER:
        raise Forbidden(
            "Only a named person may decide this, never a program.",
            cure="Sign in as a member of the charity and decide there.",
        )
    referral = await load_version(session, Referral, referral_id, actor=actor, version=None if own else version)
    if own and referral.partner_id != actor.organisation_id:
        raise NotFound()
    if own and version not in (None, referral.version_for_partner):
        raise PreconditionFailed()
    today = civil_date(now)
    if effective_on is not None and not referral.received_on <= effective_on <= today:
        raise invalid("/effective_on", "OUT_OF_RANGE", "Give a day from the referral's received_on to today.")
    # A partner withdraws from where it sees the referral stand: a refusal must not tell it of a duplicate.
    start = Disposition(referral.disposition_for_partner if own else referral.disposition)
    end = await _end_of(session, actor, referral, step, into)
    if not allowed(start, step, end):
        raise TransitionNotAllowed(f"A referral that is {start.value} cannot take the step {step.value}.")
    referral.duplicate_of_id = into if step is Step.MERGE else None
    touch(referral, now=now)
    await stand(
        session,
        actor=actor,
        referral=referral,
        disposition=end,
        step=step,
        sequence=await next_sequence(session, referral.id),
        effective_on=effective_on or today,
        reason=reason,
        now=now,
    )
    await session.flush()
    await audit.record(session, f"referral.{step.value}", referral.id, ["disposition"])
    await publish(session, actor, referral, f"referral.{end.value}", now)
    return referral


async def _end_of(
    session: AsyncSession, actor: Actor, referral: Referral, step: Step, into: UUID | None
) -> Disposition:
    """Where a step leads: a merge needs another referral that stands, a reopening goes where the newest decision
    says."""
    if step is Step.MERGE:
        await _check_survivor(session, actor, referral, into)
        return Disposition.DUPLICATE
    if step is Step.REOPEN:
        return JUDGED[Outcome((await newest_decision(session, referral.id)).outcome)][1]
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
        raise invalid("/into", "UNKNOWN_REFERRAL", "There is no such referral in this charity.") from None
    if survivor.id == referral.id:
        raise invalid("/into", "SAME_REFERRAL", "A referral cannot be a duplicate of itself.")
    if survivor.disposition == Disposition.DUPLICATE:
        raise invalid("/into", "IS_A_DUPLICATE", "That referral is itself a duplicate: name the one that stands.")
    if survivor.disposition == Disposition.WITHDRAWN:
        raise invalid(
            "/into", "IS_WITHDRAWN", "That referral was taken back: reopen it first, or merge it into this one."
        )
