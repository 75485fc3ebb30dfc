"""The audit trail, for the data-protection lead."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, needs
from app.api.pages import PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.audit import AUDIT, AuditEntryRead

router = APIRouter(prefix="/v1/audit", tags=["Audit"])


class AuditQuery(PageQuery):
    """Filters of the audit trail."""

    action: Annotated[str | None, Query(max_length=80)] = None
    object_id: UUID | None = None
    subject_id: UUID | None = None


@router.get("", summary="Read the audit trail", responses=shapes.page(AuditEntryRead))
async def read_audit(query: Annotated[AuditQuery, Query()], call: Call = needs(Permission.AUDIT_READ)) -> Response:
    """Who did what to which thing, when: every change, and every read of a person's record. Names of fields, never
    values. Orders: `-at` (default), `at`."""
    return await listed(call, AUDIT, query)
