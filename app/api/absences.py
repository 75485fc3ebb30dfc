"""Out of the prison and back: no release, whatever another system calls it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import (
    AbsenceKind,
    RecordTemporaryAbsence,
    ReturnFromAbsence,
    TemporaryAbsence,
    TemporaryAbsenceRead,
    WithdrawAbsence,
)
from app.domain.through_the_gate.queries import TEMPORARY_ABSENCES, TEMPORARY_ABSENCES_LIST

router = APIRouter(prefix="/v1/temporary-absences", tags=["Through the gate"])
of_person = APIRouter(prefix="/v1/people/{person_id}", tags=["Through the gate"])
P = Permission


class AbsencesQuery(PageQuery):
    """Filters of the list of temporary absences."""

    person_id: UUID | None = None
    kind: AbsenceKind | None = None
    open: Annotated[bool | None, Query(description="Whether he is on record as out, or will be.")] = None


@router.get("", summary="List temporary absences", responses=shapes.page(TemporaryAbsenceRead))
async def list_temporary_absences(
    query: Annotated[AbsencesQuery, Query()], call: Call = needs(P.PLACEMENTS_READ)
) -> Response:
    """Days in court, in hospital and on temporary licence; a mentor sees those of whom he mentors. Orders: `-left_on` (default),
    `left_on`."""
    return await listed(call, TEMPORARY_ABSENCES_LIST, query)


@router.get("/{absence_id}", summary="Read a temporary absence", responses=shapes.found(TemporaryAbsenceRead))
async def read_temporary_absence(
    absence_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.PLACEMENTS_READ)
) -> Response:
    """One of them. `expand=person` adds of whom it is."""
    return await call.one(TEMPORARY_ABSENCES, absence_id, query.selection(TEMPORARY_ABSENCES))


async def _step(
    call: Call, step: Callable[..., Awaitable[TemporaryAbsence]], absence_id: UUID, command: Any, if_match: str | None
) -> Response:
    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(
            session, actor=call.actor, absence_id=absence_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=TEMPORARY_ABSENCES, if_match=if_match)


@router.post("/{absence_id}/return", summary="Say that he is back", responses=shapes.changed(TemporaryAbsenceRead))
async def return_from_absence(
    absence_id: UUID, command: ReturnFromAbsence, if_match: IfMatch = None, call: Call = needs(P.PLACEMENTS_WRITE)
) -> Response:
    """He came back. If he was released instead, take `/v1/people/{id}/releases`: that ends the absence too."""
    return await _step(call, operations.return_from_absence, absence_id, command, if_match)


@router.post(
    "/{absence_id}/withdraw", summary="Withdraw a temporary absence", responses=shapes.changed(TemporaryAbsenceRead)
)
async def withdraw_absence(
    absence_id: UUID, command: WithdrawAbsence, if_match: IfMatch = None, call: Call = needs(P.PLACEMENTS_WRITE)
) -> Response:
    """It never was. It stays readable."""
    return await _step(call, operations.withdraw_absence, absence_id, command, if_match)


@of_person.post(
    "/temporary-absences",
    summary="Record a temporary absence",
    status_code=201,
    responses=shapes.made(TemporaryAbsenceRead),
)
async def record_temporary_absence(
    person_id: UUID,
    command: RecordTemporaryAbsence,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PLACEMENTS_WRITE),
) -> Response:
    """He is out for a time and comes back: he is still in custody, his placement is the same, and no time after release begins."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_absence(
            session, actor=call.actor, person_id=person_id, command=command, now=call.now
        )
        return row.id

    return await call.create(
        create, view=TEMPORARY_ABSENCES, location="/v1/temporary-absences/{id}", key=idempotency_key
    )
