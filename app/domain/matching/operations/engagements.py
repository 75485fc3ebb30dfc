"""The mentoring relationship, step by step. Each side is asked; nobody is assigned, and nothing ends by itself."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import Forbidden, NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import (
    Accept,
    Consequence,
    Decline,
    EndEngagement,
    EndReason,
    Engagement,
    EngagementState,
    EngagementStep,
    ExclusionKind,
    Propose,
    Side,
)
from app.domain.matching.operations.moving import (
    begin_with,
    end_with,
    mentor_to_ask,
    moved,
    not_in_future,
    open_for,
)
from app.domain.matching.operations.saying import keep_apart
from app.domain.matching.steps import FOR_ONE_SIDE, after_decline, consequence, keeps_apart
from app.domain.mentors.models import Mentor
from app.domain.referrals.models import Disposition, Referral
from app.domain.referrals.operations import take_step
from app.domain.referrals.rules import Step

S, T = EngagementState, EngagementStep


async def propose(session: AsyncSession, *, actor: Actor, command: Propose, now: datetime) -> Engagement:
    """Ask a mentor to take somebody who waits. A proposal holds no place: the mentor's yes does.

    Two at once are safe: the referral's row is locked, and a unique index allows one relationship at a time. Raises
    `ValidationFailed` (422).
    """
    require(actor, Permission.ENGAGEMENTS_WRITE)
    mentor = await mentor_to_ask(session, actor=actor, mentor_id=command.mentor_id)
    try:
        referral = await load(session, Referral, command.referral_id, actor=actor, lock=True)
    except NotFound:
        raise invalid("/referral_id", "UNKNOWN_REFERRAL", "There is no such referral in this charity.") from None
    if referral.disposition != Disposition.WAITING:
        raise invalid(
            "/referral_id",
            "NOT_WAITING",
            f"The referral is {referral.disposition}: only somebody who waits is matched.",
        )
    if await _under_way(session, referral.id):
        raise invalid("/referral_id", "UNDER_WAY", "Somebody is asked already, or mentors: see its engagements.")
    engagement = Engagement(
        charity_id=actor.charity_id,
        referral_id=referral.id,
        person_id=referral.person_id,
        programme_id=referral.programme_id,
        proposed_mentor_id=mentor.id,
        state_since=now,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    return await moved(
        session, actor=actor, engagement=engagement, step=T.PROPOSE, state=S.PROPOSED, mentor_id=mentor.id, now=now
    )


async def accept(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: Accept, version: int | None, now: datetime
) -> Engagement:
    """A yes. The mentor's takes a place: of fifty at once for a last place one gets it, the others `NoPlaceLeft` (409), as a
    trigger counts under the lock of the mentor's row. The person's begins the relationship, and allocates his referral."""
    step = T.ACCEPT_BY_MENTOR if command.side is Side.MENTOR else T.ACCEPT_BY_PERSON
    await _may_answer(session, actor=actor, engagement_id=engagement_id, side=command.side)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=step)
    on = not_in_future(command.effective_on, "/effective_on", now, since=engagement.started_on)
    asked, state = engagement.proposed_mentor_id, EngagementState(engagement.state)
    assert asked is not None
    if command.side is Side.MENTOR:
        engagement.accepted_by_mentor_at = now
        state = S.ACCEPTED_BY_MENTOR if state is S.PROPOSED else state
    else:
        await begin_with(session, actor=actor, engagement=engagement, mentor_id=asked, on=on)
        engagement.started_on = engagement.started_on or on
        state = S.ACTIVE
        await _allocate(session, actor=actor, engagement=engagement, now=now)
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=step,
        state=state,
        mentor_id=asked,
        by_side=command.side,
        effective_on=on,
        now=now,
    )


async def decline(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: Decline, version: int | None, now: datetime
) -> Engagement:
    """A no, with what it leads to: see `steps.CONSEQUENCES`. A relationship that has begun goes on."""
    if FOR_ONE_SIDE.get(command.reason, command.side) is not command.side:
        raise invalid("/reason", "OF_THE_OTHER_SIDE", f"{command.reason.value} is not a reason of this side.")
    await _may_answer(session, actor=actor, engagement_id=engagement_id, side=command.side)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=T.DECLINE)
    asked = engagement.proposed_mentor_id
    assert asked is not None
    kind = keeps_apart(command.side, command.reason)
    if kind is not None:
        await keep_apart(session, actor=actor, now=now, person_id=engagement.person_id, mentor_id=asked, kind=kind)
    engagement.proposed_mentor_id, engagement.accepted_by_mentor_at = None, None
    state = after_decline(EngagementState(engagement.state))
    if state is S.DECLINED:
        engagement.ended_on = civil_date(now)
        if consequence(command.side, command.reason) is Consequence.REFERRAL_DECLINED:
            await take_step(
                session,
                actor=actor,
                referral_id=engagement.referral_id,
                step=Step.DECLINE,
                version=None,
                now=now,
                reason="He does not want a mentor any more.",
            )
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.DECLINE,
        state=state,
        mentor_id=asked,
        by_side=command.side,
        reason=command.reason.value,
        now=now,
    )


async def end(
    session: AsyncSession,
    *,
    actor: Actor,
    engagement_id: UUID,
    command: EndEngagement,
    version: int | None,
    now: datetime,
) -> Engagement:
    """The end of it. The mentor sees what belongs to it for thirty days more; as UNSUITABLE the two are not matched again."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=T.END)
    on = not_in_future(command.ended_on, "/ended_on", now, since=engagement.started_on)
    mentor_id = engagement.mentor_id
    unsuitable = command.reason is EndReason.UNSUITABLE
    await end_with(session, engagement=engagement, on=on)
    if unsuitable and mentor_id is not None:
        await keep_apart(
            session,
            actor=actor,
            now=now,
            person_id=engagement.person_id,
            mentor_id=mentor_id,
            kind=ExclusionKind.UNSUITABLE,
        )
    engagement.proposed_mentor_id, engagement.accepted_by_mentor_at = None, None
    engagement.ended_on, engagement.end_reason, engagement.planned_end = on, command.reason, command.planned
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.END,
        state=S.ENDED,
        mentor_id=mentor_id,
        reason=command.reason.value,
        effective_on=on,
        now=now,
    )


