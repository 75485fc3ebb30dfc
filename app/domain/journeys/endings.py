"""A relationship ends, or the man in it dies: whatever was to come stops with it, in one transaction, and nothing that was is
lost."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.rows import civil_date
from app.domain.matching import operations as matching
from app.domain.matching.models import EndEngagement, EndReason, Engagement, EngagementState, TakeBack
from app.domain.matching.writing_in import GOING_ON
from app.domain.people.models import Person
from app.domain.referrals.models import Disposition, Referral
from app.domain.referrals.operations import take_step
from app.domain.referrals.rules import Step
from app.domain.through_the_gate import operations as gate
from app.domain.through_the_gate.models import Death, RecordDeath

_OPEN = sorted(one for one in Disposition if one.open)


async def end_engagement(
    session: AsyncSession,
    *,
    actor: Actor,
    engagement_id: UUID,
    command: EndEngagement,
    version: int | None,
    now: datetime,
) -> Engagement:
    """The end of it, with its support through the gate and its bridging tasks; what was planned is called off with it. The
    person is locked first, as whoever records where he is does."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    found = await load(session, Engagement, engagement_id, actor=actor)
    await load(session, Person, found.person_id, actor=actor, lock=True)
    ended = await matching.end(
        session, actor=actor, engagement_id=engagement_id, command=command, version=version, now=now
    )
    await matching.drop_tasks(session, actor=actor, engagement_id=engagement_id, now=now)
    await gate.end_support_with(session, actor=actor, engagement=ended, now=now)
    return ended


async def record_death(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordDeath, now: datetime
) -> Death:
    """He has died: each relationship of his ends, whoever was asked to mentor him is asked no more, and he waits for nothing.
    Nobody is reminded of anything that was to come."""
    row = await gate.record_death(session, actor=actor, person_id=person_id, command=command, now=now)
    engagements = await session.exec(
        select(Engagement)
        .where(
            Engagement.person_id == person_id,
            col(Engagement.state).not_in([EngagementState.ENDED, EngagementState.DECLINED]),
        )
        .order_by(col(Engagement.id))
    )
    for one in engagements.all():
        if one.state in GOING_ON:
            began = one.started_on or civil_date(now)
            on = max(began, row.died_on or civil_date(now))
            end = EndEngagement(reason=EndReason.DIED, planned=False, ended_on=on)
            await end_engagement(session, actor=actor, engagement_id=one.id, command=end, version=None, now=now)
        else:
            back = TakeBack(reason="He has died.")
            await matching.take_back(session, actor=actor, engagement_id=one.id, command=back, version=None, now=now)
    referrals = await session.exec(
        select(Referral.id)
        .where(Referral.person_id == person_id, col(Referral.disposition).in_(_OPEN))
        .order_by(col(Referral.id))
    )
    for referral_id in referrals.all():
        await take_step(
            session,
            actor=actor,
            referral_id=referral_id,
            step=Step.WITHDRAW,
            version=None,
            now=now,
            reason="He has died.",
        )
    return row
