"""What is arranged for a release, by which day; and who leaves in the next weeks with what still open."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate, civil_date
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.countdown import Countdown, countdown_of
from app.domain.through_the_gate.models import (
    AddPlanItem,
    AnswerPlanItem,
    ChangeReleasePlan,
    OpenReleasePlan,
    ReleasePlan,
    ReleasePlanRead,
    StartPlanAgain,
)
from app.domain.through_the_gate.queries import RELEASE_PLANS, RELEASE_PLANS_LIST

router = APIRouter(prefix="/v1/release-plans", tags=["Through the gate"])
of_programme = APIRouter(prefix="/v1/programmes/{programme_id}", tags=["Through the gate"])
P = Permission


class PlansQuery(PageQuery):
    """Filters of the list of release plans."""

    programme_id: UUID | None = None
    person_id: UUID | None = None
    engagement_id: UUID | None = None
    release_by: Annotated[CivilDate | None, Query(description="Released on this day or before, or planned to be.")] = (
        None
    )


class CountdownQuery(BaseModel):
    """How far to look ahead, and which part of it."""

    model_config = ConfigDict(extra="forbid")
    days: int = Field(default=90, ge=1, le=366, description="How many days to look ahead.")
    limit: int = Field(default=50, ge=1, le=100, description="People on a page.")
    cursor: str | None = Field(default=None, max_length=2000, description="`next` of the page before.")


@router.post("", summary="Open a release plan", status_code=201, responses=shapes.made(ReleasePlanRead))
async def open_release_plan(
    command: OpenReleasePlan, idempotency_key: IdempotencyKey = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """Begin to plan somebody's release. The day of it follows from his custody facts until somebody names one, and from his
    placements once he is out. It begins with what most men need by days 0, 1, 3, 7 and 28."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.open_release_plan(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=RELEASE_PLANS, location="/v1/release-plans/{id}", key=idempotency_key)


@router.get("", summary="List release plans", responses=shapes.page(ReleasePlanRead))
async def list_release_plans(
    query: Annotated[PlansQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """The plans; a mentor sees those of whom he mentors. Orders: `-created_at` (default), `created_at`."""
    return await listed(call, RELEASE_PLANS_LIST, query)


@router.get("/{release_plan_id}", summary="Read a release plan", responses=shapes.found(ReleasePlanRead))
async def read_release_plan(
    release_plan_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """One of them. `expand=items` adds what has to be there by when, `entries` what was done to the plan, `engagement` and `person`
    of whom it is."""
    return await call.one(RELEASE_PLANS, release_plan_id, query.selection(RELEASE_PLANS))


async def _changed(
    call: Call, step: Callable[..., Awaitable[ReleasePlan]], plan_id: UUID, command: Any, if_match: str | None
) -> Response:
    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(session, actor=call.actor, plan_id=plan_id, command=command, version=version, now=call.now)
        return row.id

    return await call.change(change, view=RELEASE_PLANS, if_match=if_match)


@router.patch("/{release_plan_id}", summary="Change a release plan", responses=shapes.changed(ReleasePlanRead))
async def change_release_plan(
    release_plan_id: UUID,
    command: ChangeReleasePlan,
    if_match: IfMatch = None,
    call: Call = needs(P.GATE_SUPPORT_WRITE),
) -> Response:
    """What is known anew; how it stood before stays in the entries. `expected_on: null` goes back to the custody facts."""
    return await _changed(call, operations.change_release_plan, release_plan_id, command, if_match)


@router.post("/{release_plan_id}/items", summary="Add to a release plan", responses=shapes.changed(ReleasePlanRead))
async def add_plan_item(
    release_plan_id: UUID, command: AddPlanItem, if_match: IfMatch = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """One more thing that has to be there by a day."""
    return await _changed(call, operations.add_plan_item, release_plan_id, command, if_match)


@router.post("/{release_plan_id}/answers", summary="Say how far it is", responses=shapes.changed(ReleasePlanRead))
async def answer_plan_item(
    release_plan_id: UUID, command: AnswerPlanItem, if_match: IfMatch = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """One thing of the plan is arranged, done, or not needed; or is open again."""
    return await _changed(call, operations.answer_plan_item, release_plan_id, command, if_match)


@router.post(
    "/{release_plan_id}/start-again", summary="Plan another release", responses=shapes.changed(ReleasePlanRead)
)
async def start_plan_again(
    release_plan_id: UUID, command: StartPlanAgain, if_match: IfMatch = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """After a return to custody: everything is open once more, and what was answered stays in the entries."""
    return await _changed(call, operations.start_plan_again, release_plan_id, command, if_match)


@of_programme.get("/countdown", summary="Read the countdown", responses={200: {"model": Countdown}})
async def read_countdown(
    programme_id: UUID, query: Annotated[CountdownQuery, Query()], call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """Who of those mentored leaves in the next days, the soonest first, each with what is still open. First stands who was to have
    left and is not on record as out; last, of whom nobody knows when."""
    answer = await countdown_of(
        call.reader,
        programme_id,
        today=civil_date(call.now),
        days=query.days,
        limit=query.limit,
        cursor=query.cursor,
    )
    return Response(answer.model_dump_json(), 200, media_type=JSON)
