"""The demo's plans, goals and workbooks. The report names the toolkits and gives no number for any: these are invented."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.kernel.actor import Actor
from app.domain.matching.models import Engagement
from app.domain.people.offences import Pathway
from app.domain.referrals.models import Referral
from app.domain.support.goals import operations as goals
from app.domain.support.goals.models import (
    ActionPlan,
    AddGoalStep,
    AgreePlan,
    GoalState,
    MoveGoal,
    ProposedBy,
    SetGoal,
    TellProgress,
)
from app.domain.support.toolkits import operations as toolkits
from app.domain.support.toolkits.models import BeginToolkit, HowWorked, IssueCertificate, RecordUnit, Toolkit

W = Pathway
_PLANS = (
    "Get through this bit without trouble, and have something lined up for after.",
    "See my kids, and sort my head out first.",
    "I want a trade. I have never had one.",
    "Stay off it, and have somewhere to live.",
)
_GOALS = (
    (W.EDUCATION_SKILLS_AND_WORK, "Get on the kitchen course.", "Ask who signs people up.", "I did the first morning."),
    (W.CHILDREN_FAMILIES_AND_COMMUNITY, "Write to my sister.", "Find her address.", "I started it twice. It is hard."),
    (W.HEALTH, "Sleep better.", "Try the breathing before lock-up.", "Three good nights this week."),
    (W.ACCOMMODATION, "Somewhere to live that is not a sofa.", "Ask housing for the list.", "They gave me a form."),
    (
        W.ATTITUDES_THINKING_AND_BEHAVIOUR,
        "Walk off before I kick off.",
        "Count to ten, once.",
        "I walked off. It felt odd.",
    ),
    (W.FINANCE_AND_ID, "Get my birth certificate.", "Fill in the request.", "Sent it off."),
    (W.DRUGS_AND_ALCOHOL, "Stay clean to the end of the month.", "Go to the group on Tuesday.", "So far so good."),
)
_FUTC, _FUTC_COMPLETED = 9, 5
_DAY = timedelta(days=1)


async def ensure_goals(database: Database, *, coordinator: Actor) -> None:
    """For each relationship of the demo's own year that has no plan yet, all or none."""
    async with database.write(coordinator) as session:
        found = await session.exec(
            select(Engagement)
            .join(Referral, col(Referral.id) == col(Engagement.referral_id))
            .where(
                Referral.programme_id == PROGRAMME_ID,
                col(Referral.partner_reference).startswith("DEMO-"),
                col(Engagement.started_on) <= LAST_DAY,
                col(Engagement.mentor_id).is_not(None),
                col(Engagement.state) == "ACTIVE",
                col(Engagement.id).not_in(select(ActionPlan.engagement_id)),
            )
            .order_by(col(Engagement.started_on), col(Engagement.id))
        )
        known = await session.exec(select(Toolkit.code, Toolkit.id).where(col(Toolkit.charity_id).is_(None)))
        books = dict(known.all())
        for nth, engagement in enumerate(found.all()):
            assert engagement.started_on is not None
            began = datetime.combine(engagement.started_on, time(12), UTC)
            await _plan(session, coordinator, engagement.id, nth, began + 14 * _DAY)
            await _work(session, coordinator, engagement.id, nth, when=began + 21 * _DAY, books=books)


async def _plan(session: AsyncSession, actor: Actor, engagement_id: UUID, nth: int, when: datetime) -> None:
    agreed = AgreePlan(
        engagement_id=engagement_id,
        agreed_on=when.date(),
        review_due_on=(when + 60 * _DAY).date(),
        words=_PLANS[nth % len(_PLANS)],
    )
    plan = await goals.agree_plan(session, actor=actor, command=agreed, now=when)
    pathway, words, step, said = _GOALS[nth % len(_GOALS)]
    by = ProposedBy.TOGETHER if nth % 3 else ProposedBy.MENTEE
    command = SetGoal(engagement_id=engagement_id, plan_id=plan.id, pathway=pathway, words=words, proposed_by=by)
    goal = await goals.set_goal(session, actor=actor, command=command, now=when)
    given: dict[str, Any] = {"goal_id": goal.id, "version": None}
    await goals.add_step(session, actor=actor, command=AddGoalStep(words=step), now=when, **given)
    told = TellProgress(not_said=True) if nth % 6 == 5 else TellProgress(said=said)
    await goals.tell_progress(session, actor=actor, command=told, now=when + 14 * _DAY, **given)
    if nth % 4 == 1:
        await goals.move(session, actor=actor, command=MoveGoal(state=GoalState.REACHED), now=when + 40 * _DAY, **given)


async def _work(
    session: AsyncSession, actor: Actor, engagement_id: UUID, nth: int, *, when: datetime, books: dict[str, UUID]
) -> None:
    how = HowWorked.ALONE if nth % 4 == 3 else HowWorked.WITH_MENTOR
    named: dict[str, UUID | str] = {"toolkit_id": books["FUTC"]}
    if nth >= _FUTC:
        others = (
            {"family": "CONFLICT_RESOLUTION"},
            {"toolkit_id": books["TRAUMA"]},
            {"toolkit_id": books["MONEY_MANAGEMENT"]},
        )
        if nth % 4 == 3:
            return
        named = dict(others[nth % 4])
    begun = BeginToolkit.model_validate({"engagement_id": engagement_id, "how": how, **named})
    row = await toolkits.begin(session, actor=actor, command=begun, now=when)
    if nth >= _FUTC:
        return
    given: dict[str, Any] = {"progress_id": row.id, "version": None}
    weeks = 6 if nth < _FUTC_COMPLETED else 1 + nth % 4
    for week in range(1, weeks + 1):
        done = RecordUnit(number=week)
        await toolkits.record_unit(session, actor=actor, command=done, now=when + 7 * week * _DAY, **given)
    if weeks == 6:
        name = IssueCertificate(name=f"Testcase Example {nth + 1}", awarded_by="Example Mentoring")
        await toolkits.certify(session, actor=actor, command=name, now=when + 45 * _DAY, **given)
