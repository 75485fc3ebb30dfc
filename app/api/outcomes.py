"""Outcomes: what was found about each of the six, with what it rests on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.matching.models import EngagementState
from app.domain.outcomes import operations
from app.domain.outcomes.models import (
    EvidenceSource,
    Judgement,
    JudgeOutcome,
    MentoringOutcome,
    OutcomeJudgementRead,
    OutcomeSummaryRead,
)
from app.domain.outcomes.queries import JUDGEMENTS, JUDGEMENTS_LIST, OUTCOME_SUMMARIES, OUTCOME_SUMMARIES_LIST

router = APIRouter(prefix="/v1/outcomes", tags=["Outcomes"])
summaries = APIRouter(prefix="/v1/outcome-summaries", tags=["Outcomes"])
P = Permission


class JudgementsQuery(PageQuery):
    """Filters of the list of judgements."""

    engagement_id: UUID | None = None
    outcome: MentoringOutcome | None = None
    judgement: Judgement | None = None
    evidence_source: EvidenceSource | None = None
    stands: Annotated[bool | None, Query(description="Whether it is the last one on its outcome.")] = None


class SummariesQuery(PageQuery):
    """Filters of the list of outcomes by relationship."""

    programme_id: UUID | None = None
    person_id: UUID | None = None
    state: EngagementState | None = None
    improved: Annotated[MentoringOutcome | None, Query(description="Who improved in this one.")] = None
    not_assessed: Annotated[MentoringOutcome | None, Query(description="Of whom nobody has said about this one.")] = (
        None
    )


@router.post("", summary="Judge an outcome", status_code=201, responses=shapes.made(OutcomeJudgementRead))
async def judge_outcome(
    command: JudgeOutcome, idempotency_key: IdempotencyKey = None, call: Call = needs(P.OUTCOMES_WRITE)
) -> Response:
    """What was found about one of the six, with where the evidence comes from and what it rests on. It is never edited: the next
    judgement takes its place. Possible after the end too."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.judge_outcome(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=JUDGEMENTS, location="/v1/outcomes/{id}", key=idempotency_key)


@router.get("", summary="List judgements", responses=shapes.page(OutcomeJudgementRead))
async def list_outcome_judgements(
    query: Annotated[JudgementsQuery, Query()], call: Call = needs(P.OUTCOMES_READ)
) -> Response:
    """Every judgement, the newest first; `stands=true` leaves out those that were superseded."""
    return await listed(call, JUDGEMENTS_LIST, query)


@router.get("/{judgement_id}", summary="Read a judgement", responses=shapes.found(OutcomeJudgementRead))
async def read_outcome_judgement(
    judgement_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.OUTCOMES_READ)
) -> Response:
    """One of them."""
    return await call.one(JUDGEMENTS, judgement_id, query.selection(JUDGEMENTS))


@summaries.get("", summary="List outcomes by relationship", responses=shapes.page(OutcomeSummaryRead))
async def list_outcome_summaries(
    query: Annotated[SummariesQuery, Query()], call: Call = needs(P.OUTCOMES_READ)
) -> Response:
    """The six of each relationship that has begun, as they stand. `not_assessed` finds whom somebody should still ask."""
    return await listed(call, OUTCOME_SUMMARIES_LIST, query)


@summaries.get(
    "/{engagement_id}", summary="Read the outcomes of a relationship", responses=shapes.found(OutcomeSummaryRead)
)
async def read_outcome_summary(
    engagement_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.OUTCOMES_READ)
) -> Response:
    """The six as they stand: improved, not improved, and not assessed, which is neither."""
    return await call.one(OUTCOME_SUMMARIES, engagement_id, query.selection(OUTCOME_SUMMARIES))
