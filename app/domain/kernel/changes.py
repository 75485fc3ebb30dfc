"""What every change has in common: load the row under lock, compare its version, count it up, say who did it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import NotFound, PreconditionFailed
from app.domain.kernel.rows import Versioned

R = TypeVar("R", bound=SQLModel)
V = TypeVar("V", bound=Versioned)


async def load(session: AsyncSession, row: type[R], key: UUID, *, actor: Actor, lock: bool = False) -> R:
    """A row of the actor's charity by its key. Raises `NotFound` (404). `lock`: until the transaction ends."""
    statement = select(row).where(
        row.__table__.primary_key.columns[0] == key,  # type: ignore[attr-defined]
        row.charity_id == actor.charity_id,  # type: ignore[attr-defined]
    )
    if lock:
        statement = statement.with_for_update()
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound()
    return found


async def load_version(session: AsyncSession, row: type[V], key: UUID, *, actor: Actor, version: int | None) -> V:
    """A row to change, locked. Two at once are safe: the second waits for the lock and then sees the first one's version.

    `version` is what the caller read (If-Match); None where the door has checked nothing, as for a machine's own step.
    Raises `NotFound`, `PreconditionFailed` (412).
    """
    found = await load(session, row, key, actor=actor, lock=True)
    if version is not None and found.version != version:
        raise PreconditionFailed()
    return found


def apply(row: Versioned, changes: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Write the fields that differ, count the version up, and return the names of what changed."""
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    if changed:
        row.version += 1
        row.updated_at = now
    return changed
