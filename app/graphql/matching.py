"""Matching through GraphQL."""

from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.domain.matching import operations
from app.domain.matching.asking import candidates_for_mentor, candidates_for_referral, explained
from app.domain.matching.models import (
    ApproveRun,
    Candidates,
    PairRead,
    PublishMatchingPolicy,
    RecordMatchExclusion,
    RecordMatchProfile,
    StartMatchRun,
)
from app.domain.matching.queries import (
    MATCH_EXCLUSIONS,
    MATCH_EXCLUSIONS_LIST,
    MATCH_PROFILES,
    MATCH_PROFILES_LIST,
    MATCH_RUNS,
    MATCH_RUNS_LIST,
    MATCHING_POLICIES,
)
from app.graphql.roots import Change, Command, Computed, Many, One, offer
from app.visits import Visit

P = Permission


class PairArguments(BaseModel):
    """Which pair."""

    referral_id: UUID = Field(description="The referral that waits.")
    mentor_id: UUID = Field(description="The mentor.")


class ReferralArguments(BaseModel):
    """Which referral."""

    referral_id: UUID = Field(description="The referral that waits.")


class MentorArguments(BaseModel):
    """Which mentor, in which programme."""

    mentor_id: UUID = Field(description="The mentor.")
    programme_id: UUID = Field(description="The programme.")


async def _explained(visit: Visit, given: PairArguments) -> PairRead:
    return await explained(visit.reader, given.referral_id, given.mentor_id, today=civil_date(visit.now))


async def _for_referral(visit: Visit, given: ReferralArguments) -> Candidates:
    return await candidates_for_referral(visit.reader, given.referral_id, today=civil_date(visit.now))


async def _for_mentor(visit: Visit, given: MentorArguments) -> Candidates:
    return await candidates_for_mentor(visit.reader, given.mentor_id, given.programme_id, today=civil_date(visit.now))


async def _start(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return await operations.start_run(session, actor=visit.actor, command=command.input, now=visit.now)


async def _approve(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.approve(
        session,
        actor=visit.actor,
        run_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _profile(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_profile(
        session, actor=visit.actor, person_id=command.of, profile=command.input, now=visit.now
    )
    return row.id


async def _exclusion(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.record_exclusion(session, actor=visit.actor, exclusion=command.input, now=visit.now)
    return row.id


async def _policy(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.publish_policy(
        session, actor=visit.actor, programme_id=command.of, command=command.input, now=visit.now
    )
    return row.id


offer(
    One("matchRun", MATCH_RUNS, "A solved programme: a proposal until somebody approves it."),
    Many("matchRuns", MATCH_RUNS_LIST, "Runs, the newest first."),
    Many("matchProfiles", MATCH_PROFILES_LIST, "What people said of themselves and wish of a mentor."),
    Many("matchExclusions", MATCH_EXCLUSIONS_LIST, "What keeps a person and a mentor apart."),
    Computed(
        "matchExplanation",
        PairArguments,
        PairRead,
        P.MATCHING_READ,
        _explained,
        "Why this mentor for this person, or why not, as of now.",
        cost=2_000,
    ),
    Computed(
        "matchCandidatesForReferral",
        ReferralArguments,
        Candidates,
        P.MATCHING_READ,
        _for_referral,
        "Every mentor for somebody who waits, the best first, and why nobody where a run of now has nobody.",
        cost=2_000,
    ),
    Computed(
        "matchCandidatesForMentor",
        MentorArguments,
        Candidates,
        P.MATCHING_READ,
        _for_mentor,
        "Everybody who waits in a programme, for one mentor, the best first.",
        cost=2_000,
    ),
    Change(
        "startMatchRun",
        MATCH_RUNS,
        _start,
        "Solve a programme as a proposal; nobody is asked.",
        P.MATCHING_WRITE,
        StartMatchRun,
    ),
    Change(
        "approveMatchRun",
        MATCH_RUNS,
        _approve,
        "Ask the mentors whom a run proposes.",
        P.MATCHING_WRITE,
        ApproveRun,
        by_id=True,
    ),
    Change(
        "recordMatchProfile",
        MATCH_PROFILES,
        _profile,
        "What a person says of himself and wishes of a mentor.",
        P.MATCHING_WRITE,
        RecordMatchProfile,
        of="personId",
    ),
    Change(
        "recordMatchExclusion",
        MATCH_EXCLUSIONS,
        _exclusion,
        "Keep a person and a mentor apart, or no longer.",
        P.MATCHING_WRITE,
        RecordMatchExclusion,
    ),
    Change(
        "publishMatchingPolicy",
        MATCHING_POLICIES.view,
        _policy,
        "Add a version to a programme's matching policy.",
        P.PROGRAMMES_WRITE,
        PublishMatchingPolicy,
        of="programmeId",
    ),
)
