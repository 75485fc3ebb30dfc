"""Measures: forms as configuration, what was filled in with them, and whether scores have changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.outcomes import operations
from app.domain.outcomes.changing import changes_of
from app.domain.outcomes.models import (
    MeasureChanges,
    MeasureRead,
    MeasureResponseRead,
    PublishMeasure,
    RecordResponse,
    ResponseStatus,
)
from app.domain.outcomes.queries import MEASURES, MEASURES_LIST, RESPONSES, RESPONSES_LIST

router = APIRouter(prefix="/v1/measures", tags=["Measures"])
answers = APIRouter(prefix="/v1/measure-responses", tags=["Measures"])
of_engagement = APIRouter(prefix="/v1/engagements/{engagement_id}", tags=["Measures"])
P = Permission


class MeasuresQuery(PageQuery):
    """Filters of the list of measures."""

    code: str | None = None
    in_use: Annotated[bool | None, Query(description="Whether it was not retired.")] = None


class ResponsesQuery(PageQuery):
    """Filters of the list of responses."""

    engagement_id: UUID | None = None
    measure_id: UUID | None = None
    status: ResponseStatus | None = None
    stands: Annotated[bool | None, Query(description="Whether nothing else puts it right.")] = None


@router.post("", summary="Publish a measure", status_code=201, responses=shapes.made(MeasureRead))
async def publish_measure(
    command: PublishMeasure, idempotency_key: IdempotencyKey = None, call: Call = needs(P.MEASURES_WRITE)
) -> Response:
    """An instrument's scales, tables and thresholds, as its licence lets the charity use them. With the code of one that is in use
    it is the next edition, and takes that one's place. The service brings none: no item, no key and no table of anybody's."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.publish_measure(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=MEASURES, location="/v1/measures/{id}", key=idempotency_key)


@router.get("", summary="List measures", responses=shapes.page(MeasureRead))
async def list_measures(
    query: Annotated[MeasuresQuery, Query()], call: Call = needs(P.MEASURE_RESPONSES_READ)
) -> Response:
    """Every edition, the newest first."""
    return await listed(call, MEASURES_LIST, query)


@router.get("/{measure_id}", summary="Read a measure", responses=shapes.found(MeasureRead))
async def read_measure(
    measure_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.MEASURE_RESPONSES_READ)
) -> Response:
    """One edition."""
    return await call.one(MEASURES, measure_id, query.selection(MEASURES))


@router.post("/{measure_id}/retire", summary="Take a measure out of use", responses=shapes.changed(MeasureRead))
async def retire_measure(measure_id: UUID, if_match: IfMatch = None, call: Call = needs(P.MEASURES_WRITE)) -> Response:
    """Nobody fills it in any more. What was scored with it stays; forms filled in until that day may still come in."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.retire_measure(
            session, actor=call.actor, measure_id=measure_id, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=MEASURES, if_match=if_match)


@answers.post("", summary="Write down a form", status_code=201, responses=shapes.made(MeasureResponseRead))
async def record_measure_response(
    command: RecordResponse, idempotency_key: IdempotencyKey = None, call: Call = needs(P.MEASURE_RESPONSES_WRITE)
) -> Response:
    """A form that was filled in, wholly or in part, declined, or not offered. Declining blocks no session, no outcome and no end.
    Before they have met often enough a form is refused, unless somebody says why it was filled in all the same."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.record_response(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=RESPONSES, location="/v1/measure-responses/{id}", key=idempotency_key)


@answers.get("", summary="List responses", responses=shapes.page(MeasureResponseRead))
async def list_measure_responses(
    query: Annotated[ResponsesQuery, Query()], call: Call = needs(P.MEASURE_RESPONSES_READ)
) -> Response:
    """Forms, the newest first; a mentor sees those of whom he mentors."""
    return await listed(call, RESPONSES_LIST, query)


@answers.get("/{response_id}", summary="Read a response", responses=shapes.found(MeasureResponseRead))
async def read_measure_response(
    response_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.MEASURE_RESPONSES_READ)
) -> Response:
    """One of them. `expand=measure` adds the scales."""
    return await call.one(RESPONSES, response_id, query.selection(RESPONSES))


@of_engagement.get("/measure-changes", summary="Read how scores moved", responses={200: {"model": MeasureChanges}})
async def read_measure_changes(engagement_id: UUID, call: Call = needs(P.MEASURE_RESPONSES_READ)) -> Response:
    """From the first complete form to the last one of the relationship, or of the six months after release: by how much, and
    whether that is more than chance. It is evidence for a judgement, and makes none."""
    answer = await changes_of(call.reader, engagement_id)
    return Response(answer.model_dump_json(), 200, media_type=JSON)
