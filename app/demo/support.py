"""What the demo's mentors wrote: notes, what stood in the way and what was tried, concerns that were passed on, ACCT reviews."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import LONDON
from app.domain.matching.models import Engagement
from app.domain.referrals.models import Referral
from app.domain.safeguarding import operations as safeguarding
from app.domain.safeguarding.models import (
    AcctOpened,
    AcctState,
    AcctStatus,
    AdditionKind,
    AddToConcern,
    ConcernType,
    Method,
    RecordAcct,
    RecordConcern,
    RestrictedKind,
    ToldRole,
    WriteRestrictedNote,
)
from app.domain.sessions import operations
from app.domain.sessions.models import (
    Attendance,
    BarrierKind,
    BarrierState,
    DidHelp,
    MeetingKind,
    NameBarrier,
    PlanSession,
    RecordSession,
    SaidBy,
    SessionSetting,
    TryBarrier,
    WriteNote,
)

_NOTES = (
    "He has written to the college and waits for an answer. Bring the timetable next week.",
    "A quiet hour. He did not want to work on anything and said so; we talked about football.",
    "We went through his budget for the first month outside. He wants to look at rent again.",
    "He rang his sister for the first time in a year. It went better than he thought.",
    "Lock-down last week. He was glad that somebody told him why nobody came.",
)
_BARRIERS = (
    (BarrierKind.WORK_OR_EDUCATION, SaidBy.MENTEE, "My class is on that morning now.", "Moved to the afternoon."),
    (
        BarrierKind.MOOD,
        SaidBy.MENTEE,
        "Some weeks I cannot face anybody.",
        "Shorter sessions, and a letter in between.",
    ),
    (BarrierKind.PRISON_REGIME, SaidBy.MENTOR, None, "Asked the wing to have him on the list the day before."),
    (BarrierKind.OTHER_PEOPLE, SaidBy.MENTEE, "I do not want to be seen going there.", "We meet in the chapel."),
)


class _Worry(NamedTuple):
    day: date
    words: str
    minutes: int
    """Until the wing was told."""
    acct: AcctOpened


_CONCERNS = (
    _Worry(date(2024, 6, 11), "He said: 'I do not see the point any more.'", 12, AcctOpened.YES),
    _Worry(
        date(2024, 10, 3), "He has not eaten for two days and said that it does not matter.", 8, AcctOpened.ALREADY_OPEN
    ),
    _Worry(date(2025, 1, 21), "He showed fresh cuts on his arm and asked me to tell nobody.", 5, AcctOpened.YES),
    _Worry(date(2025, 2, 13), "He owes money on the wing and is afraid to leave his cell.", 75, AcctOpened.NO),
)


async def ensure_support(database: Database, *, coordinator: Actor) -> None:
    """For the relationships of the demo's own year, all or none, and once."""
    async with database.write(coordinator) as session:
        found = await session.exec(
            select(Engagement)
            .join(Referral, col(Referral.id) == col(Engagement.referral_id))
            .where(
                Referral.programme_id == PROGRAMME_ID,
                col(Referral.partner_reference).startswith("DEMO-"),
                col(Engagement.started_on) <= LAST_DAY,
                col(Engagement.mentor_id).is_not(None),
            )
            .order_by(col(Engagement.started_on), col(Engagement.id))
        )
        engagements = found.all()
        there = await session.exec(select(AcctState.id).where(AcctState.charity_id == coordinator.charity_id).limit(1))
        if there.first() is not None or len(engagements) < len(_CONCERNS):
            return
        for nth, engagement in enumerate(engagements):
            await _note(session, coordinator, engagement, nth)
            if nth % 4 == 1:
                await _barrier(session, coordinator, engagement, nth // 4)
        for engagement, concern in zip(engagements, _CONCERNS, strict=False):
            await _worry(session, coordinator, engagement, concern)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON)


async def _note(session: AsyncSession, actor: Actor, engagement: Engagement, nth: int) -> None:
    assert engagement.started_on is not None
    for week in (2, 6):
        words = _NOTES[(nth + week) % len(_NOTES)]
        command = WriteNote(engagement_id=engagement.id, words=words)
        written = _at(engagement.started_on + timedelta(weeks=week), 17)
        await operations.write_note(session, actor=actor, command=command, now=written)


async def _barrier(session: AsyncSession, actor: Actor, engagement: Engagement, nth: int) -> None:
    assert engagement.started_on is not None
    kind, said_by, words, tried = _BARRIERS[nth % len(_BARRIERS)]
    day = engagement.started_on + timedelta(weeks=5)
    command = NameBarrier(engagement_id=engagement.id, kind=kind, said_by=said_by, words=words, found_on=day)
    barrier = await operations.name_barrier(session, actor=actor, command=command, now=_at(day, 15))
    later = day + timedelta(days=9)
    attempt = TryBarrier(tried_on=later, what=tried, helped=DidHelp.HELPED_A_LITTLE, state=BarrierState.EASED)
    await operations.try_barrier(
        session, actor=actor, barrier_id=barrier.id, command=attempt, version=None, now=_at(later, 15)
    )


async def _worry(session: AsyncSession, actor: Actor, engagement: Engagement, worry: _Worry) -> None:
    """Passed on to the wing, followed up; where an ACCT was opened, a review that the mentor took part in."""
    day, words, minutes, acct = worry
    harm = acct is not AcctOpened.NO
    said = _at(day, 10, 20)
    concern = await safeguarding.record_concern(
        session,
        actor=actor,
        command=RecordConcern(
            person_id=engagement.person_id,
            engagement_id=engagement.id,
            type=ConcernType.SELF_HARM_OR_SUICIDE if harm else ConcernType.HARM_FROM_OTHERS,
            words=words,
            disclosed_at=said,
            reported_at=said + timedelta(minutes=minutes),
            reported_to_role=ToldRole.WING_OFFICER,
            method=Method.VERBAL_IN_PERSON,
            acct_opened=acct,
        ),
        now=said + timedelta(hours=6),
    )
    after = concern.follow_up_due
    seen = AddToConcern(kind=AdditionKind.FOLLOWED_UP, followed_up_on=after, words="Seen on the wing.")
    await safeguarding.add_to_concern(session, actor=actor, concern_id=concern.id, command=seen, now=_at(after, 16))
    if not harm:
        return
    for status, on in ((AcctStatus.OPEN, day), (AcctStatus.CLOSED, day + timedelta(days=40))):
        state = RecordAcct(person_id=engagement.person_id, status=status, as_of=on)
        await safeguarding.record_acct(session, actor=actor, command=state, now=_at(on, 18))
    if acct is AcctOpened.YES:
        await _review(session, actor, engagement, day + timedelta(days=8))
        note = WriteRestrictedNote(
            person_id=engagement.person_id, kind=RestrictedKind.SAFETY, words="He wants his mentor at his next review."
        )
        await safeguarding.write_restricted_note(session, actor=actor, command=note, now=_at(day, 18))


async def _review(session: AsyncSession, actor: Actor, engagement: Engagement, day: date) -> None:
    at = _at(day, 18, 30)
    command = PlanSession(
        engagement_id=engagement.id,
        setting=SessionSetting.MEETING_WITH_OTHERS,
        meeting=MeetingKind.ACCT_REVIEW,
        starts_at=at,
        minutes=30,
        recorded=RecordSession(attendance=Attendance.ATTENDED, explained=True),
    )
    await operations.plan(session, actor=actor, command=command, now=at + timedelta(days=1))
