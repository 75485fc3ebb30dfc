"""What is added to a concern, and an alarm taken on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.safeguarding.errors import AlarmTaken, NotAcknowledged
from app.domain.safeguarding.models import (
    Acknowledge,
    AdditionKind,
    AddToConcern,
    Concern,
    ConcernAddition,
    ConcernAlarm,
)
from app.domain.safeguarding.operations.recording import check_telling
from app.domain.safeguarding.rules import needs, said_anything

K = AdditionKind


async def add_to_concern(
    session: AsyncSession, *, actor: Actor, concern_id: UUID, command: AddToConcern, now: datetime
) -> ConcernAddition:
    """Add what became known, or was done. Nothing that stands there changes. Raises `NotFound`, `ValidationFailed` (422)."""
    require(actor, Permission.CONCERNS_WRITE)
    concern = await load(session, Concern, concern_id, actor=actor)
    _check(command, concern.disclosed_at, now)
    added = await _add(session, actor, concern, now, **command.model_dump())
    await audit.record(session, "concern.added_to", concern.id, command.model_fields_set)
    await events.once(session, actor, "concern.added_to", concern.id, now)
    return added


def _check(command: AddToConcern, disclosed_at: datetime, now: datetime) -> None:
    if command.kind is K.ACKNOWLEDGED:
        raise invalid("/kind", "ONE_OF", "An alarm is acknowledged with POST /v1/concern-alarms/{id}/acknowledge.")
    for name in sorted(needs(command.kind)):
        if getattr(command, name) is None:
            raise invalid(f"/{name}", "MISSING", f"Say {name} with {command.kind.value}.")
    if command.kind is K.REPORTED:
        check_telling(command, disclosed_at, now)
    elif said := said_anything(command):
        raise invalid(f"/{said[0]}", "ONE_OF", "Who was told, and when, goes with REPORTED.")
    if command.followed_up_on is not None:
        if command.kind is not K.FOLLOWED_UP:
            raise invalid("/followed_up_on", "ONE_OF", "A day goes with FOLLOWED_UP.")
        if not civil_date(disclosed_at) <= command.followed_up_on <= civil_date(now):
            raise invalid("/followed_up_on", "OUT_OF_RANGE", "Give a day from when it was said until today.")


async def acknowledge(
    session: AsyncSession, *, actor: Actor, alarm_id: UUID, command: Acknowledge, version: int | None, now: datetime
) -> ConcernAlarm:
    """Take an alarm on, so that it is not told again. Of two at once the second waits for the row and is told that it is taken.
    Raises `AlarmTaken` (409); `NotAcknowledged` (409) to whoever raised it, as long as staff have not been told."""
    require(actor, Permission.CONCERNS_ACKNOWLEDGE)
    alarm = await load_version(session, ConcernAlarm, alarm_id, actor=actor, version=version)
    if alarm.acknowledged_at is not None:
        raise AlarmTaken(links={"concern": f"/v1/concerns/{alarm.concern_id}"})
    concern = await load(session, Concern, alarm.concern_id, actor=actor)
    if concern.created_by == actor.subject_id and not await _told(session, concern):
        raise NotAcknowledged("You raised it, and staff have not been told yet.")
    alarm.acknowledged_at, alarm.acknowledged_by = now, actor.subject_id
    touch(alarm, now=now)
    session.add(alarm)
    await _add(session, actor, concern, now, kind=K.ACKNOWLEDGED, words=command.words)
    await audit.record(session, "concern_alarm.acknowledged", alarm.id, ["acknowledged_at"])
    await events.tell(session, actor, "concern_alarm.acknowledged", alarm, now)
    return alarm


async def _told(session: AsyncSession, concern: Concern) -> bool:
    later = await session.exec(
        select(ConcernAddition.id).where(ConcernAddition.concern_id == concern.id, ConcernAddition.kind == K.REPORTED)
    )
    return later.first() is not None


async def _add(session: AsyncSession, actor: Actor, concern: Concern, now: datetime, **said: Any) -> ConcernAddition:
    added = ConcernAddition(
        **said, charity_id=actor.charity_id, concern_id=concern.id, created_at=now, created_by=actor.subject_id
    )
    session.add(added)
    await session.flush()
    return added
