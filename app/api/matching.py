"""Matching: what people wish, what keeps two apart, runs over a whole programme, and why this one and not that."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.domain.matching import operations
from app.domain.matching.asking import candidates_for_mentor, candidates_for_referral, explained
from app.domain.matching.models import (
    ApproveRun,
    Candidates,
    ExclusionKind,
    MatchExclusionRead,
    MatchingPolicyRead,
    MatchLineRead,
    MatchProfileRead,
    MatchRunRead,
    PairRead,
    PublishMatchingPolicy,
    RecordMatchExclusion,
    RecordMatchProfile,
    StartMatchRun,
)
from app.domain.matching.queries import (
    MATCH_EXCLUSIONS,
    MATCH_EXCLUSIONS_LIST,
    MATCH_LINES_LIST,
    MATCH_PROFILES,
    MATCH_PROFILES_LIST,
    MATCH_RUNS,
    MATCH_RUNS_LIST,
    MATCHING_POLICIES,
)

router = APIRouter(prefix="/v1", tags=["Matching"])
P = Permission


class RunsQuery(PageQuery):
    """Filters of the list of runs."""

    programme_id: UUID | None = None


@router.post("/match-runs", summary="Solve a programme", status_code=201, responses=shapes.made(MatchRunRead))
async def start_match_run(
    command: StartMatchRun, idempotency_key: IdempotencyKey = None, call: Call = needs(P.MATCHING_WRITE)
) -> Response:
    """Solve the whole programme at once, as a proposal: the most people with a useful amount of time left, then the nearest
    deadline, then the best fit. Nobody is asked until the run is approved."""

    async def create(session: AsyncSession) -> UUID:
        return await operations.start_run(session, actor=call.actor, command=command, now=call.now)

    return await call.create(create, view=MATCH_RUNS, location="/v1/match-runs/{id}", key=idempotency_key)


@router.get("/match-runs", summary="List runs", responses=shapes.page(MatchRunRead))
async def list_match_runs(query: Annotated[RunsQuery, Query()], call: Call = needs(P.MATCHING_READ)) -> Response:
    """Runs, the newest first."""
    return await listed(call, MATCH_RUNS_LIST, query)


@router.get("/match-runs/{run_id}", summary="Read a run", responses=shapes.found(MatchRunRead))
async def read_match_run(
    run_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.MATCHING_READ)
) -> Response:
    """One run in figures, with a reason for every mentor who has places left."""
    return await call.one(MATCH_RUNS, run_id, query.selection(MATCH_RUNS))


class LinesQuery(PageQuery):
    """Filters of a run's lines."""

    proposed: bool | None = Field(default=None, description="Whether somebody is proposed.")
    approved: bool | None = Field(default=None, description="Whether the line was approved.")


@router.get("/match-runs/{run_id}/lines", summary="List a run's lines", responses=shapes.page(MatchLineRead))
async def list_match_lines(
    run_id: UUID, query: Annotated[LinesQuery, Query()], call: Call = needs(P.MATCHING_READ)
) -> Response:
    """What the run says of each person, in its order: whom it proposes and why, or why nobody."""
    await call.reader.one(MATCH_RUNS, run_id)
    return await listed(call, MATCH_LINES_LIST, query, run_id=run_id)


