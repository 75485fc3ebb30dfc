"""The steps of an onward referral. Whoever takes one locks the row: of two at once the second finds where the first has led,
and is refused; whoever goes by an older version is too."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.writing_in import lock_to_write
from app.domain.support.signposting.errors import OnwardStepNotOpen
from app.domain.support.signposting.models import (
    CloseOnwardReferral,
    DeclinedBy,
    DeclinedReason,
    DeclineOnwardReferral,
    OnwardReferral,
    OnwardReferralEntry,
    OnwardReferralState,
    OnwardReferralStep,
    OnwardStep,
    SendOnwardReferral,
)
from app.domain.support.signposting.rules import AFTER, OPEN, REASONS, consent_covers, may_decline, steps_from

T = OnwardReferralStep


async def send(
    session: AsyncSession,
    *,
    actor: Actor,
    onward_referral_id: UUID,
    command: SendOnwardReferral,
    version: int | None,
    now: datetime,
) -> OnwardReferral:
    """The service is told of the person. Not without his yes, given by that day: the table's checks hold it too."""
    row = await _open(session, actor, onward_referral_id, version, T.SEND)
    on = _happened(row, command, now)
    if command.consent.given_on > on:
        raise invalid("/consent/given_on", "AFTER_SENDING", "Send it once he has said yes, or give the day he did.")
    if not consent_covers(command.consent.given_on, on):
        raise invalid("/consent/given_on", "TOO_LONG_AGO", "That was more than a year before: ask him again.")
    row.consent_given_on, row.consent_by, row.sent_on = command.consent.given_on, command.consent.by, on
    return await _taken(session, actor, row, T.SEND, on=on, words=command.words, now=now)


async def accept(
    session: AsyncSession,
    *,
    actor: Actor,
    onward_referral_id: UUID,
    command: OnwardStep,
    version: int | None,
    now: datetime,
) -> OnwardReferral:
    """The service says that it will help."""
    row = await _open(session, actor, onward_referral_id, version, T.ACCEPT)
    on = _happened(row, command, now)
    return await _taken(session, actor, row, T.ACCEPT, on=on, words=command.words, now=now)


async def start(
    session: AsyncSession,
    *,
    actor: Actor,
    onward_referral_id: UUID,
    command: OnwardStep,
    version: int | None,
    now: datetime,
) -> OnwardReferral:
    """The service has begun to help."""
    row = await _open(session, actor, onward_referral_id, version, T.START)
    on = _happened(row, command, now)
    return await _taken(session, actor, row, T.START, on=on, words=command.words, now=now)


async def decline(
    session: AsyncSession,
    *,
    actor: Actor,
    onward_referral_id: UUID,
    command: DeclineOnwardReferral,
    version: int | None,
    now: datetime,
) -> OnwardReferral:
    """It goes no further: the person or the service has said no. Nothing else follows from it."""
    row = await _open(session, actor, onward_referral_id, version, T.DECLINE)
    on = _happened(row, command, now)
    _check_declined(command.by, command.reason, OnwardReferralState(row.state))
    row.declined_by, row.declined_reason = command.by, command.reason
    return await _taken(session, actor, row, T.DECLINE, on=on, words=command.words, now=now)


async def withdraw_consent(
    session: AsyncSession,
    *,
    actor: Actor,
    onward_referral_id: UUID,
    command: OnwardStep,
    version: int | None,
    now: datetime,
) -> OnwardReferral:
    """The person takes his yes back, however far it has come. That he had given it, and when, stays on record."""
    row = await _open(session, actor, onward_referral_id, version, T.WITHDRAW_CONSENT)
    on = _happened(row, command, now)
    row.consent_withdrawn_on = on
    row.declined_by, row.declined_reason = DeclinedBy.PERSON, DeclinedReason.CONSENT_WITHDRAWN
    return await _taken(session, actor, row, T.WITHDRAW_CONSENT, on=on, words=command.words, now=now)


