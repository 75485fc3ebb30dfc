"""Matching policies in versions, and runs: what was asked of the solver, and what it proposed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as SchemaField
from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Created,
    Identified,
    Tenanted,
    Versioned,
    command_config,
    instant_field,
)
from app.domain.matching.codes import Preference, Rule
from app.domain.matching.policy import MatchingPolicyDocument


class MatchingPolicy(Identified, Tenanted, Created, table=True):
    """Written once; the newest version counts."""

    __tablename__ = "matching_policy"
    __table_args__ = (UniqueConstraint("programme_id", "policy_version", name="matching_policy_version"),)
    programme_id: UUID = Field(foreign_key="programme.id")
    policy_version: int = Field(sa_type=BigInteger)
    document: dict[str, Any] = Field(sa_type=JSONB)


class PublishMatchingPolicy(BaseModel):
    """A new version of a programme's matching policy."""

    model_config = command_config({"document": {"name": "Brixton", "locality": "CONFLICT", "useful_weeks": 12}})
    document: MatchingPolicyDocument


class MatchingPolicyRead(SQLModel):
    """A version of a programme's matching policy."""

    id: UUID
    programme_id: UUID
    policy_version: int
    document: dict[str, Any] = SchemaField(description="The rules, weights and weeks (docs/matching.md).")
    created_at: datetime


class MatchRun(Identified, Tenanted, Versioned, table=True):
    """A solved programme. `inputs` is everything that it was told, as the bytes of which `digest` is the SHA-256: solving
    them again gives the same lines."""

    __tablename__ = "match_run"
    __table_args__ = (Index("match_run_newest", "charity_id", "created_at", "id"),)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    for_day: date
    policy_version: int | None = Field(default=None, sa_type=BigInteger)
    digest: str
    inputs: str
    summary: dict[str, Any] = Field(sa_type=JSONB)


class StartMatchRun(SQLModel):
    """Solve a programme."""

    model_config = command_config({"programme_id": "01900000-0000-7000-8000-00000000b001"})
    programme_id: UUID
    for_day: CivilDate | None = Field(default=None, description="As of this day; default: today in London.")


class UnusedMentor(BaseModel):
    """A mentor with places left."""

    mentor_id: UUID
    places: int = SchemaField(description="Places left.")
    possible: int = SchemaField(description="How many people the mentor could take: each of them has somebody.")
    blocked: dict[str, int] = SchemaField(description="Rules by how many people they keep away.")
    change: dict[str, Any] = SchemaField(description="The nearest change that would have given the mentor somebody.")


class RunSummary(BaseModel):
    """A run in figures."""

    people: int
    mentors: int
    places: int
    served: int
    left_over: int
    unused: list[UnusedMentor]


class MatchRunRead(SQLModel):
    """A proposal for a whole programme. Nothing is done until somebody approves it."""

    id: UUID
    programme_id: UUID
    for_day: date
    policy_version: int | None = SchemaField(description="null: the programme has published none; the default's rules.")
    digest: str = SchemaField(description="SHA-256 of the inputs: the same inputs give the same lines.")
    summary: RunSummary
    version: int
    created_at: datetime
    created_by: UUID | None


class MatchLine(Identified, Tenanted, table=True):
    """What a run says of one person."""

    __tablename__ = "match_line"
    __table_args__ = (UniqueConstraint("run_id", "place", name="match_line_place"),)
    run_id: UUID = Field(foreign_key="match_run.id")
    place: int = Field(sa_type=BigInteger)
    referral_id: UUID = Field(foreign_key="referral.id", index=True)
    mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id")
    fit: int | None = Field(default=None, sa_type=BigInteger)
    contributions: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    reasons: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    engagement_id: UUID | None = Field(default=None, foreign_key="engagement.id")
    approved_at: datetime | None = instant_field(default=None)
    approved_by: UUID | None = None


class ContributionRead(BaseModel):
    """What speaks for a pair: `points` of at most `weight`."""

    code: Preference
    points: int
    weight: int


class NearestChangeRead(BaseModel):
    """The nearest change that would have changed the answer."""

    code: str = SchemaField(description="MORE_PLACES, LIFT_RULES or ONE_MORE_PERSON.")
    mentor_ids: list[UUID] = SchemaField(description="With any one of these mentors; ten at the most are named.")
    places: int = SchemaField(description="So many places more.")
    rules: list[Rule] = SchemaField(description="These rules, between him and the first of the mentors.")
    cures: list[str] = SchemaField(description="The same in sentences.")
    served: bool = SchemaField(description="Whether he would then have been served, not only become possible.")


class LeftOverRead(BaseModel):
    """Why nobody was found for a person."""

    possible: int = SchemaField(description="Mentors whom no rule rules out; all their places went to others.")
    blocked: dict[str, int] = SchemaField(description="Rules by how many mentors they rule out.")
    before: UUID | None = SchemaField(description="Had he come before this referral, he would have been served.")
    change: NearestChangeRead


class MatchLineRead(SQLModel):
    """What a run says of one person: whom it proposes and why, or why nobody."""

    id: UUID
    run_id: UUID
    place: int = SchemaField(description="His place in the order of the run, from 1.")
    referral_id: UUID
    mentor_id: UUID | None
    fit: int | None = SchemaField(description="The sum of the contributions.")
    contributions: list[ContributionRead]
    reasons: LeftOverRead | None = SchemaField(description="Why nobody is proposed; null where somebody is.")
    engagement_id: UUID | None = SchemaField(description="The engagement that was proposed when the line was approved.")
    approved_at: datetime | None


class ApproveRun(SQLModel):
    """Approve a run whole, or line by line."""

    model_config = command_config({"lines": None}, {"lines": [1, 3]})
    lines: list[int] | None = Field(
        default=None, max_length=1000, description="Places of lines; null: every line that proposes somebody."
    )


class PairRead(BaseModel):
    """Everything that is said of one pair."""

    referral_id: UUID
    mentor_id: UUID
    possible: bool = SchemaField(description="Whether no rule rules the pair out.")
    blocks: list[Rule] = SchemaField(description="The rules that do.")
    cures: list[str] = SchemaField(description="What would lift each, in the same order.")
    fit: int
    contributions: list[ContributionRead]
    proposed: bool = SchemaField(description="Whether a run of now would propose this pair.")
    reason: str = SchemaField(
        description="Why it would, or why not: PROPOSED, RULED_OUT, PLACES_TAKEN, BETTER_ELSEWHERE."
    )


class Candidates(BaseModel):
    """Everybody with whom a person, or a mentor, could be matched, the best first."""

    programme_id: UUID
    policy_version: int | None
    proposed: UUID | None = SchemaField(description="Of a person: the mentor whom a run of now would propose.")
    left_over: LeftOverRead | None = SchemaField(description="Of a person for whom a run of now has nobody: why.")
    pairs: list[PairRead]
