"""Who is responsible for somebody, and which conditions of his licence shape meetings."""

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
from app.domain.through_the_gate.models import (
    LicenceConditionRead,
    LicenceFlag,
    ProfessionalContactRead,
    ProfessionalRole,
    RecordLicenceCondition,
    RecordProfessionalContact,
)
from app.domain.through_the_gate.queries import (
    LICENCE_CONDITIONS,
    LICENCE_CONDITIONS_LIST,
    PROFESSIONAL_CONTACTS,
    PROFESSIONAL_CONTACTS_LIST,
)

router = APIRouter(prefix="/v1/people/{person_id}", tags=["Through the gate"])
P = Permission


class ProfessionalsQuery(PageQuery):
    """Filters of the list of professional contacts."""

    role: ProfessionalRole | None = None
    current: Annotated[bool | None, Query(description="Whether it is the one of its role that counts now.")] = None


class ConditionsQuery(PageQuery):
    """Filters of the list of licence conditions."""

    condition: LicenceFlag | None = None
    applies: bool | None = None
    current: Annotated[bool | None, Query(description="Whether it is the newest statement of its condition.")] = None


@router.get(
    "/professional-contacts", summary="List professional contacts", responses=shapes.page(ProfessionalContactRead)
)
async def list_professional_contacts(
    person_id: UUID, query: Annotated[ProfessionalsQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """Who is and was responsible for him, each with the days of it; `current=true` for who is now."""
    return await listed(call, PROFESSIONAL_CONTACTS_LIST, query, person_id=person_id)


@router.post(
    "/professional-contacts",
    summary="Record a professional contact",
    status_code=201,
    responses=shapes.made(ProfessionalContactRead),
)
async def record_professional_contact(
    person_id: UUID,
    command: RecordProfessionalContact,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.GATE_SUPPORT_WRITE),
) -> Response:
    """Somebody else is responsible from a day on, or nobody is known any more. Told late it takes its place in the history; the
    same day again corrects it."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_professional_contact(
            session, actor=call.actor, person_id=person_id, command=command, now=call.now
        )
        return row.id

    at = f"/v1/people/{person_id}/professional-contacts"
    return await call.create(create, view=PROFESSIONAL_CONTACTS, location=at, key=idempotency_key)


@router.get("/licence-conditions", summary="List licence conditions", responses=shapes.page(LicenceConditionRead))
async def list_licence_conditions(
    person_id: UUID, query: Annotated[ConditionsQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """Which conditions shape how and where one can meet him; `current=true&applies=true` for those that hold now. Never whom a
    condition protects, and no address."""
    return await listed(call, LICENCE_CONDITIONS_LIST, query, person_id=person_id)


@router.post(
    "/licence-conditions",
    summary="Record a licence condition",
    status_code=201,
    responses=shapes.made(LicenceConditionRead),
)
async def record_licence_condition(
    person_id: UUID,
    command: RecordLicenceCondition,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.GATE_SUPPORT_WRITE),
) -> Response:
    """A condition applies, or does not. A mentor enforces none of them, and a missed meeting is never a breach."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_licence_condition(
            session, actor=call.actor, person_id=person_id, command=command, now=call.now
        )
        return row.id

    at = f"/v1/people/{person_id}/licence-conditions"
    return await call.create(create, view=LICENCE_CONDITIONS, location=at, key=idempotency_key)
