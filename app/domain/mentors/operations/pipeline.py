"""A mentor put on file, changed, and moved along the pipeline."""

import itertools
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load_version
from app.domain.kernel.errors import invalid
from app.domain.mentors.errors import MentorStageNotOpen
from app.domain.mentors.models import (
    ChangeMentor,
    CheckKind,
    CheckOutcome,
    CreateMentor,
    Mentor,
    MentorCheck,
    MentorStep,
    MentorTraining,
    MoveMentor,
    Stage,
    TrainingModule,
    Wished,
)
from app.domain.mentors.operations.checking import check_names, check_two, not_in_future
from app.domain.mentors.rules import FOLLOWS, NEEDS_REASON, ONCE, lacks

HIMSELF = "Nobody supervises himself."


async def create_mentor(session: AsyncSession, *, actor: Actor, command: CreateMentor, now: datetime) -> Mentor:
    """Somebody who applied."""
    require(actor, Permission.MENTORS_WRITE)
    on = not_in_future(command.applied_on, "/applied_on", now)
    await check_names(session, actor, command.model_dump(include={"member_id", "supervisor_id", "programme_ids"}))
    check_two(command.member_id, command.supervisor_id, "/supervisor_id", HIMSELF)
    await _check_only_one(session, command.member_id)
    row = Mentor(
        **command.model_dump(exclude={"applied_on", "offers"}),
        offers=_plain(command.offers),
        charity_id=actor.charity_id,
        stage=Stage.APPLIED,
        stage_since=on,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    session.add(_step(actor, row, 1, reason=None, now=now))
    await session.flush()
    await audit.record(session, "mentor.created", row.id, command.model_fields_set)
    await events.tell(session, actor, "mentor.created", row, now)
    return row


async def change_mentor(
    session: AsyncSession,
    *,
    actor: Actor,
    mentor_id: UUID,
    change: ChangeMentor,
    version: int | None,
    now: datetime,
) -> Mentor:
    """Change what was arranged. A lower capacity ends nothing: it only lets nobody new in."""
    require(actor, Permission.MENTORS_WRITE)
    row = await load_version(session, Mentor, mentor_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True)
    for name in ("display_name", "supervision_every_days", "capacity"):
        if name in changes and changes[name] is None:
            raise invalid(f"/{name}", "REQUIRED", "This cannot be empty: leave it out to keep it.")
    for name, empty in (("languages", []), ("interests", []), ("programme_ids", []), ("offers", {})):
        if name in changes and changes[name] is None:
            changes[name] = empty
    if "offers" in changes:
        changes["offers"] = _plain(changes["offers"])
    await check_names(session, actor, changes)
    both = {"member_id": row.member_id, "supervisor_id": row.supervisor_id} | changes
    check_two(both["member_id"], both["supervisor_id"], "/supervisor_id", HIMSELF)
    await _check_only_one(session, changes.get("member_id"), but=row.id)
    changed = apply(row, changes, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "mentor.changed", row.id, changed)
    await events.tell(session, actor, "mentor.changed", row, now)
    return row


async def move_mentor(
    session: AsyncSession, *, actor: Actor, mentor_id: UUID, command: MoveMentor, version: int | None, now: datetime
) -> Mentor:
    """The next stage. Two at once are safe: the mentor's row is locked, and (mentor, sequence) is unique. What a mentor's
    leaving does to whom he has is a journey of its own (`journeys.mentor_leaves`)."""
    require(actor, Permission.MENTORS_WRITE)
    row = await load_version(session, Mentor, mentor_id, actor=actor, version=version)
    on = not_in_future(command.effective_on, "/effective_on", now)
    if on < row.stage_since:
        raise invalid(
            "/effective_on", "OUT_OF_RANGE", f"Give a day from {row.stage_since.isoformat()}, when this stage began."
        )
    if command.stage in NEEDS_REASON and command.reason is None:
        raise invalid("/reason", "REQUIRED", f"Say why: {command.stage.value} needs a reason.")
    now_at, following = Stage(row.stage), FOLLOWS[Stage(row.stage)]
    if command.stage not in following:
        told = ", ".join(sorted(stage.value for stage in following))
        raise MentorStageNotOpen(f"A mentor who is {now_at.value} can become: {told}.")
    if command.stage in ONCE and await _has_been(session, row, command.stage):
        raise MentorStageNotOpen(
            f"The mentor has been {command.stage.value} already: what comes next is ACTIVE, or LEFT."
        )
    if command.stage is Stage.ACTIVE:
        missing = lacks(Stage.ACTIVE, on=on, **await _readiness(session, row, on))
        if missing:
            raise MentorStageNotOpen(f"To become ACTIVE the mentor lacks {'; and '.join(missing)}.")
    last = await session.exec(
        select(func.coalesce(func.max(MentorStep.sequence), 0)).where(MentorStep.mentor_id == row.id)
    )
    apply(row, {"stage": command.stage, "stage_since": on}, now=now)
    session.add(row)
    session.add(_step(actor, row, last.one() + 1, reason=command.reason, now=now))
    await session.flush()
    await audit.record(session, "mentor.moved", row.id, ["stage"])
    await events.tell(session, actor, "mentor.moved", row, now)
    return row


async def _check_only_one(session: AsyncSession, member_id: UUID | None, *, but: UUID | None = None) -> None:
    """A member is one mentor at the most: a constraint holds of two at once what this tells in advance."""
    found = await session.exec(select(Mentor.id).where(Mentor.member_id == member_id, Mentor.id != but))
    if member_id is not None and found.first() is not None:
        raise invalid("/member_id", "MENTORS_ALREADY", "This member is a mentor already: change that one.")


async def _has_been(session: AsyncSession, row: Mentor, stage: Stage) -> bool:
    """Since the mentor applied, the last time."""
    steps = (
        await session.exec(
            select(MentorStep.stage).where(MentorStep.mentor_id == row.id).order_by(col(MentorStep.sequence).desc())
        )
    ).all()
    return stage in itertools.takewhile(lambda each: each != Stage.APPLIED, steps)


def _step(actor: Actor, row: Mentor, sequence: int, *, reason: str | None, now: datetime) -> MentorStep:
    return MentorStep(
        charity_id=actor.charity_id,
        mentor_id=row.id,
        sequence=sequence,
        stage=row.stage,
        effective_on=row.stage_since,
        reason=reason,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )


async def _readiness(session: AsyncSession, row: Mentor, on: date) -> dict[str, Any]:
    vetting = await session.exec(
        select(MentorCheck)
        .where(
            MentorCheck.mentor_id == row.id, MentorCheck.kind == CheckKind.VETTING, col(MentorCheck.decided_on) <= on
        )
        .order_by(col(MentorCheck.decided_on).desc(), col(MentorCheck.recorded_at).desc(), col(MentorCheck.id).desc())
        .limit(1)
    )
    newest = vetting.first()
    core = await session.exec(
        select(MentorTraining.id).where(
            MentorTraining.mentor_id == row.id,
            MentorTraining.module == TrainingModule.CORE,
            col(MentorTraining.completed_on) <= on,
        )
    )
    granted = newest is not None and newest.outcome == CheckOutcome.GRANTED
    until = newest.expires_on if newest is not None and granted else None
    return {"vetted": granted, "vetted_until": until, "trained": core.first() is not None}


def _plain(offers: Mapping[Wished, list[str]]) -> dict[str, list[str]]:
    return {attribute.value: list(values) for attribute, values in offers.items()}
