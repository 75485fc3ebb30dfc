"""By which way somebody may be contacted after his release, and what is safe."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, needs
from app.api.pages import PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import ContactChannel, ContactPermissionRead, RecordContactPermission
from app.domain.through_the_gate.queries import CONTACT_PERMISSIONS, CONTACT_PERMISSIONS_LIST

router = APIRouter(prefix="/v1/people/{person_id}/contact-permissions", tags=["Through the gate"])
P = Permission


class PermissionsQuery(PageQuery):
    """Filters of the list of contact permissions."""

    channel: ContactChannel | None = None
    permitted: bool | None = None
    current: Annotated[bool | None, Query(description="Whether it is the newest of its way.")] = None


@router.get("", summary="List contact permissions", responses=shapes.page(ContactPermissionRead))
async def list_contact_permissions(
    person_id: UUID, query: Annotated[PermissionsQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """What he said about each way, the newest first; `current=true` for what counts now. A mentor sees it of whom he mentors."""
    return await listed(call, CONTACT_PERMISSIONS_LIST, query, person_id=person_id)


@router.post("", summary="Record a contact permission", status_code=201, responses=shapes.made(ContactPermissionRead))
async def record_contact_permission(
    person_id: UUID,
    command: RecordContactPermission,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.GATE_SUPPORT_WRITE),
) -> Response:
    """He permits a way, or refuses it. After his release nobody contacts him who has neither made contact nor permitted it: see
    `NOT_YET_IN_CONTACT`. Where it is not known whether a message is safe, none is left."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_contact_permission(
            session, actor=call.actor, person_id=person_id, command=command, now=call.now
        )
        return row.id

    return await call.create(
        create,
        view=CONTACT_PERMISSIONS,
        location=f"/v1/people/{person_id}/contact-permissions",
        key=idempotency_key,
    )
