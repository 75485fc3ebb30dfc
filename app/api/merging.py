"""Two records of one person, and a number that took the place of another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import PageQuery, listed
from app.domain.journeys import merging
from app.domain.kernel.access import Permission
from app.domain.people import operations
from app.domain.people.models import MergePerson, PersonMergeRead, PersonRead, SupersedeIdentifier
from app.domain.people.queries import PEOPLE, PERSON_MERGES, PERSON_MERGES_LIST

router = APIRouter(prefix="/v1/people/{person_id}", tags=["People"])
P = Permission


@router.post("/merges", summary="Merge two records", status_code=201, responses=shapes.made(PersonMergeRead))
async def merge_people(
    person_id: UUID,
    command: MergePerson,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PEOPLE_WRITE),
) -> Response:
    """Everything of the duplicate goes over to this record: referrals, relationships, sessions, where he was, what he said.
    This record keeps what it has and takes what it lacks; the duplicate stays readable as a pointer, and every figure that was
    reported stays true. What both have of which there can be one is settled first: `RECORDS_CANNOT_MERGE` names it."""

    async def create(session: AsyncSession) -> UUID:
        row = await merging.merge_people(session, actor=call.actor, person_id=person_id, command=command, now=call.now)
        return row.id

    at = f"/v1/people/{person_id}/merges"
    return await call.create(create, view=PERSON_MERGES, location=at, key=idempotency_key)


@router.get("/merges", summary="List merges", responses=shapes.page(PersonMergeRead))
async def list_merges(
    person_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.PEOPLE_READ)
) -> Response:
    """Which records were merged into this one, the newest first."""
    return await listed(call, PERSON_MERGES_LIST, query, person_id=person_id)


@router.post("/superseded-identifiers", summary="Supersede an identifier", responses=shapes.changed(PersonRead))
async def supersede_identifier(
    person_id: UUID, command: SupersedeIdentifier, if_match: IfMatch = None, call: Call = needs(P.PEOPLE_WRITE)
) -> Response:
    """Another number took the place of one that he had, as where the prison merged two of its records. The old one still finds
    him."""

    async def change(session: AsyncSession, version: int) -> UUID:
        await operations.supersede_identifier(
            session, actor=call.actor, person_id=person_id, command=command, version=version, now=call.now
        )
        return person_id

    return await call.change(change, view=PEOPLE, if_match=if_match)
