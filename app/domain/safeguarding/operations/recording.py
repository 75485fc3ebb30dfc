"""A concern, written down once and for ever."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.matching.models import Engagement
from app.domain.people.models import Person
from app.domain.safeguarding.models import NOTICE, Concern, ConcernAlarm, RecordConcern, Telling
from app.domain.safeguarding.rules import follow_up_due, said_anything, unsaid
from app.domain.sessions.models import MentoringSession

_CLOCKS_DIFFER = timedelta(minutes=10)


async def record_concern(session: AsyncSession, *, actor: Actor, command: RecordConcern, now: datetime) -> Concern:
    """Write a concern down. Where staff have not been told yet, an alarm is raised in the same transaction. It is never refused
    for what somebody thinks of the man. Raises `ValidationFailed` (422)."""
    require(actor, Permission.CONCERNS_WRITE)
    check_told(command, now)
    check_past(command.disclosed_at, now, "/disclosed_at")
    await check_person(session, actor, command.person_id)
    await _check_origin(session, command)
    row = Concern(
        **command.model_dump(),
        charity_id=actor.charity_id,
        follow_up_due=follow_up_due(command.disclosed_at),
        created_at=now,
        created_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    if command.not_yet_reported:
        await _raise_alarm(session, actor, row, now)
    await audit.record(session, "concern.recorded", row.id, command.model_fields_set)
    await events.once(session, actor, "concern.recorded", row.id, now)
    return row


async def _raise_alarm(session: AsyncSession, actor: Actor, concern: Concern, now: datetime) -> None:
    alarm = ConcernAlarm(
        charity_id=actor.charity_id,
        concern_id=concern.id,
        person_id=concern.person_id,
        told_at=now,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(alarm)
    await session.flush()
    await events.tell(session, actor, "concern_alarm.raised", alarm, now)


def check_told(command: RecordConcern, now: datetime) -> None:
    """Either who was told and when, or plainly that nobody has been."""
    said = said_anything(command)
    if command.not_yet_reported:
        if said:
            raise invalid(f"/{said[0]}", "ONE_OF", "Say who was told, or not_yet_reported: not both.")
        return
    for name in unsaid(command):
        raise invalid(
            f"/{name}", "NOT_TOLD", f"Say when staff were told and who, or send not_yet_reported: true. {NOTICE}"
        )
    check_telling(command, command.disclosed_at, now)


def check_telling(told: Telling, disclosed_at: datetime, now: datetime) -> None:
    assert told.reported_at is not None
    check_past(told.reported_at, now, "/reported_at")
    if told.reported_at < disclosed_at:
        raise invalid(
            "/reported_at", "OUT_OF_RANGE", "Staff cannot have been told before it was said: check both times."
        )


def check_past(at: datetime, now: datetime, pointer: str) -> None:
    if at > now + _CLOCKS_DIFFER:
        raise invalid(pointer, "IN_THE_FUTURE", "Give a time that has been.")


async def check_person(session: AsyncSession, actor: Actor, person_id: UUID) -> None:
    """Whoever writes sees the person: a mentor those whom he mentors, or did until thirty days ago."""
    found = await session.exec(select(Person.id).where(Person.id == person_id, Person.charity_id == actor.charity_id))
    if found.first() is None:
        raise invalid("/person_id", "UNKNOWN_PERSON", "There is no such person here.")


async def _check_origin(session: AsyncSession, command: RecordConcern) -> None:
    """Where it came up, if that is said, is about the same person."""
    if command.engagement_id is not None:
        engagement = await session.exec(
            select(Engagement.id).where(
                Engagement.id == command.engagement_id, Engagement.person_id == command.person_id
            )
        )
        if engagement.first() is None:
            raise invalid("/engagement_id", "UNKNOWN_ENGAGEMENT", "There is no such engagement of this person.")
    if command.session_id is not None:
        found = await session.exec(
            select(MentoringSession.id).where(
                MentoringSession.id == command.session_id, MentoringSession.person_id == command.person_id
            )
        )
        if found.first() is None:
            raise invalid("/session_id", "UNKNOWN_SESSION", "There is no such session with this person.")
