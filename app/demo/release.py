"""Who of the demo's men is to be released soon, with what is arranged, and when each relationship is to end."""

from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.journeys.new_facts import learn_custody_facts
from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.people.codes import LegalStatus
from app.domain.people.models import RecordCustodyFacts
from app.domain.referrals.models import Referral
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import (
    Accommodation,
    AccommodationPlan,
    AgreeEnding,
    AnswerPlanItem,
    EndingAgreement,
    ItemState,
    LicenceFlag,
    OpenReleasePlan,
    ProfessionalRole,
    RecordLicenceCondition,
    RecordProfessionalContact,
    ReleasePlanItem,
    ToldBy,
)

# By the order in which their relationships began, after those who are out: in how many days, and how many things are arranged.
_OUT = range(7)
_LEAVING = {7: (4, 8), 8: (12, 6), 12: (21, 4), 13: (35, 3), 16: (48, 2), 17: (63, 0), 18: (84, 0)}
_WITHOUT_A_PLAN = {19: 60, 20: -2}
_CONFIRMED = (7, 8)
_COM_KNOWN = (7, 8, 13, 16)
_ENDS_AFTER = (20, 45, 90, 180)
_HALF = 2


async def ensure_release_plans(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """For the relationships of the demo's own year, all or none, by the operations that everybody uses."""
    async with database.write(coordinator) as session:
        if (await session.exec(select(EndingAgreement.id).limit(1))).first() is not None:
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
            if nth not in _WITHOUT_A_PLAN:
                agreed = AgreeEnding(
                    ends_on=today + timedelta(days=_ENDS_AFTER[nth % len(_ENDS_AFTER)]),
                    with_him=nth % 5 != 0,
                    agreed_on=today - timedelta(days=60),
                )
                await operations.agree_ending(
                    session, actor=coordinator, engagement_id=engagement.id, command=agreed, now=now
                )
            if nth not in _OUT:
                await _calculated(session, coordinator, engagement.person_id, nth, now=now)
            if nth in _COM_KNOWN:
                await _responsible(session, coordinator, engagement.person_id, nth, now=now)
            if nth in _LEAVING:
                await _planned(session, coordinator, engagement, _LEAVING[nth][1], now=now)


async def _calculated(session: AsyncSession, actor: Actor, person_id: UUID, nth: int, *, now: datetime) -> None:
    """What the prison calculated anew this autumn."""
    today = civil_date(now)
    days = _LEAVING[nth][0] if nth in _LEAVING else _WITHOUT_A_PLAN.get(nth, 100 + 9 * nth)
    facts = RecordCustodyFacts(
        legal_status=LegalStatus.SENTENCED,
        in_custody=True,
        conditional_release_date=today + timedelta(days=days),
        confirmed_release_date=today + timedelta(days=days) if nth in _CONFIRMED else None,
        dates_calculated_on=today - timedelta(days=10),
        source="OMU",
    )
    await learn_custody_facts(session, actor=actor, person_id=person_id, command=facts, now=now)


async def _responsible(session: AsyncSession, actor: Actor, person_id: UUID, nth: int, *, now: datetime) -> None:
    today = civil_date(now)
    com = RecordProfessionalContact(
        role=ProfessionalRole.COMMUNITY_OFFENDER_MANAGER,
        name=f"Officer Example {nth}",
        organisation="Probation office, synthetic",
        since=today - timedelta(days=90),
        told_by=ToldBy.PRISON_OFFENDER_MANAGER,
    )
    await operations.record_professional_contact(session, actor=actor, person_id=person_id, command=com, now=now)
    flag = RecordLicenceCondition(
        condition=LicenceFlag.CURFEW if nth % 2 else LicenceFlag.EXCLUSION_ZONE,
        applies=True,
        told_by=ToldBy.COMMUNITY_OFFENDER_MANAGER,
        told_on=today - timedelta(days=7),
    )
    await operations.record_licence_condition(session, actor=actor, person_id=person_id, command=flag, now=now)


async def _planned(
    session: AsyncSession, actor: Actor, engagement: Engagement, arranged: int, *, now: datetime
) -> None:
    known = arranged > _HALF
    opened = OpenReleasePlan(
        engagement_id=engagement.id,
        first_accommodation=Accommodation.APPROVED_PREMISES if known else None,
        accommodation_plan=AccommodationPlan.ARRANGED if known else AccommodationPlan.APPLIED_FOR,
    )
    plan = await operations.open_release_plan(session, actor=actor, command=opened, now=now)
    items = await session.exec(
        select(ReleasePlanItem).where(ReleasePlanItem.plan_id == plan.id).order_by(col(ReleasePlanItem.nth))
    )
    for item in islice(items.all(), arranged):
        answer = AnswerPlanItem(item_id=item.id, state=ItemState.ARRANGED)
        await operations.answer_plan_item(session, actor=actor, plan_id=plan.id, command=answer, version=None, now=now)
