"""Support through the gate: found eligible, offered, accepted, contact made, given, kept up, ended. Whoever does any of it locks
the person first, as whoever records a move does, so that the time that it lasts is always that of all that is recorded."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.dates import add_months
from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.people.models import Person
from app.domain.through_the_gate.errors import GateStepNotOpen, GateSupportThere
from app.domain.through_the_gate.models import FindEligible, GateStep, GateSupport, GateSupportStep, TakeGateStep
from app.domain.through_the_gate.operations.cards import revoke_open
from app.domain.through_the_gate.operations.spells import course_of, placements_of
from app.domain.through_the_gate.rules import Course
from app.domain.through_the_gate.window import FILLS, state_of, window

S = GateStep
_LONGEST_EXTENSION = 12
# Each of these is told with one step, and with no other.
_ONLY_WITH = {"by": S.FIRST_CONTACT, "until": S.EXTEND, "end_reason": S.END, "planned": S.END}


async def find_eligible(session: AsyncSession, *, actor: Actor, command: FindEligible, now: datetime) -> GateSupport:
    """Somebody who is mentored may have support after his release. Raises `GateSupportThere` (409)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    try:
        engagement = await load(session, Engagement, command.engagement_id, actor=actor)
    except NotFound:
        raise invalid(
            "/engagement_id", "UNKNOWN_ENGAGEMENT", "There is no such engagement: see /v1/engagements."
        ) from None
    if engagement.started_on is None:
        raise invalid("/engagement_id", "NOT_BEGUN", "The engagement has not begun: both have to say yes first.")
    await load(session, Person, engagement.person_id, actor=actor, lock=True)
    _check_day("/eligible_on", command.eligible_on, None, now)
    there = await session.exec(select(GateSupport).where(GateSupport.engagement_id == engagement.id))
    if (other := there.one_or_none()) is not None:
        raise GateSupportThere(f"It is {other.state}.", links={"gate_support": f"/v1/gate-support/{other.id}"})
    row = GateSupport(
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        programme_id=engagement.programme_id,
        eligible_on=command.eligible_on,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    _work_out(row, course_of(await placements_of(session, engagement.person_id)))
    session.add(row)
    await session.flush()
    await audit.record(session, "gate_support.found_eligible", row.id, command.model_fields_set)
    await events.tell(session, actor, "gate_support.found_eligible", row, now)
    return row


async def take_gate_step(
    session: AsyncSession, *, actor: Actor, support_id: UUID, command: TakeGateStep, version: int | None, now: datetime
) -> GateSupport:
    """What happened. Raises `GateStepNotOpen` (409), `ValidationFailed` (422)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    found = await load(session, GateSupport, support_id, actor=actor)
    await load(session, Person, found.person_id, actor=actor, lock=True)
    row = await load_version(session, GateSupport, support_id, actor=actor, version=version)
    _check_told(command)
    if (row.ended_on is not None) != (command.step is S.REOPEN):
        if command.step is S.REOPEN:
            raise GateStepNotOpen("It has not ended.")
        if command.step is not S.END:
            raise GateStepNotOpen("It has ended: REOPEN comes first.")
    _apply(row, command, now)
    if command.step is S.END:
        await revoke_open(session, actor=actor, support_id=row.id, now=now)
    return await keep(session, actor, row, command, now)


async def keep(
    session: AsyncSession, actor: Actor, row: GateSupport, command: TakeGateStep, now: datetime
) -> GateSupport:
    """Write it as it stands now, and the step. Whoever calls has locked the person."""
    _work_out(row, course_of(await placements_of(session, row.person_id)))
    touch(row, now=now)
    session.add(row)
    newest = await session.exec(
        select(func.coalesce(func.max(GateSupportStep.sequence), 0)).where(GateSupportStep.support_id == row.id)
    )
    session.add(
        GateSupportStep(
            **command.model_dump(exclude={"on"}),
            happened_on=command.on,
            charity_id=actor.charity_id,
            support_id=row.id,
            sequence=newest.one() + 1,
            recorded_at=now,
            recorded_by=actor.subject_id,
        )
    )
    await session.flush()
    await audit.record(session, "gate_support.step", row.id, command.model_fields_set)
    await events.tell(session, actor, f"gate_support.{command.step.value.lower()}", row, now)
    return row


async def follow_placements(
    session: AsyncSession, *, actor: Actor, person_id: UUID, found: Course, now: datetime
) -> None:
    """Where he was is known anew: the time that it lasts is that of it. Whoever calls has locked the person."""
    rows = await session.exec(
        select(GateSupport).where(GateSupport.person_id == person_id).order_by(col(GateSupport.id)).with_for_update()
    )
    for row in rows.all():
        before = (row.state, row.released_on, row.stopped_on, row.ends_on)
        _work_out(row, found)
        if (row.state, row.released_on, row.stopped_on, row.ends_on) != before:
            touch(row, now=now)
            session.add(row)
            await session.flush()
            await events.tell(session, actor, "gate_support.moved", row, now)


def _work_out(row: GateSupport, found: Course) -> None:
    lasts = window(found.spells, row.extended_until)
    row.released_on, row.stopped_on, row.ends_on = lasts.released_on, lasts.stopped_on, lasts.ends_on
    row.state = state_of(row)


def _check_told(command: TakeGateStep) -> None:
    for name, step in _ONLY_WITH.items():
        told = getattr(command, name) is not None
        if told and command.step is not step:
            raise invalid(f"/{name}", "ONLY_WITH", f"Only {step.value} has it: leave it out.")
        if not told and command.step is step:
            raise invalid(f"/{name}", "REQUIRED", f"{step.value} needs it.")
    if command.step is S.EXTEND and command.words is None:
        raise invalid("/words", "REQUIRED", "Say why it goes on for longer.")


def _apply(row: GateSupport, command: TakeGateStep, now: datetime) -> None:
    if command.step is S.REOPEN:
        _check_day("/on", command.on, row.ended_on, now)
        row.ended_on = row.end_reason = row.planned_end = None
        return
    if command.step is S.EXTEND:
        _check_day("/on", command.on, row.released_on, now)
        _extend(row, command.until)
        return
    fills, after = FILLS[command.step]
    since: date | None = getattr(row, after)
    if since is None:
        raise GateStepNotOpen(f"{_MISSING[after]} is not on record.")
    _check_day("/on", command.on, since, now)
    if command.step is S.FIRST_CONTACT:
        _check_accepted(row)
        row.first_contact_by = command.by
    if command.step is S.ACCEPT:
        row.declined_on = None
    if command.step is S.END:
        row.end_reason, row.planned_end = command.end_reason, command.planned
    setattr(row, fills, command.on)


_MISSING = {
    "eligible_on": "That he may have it",
    "offered_on": "OFFER",
    "released_on": "A release",
    "first_contact_on": "FIRST_CONTACT",
    "supported_on": "SUPPORT",
}


def _check_accepted(row: GateSupport) -> None:
    if row.accepted_on is None or row.declined_on is not None:
        raise GateStepNotOpen("ACCEPT is not on record.")


def _extend(row: GateSupport, until: date | None) -> None:
    _check_accepted(row)
    if row.ends_on is None or row.released_on is None or until is None:
        raise GateStepNotOpen("No time is running: he has not been released, or is back in custody.")
    last = add_months(row.released_on, _LONGEST_EXTENSION)
    if not row.ends_on < until <= last:
        raise invalid(
            "/until", "OUT_OF_RANGE", f"Give a day after {row.ends_on.isoformat()} and until {last.isoformat()}."
        )
    row.extended_until = until


def _check_day(pointer: str, day: date, since: date | None, now: datetime) -> None:
    today = civil_date(now)
    if day > today or (since is not None and day < since):
        first = "" if since is None else f" from {since.isoformat()}"
        raise invalid(pointer, "OUT_OF_RANGE", f"Give a day{first} to {today.isoformat()}.")
