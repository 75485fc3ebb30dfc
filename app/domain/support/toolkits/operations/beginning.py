"""He begins a workbook: which version, and whether it is written for his age."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import new_id
from app.domain.matching.writing_in import engagement_to_begin_in
from app.domain.support.toolkits.errors import AgeNotKnown, ToolkitGoingOn, ToolkitRetired, VersionDoesNotFit
from app.domain.support.toolkits.models import (
    BeginToolkit,
    ProgressState,
    ProgressStep,
    ProgressUnit,
    Toolkit,
    ToolkitProgress,
)
from app.domain.support.toolkits.operations.checking import day_between, stood
from app.domain.support.toolkits.rules import own_first


async def begin(session: AsyncSession, *, actor: Actor, command: BeginToolkit, now: datetime) -> ToolkitProgress:
    """He begins one. One of a toolkit goes on at a time: of two at once the second waits for the engagement and is told of the
    first. Raises `ToolkitGoingOn`, `VersionDoesNotFit`, `AgeNotKnown`, `ToolkitRetired` (409), `ValidationFailed` (422)."""
    require(actor, Permission.TOOLKITS_WRITE)
    if (command.toolkit_id is None) is (command.family is None):
        raise invalid("/toolkit_id", "ONE_OF", "Name a toolkit by `toolkit_id`, or a `family`: one of the two.")
    if command.family is not None and command.override_reason is not None:
        raise invalid("/override_reason", "ONE_OF", "Only a toolkit that is named needs a reason why it is this one.")
    engagement = await engagement_to_begin_in(session, actor=actor, engagement_id=command.engagement_id)
    began = engagement.started_on
    assert began is not None
    begun_on = day_between(command.begun_on, began, now, "/begun_on")
    toolkit = await _chosen(session, actor=actor, command=command, person_id=engagement.person_id, on=begun_on)
    await _check_none(session, engagement_id=engagement.id, toolkit_id=toolkit.id)
    row = ToolkitProgress(
        id=new_id(),
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        toolkit_id=toolkit.id,
        title=toolkit.title,
        gives_certificate=toolkit.certificate,
        accredited=toolkit.accredited,
        override_reason=command.override_reason,
        begun_on=begun_on,
        how=command.how,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    await stood(
        session, actor=actor, row=row, step=ProgressStep.BEGIN, now=now, how=row.how, reason=command.override_reason
    )
    # Copied: a later change of the toolkit changes nothing that was begun.
    session.add_all(
        ProgressUnit(charity_id=actor.charity_id, progress_id=row.id, number=unit["number"], title=unit["title"])
        for unit in toolkit.units
    )
    await session.flush()
    return row


async def _chosen(session: AsyncSession, *, actor: Actor, command: BeginToolkit, person_id: UUID, on: date) -> Toolkit:
    seen = or_(col(Toolkit.charity_id).is_(None), col(Toolkit.charity_id) == actor.charity_id)
    if command.family is not None:
        return await _for_his_age(session, actor=actor, family=command.family, person_id=person_id, on=on)
    found = (await session.exec(select(Toolkit).where(Toolkit.id == command.toolkit_id, seen))).one_or_none()
    if found is None:
        raise invalid("/toolkit_id", "UNKNOWN_TOOLKIT", "There is no such toolkit: see /v1/toolkits.")
    if found.retired_on is not None:
        raise ToolkitRetired()
    fits = await _fits(session, person_id, found.id, on)
    if not fits and command.override_reason is None:
        raise AgeNotKnown() if fits is None else VersionDoesNotFit()
    return found


async def _for_his_age(session: AsyncSession, *, actor: Actor, family: str, person_id: UUID, on: date) -> Toolkit:
    found = await session.exec(
        select(Toolkit).where(
            Toolkit.family == family,
            col(Toolkit.retired_on).is_(None),
            or_(col(Toolkit.charity_id).is_(None), col(Toolkit.charity_id) == actor.charity_id),
        )
    )
    versions = {one.id: one for one in found.all()}
    if not versions:
        raise invalid("/family", "UNKNOWN_FAMILY", "No toolkit of such a family is in use: see /v1/toolkits.")
    answers = [(one.id, await _fits(session, person_id, one.id, on)) for one in own_first(list(versions.values()))]
    for key, fits in answers:
        if fits:
            return versions[key]
    if any(fits is None for _, fits in answers):
        raise AgeNotKnown()
    raise VersionDoesNotFit("No version of this family is written for his age.")


async def _fits(session: AsyncSession, person_id: UUID, toolkit_id: UUID, on: date) -> bool | None:
    """Whether it is written for his age on that day; None where that is not known. Nobody learns the date of birth by it."""
    found = await session.exec(select(func.throughgate.toolkit_fits(person_id, toolkit_id, on)))
    answer: bool | None = found.one()
    return answer


async def _check_none(session: AsyncSession, *, engagement_id: UUID, toolkit_id: UUID) -> None:
    found = await session.exec(
        select(ToolkitProgress.id).where(
            ToolkitProgress.engagement_id == engagement_id,
            ToolkitProgress.toolkit_id == toolkit_id,
            col(ToolkitProgress.state).in_([ProgressState.GOING_ON, ProgressState.PAUSED]),
        )
    )
    if (there := found.first()) is not None:
        raise ToolkitGoingOn(links={"toolkit_progress": f"/v1/toolkit-progress/{there}"})
