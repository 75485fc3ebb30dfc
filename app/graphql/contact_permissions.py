"""By which way somebody may be contacted, through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import RecordContactPermission
from app.domain.through_the_gate.queries import CONTACT_PERMISSIONS, CONTACT_PERMISSIONS_LIST
from app.graphql.roots import Change, Command, Many, offer
from app.visits import Visit


async def _record(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_contact_permission(
        session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now
    )
    return row.id


offer(
    Many(
        "contactPermissions",
        CONTACT_PERMISSIONS_LIST,
        "What people said about ways of contact; a mentor sees it of whom he mentors.",
    ),
    Change(
        "recordContactPermission",
        CONTACT_PERMISSIONS,
        _record,
        "He permits a way of contact, or refuses it.",
        Permission.GATE_SUPPORT_WRITE,
        RecordContactPermission,
        of="personId",
    ),
)
