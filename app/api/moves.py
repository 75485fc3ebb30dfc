"""Transfer, release, return to custody: each told in one call; and what a coordinator decides for the relationship."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.journeys import moves
from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import (
    DecideMove,
    MoveDecision,
    MoveKind,
    MoveReviewRead,
    Placement,
    PlacementRead,
    RecallPerson,
    ReleasePerson,
    TransferPerson,
)
from app.domain.through_the_gate.queries import MOVE_REVIEWS, MOVE_REVIEWS_LIST, PLACEMENTS

router = APIRouter(prefix="/v1/move-reviews", tags=["Through the gate"])
of_person = APIRouter(prefix="/v1/people/{person_id}", tags=["Through the gate"])
P = Permission


async def _moved(
    call: Call, step: Callable[..., Awaitable[Placement]], person_id: UUID, command: Any, key: str | None
) -> Response:
    async def create(session: AsyncSession) -> UUID:
        return (await step(session, actor=call.actor, person_id=person_id, command=command, now=call.now)).id

    return await call.create(create, view=PLACEMENTS, location="/v1/placements/{id}", key=key)


@of_person.post("/transfers", summary="Record a transfer", status_code=201, responses=shapes.made(PlacementRead))
async def transfer_person(
    person_id: UUID,
    command: TransferPerson,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PLACEMENTS_WRITE),
) -> Response:
    """He came to another prison. In the same transaction a review is asked for each relationship of his that goes on: whether the
    mentor may go there, how they can meet, which sessions are planned elsewhere. Nothing of it changes until somebody decides. An
    absence that is open ends. Told twice, it is refused as `ALREADY_THERE` and nothing is doubled."""
    return await _moved(call, moves.transfer_person, person_id, command, idempotency_key)


@of_person.post("/releases", summary="Record a release", status_code=201, responses=shapes.made(PlacementRead))
async def release_person(
    person_id: UUID,
    command: ReleasePerson,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PLACEMENTS_WRITE),
) -> Response:
    """He was released. His relationship goes on; a review asks how they will meet. A referral that waits is judged again, and a
    person confirms whatever that proposes."""
    return await _moved(call, moves.release_person, person_id, command, idempotency_key)


@of_person.post("/recalls", summary="Record a return to custody", status_code=201, responses=shapes.made(PlacementRead))
async def recall_person(
    person_id: UUID,
    command: RecallPerson,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PLACEMENTS_WRITE),
) -> Response:
    """He is in custody again, by a recall or for another reason. His relationship goes on with its history; a new referral is not
    needed."""
    return await _moved(call, moves.recall_person, person_id, command, idempotency_key)


class ReviewsQuery(PageQuery):
    """Filters of the list of move reviews."""

    person_id: UUID | None = None
    engagement_id: UUID | None = None
    kind: MoveKind | None = None
    decision: MoveDecision | None = None
    open: Annotated[bool | None, Query(description="Whether somebody has still to decide.")] = None


@router.get("", summary="List move reviews", responses=shapes.page(MoveReviewRead))
async def list_move_reviews(
    query: Annotated[ReviewsQuery, Query()], call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """What moves ask of whoever coordinates; `open=true` for what is still to be decided. Orders: `-created_at` (default),
    `created_at`."""
    return await listed(call, MOVE_REVIEWS_LIST, query)


@router.get("/{review_id}", summary="Read a move review", responses=shapes.found(MoveReviewRead))
async def read_move_review(
    review_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """One of them, with the mentor's clearance as it is now. `expand=person`, `engagement`, `placement`."""
    return await call.one(MOVE_REVIEWS, review_id, query.selection(MOVE_REVIEWS))


@router.post("/{review_id}/decide", summary="Decide how it goes on", responses=shapes.changed(MoveReviewRead))
async def decide_move(
    review_id: UUID, command: DecideMove, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """The same mentor, and how they meet: what is planned elsewhere is moved there in the same transaction, each session at its own
    time. Or another mentor: `/v1/engagements/{id}/handover` then asks one. IN_PERSON needs the prison's clearance."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.decide_move(
            session, actor=call.actor, review_id=review_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=MOVE_REVIEWS, if_match=if_match)
