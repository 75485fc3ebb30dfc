"""How a relationship comes to its end: what was agreed, what was said when they looked back."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import EndReason, Engagement
from app.domain.matching.writing_in import GOING_ON, lock_to_write
from app.domain.sessions.models import MentoringSession, SessionState
from app.domain.through_the_gate.errors import EndingNotOpen
from app.domain.through_the_gate.models import (
    AgreeEnding,
    ClosingReview,
    EndingAgreement,
    GateEndReason,
    GateStep,
    GateSupport,
    RecordClosingReview,
    TakeGateStep,
)
from app.domain.through_the_gate.operations.cards import revoke_open
from app.domain.through_the_gate.operations.supporting import keep

_AS_GATE_END = {
    EndReason.COMPLETED: GateEndReason.AGREED_END,
    EndReason.GATE_WINDOW_ENDED: GateEndReason.WINDOW_OVER,
    EndReason.PERSON_WISHED: GateEndReason.PERSON_DECIDED,
    EndReason.MENTOR_COULD_NOT: GateEndReason.MENTOR_LEFT,
    EndReason.DIED: GateEndReason.DIED,
}
_STANDS = (SessionState.PLANNED, SessionState.HELD)


async def agree_ending(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: AgreeEnding, now: datetime
) -> EndingAgreement:
    """When it will end. Raises `EndingNotOpen` (409), `NoLongerHisMentor` (409), `ValidationFailed` (422)."""
    require(actor, Permission.SESSIONS_WRITE)
    engagement = await _to_write_in(session, actor, engagement_id)
    if engagement.state not in GOING_ON:
        raise EndingNotOpen(f"The engagement is {engagement.state}.")
    _check_day(command.agreed_on, "/agreed_on", None, now)
    if engagement.started_on is not None and command.ends_on < engagement.started_on:
        raise invalid("/ends_on", "OUT_OF_RANGE", f"It began on {engagement.started_on.isoformat()}.")
    await _check_session(session, engagement, command.closing_session_id, "/closing_session_id")
    row = EndingAgreement(
        **command.model_dump(),
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "engagement.ending_agreed", engagement.id, command.model_fields_set)
    await events.once(session, actor, "ending_agreement.recorded", row.id, now)
    return row


async def record_closing_review(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: RecordClosingReview, now: datetime
) -> ClosingReview:
    """They looked back; also after the end. Raises `EndingNotOpen` (409), `ValidationFailed` (422)."""
    require(actor, Permission.SESSIONS_WRITE)
    engagement = await _to_write_in(session, actor, engagement_id)
    if engagement.started_on is None:
        raise EndingNotOpen("It has not begun.")
    _check_day(command.held_on, "/held_on", engagement.started_on, now)
    await _check_session(session, engagement, command.session_id, "/session_id")
    row = ClosingReview(
        **command.model_dump(),
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "engagement.closing_reviewed", engagement.id, command.model_fields_set)
    await events.once(session, actor, "closing_review.recorded", row.id, now)
    return row


async def end_support_with(
    session: AsyncSession, *, actor: Actor, engagement: Engagement, now: datetime
) -> list[GateSupport]:
    """The relationship has ended, and with it the support after release that it gave. Whoever calls has locked the person."""
    found = await session.exec(
        select(GateSupport)
        .where(GateSupport.engagement_id == engagement.id, col(GateSupport.ended_on).is_(None))
        .with_for_update()
    )
    rows = list(found.all())
    reason, ended_on = EndReason(engagement.end_reason or EndReason.OTHER), engagement.ended_on or civil_date(now)
    for row in rows:
        told = TakeGateStep(
            step=GateStep.END,
            on=max(ended_on, row.eligible_on),
            end_reason=_AS_GATE_END.get(reason, GateEndReason.OTHER),
            planned=bool(engagement.planned_end),
            words="The engagement has ended.",
        )
        row.ended_on, row.end_reason, row.planned_end = told.on, told.end_reason, told.planned
        await revoke_open(session, actor=actor, support_id=row.id, now=now)
        await keep(session, actor, row, told, now)
    return rows


async def _to_write_in(session: AsyncSession, actor: Actor, engagement_id: UUID) -> Engagement:
    await load(session, Engagement, engagement_id, actor=actor)  # 404 before anything else
    return await lock_to_write(session, actor=actor, engagement_id=engagement_id)


async def _check_session(session: AsyncSession, engagement: Engagement, session_id: UUID | None, pointer: str) -> None:
    if session_id is None:
        return
    found = await session.exec(
        select(MentoringSession.id).where(
            MentoringSession.id == session_id,
            MentoringSession.engagement_id == engagement.id,
            col(MentoringSession.state).in_(_STANDS),
        )
    )
    if found.one_or_none() is None:
        raise invalid(pointer, "UNKNOWN_SESSION", "The engagement has no such session that is planned or was held.")


def _check_day(day: date, pointer: str, since: date | None, now: datetime) -> None:
    today = civil_date(now)
    if day > today or (since is not None and day < since):
        first = "" if since is None else f" from {since.isoformat()}"
        raise invalid(pointer, "OUT_OF_RANGE", f"Give a day{first} to {today.isoformat()}.")
