"""The demo's first entries of the directory: the services that men were told of, by name; a charity fills in the rest."""

import json
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from app.database import Database
from app.domain.kernel.actor import Actor
from app.domain.support.directory.models import DirectoryService, ImportServices
from app.domain.support.directory.operations import import_services

SERVICES = Path(__file__).parent / "services.json"


async def ensure_directory(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """What is not there yet; what somebody has completed or withdrawn stays as it is now."""
    services = json.loads(SERVICES.read_text(encoding="utf-8"))
    async with database.write(coordinator) as session:
        there = await session.exec(
            select(DirectoryService.source_id).where(DirectoryService.charity_id == coordinator.charity_id)
        )
        known = {str(source) for source in there.all()}
        missing = [service for service in services if service["id"] not in known]
        if missing:
            await import_services(session, actor=coordinator, command=ImportServices(contents=missing), now=now)
