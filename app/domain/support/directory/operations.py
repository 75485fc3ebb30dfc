"""What may be done with the directory: only the charity that keeps an entry changes it; nothing is ever deleted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load_version
from app.domain.kernel.errors import FieldError, ValidationFailed, invalid
from app.domain.support.directory.models import (
    ChangeService,
    CreateService,
    DirectoryService,
    ImportedService,
    ImportOutcome,
    ImportServices,
    ServicesImported,
    ServiceStatus,
)
from app.domain.support.directory.rules import AGES_REVERSED, Taken, ages_reversed, take

_NEVER_NULL = ("name", "status", "phones", "organisation_name")


async def create_service(
    session: AsyncSession, *, actor: Actor, command: CreateService, now: datetime
) -> DirectoryService:
    """A new entry, public at once."""
    require(actor, Permission.DIRECTORY_WRITE)
    given = command.model_dump()
    _check_ages(given)
    return await _add(session, actor, given, now)


async def change_service(
    session: AsyncSession,
    *,
    actor: Actor,
    service_id: UUID,
    change: ChangeService,
    version: int | None,
    now: datetime,
) -> DirectoryService:
    """Change what is said of a service. One that was withdrawn is public again once its status is not `inactive`."""
    require(actor, Permission.DIRECTORY_WRITE)
    row = await load_version(session, DirectoryService, service_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True)
    missing = [name for name in _NEVER_NULL if name in changes and changes[name] is None]
    if missing:
        raise ValidationFailed(errors=[FieldError(f"/{name}", "REQUIRED", "This cannot be null.") for name in missing])
    _check_ages(_ages(row) | changes)
    if changes.get("status", ServiceStatus.INACTIVE) != ServiceStatus.INACTIVE:
        changes["withdrawn_at"] = None
    return await _change(session, actor, row, changes, now)


async def withdraw_service(
    session: AsyncSession, *, actor: Actor, service_id: UUID, version: int | None, now: datetime
) -> DirectoryService:
    """Nobody but the charity sees it any more. It stays on file: somebody may have been sent there."""
    require(actor, Permission.DIRECTORY_WRITE)
    row = await load_version(session, DirectoryService, service_id, actor=actor, version=version)
    changed = apply(row, {"status": ServiceStatus.INACTIVE, "withdrawn_at": row.withdrawn_at or now}, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "directory_service.withdrawn", row.id, changed)
    await events.tell(session, actor, "directory_service.withdrawn", row, now)
    return row


async def import_services(
    session: AsyncSession, *, actor: Actor, command: ImportServices, now: datetime
) -> ServicesImported:
    """Take over what another directory says, item by item, by its own ids: what is new is added, what is there is brought up
    to date, what the charity has withdrawn stays so. What an item does not say of an entry stays as it is.

    Two at once are safe: the second of one charity waits for the first, and sees what it has added.
    """
    require(actor, Permission.DIRECTORY_WRITE)
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"directory|{actor.charity_id}", 0))))
    items = [take(item) for item in command.contents]
    known = await _by_source(session, actor, [item.kept["source_id"] for item in items if item.kept])
    seen: set[str] = set()
    done: list[ImportedService] = []
    for index, item in enumerate(items):
        source = str(UUID(item.kept["source_id"])) if item.kept else ""
        if source and source in seen:
            item.find("/id", ("ID_TWICE", "Send each service once: an item before this one has the same id."))
        seen.add(source)
        done.append(await _import(session, actor, item, known.get(source), index=index, now=now))
    return ServicesImported(items=done)


async def _import(
    session: AsyncSession, actor: Actor, item: Taken, row: DirectoryService | None, *, index: int, now: datetime
) -> ImportedService:
    outcome = ImportOutcome.REFUSED
    if row is not None and not item.faults and ages_reversed(_ages(row) | item.kept):
        item.find("/maximum_age", AGES_REVERSED)
    if not item.faults:
        if row is None:
            kept = item.kept | {"source_id": UUID(item.kept["source_id"])}
            row, outcome = await _add(session, actor, kept, now), ImportOutcome.CREATED
        elif row.withdrawn_at is not None:
            outcome = ImportOutcome.WITHDRAWN
        else:
            said = {name: value for name, value in item.kept.items() if name != "source_id"}
            before = row.version
            await _change(session, actor, row, said, now)
            outcome = ImportOutcome.UNCHANGED if row.version == before else ImportOutcome.CHANGED
    return ImportedService(
        index=index,
        outcome=outcome,
        service_id=None if row is None or outcome is ImportOutcome.REFUSED else row.id,
        left_out=item.left_out,
        faults=item.faults,
    )


async def _by_source(session: AsyncSession, actor: Actor, sources: Sequence[str]) -> dict[str, DirectoryService]:
    """The entries of these source ids, locked in one order, so that nobody changes one meanwhile."""
    found = await session.exec(
        select(DirectoryService)
        .where(
            DirectoryService.charity_id == actor.charity_id,
            col(DirectoryService.source_id).in_([UUID(source) for source in sources]),
        )
        .order_by(col(DirectoryService.id))
        .with_for_update()
    )
    return {str(row.source_id): row for row in found}


async def _add(session: AsyncSession, actor: Actor, given: Mapping[str, Any], now: datetime) -> DirectoryService:
    row = DirectoryService.model_validate(
        {
            **given,
            "organisation_name": given.get("organisation_name") or given["name"],
            "charity_id": actor.charity_id,
            "created_at": now,
            "created_by": actor.subject_id,
            "updated_at": now,
        }
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "directory_service.created", row.id, given)
    await events.tell(session, actor, "directory_service.created", row, now)
    return row


async def _change(
    session: AsyncSession, actor: Actor, row: DirectoryService, changes: Mapping[str, Any], now: datetime
) -> DirectoryService:
    changed = apply(row, changes, now=now)
    session.add(row)
    await session.flush()
    if changed:
        await audit.record(session, "directory_service.changed", row.id, changed)
        await events.tell(session, actor, "directory_service.changed", row, now)
    return row


def _ages(row: DirectoryService) -> dict[str, Any]:
    return {"minimum_age": row.minimum_age, "maximum_age": row.maximum_age}


def _check_ages(service: Mapping[str, Any]) -> None:
    if ages_reversed(service):
        raise invalid("/maximum_age", *AGES_REVERSED)
