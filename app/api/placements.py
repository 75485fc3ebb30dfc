"""Where somebody stays and stayed: in which prison, on which side of the gate, with or without a roof."""

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
    Accommodation,
    CorrectPlacement,
    Placement,
    PlacementRead,
    RecordPlacement,
    WithdrawPlacement,
)
from app.domain.through_the_gate.queries import PLACEMENTS, PLACEMENTS_LIST

router = APIRouter(prefix="/v1/placements", tags=["Through the gate"])
of_person = APIRouter(prefix="/v1/people/{person_id}", tags=["Through the gate"])
P = Permission


class PlacementsQuery(PageQuery):
    """Filters of the list of placements."""

    person_id: UUID | None = None
    accommodation: Accommodation | None = None
    establishment: Annotated[str | None, Query(max_length=12, description="Agency id, for example BXI.")] = None
    current: Annotated[bool | None, Query(description="Whether he is there now.")] = None
    counts: Annotated[bool | None, Query(description="Whether it counts for any day.")] = None


@router.get("", summary="List placements", responses=shapes.page(PlacementRead))
async def list_placements(
    query: Annotated[PlacementsQuery, Query()], call: Call = needs(P.PLACEMENTS_READ)
) -> Response:
    """Where people stay and stayed; a mentor sees it of those whom he mentors. `current=true&accommodation=A02`: who is in
    Approved Premises now. Orders: `-arrived_on` (default), `arrived_on`."""
    return await listed(call, PLACEMENTS_LIST, query)


@router.get("/{placement_id}", summary="Read a placement", responses=shapes.found(PlacementRead))
async def read_placement(
    placement_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.PLACEMENTS_READ)
) -> Response:
    """One of them. `expand=entries` adds what was said of it and when, `person` of whom it is."""
    return await call.one(PLACEMENTS, placement_id, query.selection(PLACEMENTS))


async def _step(
    call: Call, step: Callable[..., Awaitable[Placement]], placement_id: UUID, command: Any, if_match: str | None
) -> Response:
    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(
            session, actor=call.actor, placement_id=placement_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=PLACEMENTS, if_match=if_match)


@router.post("/{placement_id}/correct", summary="Correct a placement", responses=shapes.changed(PlacementRead))
async def correct_placement(
    placement_id: UUID, command: CorrectPlacement, if_match: IfMatch = None, call: Call = needs(P.PLACEMENTS_WRITE)
) -> Response:
    """What was told wrongly, with the reason. All that follows from it is worked out anew: when he left the place before, how he
    came to the next. What stood there stays in the entries."""
    return await _step(call, operations.correct_placement, placement_id, command, if_match)


@router.post("/{placement_id}/withdraw", summary="Withdraw a placement", responses=shapes.changed(PlacementRead))
async def withdraw_placement(
    placement_id: UUID, command: WithdrawPlacement, if_match: IfMatch = None, call: Call = needs(P.PLACEMENTS_WRITE)
) -> Response:
    """It never was. He is then on record as being where he was before it. It stays readable and counts for no day."""
    return await _step(call, operations.withdraw_placement, placement_id, command, if_match)


@of_person.get("/placements", summary="List somebody's placements", responses=shapes.page(PlacementRead))
async def list_placements_of_person(
    person_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.PLACEMENTS_READ)
) -> Response:
    """All that is recorded of where he was, the newest first: from the day on which he was first known, without overlap and without
    gap."""
    return await listed(call, PLACEMENTS_LIST, query, person_id=person_id)


@of_person.post("/placements", summary="Record a placement", status_code=201, responses=shapes.made(PlacementRead))
async def record_placement(
    person_id: UUID,
    command: RecordPlacement,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PLACEMENTS_WRITE),
) -> Response:
    """Where he is from a day on, or was: what becomes known late goes in between. Nothing else follows from it."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_placement(
            session, actor=call.actor, person_id=person_id, command=command, now=call.now
        )
        return row.id

    return await call.create(create, view=PLACEMENTS, location="/v1/placements/{id}", key=idempotency_key)
