"""Who of the demo's year was offered support through the gate, who took it, who was released, and who was moved to another
prison: the counts of the charity's report, twelve, eight, seven, three and four."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.journeys.moves import release_person, transfer_person
from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.referrals.models import Referral
from app.domain.sessions.models import SessionSetting
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import (
    Accommodation,
    ContactMadeBy,
    DecideMove,
    FindEligible,
    GateStep,
    GateSupport,
    MoveDecision,
    MoveReview,
    ReleasePerson,
    ReleaseType,
    TakeGateStep,
    ToldBy,
    TransferPerson,
)

A, B, S = Accommodation, ContactMadeBy, GateStep


class _Released(NamedTuple):
    days_ago: int
    accommodation: Accommodation
    contact_by: ContactMadeBy


# By the order in which their relationships began.
_RELEASED = {
    0: _Released(170, A.APPROVED_PREMISES, B.APPROVED_PREMISES_STAFF),
    1: _Released(150, A.FRIENDS_FAMILY_TRANSIENT, B.MENTEE),
    2: _Released(130, A.APPROVED_PREMISES, B.COMMUNITY_OFFENDER_MANAGER),
    3: _Released(110, A.CAS3, B.MENTEE),
    4: _Released(80, A.SOCIAL_RENT, B.MENTEE),
    5: _Released(40, A.APPROVED_PREMISES, B.APPROVED_PREMISES_STAFF),
    6: _Released(25, A.SUPPORTED, B.MENTEE),
}
_ACCEPTED_AND_INSIDE = 7
_DECLINED = range(8, 12)
_MOVED = {12: ("TSI", 150), 13: ("WWI", 120), 14: ("ISI", 90), 15: ("MTI", 60)}
_KEPT_UP_AFTER = timedelta(days=60)


def where_they_meet(nth: int, day: date, today: date) -> tuple[SessionSetting, str | None]:
    """How and in which prison somebody and his mentor met on a day: `nth` by the order in which their relationships began."""
    if nth in _RELEASED and day >= today - timedelta(days=_RELEASED[nth].days_ago):
        return SessionSetting.COMMUNITY, None
    if nth in _MOVED and day >= today - timedelta(days=_MOVED[nth][1]):
        return SessionSetting.VISIT, _MOVED[nth][0]
    return SessionSetting.IN_PERSON, "BXI"


async def ensure_gate(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """For the relationships of the demo's own year, all or none, by the operations that everybody uses."""
    async with database.write(coordinator) as session:
        if (await session.exec(select(GateSupport.id).limit(1))).first() is not None:
            return
        found = await session.exec(
            select(Engagement)
            .join(Referral, col(Referral.id) == col(Engagement.referral_id))
            .where(
                Referral.programme_id == PROGRAMME_ID,
                col(Referral.partner_reference).startswith("DEMO-"),
                col(Engagement.started_on) <= LAST_DAY,
                col(Engagement.mentor_id).is_not(None),
                col(Engagement.ended_on).is_(None),
            )
            .order_by(col(Engagement.started_on), col(Engagement.id))
        )
        today = civil_date(now)
        for nth, engagement in enumerate(found.all()):
            if nth in _RELEASED:
                await _through_the_gate(session, coordinator, engagement, _RELEASED[nth], now)
            elif nth == _ACCEPTED_AND_INSIDE:
                await _answers(
                    session, coordinator, engagement, on=today - timedelta(days=30), answer=S.ACCEPT, now=now
                )
            elif nth in _DECLINED:
                await _answers(
                    session, coordinator, engagement, on=today - timedelta(days=20 + nth), answer=S.DECLINE, now=now
                )
            elif nth in _MOVED:
                prison, days_ago = _MOVED[nth]
                told = TransferPerson(
                    on=today - timedelta(days=days_ago), establishment=prison, told_by=ToldBy.PRISON_OFFENDER_MANAGER
                )
                await transfer_person(session, actor=coordinator, person_id=engagement.person_id, command=told, now=now)
        await _decide(session, coordinator, now)


async def _answers(
    session: AsyncSession, actor: Actor, engagement: Engagement, *, on: date, answer: GateStep, now: datetime
) -> GateSupport:
    found = FindEligible(engagement_id=engagement.id, eligible_on=on - timedelta(days=14))
    support = await operations.find_eligible(session, actor=actor, command=found, now=now)
    await _step(session, actor, support, TakeGateStep(step=S.OFFER, on=on - timedelta(days=7)), now)
    await _step(session, actor, support, TakeGateStep(step=answer, on=on), now)
    return support


async def _through_the_gate(
    session: AsyncSession, actor: Actor, engagement: Engagement, plan: _Released, now: datetime
) -> None:
    today = civil_date(now)
    on = today - timedelta(days=plan.days_ago)
    support = await _answers(session, actor, engagement, on=on - timedelta(days=30), answer=S.ACCEPT, now=now)
    told = ReleasePerson(
        on=on, accommodation=plan.accommodation, release_type=ReleaseType.CONDITIONAL, told_by=ToldBy.PERSON
    )
    await release_person(session, actor=actor, person_id=engagement.person_id, command=told, now=now)
    contact = TakeGateStep(step=S.FIRST_CONTACT, on=on + timedelta(days=3), by=plan.contact_by)
    await _step(session, actor, support, contact, now)
    await _step(session, actor, support, TakeGateStep(step=S.SUPPORT, on=on + timedelta(days=6)), now)
    if on + _KEPT_UP_AFTER <= today:
        await _step(session, actor, support, TakeGateStep(step=S.SUSTAIN, on=on + _KEPT_UP_AFTER), now)


async def _step(
    session: AsyncSession, actor: Actor, support: GateSupport, command: TakeGateStep, now: datetime
) -> None:
    await operations.take_gate_step(session, actor=actor, support_id=support.id, command=command, version=None, now=now)


async def _decide(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """All but the last: it waits for whoever tries the demo."""
    asked = await session.exec(select(MoveReview).order_by(col(MoveReview.created_at), col(MoveReview.id)))
    for review in asked.all()[:-1]:
        inside = Accommodation(review.accommodation).in_custody
        setting = SessionSetting.VISIT if inside else SessionSetting.COMMUNITY
        told = DecideMove(decision=MoveDecision.SAME_MENTOR, setting=setting)
        await operations.decide_move(session, actor=actor, review_id=review.id, command=told, version=None, now=now)
