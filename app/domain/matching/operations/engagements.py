"""The mentoring relationship, step by step. Each side is asked; nobody is assigned, and nothing ends by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import Forbidden, NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.errors import EngagementStepNotOpen
from app.domain.matching.models import (
    Accept,
    Consequence,
    Decline,
    EndEngagement,
    EndReason,
    Engagement,
    EngagementChange,
    EngagementState,
    EngagementStep,
    ExclusionKind,
    Propose,
    Side,
    TakeBack,
)
from app.domain.matching.operations.leaving import found_a_mentor
from app.domain.matching.operations.moving import (
    begin_with,
    check_lives,
    check_pair,
    end_with,
    mentor_to_ask,
    moved,
    not_in_future,
    open_for,
    referral_of,
    under_way,
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
    `ValidationFailed` (422), `PairRuledOut` (409).
    """
    require(actor, Permission.ENGAGEMENTS_WRITE)
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
    await check_lives(session, referral.person_id)
    if await under_way(session, referral.id):
        raise invalid("/referral_id", "UNDER_WAY", "Somebody is asked already, or mentors: see its engagements.")
    mentor = await mentor_to_ask(session, actor=actor, mentor_id=command.mentor_id)
    await check_pair(session, referral=referral, mentor_id=mentor.id, today=civil_date(now))
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
    if command.side is Side.PERSON:
        return await _begin(
            session, actor=actor, engagement_id=engagement_id, command=command, version=version, now=now
        )
    await _may_answer(session, actor=actor, engagement_id=engagement_id)
    step = T.ACCEPT_BY_MENTOR
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=step)
    asked, state = engagement.proposed_mentor_id, EngagementState(engagement.state)
    if actor.role is Role.MENTOR:
        since = engagement.started_on or civil_date(engagement.created_at)
    else:
        referral = await load(session, Referral, engagement.referral_id, actor=actor)
        since = engagement.started_on or referral.received_on
    on = not_in_future(command.effective_on, "/effective_on", now, since=since)
    engagement.accepted_by_mentor_at = now
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=step,
        state=S.ACCEPTED_BY_MENTOR if state is S.PROPOSED else state,
        mentor_id=asked,
        by_side=command.side,
        effective_on=on,
        now=now,
    )


async def _begin(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: Accept, version: int | None, now: datetime
) -> Engagement:
    """The person's yes: the relationship begins, or goes on with another mentor, and the referral is served from now on."""
    _person_s_word(actor)
    referral = await referral_of(session, actor=actor, engagement_id=engagement_id)
    step = T.ACCEPT_BY_PERSON
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=step)
    asked = engagement.proposed_mentor_id
    assert asked is not None
    if referral.disposition not in (Disposition.WAITING, Disposition.ALLOCATED):
        raise EngagementStepNotOpen(
            f"The referral is {referral.disposition}: reopen it first, or take the proposal back."
        )
    said = await session.exec(
        select(func.max(EngagementChange.effective_on)).where(
            EngagementChange.engagement_id == engagement.id, EngagementChange.step == T.ACCEPT_BY_MENTOR
        )
    )
    on = not_in_future(command.effective_on, "/effective_on", now, since=said.one())
    await check_pair(session, referral=referral, mentor_id=asked, today=civil_date(now))
    await begin_with(session, actor=actor, engagement=engagement, mentor_id=asked, on=on)
    engagement.started_on = engagement.started_on or on
    await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=step,
        state=S.ACTIVE,
        mentor_id=asked,
        by_side=command.side,
        effective_on=on,
        now=now,
    )
    await found_a_mentor(session, actor=actor, engagement_id=engagement.id, now=now)
    if referral.disposition == Disposition.WAITING:
        await take_step(
            session,
            actor=actor,
            referral_id=referral.id,
            step=Step.ALLOCATE,
            version=None,
            now=now,
            effective_on=max(on, referral.received_on),
        )
    return engagement


async def decline(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: Decline, version: int | None, now: datetime
) -> Engagement:
    """A no, with what it leads to: see `steps.CONSEQUENCES`. A relationship that has begun goes on."""
    if FOR_ONE_SIDE.get(command.reason, command.side) is not command.side:
        raise invalid("/reason", "OF_THE_OTHER_SIDE", f"{command.reason.value} is not a reason of this side.")
    if command.side is Side.PERSON:
        _person_s_word(actor)
        await referral_of(session, actor=actor, engagement_id=engagement_id)
    else:
        await _may_answer(session, actor=actor, engagement_id=engagement_id)
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
    await moved(
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
    if state is S.DECLINED and consequence(command.side, command.reason) is Consequence.REFERRAL_DECLINED:
        await take_step(
            session,
            actor=actor,
            referral_id=engagement.referral_id,
            step=Step.DECLINE,
            version=None,
            now=now,
            reason="He does not want a mentor any more.",
        )
    return engagement


async def take_back(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, command: TakeBack, version: int | None, now: datetime
) -> Engagement:
    """Nobody is asked any more: the proposal was a mistake, or things have changed. It counts as nobody's no."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    engagement = await open_for(session, actor=actor, engagement_id=engagement_id, version=version, step=T.TAKE_BACK)
    asked, state = engagement.proposed_mentor_id, after_decline(EngagementState(engagement.state))
    engagement.proposed_mentor_id, engagement.accepted_by_mentor_at = None, None
    if state is S.DECLINED:
        engagement.ended_on = civil_date(now)
    return await moved(
        session,
        actor=actor,
        engagement=engagement,
        step=T.TAKE_BACK,
        state=state,
        mentor_id=asked,
        reason=command.reason,
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


def _person_s_word(actor: Actor) -> None:
    """The person's own answer is written down by a coordinator."""
    if actor.role is Role.MENTOR:
        raise Forbidden("The person's own answer is recorded by the coordinator.", cure="Tell the coordinator.")
    require(actor, Permission.ENGAGEMENTS_WRITE)


async def _may_answer(session: AsyncSession, *, actor: Actor, engagement_id: UUID) -> None:
    """A mentor answers for himself, when he is the one who is asked; a coordinator writes his answer down."""
    if actor.role is not Role.MENTOR:
        require(actor, Permission.ENGAGEMENTS_WRITE)
        return
    require(actor, Permission.ENGAGEMENTS_ANSWER)
    engagement = await load(session, Engagement, engagement_id, actor=actor)
    own = await session.exec(
        select(Mentor.id).where(Mentor.id == engagement.proposed_mentor_id, Mentor.member_id == actor.subject_id)
    )
    if own.first() is None:
        raise NotFound()
