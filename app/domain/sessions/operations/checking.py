"""What every change of a session has in common: the lock, what must hold, the entry in its history, the event."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.matching.models import Engagement, EngagementMentor, EngagementState
from app.domain.mentors.models import Mentor
from app.domain.organisations.models import Establishment, EstablishmentKind
from app.domain.people.models import Person
from app.domain.sessions.errors import SessionStepNotOpen, SessionThere
from app.domain.sessions.models import (
    Attendance,
    MeetingKind,
    MentoringSession,
    PrisonCause,
    SessionEntry,
    SessionSetting,
    SessionStep,
)
from app.domain.sessions.rules import LIVE, OPEN, overlap

_AHEAD = timedelta(days=400)
_LONGEST = timedelta(days=1)
E_STATE = EngagementState
GOING_ON = frozenset({E_STATE.ACTIVE, E_STATE.PAUSED, E_STATE.BRIDGING})


async def engagement_of(
    session: AsyncSession,
    *,
    actor: Actor,
    engagement_id: UUID,
    pointer: str = "/engagement_id",
    permission: Permission = Permission.SESSIONS_WRITE,
) -> Engagement:
    """The engagement, which has begun, locked: of two who plan or record at once the second sees what the first has done."""
    require(actor, permission)
    try:
        found = await load(session, Engagement, engagement_id, actor=actor, lock=True)
    except NotFound:
        raise invalid(pointer, "UNKNOWN_ENGAGEMENT", "There is no such engagement here: see /v1/engagements.") from None
    if actor.role is Role.MENTOR and not await _is_his(session, found.id):
        # Whoever is only asked to take over sees the engagement, and does not meet him yet.
        raise invalid(pointer, "NOT_BEGUN", "You do not mentor him yet: both have to say yes first.")
    if found.started_on is None:
        raise invalid(pointer, "NOT_BEGUN", "The engagement has not begun: both have to say yes first.")
    return found


async def _is_his(session: AsyncSession, engagement_id: UUID) -> bool:
    """Whether the mentor who asks has, or had, the person: row security shows him his own times only."""
    found = await session.exec(select(EngagementMentor.id).where(EngagementMentor.engagement_id == engagement_id))
    return found.first() is not None


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
    """The engagement's mentor; for a mentor it is himself, also when somebody else has taken over since."""
    if actor.role is not Role.MENTOR:
        return engagement.mentor_id
    own = await session.exec(select(Mentor.id).where(Mentor.member_id == actor.subject_id))
    return own.first()


async def where(
    session: AsyncSession, engagement: Engagement, setting: SessionSetting, given: str | None
) -> str | None:
    """The prison where it takes place: the one that is named, or where he is."""
    if given is not None:
        found = await session.get(Establishment, given)
        if found is None or found.kind != EstablishmentKind.PRISON:
            raise invalid("/establishment", "UNKNOWN_ESTABLISHMENT", "There is no such prison: see /v1/establishments.")
        return given
    if setting is SessionSetting.COMMUNITY:
        return None
    here = await session.exec(
        select(Person.establishment)
        .join(Establishment, col(Establishment.agency_id) == col(Person.establishment))
        .where(Person.id == engagement.person_id, Establishment.kind == EstablishmentKind.PRISON)
    )
    return here.first()


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
    session: AsyncSession, engagement_id: UUID, starts_at: datetime, minutes: int, *, but: UUID | None = None
) -> None:
    """Refuse a second session of an engagement at one time."""
    near = await session.exec(
        select(MentoringSession).where(
            MentoringSession.engagement_id == engagement_id,
            col(MentoringSession.state).in_(LIVE),
            MentoringSession.starts_at > starts_at - _LONGEST,
            MentoringSession.starts_at < starts_at + timedelta(minutes=minutes),
        )
    )
    for other in near.all():
        if other.id != but and overlap(starts_at, minutes, other.starts_at, other.minutes):
            raise SessionThere(
                f"It is {other.state}, and begins at {other.starts_at:%Y-%m-%dT%H:%MZ}.",
                links={"session": f"/v1/sessions/{other.id}"},
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
