"""The engagement that something is written in: found, locked, and judged whether whoever asks may write in it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import NotFound, invalid
from app.domain.matching.errors import NoLongerHisMentor
from app.domain.matching.models import Engagement, EngagementMentor, EngagementState
from app.domain.mentors.models import Mentor

GOING_ON = frozenset({EngagementState.ACTIVE, EngagementState.PAUSED, EngagementState.BRIDGING})


async def engagement_to_begin_in(session: AsyncSession, *, actor: Actor, engagement_id: UUID) -> Engagement:
    """One that is going on, locked: of two who begin something at once the second sees what the first has done. Only who
    mentors him now begins something with him. Raises `ValidationFailed` (422), `NoLongerHisMentor` (409)."""
    found = await begun_engagement(session, actor=actor, engagement_id=engagement_id)
    if found.state not in GOING_ON:
        raise invalid("/engagement_id", "NOT_GOING_ON", f"The engagement is {found.state}: reopen it first.")
    await check_mentors_now(session, actor=actor, engagement=found)
    return found


async def begun_engagement(session: AsyncSession, *, actor: Actor, engagement_id: UUID) -> Engagement:
    """One that has begun, and may have ended, locked; for a mentor one in which he mentors him, or did within the last thirty
    days. Raises `ValidationFailed` (422)."""
    try:
        found = await load(session, Engagement, engagement_id, actor=actor, lock=True)
    except NotFound:
        raise invalid(
            "/engagement_id", "UNKNOWN_ENGAGEMENT", "There is no such engagement here: see /v1/engagements."
        ) from None
    # Whoever is only asked to take over sees the engagement, and his time with the person has not come.
    if found.started_on is None or (actor.role is Role.MENTOR and not await own_times(session, found.id)):
        raise invalid("/engagement_id", "NOT_BEGUN", "You do not mentor him yet: both have to say yes first.")
    return found


async def lock_to_write(session: AsyncSession, *, actor: Actor, engagement_id: UUID) -> Engagement:
    """The engagement of something that is there already, locked. Raises `NoLongerHisMentor` (409)."""
    found = await load(session, Engagement, engagement_id, actor=actor, lock=True)
    await check_mentors_now(session, actor=actor, engagement=found)
    return found


async def check_mentors_now(session: AsyncSession, *, actor: Actor, engagement: Engagement) -> None:
    """Of mentors only who mentors him now goes on. Raises `NoLongerHisMentor` (409)."""
    if actor.role is not Role.MENTOR:
        return
    own = (await session.exec(select(Mentor.id).where(Mentor.member_id == actor.subject_id))).first()
    if own is None or own != engagement.mentor_id:
        raise NoLongerHisMentor()


async def own_times(session: AsyncSession, engagement_id: UUID) -> Sequence[tuple[date, date | None]]:
    """From when until when the mentor who asks has, or had, the person: row security shows him his own times only."""
    found = await session.exec(
        select(col(EngagementMentor.from_day), col(EngagementMentor.until_day)).where(
            EngagementMentor.engagement_id == engagement_id
        )
    )
    return found.all()
