"""What every step of a relationship has in common: the lock, the table, the history, the event."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import FieldError, NotFound, invalid
from app.domain.kernel.rows import civil_date, new_id
from app.domain.kernel.statements import said, sqlstate
from app.domain.matching.codes import CURES, Rule
from app.domain.matching.errors import EngagementStepNotOpen, NoPlaceLeft, PairRuledOut, PersonDeceased
from app.domain.matching.inputs import told_within
from app.domain.matching.models import (
    Engagement,
    EngagementChange,
    EngagementMentor,
    EngagementState,
    EngagementStep,
    Side,
)
from app.domain.matching.pairs import judge
from app.domain.matching.steps import access_until, open_steps
from app.domain.mentors.models import Mentor, Stage
from app.domain.people.models import Person
from app.domain.referrals.models import Referral

_NO_PLACE = "TG409"


async def open_for(
    session: AsyncSession, *, actor: Actor, engagement_id: UUID, version: int | None, step: EngagementStep
) -> Engagement:
    """A relationship that can take this step, locked until the transaction ends. Raises `EngagementStepNotOpen` (409),
    which names the steps that it can take, `PreconditionFailed` (412)."""
    found = await load_version(session, Engagement, engagement_id, actor=actor, version=version)
    state = EngagementState(found.state)
    steps = open_steps(
        state, proposed=found.proposed_mentor_id is not None, accepted=found.accepted_by_mentor_at is not None
    )
    if step not in steps:
        told = ", ".join(one.value for one in steps) or "none"
        raise EngagementStepNotOpen(
            f"An engagement that is {state.value} cannot take {step.value}; open steps: {told}."
        )
    return found


async def referral_of(session: AsyncSession, *, actor: Actor, engagement_id: UUID) -> Referral:
    """The referral that it serves, locked before the engagement: so is it where the referral moves first."""
    engagement = await load(session, Engagement, engagement_id, actor=actor)
    return await load(session, Referral, engagement.referral_id, actor=actor, lock=True)


async def under_way(session: AsyncSession, referral_id: UUID) -> bool:
    found = await session.exec(
        select(Engagement.id).where(
            Engagement.referral_id == referral_id,
            col(Engagement.state).not_in([EngagementState.ENDED, EngagementState.DECLINED]),
        )
    )
    return found.first() is not None


async def check_lives(session: AsyncSession, person_id: UUID) -> None:
    """Nobody is asked about a man who has died. Raises `PersonDeceased` (409)."""
    found = await session.exec(select(Person.deceased).where(Person.id == person_id))
    if found.one():
        raise PersonDeceased()


async def mentor_to_ask(session: AsyncSession, *, actor: Actor, mentor_id: UUID) -> Mentor:
    """A mentor who is there to be asked, locked so that leaving waits: see `journeys.mentor_leaves`."""
    try:
        mentor = await load(session, Mentor, mentor_id, actor=actor, lock=True)
    except NotFound:
        raise invalid("/mentor_id", "UNKNOWN_MENTOR", "There is no such mentor in this charity.") from None
    if mentor.stage == Stage.LEFT:
        raise invalid("/mentor_id", "HAS_LEFT", "This mentor has left: choose another.")
    return mentor


async def check_pair(session: AsyncSession, *, referral: Referral, mentor_id: UUID, today: date) -> None:
    """Refuse whom a rule of the programme rules out: when somebody is asked, and again when it begins. A lack of places is
    left to the trigger that counts them. Raises `PairRuledOut` (409), with what would lift each rule."""
    told = await told_within(session, referral.programme_id, today, referral_id=referral.id, mentor_id=mentor_id)
    if not told.inputs.mentors:
        raise PairRuledOut(
            "The mentor has left.", errors=[FieldError("/mentor_id", "HAS_LEFT", "Choose another mentor.")]
        )
    pair = judge(told.inputs.mentees[0], told.inputs.mentors[0], told.inputs.policy, today=today)
    rules = [rule for rule in pair.blocks if rule is not Rule.NO_PLACE]
    if rules:
        raise PairRuledOut(
            "; ".join(f"{rule.value}: {CURES[rule]}" for rule in rules),
            errors=[FieldError("/mentor_id", rule.value, CURES[rule]) for rule in rules],
        )


async def moved(
    session: AsyncSession,
    *,
    actor: Actor,
    engagement: Engagement,
    step: EngagementStep,
    state: EngagementState,
    now: datetime,
    mentor_id: UUID | None,
    by_side: Side | None = None,
    reason: str | None = None,
    effective_on: date | None = None,
) -> Engagement:
    """Write where it stands now, the entry in its history, and who did it."""
    if engagement.state != state:
        engagement.state, engagement.state_since = state, now
    session.add(engagement)
    if step is EngagementStep.PROPOSE:
        await _flush(session)  # before the entry that refers to it
    else:
        touch(engagement, now=now)
    last = await session.exec(
        select(func.coalesce(func.max(EngagementChange.sequence), 0)).where(
            EngagementChange.engagement_id == engagement.id
        )
    )
    # Before the change itself: a mentor who says no sees the engagement by this entry.
    await session.exec(
        insert(EngagementChange).values(
            id=new_id(),
            charity_id=actor.charity_id,
            engagement_id=engagement.id,
            sequence=last.one() + 1,
            step=step,
            state=state,
            mentor_id=mentor_id,
            by_side=by_side,
            reason=reason,
            effective_on=effective_on or civil_date(now),
            recorded_at=now,
            recorded_by=actor.subject_id,
        )
    )
    await _flush(session)
    await audit.record(session, f"engagement.{step.value}", engagement.id, ["state", "mentor_id"])
    await events.tell(session, actor, f"engagement.{step.value}", engagement, now)
    return engagement


async def _flush(session: AsyncSession) -> None:
    """The trigger on engagements refuses a place that is not there, and says how many are taken."""
    try:
        await session.flush()
    except DBAPIError as error:
        if sqlstate(error) != _NO_PLACE:
            raise
        raise NoPlaceLeft(said(error)) from None


async def begin_with(session: AsyncSession, *, actor: Actor, engagement: Engagement, mentor_id: UUID, on: date) -> None:
    """A mentor's time with a person begins; whoever mentored before is done."""
    await end_with(session, engagement=engagement, on=on)
    engagement.mentor_id, engagement.proposed_mentor_id, engagement.accepted_by_mentor_at = mentor_id, None, None
    session.add(
        EngagementMentor(
            charity_id=actor.charity_id,
            engagement_id=engagement.id,
            mentor_id=mentor_id,
            person_id=engagement.person_id,
            from_day=on,
        )
    )


async def end_with(session: AsyncSession, *, engagement: Engagement, on: date) -> None:
    """The present mentor's time with a person ends; for thirty days more the mentor sees what belongs to it."""
    if engagement.mentor_id is None:
        return
    found = await session.exec(
        select(EngagementMentor).where(
            EngagementMentor.engagement_id == engagement.id, col(EngagementMentor.until_day).is_(None)
        )
    )
    for spell in found.all():
        spell.until_day = max(on, spell.from_day)
        spell.access_until = access_until(spell.until_day)
        session.add(spell)
    engagement.mentor_id = None


def not_in_future(day: date | None, pointer: str, now: datetime, *, since: date | None = None) -> date:
    """A day that has been, by default today. Raises `ValidationFailed` (422)."""
    today = civil_date(now)
    if day is None:
        return today
    if day > today:
        raise invalid(pointer, "IN_THE_FUTURE", "Give a day up to today.")
    if since is not None and day < since:
        raise invalid(pointer, "OUT_OF_RANGE", f"Give a day from {since.isoformat()} to today.")
    return day
