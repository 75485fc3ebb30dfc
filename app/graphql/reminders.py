"""What the clock brings up, through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.queries import REMINDERS, REMINDERS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit


async def _take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.acknowledge_reminder(
        session, actor=visit.actor, reminder_id=command.id, version=command.version, now=visit.now
    )
    return row.id


offer(
    One("reminder", REMINDERS, "Something that a day brought up."),
    Many("reminders", REMINDERS_LIST, "What days have brought up; a mentor sees those of whom he mentors."),
    Change(
        "acknowledgeReminder",
        REMINDERS,
        _take,
        "Somebody sees to it: it comes up no more.",
        Permission.GATE_SUPPORT_WRITE,
        by_id=True,
    ),
)
