"""Who is here: charities and partner agencies, establishments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.auth.credentials import new_password
from app.domain.kernel.access import Permission
from app.domain.organisations import operations
from app.domain.organisations.models import (
    ChangeOrganisation,
    CreateCharity,
    EstablishmentKind,
    EstablishmentRead,
    OrganisationKind,
    OrganisationRead,
    RegisterPartner,
)
from app.domain.organisations.queries import ESTABLISHMENTS_LIST, ORGANISATIONS, ORGANISATIONS_LIST

router = APIRouter(prefix="/v1", tags=["Organisations"])


class OrganisationsQuery(PageQuery):
    """Filters of the organisations list."""

    kind: OrganisationKind | None = None
    active: bool | None = None


class EstablishmentsQuery(PageQuery):
    """Filters of the establishments list."""

    kind: EstablishmentKind | None = None
    active: bool | None = None


@router.post("/charities", summary="Create a charity", status_code=201, responses=shapes.made(OrganisationRead))
async def create_charity(
    command: CreateCharity, idempotency_key: IdempotencyKey = None, call: Call = needs(Permission.CHARITIES_WRITE)
) -> Response:
    """A new tenant and its first manager, by the platform's operator, who then sees none of its data."""
    hashed = await new_password(command.manager_password)

    async def create(session: AsyncSession) -> UUID:
        row = await operations.create_charity(
            session, actor=call.actor, command=command, password_hash=hashed, now=call.now
        )
        return row.id

    return await call.create(create, view=ORGANISATIONS, location="/v1/organisations/{id}", key=idempotency_key)


@router.post("/organisations", summary="Register a partner", status_code=201, responses=shapes.made(OrganisationRead))
async def register_partner(
    command: RegisterPartner, idempotency_key: IdempotencyKey = None, call: Call = needs(Permission.ORGANISATIONS_WRITE)
) -> Response:
    """An agency that refers to this charity. Give its people and programs the role `referrer`."""

    async def register(session: AsyncSession) -> UUID:
        return (await operations.register_partner(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(register, view=ORGANISATIONS, location="/v1/organisations/{id}", key=idempotency_key)


@router.get("/organisations", summary="List organisations", responses=shapes.page(OrganisationRead))
async def list_organisations(
    query: Annotated[OrganisationsQuery, Query()], call: Call = needs(Permission.ORGANISATIONS_READ)
) -> Response:
    """The charity and its partner agencies. Orders: `name` (default), `-created_at`."""
    return await listed(call, ORGANISATIONS_LIST, query)


@router.get(
    "/organisations/{organisation_id}", summary="Read an organisation", responses=shapes.found(OrganisationRead)
)
async def read_organisation(
    organisation_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(Permission.ORGANISATIONS_READ)
) -> Response:
    """One organisation."""
    return await call.one(ORGANISATIONS, organisation_id, query.selection(ORGANISATIONS))


@router.patch(
    "/organisations/{organisation_id}", summary="Change an organisation", responses=shapes.changed(OrganisationRead)
)
async def change_organisation(
    organisation_id: UUID,
    command: ChangeOrganisation,
    if_match: IfMatch = None,
    call: Call = needs(Permission.ORGANISATIONS_WRITE),
) -> Response:
    """Rename it or switch it off: nobody of an organisation that is not active gets in, from the next request on."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.change_organisation(
            session, actor=call.actor, organisation_id=organisation_id, change=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=ORGANISATIONS, if_match=if_match)


@router.get("/establishments", summary="List establishments", responses=shapes.page(EstablishmentRead))
async def list_establishments(
    query: Annotated[EstablishmentsQuery, Query()], call: Call = needs(Permission.ESTABLISHMENTS_READ)
) -> Response:
    """Prisons by agency id, and the movement states OUT and TRN, which are never prisons. A referral may name an agency
    id that is not on the list: it is kept as it was sent."""
    return await listed(call, ESTABLISHMENTS_LIST, query)


@router.get("/establishments/{agency_id}", summary="Read an establishment", responses=shapes.found(EstablishmentRead))
async def read_establishment(agency_id: str, call: Call = needs(Permission.ESTABLISHMENTS_READ)) -> Response:
    """One establishment by its agency id, for example BXI."""
    return await call.one(ESTABLISHMENTS_LIST.view, agency_id.upper()[:20])
