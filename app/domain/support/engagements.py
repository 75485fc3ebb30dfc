"""The engagement that something is of: found, locked, and judged whether whoever asks may write in it."""

from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import Conflict, NotFound, invalid
from app.domain.matching.models import Engagement, EngagementState
from app.domain.mentors.models import Mentor

_GOING_ON = frozenset({EngagementState.ACTIVE, EngagementState.PAUSED, EngagementState.BRIDGING})


class NoLongerHisMentor(Conflict):
    """Somebody else mentors him now. What you wrote yourself you may read for thirty days; it is continued by whoever mentors
    him now."""

    code = "NO_LONGER_HIS_MENTOR"
    title = "Somebody else mentors him now"
    cure = "Tell the coordinator what is missing: whoever mentors him now, or the coordinator, writes it down."


async def engagement_to_begin_in(session: AsyncSession, *, actor: Actor, engagement_id: UUID) -> Engagement:
    """One that is going on, locked: of two who begin something at once the second sees what the first has done."""
    try:
        found = await load(session, Engagement, engagement_id, actor=actor, lock=True)
    except NotFound:
        raise invalid(
            "/engagement_id", "UNKNOWN_ENGAGEMENT", "No such engagement is known here: choose one from /v1/engagements."
        ) from None
    if found.state not in _GOING_ON:
        raise invalid("/engagement_id", "NOT_GOING_ON", "This engagement has not begun, or has ended already.")
    if not await _mentors_now(session, actor, found):
        # Whoever is only asked to take over sees the engagement, and writes nothing in it yet.
        raise invalid("/engagement_id", "NOT_HIS_MENTOR", "Only who mentors him now begins something with him.")
    return found


async def lock_to_write(session: AsyncSession, *, actor: Actor, engagement_id: UUID) -> Engagement:
    """The engagement of something that is there already, locked. Raises `NoLongerHisMentor` (409)."""
    found = await load(session, Engagement, engagement_id, actor=actor, lock=True)
    if not await _mentors_now(session, actor, found):
        raise NoLongerHisMentor()
    return found


async def _mentors_now(session: AsyncSession, actor: Actor, engagement: Engagement) -> bool:
    if actor.role is not Role.MENTOR:
        return True
    own = (await session.exec(select(Mentor.id).where(Mentor.member_id == actor.subject_id))).first()
    return own is not None and own == engagement.mentor_id
