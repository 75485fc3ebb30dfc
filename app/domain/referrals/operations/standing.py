"""Where a referral stands: the one place where that is written, and told to whoever follows."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, func
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import events
from app.domain.kernel.actor import Actor
from app.domain.kernel.additions import Clocked, New
from app.domain.kernel.errors import TransitionNotAllowed
from app.domain.kernel.events import Event
from app.domain.kernel.rows import civil_date
from app.domain.kernel.statements import said, sqlstate
from app.domain.referrals.models import Disposition, DispositionChange, Referral
from app.domain.referrals.rules import SOURCE_CORRECTED, Step

INFORMATION_DUE_DAYS = 14
_HELD_BY_ENGAGEMENT = "TG410"
_ITS_ENGAGEMENT = "Read the referral's engagements (GET /v1/engagements?referral_id=…), and move these first."


LEDGER_CLOCK = "throughgate.ledger_clock(false)"


def first_standing(*, actor: Actor, referral: Referral, disposition: Disposition, step: Step, now: datetime) -> New:
    """Where a new referral stands. Both rows take their instant from the ledger's clock when they are added: see
    `CLOCKED`."""
    waiting_for = disposition is Disposition.AWAITING_INFORMATION
    referral.disposition = referral.disposition_for_partner = disposition
    referral.information_due_on = civil_date(now) + timedelta(days=INFORMATION_DUE_DAYS) if waiting_for else None
    change = {
        "charity_id": actor.charity_id,
        "referral_id": referral.id,
        "sequence": 1,
        "disposition": disposition,
        "source": referral.source,
        "step": step,
        "effective_on": referral.received_on,
        "recorded_at": now,
        "recorded_by": actor.subject_id,
    }
    return New(DispositionChange, change)


CLOCKED: Clocked = {Referral: "disposition_since", DispositionChange: "recorded_at"}


async def stand(
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
    """Let a referral stand in another disposition.

    The instant comes from the ledger's clock after its lock is held in common, so that no ledger that was already
    answered can change. Two at once are safe: the referral's row is locked, and (referral, sequence) is unique.
    """
    clock = await session.exec(select(func.throughgate.ledger_clock(False, type_=DateTime(timezone=True))))
    recorded_at = clock.one()
    referral.disposition = disposition
    referral.disposition_since = recorded_at
    waiting_for = disposition is Disposition.AWAITING_INFORMATION
    due = civil_date(now) + timedelta(days=INFORMATION_DUE_DAYS) if waiting_for else None
    await _show_partners(session, referral, due=due, now=now)
    session.add(referral)
    try:
        await session.flush()  # the referral's row before the rows that refer to it
    except DBAPIError as error:
        # A trigger keeps a referral and its engagement together.
        if sqlstate(error) != _HELD_BY_ENGAGEMENT:
            raise
        raise TransitionNotAllowed(said(error), cure=_ITS_ENGAGEMENT) from None
    session.add(
        DispositionChange(
            charity_id=actor.charity_id,
            referral_id=referral.id,
            sequence=sequence,
            disposition=disposition,
            source=referral.source,
            step=step,
            effective_on=effective_on,
            recorded_at=recorded_at,
            recorded_by=actor.subject_id,
            reason=reason,
        )
    )


async def remember_source(session: AsyncSession, *, actor: Actor, referral: Referral, now: datetime) -> None:
    """A corrected source counts from now on; ledgers as of an earlier instant keep the one that was known then."""
    clock = await session.exec(select(func.throughgate.ledger_clock(False, type_=DateTime(timezone=True))))
    session.add(
        DispositionChange(
            charity_id=actor.charity_id,
            referral_id=referral.id,
            sequence=await next_sequence(session, referral.id),
            disposition=referral.disposition,
            source=referral.source,
            step=SOURCE_CORRECTED,
            effective_on=civil_date(now),
            recorded_at=clock.one(),
            recorded_by=actor.subject_id,
        )
    )


async def _show_partners(session: AsyncSession, referral: Referral, *, due: date | None, now: datetime) -> None:
    """A partner must not learn that the charity knows the man from elsewhere: a duplicate shows what the referral that
    stands shows, also until when facts are wanted, and goes on following it."""
    shown, into = Disposition(referral.disposition), referral.duplicate_of_id
    if into is not None:
        columns = select(Referral.disposition_for_partner, col(Referral.information_due_on))
        shown_there, due_there = (await session.exec(columns.where(Referral.id == into))).one()
        shown = Disposition(shown_there)
        if shown is Disposition.AWAITING_INFORMATION:
            due = referral.information_due_on or due_there
    if referral.version > 1 and (referral.disposition_for_partner, referral.information_due_on) != (shown, due):
        referral.version_for_partner += 1
    referral.disposition_for_partner, referral.information_due_on = shown, due
    # Taking a referral back is its own agency's act: others who referred the man must not learn of it.
    if referral.version > 1 and shown is not Disposition.WITHDRAWN:
        await session.exec(select(func.throughgate.follow_survivor(referral.id, into, shown.value, due, now)))


async def next_sequence(session: AsyncSession, referral_id: UUID) -> int:
    newest = await session.exec(
        select(func.max(DispositionChange.sequence)).where(DispositionChange.referral_id == referral_id)
    )
    return (newest.one() or 0) + 1


def event_of(actor: Actor, referral: Referral, type: str, now: datetime) -> New:
    happened = {
        "charity_id": actor.charity_id,
        "type": type,
        "aggregate_id": referral.id,
        "aggregate_version": referral.version,
        "partner_id": referral.partner_id,
        "occurred_at": now,
    }
    return New(Event, happened)


async def publish(session: AsyncSession, actor: Actor, referral: Referral, type: str, now: datetime) -> None:
    await events.publish(
        session,
        actor=actor,
        type=type,
        aggregate_id=referral.id,
        aggregate_version=referral.version,
        partner_id=referral.partner_id,
        now=now,
    )
