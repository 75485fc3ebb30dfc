"""The demo's sessions: weekly or every other week since each relationship began, with lock-downs, no escorts, and no-shows."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.gate import where_they_meet
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.kernel import audit
from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import LONDON, civil_date, new_id
from app.domain.matching.models import Engagement
from app.domain.people.offences import Pathway
from app.domain.referrals.models import Referral
from app.domain.sessions.models import (
    Attendance,
    MentoringSession,
    PrisonCause,
    SessionEntry,
    SessionSetting,
    SessionState,
    SessionStep,
)
from app.domain.sessions.rules import state_after

A = Attendance
_OF_A_HUNDRED = ((78, A.ATTENDED), (83, A.PRISON_CANCELLED), (89, A.MENTEE_DID_NOT_ATTEND), (93, A.MENTEE_DECLINED))
_LOCK_DOWN_EVERY = 13
"""So many weeks apart the whole prison is locked down."""


async def ensure_sessions(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """For each relationship of the demo's own year that has none yet, all or none."""
    async with database.write(coordinator) as session:
        found = await session.exec(
            select(Engagement)
            .join(Referral, col(Referral.id) == col(Engagement.referral_id))
            .where(
                Referral.programme_id == PROGRAMME_ID,
                col(Referral.partner_reference).startswith("DEMO-"),
                col(Engagement.started_on) <= LAST_DAY,
                col(Engagement.mentor_id).is_not(None),
                col(Engagement.id).not_in(select(MentoringSession.engagement_id)),
            )
            .order_by(col(Engagement.started_on), col(Engagement.id))
        )
        for nth, engagement in enumerate(found.all()):
            await _live_through(session, coordinator, engagement, nth, now)


async def _live_through(session: AsyncSession, actor: Actor, engagement: Engagement, nth: int, now: datetime) -> None:
    today = civil_date(now)
    rows = [
        _session(actor, engagement, starts_at, became, where_they_meet(nth, civil_date(starts_at), today))
        for starts_at, became in _weeks(engagement, nth, now)
    ]
    session.add_all(rows)
    await session.flush()
    session.add_all(_entry(actor, row) for row in rows)
    await session.flush()
    await audit.record(session, "session.demonstrated", engagement.id, ["sessions"])


def _weeks(
    engagement: Engagement, nth: int, now: datetime
) -> Iterator[tuple[datetime, tuple[Attendance, PrisonCause | None]]]:
    chance, began = random.Random(nth), engagement.started_on  # noqa: S311 -- a demo, the same each time
    assert began is not None
    day = began + timedelta(days=2 + nth % 5)
    every = timedelta(days=7 if nth % 3 else 14)
    first = True
    while (starts_at := datetime.combine(day, time(9 + nth % 7), LONDON)) < now - timedelta(days=1):
        yield starts_at, (A.ATTENDED, None) if first else _became(chance, day)
        first, day = False, day + every


def _became(chance: random.Random, day: date) -> tuple[Attendance, PrisonCause | None]:
    drawn = chance.randrange(100)
    if day.isocalendar().week % _LOCK_DOWN_EVERY == 0:
        return A.PRISON_CANCELLED, PrisonCause.LOCK_DOWN
    attendance = next((one for below, one in _OF_A_HUNDRED if drawn < below), A.MENTOR_CANCELLED)
    causes = (PrisonCause.NO_ESCORT, PrisonCause.MOVED, PrisonCause.NOT_KNOWN)
    return attendance, chance.choice(causes) if attendance is A.PRISON_CANCELLED else None


def _session(
    actor: Actor,
    engagement: Engagement,
    starts_at: datetime,
    became: tuple[Attendance, PrisonCause | None],
    where: tuple[SessionSetting, str | None],
) -> MentoringSession:
    attendance, cause = became
    setting, establishment = where
    if establishment is None and attendance is A.PRISON_CANCELLED:  # no prison any more
        attendance, cause = A.MENTEE_DID_NOT_ATTEND, None
    written = starts_at + timedelta(days=1)
    held = attendance is A.ATTENDED
    return MentoringSession(
        id=new_id(),
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        mentor_id=engagement.mentor_id,
        setting=setting,
        establishment=establishment,
        starts_at=starts_at,
        minutes=60,
        state=state_after(attendance),
        attendance=attendance,
        prison_cause=cause,
        occurred_at=starts_at if held else None,
        topics=[list(Pathway)[starts_at.toordinal() % len(Pathway)]] if held else [],
        created_at=written,
        created_by=actor.subject_id,
        updated_at=written,
    )


def _entry(actor: Actor, row: MentoringSession) -> SessionEntry:
    return SessionEntry(
        charity_id=actor.charity_id,
        session_id=row.id,
        sequence=1,
        step=SessionStep.RECORD,
        state=SessionState(row.state),
        attendance=row.attendance,
        prison_cause=row.prison_cause,
        occurred_at=row.occurred_at,
        recorded_at=row.created_at,
        recorded_by=actor.subject_id,
    )