async def _under_way(session: AsyncSession, referral_id: UUID) -> bool:
    found = await session.exec(
        select(Engagement.id).where(
            Engagement.referral_id == referral_id, col(Engagement.state).not_in([S.ENDED, S.DECLINED])
        )
    )
    return found.first() is not None


async def _may_answer(session: AsyncSession, *, actor: Actor, engagement_id: UUID, side: Side) -> None:
    """A mentor answers for himself, when he is the one who is asked; a coordinator writes down anybody's answer."""
    if actor.role is not Role.MENTOR:
        require(actor, Permission.ENGAGEMENTS_WRITE)
        return
    require(actor, Permission.ENGAGEMENTS_ANSWER)
    if side is not Side.MENTOR:
        raise Forbidden("The person's own answer is recorded by the coordinator.", cure="Tell the coordinator.")
    engagement = await load(session, Engagement, engagement_id, actor=actor)
    own = await session.exec(
        select(Mentor.id).where(Mentor.id == engagement.proposed_mentor_id, Mentor.member_id == actor.subject_id)
    )
    if own.first() is None:
        raise NotFound()


async def _allocate(session: AsyncSession, *, actor: Actor, engagement: Engagement, now: datetime) -> None:
    """The referral is served from now on; it stays so when the mentor changes."""
    referral = await load(session, Referral, engagement.referral_id, actor=actor, lock=True)
    if referral.disposition == Disposition.WAITING:
        await take_step(session, actor=actor, referral_id=referral.id, step=Step.ALLOCATE, version=None, now=now)