async def close(
    session: AsyncSession,
    *,
    actor: Actor,
    onward_referral_id: UUID,
    command: CloseOnwardReferral,
    version: int | None,
    now: datetime,
) -> OnwardReferral:
    """The service has done what it could, or stopped; whether that helped."""
    row = await _open(session, actor, onward_referral_id, version, T.CLOSE)
    on = _happened(row, command, now)
    row.result = command.result
    return await _taken(session, actor, row, T.CLOSE, on=on, words=command.words, now=now)


async def _open(
    session: AsyncSession, actor: Actor, onward_referral_id: UUID, version: int | None, step: OnwardReferralStep
) -> OnwardReferral:
    """One that can take this step, locked, and its engagement before it."""
    require(actor, Permission.SIGNPOSTING_WRITE)
    of = await session.exec(
        select(OnwardReferral.engagement_id).where(
            OnwardReferral.id == onward_referral_id, OnwardReferral.charity_id == actor.charity_id
        )
    )
    if (engagement_id := of.one_or_none()) is None:
        raise NotFound()
    await lock_to_write(session, actor=actor, engagement_id=engagement_id)
    row = await load_version(session, OnwardReferral, onward_referral_id, actor=actor, version=version)
    if row.state not in OPEN[step]:
        steps = sorted(steps_from(OnwardReferralState(row.state)))
        raise OnwardStepNotOpen(
            f"It is {row.state}; open from there: {', '.join(steps) or 'nothing, as it has ended'}."
        )
    return row


def _happened(row: OnwardReferral, command: OnwardStep, now: datetime) -> date:
    """When it happened: each step no earlier than the one before, none before its time."""
    today = civil_date(now)
    on = command.happened_on or today
    if on > today:
        raise invalid("/happened_on", "IN_THE_FUTURE", "Record the step once it has happened.")
    if on < row.since_on:
        raise invalid(
            "/happened_on", "BEFORE_THE_LAST_STEP", f"Give {row.since_on} or a later day: it stands so since."
        )
    return on


def _check_declined(by: DeclinedBy, reason: DeclinedReason, state: OnwardReferralState) -> None:
    if may_decline(by, reason, state):
        return
    if reason in REASONS[by]:
        raise invalid("/by", "NOT_ASKED_YET", "The service knows nothing of him yet: only the person can say no.")
    theirs = ", ".join(sorted(REASONS[by]))
    raise invalid("/reason", "NOT_THEIRS", f"Choose one of these for {by.value}: {theirs}.")


async def _taken(
    session: AsyncSession,
    actor: Actor,
    row: OnwardReferral,
    step: OnwardReferralStep,
    *,
    on: date,
    words: str | None,
    now: datetime,
) -> OnwardReferral:
    """Where the step leads, the entry in its history, and who did it."""
    row.state, row.since_on = AFTER[step], on
    touch(row, now=now)
    session.add(row)
    last = await session.exec(
        select(func.coalesce(func.max(OnwardReferralEntry.sequence), 0)).where(
            OnwardReferralEntry.onward_referral_id == row.id
        )
    )
    sent = step is T.SEND
    session.add(
        OnwardReferralEntry(
            charity_id=actor.charity_id,
            onward_referral_id=row.id,
            sequence=last.one() + 1,
            step=step,
            state=row.state,
            happened_on=on,
            consent_given_on=row.consent_given_on if sent else None,
            consent_by=row.consent_by if sent else None,
            declined_by=row.declined_by,
            declined_reason=row.declined_reason,
            result=row.result,
            words=words,
            recorded_at=now,
            recorded_by=actor.subject_id,
        )
    )
    await session.flush()
    await audit.record(session, f"onward_referral.{step.value.lower()}", row.id, ["state", "since_on"])
    await events.tell(session, actor, f"onward_referral.{step.value.lower()}", row, now)
    return row
