"""What every change has in common: load the row under lock, compare its version, count it up, say who did it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import defer
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import Conflict, NotFound, PreconditionFailed
from app.domain.kernel.rows import SECRET, Versioned

R = TypeVar("R", bound=SQLModel)
V = TypeVar("V", bound=Versioned)


class RecordMerged(Conflict):
    """A record that was merged into another is read, and written no more."""

    code = "RECORD_MERGED"
    title = "This record was merged into another"
    cure = "Write to the record that the answer links to."


class Authorised(Protocol):
    """Whoever may hold a token."""

    id: UUID
    authority: int


async def load(session: AsyncSession, row: type[R], key: UUID, *, actor: Actor, lock: bool = False) -> R:
    """A row of the actor's charity by its key. Raises `NotFound` (404), `RecordMerged` (409). `lock`: until the transaction ends.

    A column that is marked `SECRET` can be written and is not read: the actor's database role could not.
    """
    mapper = inspect(row)
    unread = [defer(getattr(row, a.key), raiseload=True) for a in mapper.column_attrs if a.columns[0].info == SECRET]
    statement = select(row).where(mapper.primary_key[0] == key, mapper.columns["charity_id"] == actor.charity_id)
    statement = statement.options(*unread)
    if lock:
        statement = statement.with_for_update()
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound()
    into = getattr(found, "merged_into_id", None)
    if lock and into is not None:  # whoever locks a record means to write to it
        raise RecordMerged(links={"person": f"/v1/people/{into}"})
    return found


async def load_version(session: AsyncSession, row: type[V], key: UUID, *, actor: Actor, version: int | None) -> V:
    """A row to change, locked. Two at once are safe: the second waits for the lock, then sees the first one's version.

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
        touch(row, now=now)
    return changed


def touch(row: Versioned, *, now: datetime) -> None:
    """Count a change up: of the row, or of what belongs to it and is kept elsewhere."""
    row.version += 1
    row.updated_at = now


OWN_AUTHORITY = "own_authority"


def count_up_authority(session: AsyncSession, row: Authorised, *, actor: Actor) -> None:
    """End the tokens of a member or client whose rights change. Who changes their own still gets this one answer: it is read
    with the authority that they have now, kept in the session for `app.database`."""
    row.authority += 1
    if row.id == actor.subject_id:
        session.info[OWN_AUTHORITY] = row.authority
