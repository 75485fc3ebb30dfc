"""Somebody takes a reminder on. They are raised and settled in the database: see `throughgate.raise_reminders`."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.through_the_gate.errors import ReminderNotOpen
from app.domain.through_the_gate.models import Reminder


async def acknowledge_reminder(
    session: AsyncSession, *, actor: Actor, reminder_id: UUID, version: int | None, now: datetime
) -> Reminder:
    """Somebody sees to it. Raises `ReminderNotOpen` (409)."""
    require(actor, Permission.GATE_SUPPORT_WRITE)
    row = await load_version(session, Reminder, reminder_id, actor=actor, version=version)
    if row.settled_at is not None or row.acknowledged_at is not None:
        raise ReminderNotOpen("Somebody has taken it on." if row.settled_at is None else "It has settled itself.")
    row.acknowledged_at, row.acknowledged_by = now, actor.subject_id
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "reminder.acknowledged", row.id, ["acknowledged_at"])
    await events.tell(session, actor, "reminder.acknowledged", row, now)
    return row
