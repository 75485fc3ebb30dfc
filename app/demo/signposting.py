"""The demo's onward referrals: some of the 31 men, some of the services that are named to men at Brixton, at every state."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.people.offences import Pathway
from app.domain.referrals.models import Referral
from app.domain.support.signposting import operations
from app.domain.support.signposting.models import (
    CloseOnwardReferral,
    ConsentBy,
    DeclinedBy,
    DeclinedReason,
    DeclineOnwardReferral,
    OnwardConsent,
    OnwardReferral,
    OnwardReferralResult,
    OnwardStep,
    ProposedBy,
    SendOnwardReferral,
    SuggestOnwardReferral,
)

_Taken = tuple[Callable[..., Awaitable[OnwardReferral]], Callable[[date], OnwardStep]]

_SEND: _Taken = (
    operations.send,
    lambda on: SendOnwardReferral(happened_on=on, consent=OnwardConsent(given_on=on, by=ConsentBy.SIGNATURE)),
)
_ACCEPT: _Taken = (operations.accept, lambda on: OnwardStep(happened_on=on))
_START: _Taken = (operations.start, lambda on: OnwardStep(happened_on=on))
_HELPED: _Taken = (
    operations.close,
    lambda on: CloseOnwardReferral(happened_on=on, result=OnwardReferralResult.HELPED),
)
_NO_PLACE: _Taken = (
    operations.decline,
    lambda on: DeclineOnwardReferral(happened_on=on, by=DeclinedBy.SERVICE, reason=DeclinedReason.NO_CAPACITY),
)
_WITHDRAWN: _Taken = (operations.withdraw_consent, lambda on: OnwardStep(happened_on=on))

_WAYS: tuple[tuple[_Taken, ...], ...] = (
    (_SEND, _ACCEPT, _START, _HELPED),
    (),
    (_SEND,),
    (_SEND, _NO_PLACE),
    (_SEND, _ACCEPT, _START),
    (_SEND, _ACCEPT),
    (_SEND, _ACCEPT, _WITHDRAWN),
)

_SERVICES = (
    ("St. Mungo's", Pathway.ACCOMMODATION, "He will have no address."),
    ("PACT", Pathway.CHILDREN_FAMILIES_AND_COMMUNITY, "He would like to see his children."),
    ("Forward Trust", Pathway.DRUGS_AND_ALCOHOL, "He asked for help to stay off drugs."),
    ("Trailblazers", Pathway.EDUCATION_SKILLS_AND_WORK, "He is looking for work."),
    ("Oasis Community Housing", Pathway.ACCOMMODATION, "He cannot go back to where he lived."),
)


async def ensure_onward_referrals(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """For every other relationship of the demo's own year, unless some of them have any: all or none."""
    async with database.write(coordinator) as session:
        found = await session.exec(
            select(Engagement)
            .join(Referral, col(Referral.id) == col(Engagement.referral_id))
            .where(
                Referral.programme_id == PROGRAMME_ID,
                col(Referral.partner_reference).startswith("DEMO-"),
                col(Engagement.started_on) <= LAST_DAY,
            )
            .order_by(col(Engagement.started_on), col(Engagement.id))
        )
        engagements = found.all()
        of_theirs = col(OnwardReferral.engagement_id).in_([one.id for one in engagements])
        if (await session.exec(select(OnwardReferral.id).where(of_theirs).limit(1))).first() is not None:
            return
        for nth, engagement in enumerate(engagements[::2]):
            await _signpost(session, coordinator, engagement, nth, now)


async def _signpost(session: AsyncSession, actor: Actor, engagement: Engagement, nth: int, now: datetime) -> None:
    name, pathway, why = _SERVICES[nth % len(_SERVICES)]
    day = _week_after(engagement.started_on, nth % 4 + 2, now)
    suggested = SuggestOnwardReferral(
        engagement_id=engagement.id,
        service_name=name,
        pathway=pathway,
        why=why,
        proposed_by=list(ProposedBy)[nth % len(ProposedBy)],
        suggested_on=day,
    )
    row = await operations.suggest(session, actor=actor, command=suggested, now=now)
    for step, taken_on in _WAYS[nth % len(_WAYS)]:
        day = _week_after(day, 1, now)
        await step(
            session,
            actor=actor,
            onward_referral_id=row.id,
            command=taken_on(day),
            version=None,
            now=now,
        )


def _week_after(day: date | None, weeks: int, now: datetime) -> date:
    assert day is not None
    return min(day + timedelta(weeks=weeks), civil_date(now))
