"""A charity's own workbooks: made, changed, retired. Everybody's are nobody's to change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load_version
from app.domain.kernel.errors import AlreadyExists, NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.support.toolkits.errors import ToolkitNotYours, ToolkitRetired
from app.domain.support.toolkits.models import ChangeToolkit, MakeToolkit, RetireToolkit, Toolkit

_MAY_BE_EMPTIED = frozenset({"weeks"})


def _numbered(titles: Sequence[str]) -> list[dict[str, Any]]:
    return [{"number": number, "title": title} for number, title in enumerate(titles, start=1)]


async def make_toolkit(session: AsyncSession, *, actor: Actor, command: MakeToolkit, now: datetime) -> Toolkit:
    """A workbook of the charity's own. An index keeps its code to itself, also of two at once. Raises `AlreadyExists` (409)."""
    require(actor, Permission.TOOLKITS_MANAGE)
    if command.age_from is not None and command.age_to is not None and command.age_to <= command.age_from:
        raise invalid("/age_to", "OUT_OF_RANGE", "Give an age above `age_from`.")
    there = await session.exec(
        select(Toolkit.id).where(Toolkit.charity_id == actor.charity_id, Toolkit.code == command.code)
    )
    if there.first() is not None:
        raise AlreadyExists("There is a toolkit of yours with this code.")
    row = Toolkit(
        **command.model_dump(exclude={"units"}),
        units=_numbered(command.units),
        charity_id=actor.charity_id,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "toolkit.made", row.id, command.model_fields_set)
    await events.tell(session, actor, "toolkit.made", row, now)
    return row


async def _own(session: AsyncSession, *, actor: Actor, toolkit_id: UUID, version: int | None) -> Toolkit:
    require(actor, Permission.TOOLKITS_MANAGE)
    found = await session.exec(
        select(Toolkit.charity_id).where(
            Toolkit.id == toolkit_id,
            or_(col(Toolkit.charity_id).is_(None), col(Toolkit.charity_id) == actor.charity_id),
        )
    )
    whose = found.all()
    if not whose:
        raise NotFound()
    if whose[0] is None:
        raise ToolkitNotYours()
    row = await load_version(session, Toolkit, toolkit_id, actor=actor, version=version)
    if row.retired_on is not None:
        raise ToolkitRetired()
    return row


async def change_toolkit(
    session: AsyncSession, *, actor: Actor, toolkit_id: UUID, command: ChangeToolkit, version: int | None, now: datetime
) -> Toolkit:
    """Whoever has begun it goes on with what it was then. Raises `ToolkitNotYours` (409), `ToolkitRetired` (409)."""
    row = await _own(session, actor=actor, toolkit_id=toolkit_id, version=version)
    given = command.model_dump(exclude_unset=True)
    for name, value in given.items():
        if value is None and name not in _MAY_BE_EMPTIED:
            raise invalid(f"/{name}", "REQUIRED", "Give a value, or leave the field out.")
    if "units" in given:
        given["units"] = _numbered(given["units"])
    if changed := apply(row, given, now=now):
        session.add(row)
        await session.flush()
        await audit.record(session, "toolkit.changed", row.id, changed)
        await events.tell(session, actor, "toolkit.changed", row, now)
    return row


async def retire_toolkit(
    session: AsyncSession, *, actor: Actor, toolkit_id: UUID, command: RetireToolkit, version: int | None, now: datetime
) -> Toolkit:
    """Nobody begins it any more. Raises `ToolkitNotYours` (409), `ToolkitRetired` (409)."""
    row = await _own(session, actor=actor, toolkit_id=toolkit_id, version=version)
    apply(row, {"retired_on": civil_date(now), "retired_because": command.reason}, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "toolkit.retired", row.id, ["retired_on"])
    await events.tell(session, actor, "toolkit.retired", row, now)
    return row
