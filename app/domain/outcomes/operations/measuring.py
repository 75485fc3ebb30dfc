"""Measures published and retired, and forms written down."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.errors import FieldError, ValidationFailed, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.matching.writing_in import begun_engagement
from app.domain.outcomes.errors import MeasureRetired, ResponseSuperseded, TooEarlyForForm
from app.domain.outcomes.models import (
    Measure,
    MeasureResponse,
    MeasureScale,
    PublishMeasure,
    RecordResponse,
    ResponseStatus,
)
from app.domain.outcomes.rules import Wrong, scored, wrong_scales, wrong_scores

_FILLED_IN = frozenset({ResponseStatus.COMPLETE, ResponseStatus.PARTIAL})


async def publish_measure(session: AsyncSession, *, actor: Actor, command: PublishMeasure, now: datetime) -> Measure:
    """A measure, or the next edition of one, which takes the place of the one in use. Of two at once the second waits for the
    first one's lock, or is stopped by the index on editions, and may try again. Raises `ValidationFailed` (422)."""
    require(actor, Permission.MEASURES_WRITE)
    _refuse(wrong_scales(command.scales))
    found = await session.exec(
        select(Measure)
        .where(Measure.charity_id == actor.charity_id, Measure.code == command.code)
        .order_by(col(Measure.edition).desc())
        .limit(1)
        .with_for_update()
    )
    newest = found.first()
    if newest is not None and newest.retired_at is None:
        await _take_out(session, newest, now)
    row = Measure(
        **command.model_dump(mode="json"),
        charity_id=actor.charity_id,
        edition=1 if newest is None else newest.edition + 1,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "measure.publish", row.id, command.model_fields_set)
    await events.tell(session, actor, "measure.published", row, now)
    return row


async def retire_measure(
    session: AsyncSession, *, actor: Actor, measure_id: UUID, version: int | None, now: datetime
) -> Measure:
    """No more of it. What was scored stays. Raises `NotFound`, `MeasureRetired` (409)."""
    require(actor, Permission.MEASURES_WRITE)
    row = await load_version(session, Measure, measure_id, actor=actor, version=version)
    if row.retired_at is not None:
        raise MeasureRetired()
    await _take_out(session, row, now)
    await audit.record(session, "measure.retire", row.id, ["retired_at"])
    await events.tell(session, actor, "measure.retired", row, now)
    return row


async def record_response(
    session: AsyncSession, *, actor: Actor, command: RecordResponse, now: datetime
) -> MeasureResponse:
    """A form that was filled in, or not; also after the end. Two at once are two; where both put the same one right, the index
    on what they supersede lets one through. Raises `ValidationFailed` (422), `TooEarlyForForm`, `ResponseSuperseded` (409)."""
    require(actor, Permission.MEASURE_RESPONSES_WRITE)
    today = civil_date(now)
    taken_on = command.taken_on or today
    measure = await _measure(session, actor, command.measure_id, taken_on)
    scales = [MeasureScale.model_validate(scale) for scale in measure.scales]
    if (command.administered_by is not None) != (command.status in _FILLED_IN):
        raise invalid("/administered_by", "ONE_OF", "Say who helped with COMPLETE and PARTIAL, and only then.")
    _refuse(wrong_scores(command.status, scales, command.scores))
    engagement = await begun_engagement(session, actor=actor, engagement_id=command.engagement_id)
    if engagement.started_on is not None and not engagement.started_on <= taken_on <= today:
        first = engagement.started_on.isoformat()
        raise invalid("/taken_on", "OUT_OF_RANGE", f"Give a day from {first} to {today.isoformat()}.")
    if command.status is not ResponseStatus.NOT_OFFERED and command.override_reason is None:
        await _check_rapport(session, measure, engagement, taken_on)
    if command.supersedes_id is not None:
        await _check_superseded(session, actor, command, command.supersedes_id)
    row = MeasureResponse(
        **command.model_dump(exclude={"taken_on", "scores"}),
        charity_id=actor.charity_id,
        scores=[score.model_dump(mode="json") for score in scored(scales, command.scores)],
        taken_on=taken_on,
        created_at=now,
        created_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "measure_response.record", row.id, command.model_fields_set)
    await events.once(session, actor, "measure_response.recorded", row.id, now)
    return row


async def _measure(session: AsyncSession, actor: Actor, measure_id: UUID, taken_on: date) -> Measure:
    """The edition, if it was in use on that day: what was filled in on paper may come in after it was retired."""
    found = await session.exec(select(Measure).where(Measure.id == measure_id, Measure.charity_id == actor.charity_id))
    measure = found.one_or_none()
    if measure is None:
        raise invalid("/measure_id", "UNKNOWN_MEASURE", "There is no such measure here: see /v1/measures.")
    if measure.retired_at is not None and taken_on > civil_date(measure.retired_at):
        cure = "The measure was not in use on that day: see /v1/measures?in_use=true."
        raise invalid("/measure_id", "MEASURE_RETIRED", cure)
    return measure


async def _check_rapport(session: AsyncSession, measure: Measure, engagement: Engagement, taken_on: date) -> None:
    held = await session.exec(select(func.throughgate.sessions_held(engagement.id, taken_on)))
    met = int(held.one() or 0)
    if met < measure.rapport_sessions:
        raise TooEarlyForForm(
            f"By that day they had met {met} times; the form comes after {measure.rapport_sessions}.",
        )


async def _check_superseded(session: AsyncSession, actor: Actor, command: RecordResponse, other_id: UUID) -> None:
    found = await session.exec(
        select(MeasureResponse).where(
            MeasureResponse.id == other_id,
            MeasureResponse.charity_id == actor.charity_id,
            MeasureResponse.engagement_id == command.engagement_id,
        )
    )
    if found.one_or_none() is None:
        raise invalid("/supersedes_id", "UNKNOWN_RESPONSE", "The engagement has no such response.")
    later = await session.exec(select(MeasureResponse.id).where(MeasureResponse.supersedes_id == other_id))
    if later.first() is not None:
        raise ResponseSuperseded()


async def _take_out(session: AsyncSession, row: Measure, now: datetime) -> None:
    row.retired_at = now
    touch(row, now=now)
    session.add(row)
    await session.flush()


def _refuse(wrong: Iterable[Wrong]) -> None:
    found = [FieldError(*one) for one in wrong]
    if found:
        raise ValidationFailed(errors=found)
