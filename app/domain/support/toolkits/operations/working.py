"""Units done, corrected; the work paused, going on, stopped, completed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import touch
from app.domain.kernel.errors import invalid
from app.domain.sessions.models import MentoringSession
from app.domain.support.toolkits.errors import CertificateThere, ToolkitStepNotOpen, UnitDone
from app.domain.support.toolkits.models import (
    Certificate,
    MoveProgress,
    ProgressState,
    ProgressStep,
    ProgressUnit,
    RecordUnit,
    ToolkitProgress,
)
from app.domain.support.toolkits.operations.checking import day_between, progress_for, stood
from app.domain.support.toolkits.rules import AFTER, OPEN, is_complete

S, T = ProgressState, ProgressStep
_STEP_TO = {S.PAUSED: T.PAUSE, S.GOING_ON: T.RESUME, S.STOPPED: T.STOP, S.COMPLETED: T.COMPLETE}


async def record_unit(
    session: AsyncSession, *, actor: Actor, progress_id: UUID, command: RecordUnit, version: int | None, now: datetime
) -> ToolkitProgress:
    """A unit is done; with the last one the toolkit is completed. Raises `UnitDone` (409), `ToolkitStepNotOpen` (409)."""
    step = T.CORRECT if command.correct else T.UNIT
    row = await progress_for(session, actor=actor, progress_id=progress_id, version=version, step=step)
    units = await _units(session, row)
    unit = next((one for one in units if one.number == command.number), None)
    if unit is None:
        raise invalid("/number", "UNKNOWN_UNIT", f"This toolkit has {len(units)} units: give the number of one.")
    await _check_correction(session, row, unit, command)
    undone = command.correct and command.done_on is None
    unit.done_on = None if undone else day_between(command.done_on, row.begun_on, now, "/done_on")
    unit.how = None if undone else command.how or row.how
    unit.session_id = None if undone else await _session_of(session, row, command.session_id)
    session.add(unit)
    _settle(row, units)
    touch(row, now=now)
    told = {"number": unit.number, "done_on": unit.done_on, "how": unit.how, "reason": command.reason}
    return await stood(session, actor=actor, row=row, step=step, now=now, **told)


async def _units(session: AsyncSession, row: ToolkitProgress) -> list[ProgressUnit]:
    found = await session.exec(
        select(ProgressUnit).where(ProgressUnit.progress_id == row.id).order_by(col(ProgressUnit.number))
    )
    return list(found.all())


async def _check_correction(
    session: AsyncSession, row: ToolkitProgress, unit: ProgressUnit, command: RecordUnit
) -> None:
    if not command.correct:
        if unit.done_on is not None:
            raise UnitDone()
        return
    if command.reason is None:
        raise invalid("/reason", "REQUIRED", "Say why it is corrected.")
    if unit.done_on is None:
        raise invalid("/correct", "ONE_OF", "This unit was not recorded: record it without `correct`.")
    if command.done_on is None and (there := await certificate_of(session, row)) is not None:
        raise CertificateThere(
            "A unit of what he has a certificate for is not taken back.",
            links={"certificate": f"/v1/certificates/{there}"},
        )


def _settle(row: ToolkitProgress, units: list[ProgressUnit]) -> None:
    """Completed with the last unit, and going on again when one is taken back. What he stopped stays stopped."""
    complete = is_complete(one.done_on is not None for one in units)
    if complete and row.state == S.GOING_ON:
        row.state = S.COMPLETED
    elif not complete and row.state == S.COMPLETED:
        row.state, row.ended_on = S.GOING_ON, None
    if row.state == S.COMPLETED:
        row.ended_on = max(one.done_on for one in units if one.done_on is not None)


async def certificate_of(session: AsyncSession, row: ToolkitProgress) -> UUID | None:
    return (await session.exec(select(Certificate.id).where(Certificate.progress_id == row.id))).first()


async def _session_of(session: AsyncSession, row: ToolkitProgress, session_id: UUID | None) -> UUID | None:
    if session_id is None:
        return None
    found = await session.exec(
        select(MentoringSession.id).where(
            MentoringSession.id == session_id, MentoringSession.engagement_id == row.engagement_id
        )
    )
    if found.first() is None:
        raise invalid("/session_id", "UNKNOWN_SESSION", "This engagement has no such session: see /v1/sessions.")
    return session_id


async def move_progress(
    session: AsyncSession, *, actor: Actor, progress_id: UUID, command: MoveProgress, version: int | None, now: datetime
) -> ToolkitProgress:
    """Paused, going on again, stopped, or completed. Nothing else follows from it. Raises `ToolkitStepNotOpen` (409)."""
    row = await progress_for(session, actor=actor, progress_id=progress_id, version=version, step=None)
    step = _STEP_TO[command.state]
    if row.state not in OPEN[step]:
        raise ToolkitStepNotOpen(f"What is {row.state} cannot take {step.value}.")
    if step is T.COMPLETE and await _units(session, row):
        raise invalid("/state", "UNITS_LEFT", "It is completed with its last unit: record the units that are left.")
    day = day_between(command.on_day, row.begun_on, now, "/on_day")
    row.state = AFTER[step]
    row.ended_on = day if row.state in (S.STOPPED, S.COMPLETED) else None
    touch(row, now=now)
    return await stood(session, actor=actor, row=row, step=step, now=now, done_on=day, reason=command.reason)
