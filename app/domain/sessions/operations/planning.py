"""A session planned, cancelled or moved; a series planned and ended."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import LONDON, civil_date
from app.domain.matching.models import Engagement
from app.domain.matching.writing_in import begun_engagement, engagement_to_begin_in, lock_to_write
from app.domain.sessions.models import (
    Attendance,
    CancelSession,
    EndSeries,
    MentoringSession,
    PlanSeries,
    PlanSession,
    PrisonCause,
    RescheduleSession,
    SessionSeries,
    SessionSetting,
    SessionState,
    SessionStep,
)
from app.domain.sessions.operations.checking import (
    cause_of,
    check_ahead,
    check_contact,
    check_free,
    check_his_time,
    check_meeting,
    entry,
    new,
    session_for,
    stood,
    where,
    who_meets,
)
from app.domain.sessions.operations.recording import say_what_became
from app.domain.sessions.rules import CALLED_OFF, LONGEST_SERIES, series_days

S, T = SessionState, SessionStep


async def plan(session: AsyncSession, *, actor: Actor, command: PlanSession, now: datetime) -> MentoringSession:
    """A session, once; or one that has been and was not planned. Two recordings of one session are one: the second is told of
    the first. Raises `SessionThere` (409), `NotExplained` (409), `NotYetInContact` (409), `ValidationFailed` (422)."""
    require(actor, Permission.SESSIONS_WRITE)
    if command.recorded is None:
        engagement = await engagement_to_begin_in(session, actor=actor, engagement_id=command.engagement_id)
        check_ahead(command.starts_at, now)
        await check_contact(session, engagement.person_id)
    else:
        engagement = await begun_engagement(session, actor=actor, engagement_id=command.engagement_id)
    await check_his_time(session, actor=actor, engagement=engagement, starts_at=command.starts_at)
    check_meeting(command.setting, command.meeting)
    row = new(
        actor,
        engagement,
        now,
        mentor_id=await who_meets(session, actor, engagement),
        setting=command.setting,
        meeting=command.meeting,
        establishment=await where(session, engagement, command.setting, command.establishment),
        starts_at=command.starts_at,
        minutes=command.minutes,
    )
    if command.recorded is not None:
        await say_what_became(session, actor=actor, row=row, said=command.recorded, at="/recorded", now=now)
    await check_free(session, actor=actor, engagement_id=engagement.id, starts=[row.starts_at], minutes=row.minutes)
    step = T.PLAN if command.recorded is None else T.RECORD
    session.add(row)
    await session.flush()
    session.add(entry(actor, row, step, 1, now=now))
    await session.flush()
    await audit.record(session, f"session.{step.value}", row.id, command.model_fields_set)
    await events.tell(session, actor, f"session.{step.value}", row, now)
    return row


async def cancel(
    session: AsyncSession, *, actor: Actor, session_id: UUID, command: CancelSession, version: int | None, now: datetime
) -> MentoringSession:
    """It will not take place. Nothing follows from it."""
    row = await session_for(session, actor=actor, session_id=session_id, version=version, step=T.CANCEL)
    _call_off(row, command.because, command.prison_cause)
    return await stood(session, actor=actor, row=row, step=T.CANCEL, now=now)


async def reschedule(
    session: AsyncSession,
    *,
    actor: Actor,
    session_id: UUID,
    command: RescheduleSession,
    version: int | None,
    now: datetime,
) -> MentoringSession:
    """Another session takes its place, which it names; this one stays, as superseded."""
    row = await session_for(session, actor=actor, session_id=session_id, version=version, step=T.RESCHEDULE)
    engagement = await lock_to_write(session, actor=actor, engagement_id=row.engagement_id)
    setting = command.setting or row.setting
    meeting = command.meeting if command.setting is not None or command.meeting is not None else row.meeting
    check_meeting(setting, meeting)
    check_ahead(command.starts_at, now)
    minutes = command.minutes or row.minutes
    await check_free(
        session, actor=actor, engagement_id=engagement.id, starts=[command.starts_at], minutes=minutes, but=row.id
    )
    said = {
        "setting": setting,
        "meeting": meeting,
        "establishment": row.establishment
        if command.setting is None
        else await where(session, engagement, setting, None),
        "starts_at": command.starts_at,
        "minutes": minutes,
    }
    return await _instead(session, actor, row, said, reason=command.reason, now=now)


async def meet_elsewhere(
    session: AsyncSession,
    *,
    actor: Actor,
    row: MentoringSession,
    setting: SessionSetting,
    establishment: str | None,
    reason: str,
    now: datetime,
) -> MentoringSession:
    """At its own time, in another way or at another place. Whoever calls has locked the session and its engagement. Raises
    `NotYetInContact` (409)."""
    await check_contact(session, row.person_id)
    said = {
        "setting": setting,
        "meeting": None,
        "establishment": establishment,
        "starts_at": row.starts_at,
        "minutes": row.minutes,
    }
    return await _instead(session, actor, row, said, reason=reason, now=now)


async def _instead(
    session: AsyncSession,
    actor: Actor,
    row: MentoringSession,
    said: dict[str, Any],
    *,
    reason: str | None,
    now: datetime,
) -> MentoringSession:
    engagement = await load(session, Engagement, row.engagement_id, actor=actor)
    row.state = S.SUPERSEDED
    session.add(row)
    await session.flush()  # so that the other may have its time
    meets = await who_meets(session, actor, engagement)
    moved = new(actor, engagement, now, mentor_id=meets, series_id=row.series_id, **said)
    await stood(session, actor=actor, row=moved, step=T.PLAN, now=now)
    row.superseded_by_id = moved.id
    return await stood(session, actor=actor, row=row, step=T.RESCHEDULE, now=now, reason=reason)


async def plan_series(session: AsyncSession, *, actor: Actor, command: PlanSeries, now: datetime) -> SessionSeries:
    """Sessions every week or every other week, all or none: each is a row of its own from then on."""
    require(actor, Permission.SESSIONS_WRITE)
    engagement = await engagement_to_begin_in(session, actor=actor, engagement_id=command.engagement_id)
    if command.setting.value == "MEETING_WITH_OTHERS":
        raise invalid("/setting", "ONE_OF", "A meeting with others is planned by itself, not as a series.")
    check_ahead(command.first_at, now, "/first_at")
    await check_contact(session, engagement.person_id)
    first = civil_date(command.first_at)
    if not first <= command.until <= first + LONGEST_SERIES:
        last = first + LONGEST_SERIES
        raise invalid("/until", "OUT_OF_RANGE", f"Give a day from {first.isoformat()} to {last.isoformat()}.")
    days = series_days(command.first_at, command.interval, command.until, command.skip)
    if not days:
        raise invalid("/skip", "OUT_OF_RANGE", "Every day of the series is left out.")
    mentor_id = await who_meets(session, actor, engagement)
    establishment = await where(session, engagement, command.setting, command.establishment)
    await check_free(session, actor=actor, engagement_id=engagement.id, starts=days, minutes=command.minutes)
    series = SessionSeries(
        **command.model_dump(exclude={"skip", "establishment"}),
        establishment=establishment,
        mentor_id=mentor_id,
        charity_id=actor.charity_id,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(series)
    await session.flush()
    said = {"mentor_id": mentor_id, "setting": command.setting, "establishment": establishment}
    rows = [
        new(actor, engagement, now, **said, series_id=series.id, starts_at=day, minutes=command.minutes) for day in days
    ]
    session.add_all(rows)
    await session.flush()
    session.add_all(entry(actor, row, T.PLAN, 1, now=now) for row in rows)
    await session.flush()
    await audit.record(session, "session_series.planned", series.id, command.model_fields_set)
    await events.tell(session, actor, "session_series.planned", series, now)
    return series


async def end_series(
    session: AsyncSession, *, actor: Actor, series_id: UUID, command: EndSeries, version: int | None, now: datetime
) -> SessionSeries:
    """No more of it from a day on. What was recorded stays; what is planned from then is cancelled, all or none."""
    require(actor, Permission.SESSIONS_WRITE)
    series = await load(session, SessionSeries, series_id, actor=actor)
    await load(session, Engagement, series.engagement_id, actor=actor, lock=True)
    series = await load_version(session, SessionSeries, series_id, actor=actor, version=version)
    midnight = datetime.combine(command.from_on, time(0), LONDON)
    planned = await session.exec(
        select(MentoringSession)
        .where(
            MentoringSession.series_id == series.id,
            MentoringSession.state == S.PLANNED,
            MentoringSession.starts_at >= midnight,
        )
        .order_by(col(MentoringSession.starts_at))
        .with_for_update()
    )
    for row in planned.all():
        _call_off(row, command.because, command.prison_cause)
        await stood(session, actor=actor, row=row, step=T.CANCEL, now=now)
    touch(series, now=now)
    session.add(series)
    await session.flush()
    await audit.record(session, "session_series.ended", series.id, command.model_fields_set)
    await events.tell(session, actor, "session_series.ended", series, now)
    return series


def _call_off(row: MentoringSession, because: Attendance, cause: PrisonCause | None) -> None:
    if because not in CALLED_OFF:
        told = ", ".join(sorted(one.value for one in CALLED_OFF))
        raise invalid("/because", "ONE_OF", f"A session is cancelled for one of: {told}.")
    row.attendance, row.prison_cause, row.state = because, cause_of(because, cause), S.CANCELLED
