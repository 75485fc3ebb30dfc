"""What every change of a session has in common: the lock, what must hold, the entry in its history, the event."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.matching.writing_in import own_times
from app.domain.mentors.models import Mentor
from app.domain.organisations.models import Establishment, EstablishmentKind
from app.domain.organisations.prisons import check_prison
from app.domain.people.models import Person
from app.domain.sessions.errors import NotYetInContact, SessionStepNotOpen, SessionThere
from app.domain.sessions.models import (
    Attendance,
    MeetingKind,
    MentoringSession,
    PrisonCause,
    SessionEntry,
    SessionSetting,
    SessionStep,
)
from app.domain.sessions.rules import OPEN

_AHEAD = timedelta(days=400)


async def check_his_time(session: AsyncSession, *, actor: Actor, engagement: Engagement, starts_at: datetime) -> None:
    """A mentor records what was in his own time: not what whoever came before him did, or came after."""
    if actor.role is not Role.MENTOR:
        return
    times = await own_times(session, engagement.id)
    day = civil_date(starts_at)
    if not any(first <= day and (last is None or day <= last) for first, last in times):
        told = "; ".join(f"{first} to {last or 'now'}" for first, last in times)
        raise invalid("/starts_at", "NOT_HIS_MENTOR_THEN", f"Give a time at which you mentored him: {told}.")


async def session_for(
    session: AsyncSession, *, actor: Actor, session_id: UUID, version: int | None, step: SessionStep
) -> MentoringSession:
    """A session that can take this step, locked, and its engagement before it."""
    require(actor, Permission.SESSIONS_WRITE)
    of = await session.exec(
        select(MentoringSession.engagement_id).where(
            MentoringSession.id == session_id, MentoringSession.charity_id == actor.charity_id
        )
    )
    if (engagement_id := of.one_or_none()) is None:
        raise NotFound()
    await load(session, Engagement, engagement_id, actor=actor, lock=True)
    found = await load_version(session, MentoringSession, session_id, actor=actor, version=version)
    if found.state not in OPEN[step]:
        raise SessionStepNotOpen(f"A session that is {found.state} cannot take {step.value}.")
    return found


async def who_meets(session: AsyncSession, actor: Actor, engagement: Engagement) -> UUID | None:
    """The engagement's mentor; for a mentor, who records what was in his own time, it is himself."""
    if actor.role is not Role.MENTOR:
        return engagement.mentor_id
    own = await session.exec(select(Mentor.id).where(Mentor.member_id == actor.subject_id))
    return own.first()


async def where(
    session: AsyncSession, engagement: Engagement, setting: SessionSetting, given: str | None
) -> str | None:
    """The prison where it takes place: the one that is named, or where he is."""
    if given is not None:
        await check_prison(session, given)
        return given
    if setting is SessionSetting.COMMUNITY:
        return None
    here = await session.exec(
        select(Person.establishment)
        .join(Establishment, col(Establishment.agency_id) == col(Person.establishment))
        .where(Person.id == engagement.person_id, Establishment.kind == EstablishmentKind.PRISON)
    )
    return here.first()


async def check_contact(session: AsyncSession, person_id: UUID) -> None:
    """Nobody arranges to see somebody who was released and has neither made contact nor permitted it. Raises `NotYetInContact`
    (409)."""
    allowed = await session.exec(select(func.throughgate.may_be_contacted(person_id)))
    if not allowed.one():
        raise NotYetInContact()


def check_meeting(setting: SessionSetting, meeting: MeetingKind | None) -> None:
    if (setting is SessionSetting.MEETING_WITH_OTHERS) != (meeting is not None):
        raise invalid("/meeting", "ONE_OF", "Say which meeting with MEETING_WITH_OTHERS, and only then.")


def cause_of(attendance: Attendance, cause: PrisonCause | None) -> PrisonCause | None:
    """Why the prison could not let it happen; nobody has to know."""
    if attendance is not Attendance.PRISON_CANCELLED:
        if cause is not None:
            raise invalid("/prison_cause", "ONE_OF", "Only PRISON_CANCELLED has a prison's cause.")
        return None
    return cause or PrisonCause.NOT_KNOWN


def check_ahead(starts_at: datetime, now: datetime, pointer: str = "/starts_at") -> None:
    if not now - timedelta(hours=1) <= starts_at <= now + _AHEAD:
        raise invalid(
            pointer, "OUT_OF_RANGE", "Give a time within the next 400 days; one that has been is sent with `recorded`."
        )


async def check_free(
    session: AsyncSession,
    *,
    actor: Actor,
    engagement_id: UUID,
    starts: Sequence[datetime],
    minutes: int,
    but: UUID | None = None,
) -> None:
    """Refuse a second session of an engagement at one time. The engagement is locked, so of two at once the second sees the
    first; also one that whoever asks may not see counts, of which nothing more is told."""
    found = await session.exec(
        select(
            func.throughgate.session_at(
                engagement_id,
                bindparam("starts", list(starts), type_=ARRAY(DateTime(timezone=True))),
                bindparam("minutes", minutes, type_=BigInteger),
                but,
            )
        )
    )
    there = found.one()
    if there is None:
        return
    seen = await session.exec(
        select(MentoringSession.id, MentoringSession.state, MentoringSession.starts_at).where(
            MentoringSession.id == there, MentoringSession.charity_id == actor.charity_id
        )
    )
    if (other := seen.first()) is None:
        raise SessionThere()
    session_id, state, starts_at = other
    raise SessionThere(
        f"It is {state}, and begins at {starts_at:%Y-%m-%dT%H:%MZ}.", links={"session": f"/v1/sessions/{session_id}"}
    )


async def stood(
    session: AsyncSession,
    *,
    actor: Actor,
    row: MentoringSession,
    step: SessionStep,
    now: datetime,
    reason: str | None = None,
) -> MentoringSession:
    """Write it as it stands now, the entry in its history, and who did it."""
    session.add(row)
    if step is not SessionStep.PLAN:
        touch(row, now=now)
    await session.flush()
    session.add(entry(actor, row, step, await _next(session, row.id), now=now, reason=reason))
    await session.flush()
    await audit.record(session, f"session.{step.value}", row.id, ["state", "attendance"])
    await events.tell(session, actor, f"session.{step.value}", row, now)
    return row


async def _next(session: AsyncSession, session_id: UUID) -> int:
    last = await session.exec(
        select(func.coalesce(func.max(SessionEntry.sequence), 0)).where(SessionEntry.session_id == session_id)
    )
    return last.one() + 1


def entry(
    actor: Actor, row: MentoringSession, step: SessionStep, sequence: int, *, now: datetime, reason: str | None = None
) -> SessionEntry:
    return SessionEntry(
        charity_id=actor.charity_id,
        session_id=row.id,
        sequence=sequence,
        step=step,
        state=row.state,
        attendance=row.attendance,
        prison_cause=row.prison_cause,
        occurred_at=row.occurred_at,
        reason=reason,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )


def new(actor: Actor, engagement: Engagement, now: datetime, **said: Any) -> MentoringSession:
    return MentoringSession(
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
        **said,
    )
