"""How relationships end: agreed from the start, counted down, looked back at. And a death, with tact."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.journeys import endings
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate
from app.domain.matching.models import EngagementState
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import (
    AgreeEnding,
    ClosingReviewRead,
    DeathRead,
    EndingAgreementRead,
    EndingRead,
    RecordClosingReview,
    RecordDeath,
    WithdrawDeath,
)
from app.domain.through_the_gate.queries import (
    CLOSING_REVIEWS,
    CLOSING_REVIEWS_LIST,
    DEATHS,
    DEATHS_LIST,
    ENDING_AGREEMENTS,
    ENDING_AGREEMENTS_LIST,
    ENDINGS,
    ENDINGS_LIST,
)

router = APIRouter(prefix="/v1/endings", tags=["Endings"])
of_engagement = APIRouter(prefix="/v1/engagements/{engagement_id}", tags=["Endings"])
of_person = APIRouter(prefix="/v1/people/{person_id}", tags=["Endings"])
deaths = APIRouter(prefix="/v1/deaths", tags=["Endings"])
P = Permission


class EndingsQuery(PageQuery):
    """Filters of the list of endings."""

    programme_id: UUID | None = None
    person_id: UUID | None = None
    state: EngagementState | None = None
    ends_by: Annotated[CivilDate | None, Query(description="Agreed to end on this day or before.")] = None
    agreed: Annotated[bool | None, Query(description="Whether an end has been agreed at all.")] = None
    planned_end: Annotated[bool | None, Query(description="Of what has ended: whether as was agreed.")] = None


class AgreementsQuery(PageQuery):
    """Filters of the list of agreements."""

    current: Annotated[bool | None, Query(description="Whether it is the newest of its engagement.")] = None


class DeathsQuery(PageQuery):
    """Filters of the list of deaths."""

    person_id: UUID | None = None
    stands: Annotated[bool | None, Query(description="Whether it was not withdrawn.")] = None


@router.get("", summary="List endings", responses=shapes.page(EndingRead))
async def list_endings(query: Annotated[EndingsQuery, Query()], call: Call = needs(P.ENGAGEMENTS_READ)) -> Response:
    """Each relationship that has begun, with the day on which it is to end, the days and sessions left, and what is still open
    for a good end; a mentor sees his own. `ends_by` with a day to come: whose end is near."""
    return await listed(call, ENDINGS_LIST, query)


@of_engagement.get("/ending", summary="Read an ending", responses=shapes.found(EndingRead))
async def read_ending(
    engagement_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.ENGAGEMENTS_READ)
) -> Response:
    """How one relationship comes to its end, or came to it."""
    return await call.one(ENDINGS, engagement_id, query.selection(ENDINGS))


@of_engagement.get(
    "/ending-agreements", summary="List agreements on the end", responses=shapes.page(EndingAgreementRead)
)
async def list_ending_agreements(
    engagement_id: UUID, query: Annotated[AgreementsQuery, Query()], call: Call = needs(P.ENGAGEMENTS_READ)
) -> Response:
    """When it was to end, as it was agreed each time, the newest first."""
    return await listed(call, ENDING_AGREEMENTS_LIST, query, engagement_id=engagement_id)


@of_engagement.post(
    "/ending-agreements", summary="Agree on the end", status_code=201, responses=shapes.made(EndingAgreementRead)
)
async def agree_ending(
    engagement_id: UUID,
    command: AgreeEnding,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.SESSIONS_WRITE),
) -> Response:
    """When it will end, said early so that nobody is surprised. Nothing ends by itself on that day."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.agree_ending(
            session, actor=call.actor, engagement_id=engagement_id, command=command, now=call.now
        )
        return row.id

    at = f"/v1/engagements/{engagement_id}/ending-agreements"
    return await call.create(create, view=ENDING_AGREEMENTS, location=at, key=idempotency_key)


@of_engagement.get("/closing-reviews", summary="List closing reviews", responses=shapes.page(ClosingReviewRead))
async def list_closing_reviews(
    engagement_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.ENGAGEMENTS_READ)
) -> Response:
    """What was said when they looked back, the newest first."""
    return await listed(call, CLOSING_REVIEWS_LIST, query, engagement_id=engagement_id)


@of_engagement.post(
    "/closing-reviews", summary="Record a closing review", status_code=201, responses=shapes.made(ClosingReviewRead)
)
async def record_closing_review(
    engagement_id: UUID,
    command: RecordClosingReview,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.SESSIONS_WRITE),
) -> Response:
    """They looked back at it: his words, the mentor's, what comes after. Possible after the end too; no end waits for it."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_closing_review(
            session, actor=call.actor, engagement_id=engagement_id, command=command, now=call.now
        )
        return row.id

    at = f"/v1/engagements/{engagement_id}/closing-reviews"
    return await call.create(create, view=CLOSING_REVIEWS, location=at, key=idempotency_key)


@of_person.post("/deaths", summary="Record a death", status_code=201, responses=shapes.made(DeathRead))
async def record_death(
    person_id: UUID,
    command: RecordDeath,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PLACEMENTS_WRITE),
) -> Response:
    """He has died. In one transaction his relationships end, what was planned is called off, cards and tasks are closed, and
    what he waited for is withdrawn. Nobody is reminded of anything any more, and everything that was stays to be read."""

    async def create(session: AsyncSession) -> UUID:
        row = await endings.record_death(session, actor=call.actor, person_id=person_id, command=command, now=call.now)
        return row.id

    return await call.create(create, view=DEATHS, location="/v1/deaths/{id}", key=idempotency_key)


@deaths.get("", summary="List deaths", responses=shapes.page(DeathRead))
async def list_deaths(query: Annotated[DeathsQuery, Query()], call: Call = needs(P.PLACEMENTS_WRITE)) -> Response:
    """Whom the charity has lost, and what turned out not to be true (`stands=false`)."""
    return await listed(call, DEATHS_LIST, query)


@deaths.get("/{death_id}", summary="Read a death", responses=shapes.found(DeathRead))
async def read_death(
    death_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.PLACEMENTS_WRITE)
) -> Response:
    """One of them."""
    return await call.one(DEATHS, death_id, query.selection(DEATHS))


@deaths.post("/{death_id}/withdraw", summary="Say that it is not true", responses=shapes.changed(DeathRead))
async def withdraw_death(
    death_id: UUID, command: WithdrawDeath, if_match: IfMatch = None, call: Call = needs(P.PLACEMENTS_WRITE)
) -> Response:
    """It was another man, or a mistake. What stopped is taken up again one by one: reopen his engagement and his referral."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.withdraw_death(
            session, actor=call.actor, death_id=death_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=DEATHS, if_match=if_match)
