"""A relationship goes on: paused and resumed, handed over to another mentor, taken up again after its end."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import (
    Engagement,
    EngagementMentor,
    EngagementState,
    EngagementStep,
    HandOver,
    Pause,
    Reopen,
    Resume,
)
from app.domain.matching.operations.moving import (
    check_lives,
    check_pair,
    mentor_to_ask,
    moved,
    open_for,
    referral_of,
    under_way,
)

S, T = EngagementState, EngagementStep


async def pause(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: Pause, version: int | None, now: datetime
) -> Engagement:
    """A pause keeps the place, and everything else."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=T.PAUSE)
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.PAUSE,
        state=S.PAUSED,
        mentor_id=engagement.mentor_id,
        reason=command.reason,
        now=now,
    )


async def resume(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: Resume, version: int | None, now: datetime
) -> Engagement:
    """It goes on where it was."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=T.RESUME)
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.RESUME,
        state=S.ACTIVE,
        mentor_id=engagement.mentor_id,
        reason=command.reason,
        now=now,
    )


async def hand_over(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: HandOver, version: int | None, now: datetime
) -> Engagement:
    """Ask another mentor to take over. The relationship and its history stay one; the mentor there is stays until the other
    and the person have said yes."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    referral = await referral_of(session, actor=actor, engagement_id=engagement_id)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=T.HAND_OVER)
    mentor = await mentor_to_ask(session, actor=actor, mentor_id=command.mentor_id)
    if mentor.id == engagement.mentor_id:
        raise invalid("/mentor_id", "SAME_MENTOR", "This mentor has the person already.")
    await check_pair(session, referral=referral, mentor_id=mentor.id, today=civil_date(now))
    engagement.proposed_mentor_id = mentor.id
    state = EngagementState(engagement.state)
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.HAND_OVER,
        state=state,
        mentor_id=mentor.id,
        reason=command.reason,
        now=now,
    )


async def reopen(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: Reopen, version: int | None, now: datetime
) -> Engagement:
    """Take it up again, as after a recall: both are asked once more, and nothing of its history is lost."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    referral = await referral_of(session, actor=actor, engagement_id=engagement_id)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=T.REOPEN)
    await check_lives(session, engagement.person_id)
    if await under_way(session, referral.id):
        raise invalid(
            "/referral_id", "UNDER_WAY", "Another engagement of this referral is under way: see its engagements."
        )
    wanted = command.mentor_id or await _last_mentor(session, engagement)
    if wanted is None:
        raise invalid("/mentor_id", "NOBODY_BEFORE", "It had no mentor: name one.")
    mentor = await mentor_to_ask(session, actor=actor, mentor_id=wanted)
    await check_pair(session, referral=referral, mentor_id=mentor.id, today=civil_date(now))
    engagement.proposed_mentor_id = mentor.id
    engagement.ended_on = engagement.end_reason = engagement.planned_end = None
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.REOPEN,
        state=S.BRIDGING,
        mentor_id=mentor.id,
        reason=command.reason,
        now=now,
    )


async def _last_mentor(session: AsyncSession, engagement: Engagement) -> UUID | None:
    found = await session.exec(
        select(EngagementMentor.mentor_id)
        .where(EngagementMentor.engagement_id == engagement.id)
        .order_by(col(EngagementMentor.from_day).desc(), col(EngagementMentor.id).desc())
        .limit(1)
    )
    return found.first()