@router.post("/match-runs/{run_id}/approve", summary="Approve a run", responses=shapes.changed(MatchRunRead))
async def approve_match_run(
    run_id: UUID, command: ApproveRun, if_match: IfMatch = None, call: Call = needs(P.MATCHING_WRITE)
) -> Response:
    """Ask the mentors whom the run proposes, for the whole of it or for the lines that are named: all or none."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.approve(
            session, actor=call.actor, run_id=run_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=MATCH_RUNS, if_match=if_match)


class PairQuery(BaseModel):
    """Which pair."""

    model_config = ConfigDict(extra="forbid")
    referral_id: UUID = Field(description="The referral that waits.")
    mentor_id: UUID = Field(description="The mentor.")


@router.get("/match-explanations", summary="Explain a pair", responses={200: {"model": PairRead}})
async def explain_pair(query: Annotated[PairQuery, Query()], call: Call = needs(P.MATCHING_READ)) -> Response:
    """Why this mentor for this person, or why not, as of now: every rule that rules the pair out with what would lift it,
    and every preference with its points."""
    answer = await explained(call.reader, query.referral_id, query.mentor_id, today=civil_date(call.now))
    return Response(answer.model_dump_json(), 200, media_type=JSON)


@router.get(
    "/referrals/{referral_id}/match-candidates", summary="Who could mentor him", responses={200: {"model": Candidates}}
)
async def candidates_of_referral(referral_id: UUID, call: Call = needs(P.MATCHING_READ)) -> Response:
    """Every mentor for somebody who waits, the best first; whom a run of now would propose; and, where it has nobody, why,
    and the nearest change that would have changed it."""
    answer = await candidates_for_referral(call.reader, referral_id, today=civil_date(call.now))
    return Response(answer.model_dump_json(), 200, media_type=JSON)


class OfProgramme(BaseModel):
    """In which programme."""

    model_config = ConfigDict(extra="forbid")
    programme_id: UUID = Field(description="The programme.")


@router.get(
    "/mentors/{mentor_id}/match-candidates", summary="Whom a mentor could take", responses={200: {"model": Candidates}}
)
async def candidates_of_mentor(
    mentor_id: UUID, query: Annotated[OfProgramme, Query()], call: Call = needs(P.MATCHING_READ)
) -> Response:
    """Everybody who waits in a programme, for one mentor, the best first."""
    answer = await candidates_for_mentor(call.reader, mentor_id, query.programme_id, today=civil_date(call.now))
    return Response(answer.model_dump_json(), 200, media_type=JSON)


@router.post(
    "/people/{person_id}/match-profiles",
    summary="Record what he wishes",
    status_code=201,
    responses=shapes.made(MatchProfileRead),
)
async def record_match_profile(
    person_id: UUID,
    command: RecordMatchProfile,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.MATCHING_WRITE),
) -> Response:
    """What he says of himself and wishes of a mentor. It takes the place of what he said before, which is kept."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_profile(
            session, actor=call.actor, person_id=person_id, profile=command, now=call.now
        )
        return row.id

    location = f"/v1/people/{person_id}/match-profiles"
    return await call.create(create, view=MATCH_PROFILES, location=location, key=idempotency_key)


@router.get(
    "/people/{person_id}/match-profiles", summary="List what he wished", responses=shapes.page(MatchProfileRead)
)
async def list_match_profiles(
    person_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.MATCHING_READ)
) -> Response:
    """What he said, the newest first: the first counts."""
    return await listed(call, MATCH_PROFILES_LIST, query, person_id=person_id)


class ExclusionsQuery(PageQuery):
    """Filters of the list of exclusions."""

    person_id: UUID | None = None
    mentor_id: UUID | None = None
    kind: ExclusionKind | None = None


@router.post("/match-exclusions", summary="Keep two apart", status_code=201, responses=shapes.made(MatchExclusionRead))
async def record_match_exclusion(
    command: RecordMatchExclusion, idempotency_key: IdempotencyKey = None, call: Call = needs(P.MATCHING_WRITE)
) -> Response:
    """That two know each other, that one of them does not want the other, or that this no longer holds. Nobody's engagement
    ends by it."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.record_exclusion(session, actor=call.actor, exclusion=command, now=call.now)
        return row.id

    return await call.create(create, view=MATCH_EXCLUSIONS, location="/v1/match-exclusions", key=idempotency_key)


@router.get("/match-exclusions", summary="List exclusions", responses=shapes.page(MatchExclusionRead))
async def list_match_exclusions(
    query: Annotated[ExclusionsQuery, Query()], call: Call = needs(P.MATCHING_READ)
) -> Response:
    """What was said of pairs, the newest first; of a pair and kind the newest counts."""
    return await listed(call, MATCH_EXCLUSIONS_LIST, query)


@router.post(
    "/programmes/{programme_id}/matching-policies",
    summary="Publish a matching policy",
    status_code=201,
    responses=shapes.made(MatchingPolicyRead),
)
async def publish_matching_policy(
    programme_id: UUID,
    command: PublishMatchingPolicy,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.PROGRAMMES_WRITE),
) -> Response:
    """Add a version: which rules rule a pair out, and what each preference weighs."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.publish_policy(
            session, actor=call.actor, programme_id=programme_id, command=command, now=call.now
        )
        return row.id

    location = f"/v1/programmes/{programme_id}/matching-policies"
    return await call.create(create, view=MATCHING_POLICIES.view, location=location, key=idempotency_key)


@router.get(
    "/programmes/{programme_id}/matching-policies",
    summary="List matching policies",
    responses=shapes.page(MatchingPolicyRead),
)
async def list_matching_policies(
    programme_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.MATCHING_READ)
) -> Response:
    """Every version, the newest first; none for a programme that is not there."""
    return await listed(call, MATCHING_POLICIES, query, programme_id=programme_id)
