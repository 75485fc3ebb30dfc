"""Support through the gate: from the day on which somebody may have it until it ends, each state counted by itself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import (
    FindEligible,
    GateCountsRead,
    GateState,
    GateSupportRead,
    TakeGateStep,
)
from app.domain.through_the_gate.queries import GATE_COUNTS, GATE_SUPPORT, GATE_SUPPORT_LIST

router = APIRouter(prefix="/v1/gate-support", tags=["Through the gate"])
of_programme = APIRouter(prefix="/v1/programmes/{programme_id}", tags=["Through the gate"])
P = Permission


class SupportQuery(PageQuery):
    """Filters of the list of support through the gate."""

    programme_id: UUID | None = None
    person_id: UUID | None = None
    engagement_id: UUID | None = None
    state: GateState | None = None
    ends_by: Annotated[CivilDate | None, Query(description="Whose time ends on this day or before.")] = None


@router.post("", summary="Find somebody eligible", status_code=201, responses=shapes.made(GateSupportRead))
async def find_eligible(
    command: FindEligible, idempotency_key: IdempotencyKey = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """Somebody who is mentored may have support after his release. It is not offered by this, and promises nothing."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.find_eligible(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=GATE_SUPPORT, location="/v1/gate-support/{id}", key=idempotency_key)


@router.get("", summary="List support through the gate", responses=shapes.page(GateSupportRead))
async def list_gate_support(
    query: Annotated[SupportQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """Where it stands with each; a mentor sees that of whom he mentors. `ends_by` with a day to come: whose end is near. Orders:
    `-created_at` (default), `created_at`."""
    return await listed(call, GATE_SUPPORT_LIST, query)


@router.get("/{support_id}", summary="Read support through the gate", responses=shapes.found(GateSupportRead))
async def read_gate_support(
    support_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """One of them. `expand=steps` adds what was recorded and when, `engagement` and `person` of whom it is."""
    return await call.one(GATE_SUPPORT, support_id, query.selection(GATE_SUPPORT))


@router.post("/{support_id}/steps", summary="Say what happened", responses=shapes.changed(GateSupportRead))
async def take_gate_step(
    support_id: UUID, command: TakeGateStep, if_match: IfMatch = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """OFFER, ACCEPT or DECLINE, FIRST_CONTACT (by him, his community offender manager or staff of Approved Premises: never by the
    charity), SUPPORT, SUSTAIN, the reviews at three and six months, EXTEND with a reason, END, REOPEN. The same step again corrects
    its day. Not attending ends nothing."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.take_gate_step(
            session, actor=call.actor, support_id=support_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=GATE_SUPPORT, if_match=if_match)


@of_programme.get("/gate-support", summary="Count support through the gate", responses=shapes.found(GateCountsRead))
async def count_gate_support(programme_id: UUID, call: Call = needs(P.GATE_SUPPORT_WRITE)) -> Response:
    """How many have come to each state, each counted by itself: twelve eligible, eight who accepted and seven supported are no
    contradiction."""
    return await call.one(GATE_COUNTS, programme_id, OneQuery().selection(GATE_COUNTS))
