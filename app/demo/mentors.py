"""The demo's volunteers: eleven who mentor at Brixton, and twelve more who were trained, three of whom mentor there too."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.domain.kernel.actor import Actor
from app.domain.matching.models import Accept, Propose, Side
from app.domain.matching.operations import accept, propose
from app.domain.mentors.models import (
    ChangeMentor,
    CheckKind,
    CreateMentor,
    Mentor,
    MoveMentor,
    RecordCheck,
    RecordSupervision,
    RecordTraining,
    Stage,
    SupervisionKind,
)
from app.domain.mentors.operations import (
    change_mentor,
    create_mentor,
    move_mentor,
    record_check,
    record_supervision,
    record_training,
)
from app.domain.referrals.models import DEMO_PROGRAMME_ID

PROGRAMME_ID = UUID(DEMO_PROGRAMME_ID)
PREFIX = "Demo volunteer "


@dataclass(frozen=True)
class Volunteer:
    """One of the demo's volunteers: `places` is 0 for who was trained and does not mentor there."""

    number: int
    cohort: str
    trained: date
    places: int

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.number:02d}"


VOLUNTEERS = (
    # All together they can take 31 men, and have them: six wait for want of a place.
    *(Volunteer(n, "2023-06", date(2023, 6, 24), 3 if n < 7 else 2) for n in range(1, 12)),
    *(Volunteer(n, "2023-11", date(2023, 11, 25), 1 if n < 15 else 0) for n in range(12, 24)),
)


async def ensure_mentors(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """Put on file whoever is not there yet, each in one transaction."""
    async with database.write(coordinator) as session:
        there = set(
            (await session.exec(select(Mentor.display_name).where(col(Mentor.display_name).startswith(PREFIX)))).all()
        )
    for volunteer in VOLUNTEERS:
        if volunteer.name not in there:
            async with database.write(coordinator) as session:
                await _come(session, coordinator, volunteer, now)


async def let_log_in(database: Database, *, coordinator: Actor, member: Actor, now: datetime) -> None:
    """The first volunteer logs in as the demo's mentor, unless somebody has arranged it otherwise meanwhile."""
    async with database.write(coordinator) as session:
        taken = await session.exec(select(Mentor.id).where(Mentor.member_id == member.subject_id))
        if taken.first() is not None:
            return
        first = await session.exec(
            select(Mentor.id).where(Mentor.display_name == VOLUNTEERS[0].name, col(Mentor.member_id).is_(None))
        )
        if (mentor_id := first.first()) is not None:
            change = ChangeMentor(member_id=member.subject_id)
            await change_mentor(session, actor=coordinator, mentor_id=mentor_id, change=change, version=None, now=now)


async def _come(session: AsyncSession, actor: Actor, who: Volunteer, now: datetime) -> None:
    at = datetime.combine(who.trained, time(10), UTC)
    command = CreateMentor(
        display_name=who.name,
        capacity=who.places,
        supervisor_id=actor.subject_id,
        languages=["en"],
        programme_ids=[PROGRAMME_ID] if who.places else [],
        applied_on=date(who.trained.year, who.trained.month - 3, 1),
    )
    mentor = await create_mentor(session, actor=actor, command=command, now=at)
    vetting = RecordCheck(kind=CheckKind.VETTING, decided_on=who.trained)
    await record_check(session, actor=actor, mentor_id=mentor.id, command=vetting, now=at)
    core = RecordTraining(cohort=who.cohort, completed_on=who.trained)
    await record_training(session, actor=actor, mentor_id=mentor.id, command=core, now=at)
    stages = [Stage.INTERVIEWED, Stage.VETTED, Stage.TRAINED]
    if who.places:
        cleared = RecordCheck(kind=CheckKind.CLEARANCE, establishment="BXI", decided_on=who.trained)
        await record_check(session, actor=actor, mentor_id=mentor.id, command=cleared, now=at)
        spoke = RecordSupervision(kind=SupervisionKind.ONE_TO_ONE, held_on=now.date(), minutes=45)
        await record_supervision(session, actor=actor, mentor_id=mentor.id, command=spoke, now=now)
        stages += [Stage.CLEARED, Stage.ACTIVE]
    for stage in stages:
        step = MoveMentor(stage=stage, effective_on=who.trained)
        await move_mentor(session, actor=actor, mentor_id=mentor.id, command=step, version=None, now=at)


async def begin_engagement(session: AsyncSession, actor: Actor, referral_id: UUID, nth: int, at: datetime) -> None:
    """Both sides are asked, and both say yes: the three newly trained take one man each, the eleven the others."""
    mentoring = [one for one in VOLUNTEERS if one.places]
    name = (mentoring[11 + nth] if nth < 3 else mentoring[(nth - 3) % 11]).name
    mentor = (await session.exec(select(Mentor.id).where(Mentor.display_name == name))).one()
    asked = Propose(referral_id=referral_id, mentor_id=mentor)
    engagement = await propose(session, actor=actor, command=asked, now=at)
    for side in (Side.MENTOR, Side.PERSON):
        yes = Accept(side=side)
        await accept(session, actor=actor, engagement_id=engagement.id, command=yes, version=None, now=at)
