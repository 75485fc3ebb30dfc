"""A judgement on one of the six outcomes: never edited, superseded by the next one."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Prose,
    Tenanted,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.matching.models import EngagementState
from app.domain.outcomes.models.codes import EvidenceSource, Judgement, MentoringOutcome

EXAMPLE_ENGAGEMENT = "01900000-0000-7000-8000-00000000e201"


class JudgementFields(SQLModel):
    engagement_id: UUID = Field(foreign_key="engagement.id", description="The relationship in whose time it changed.")
    outcome: MentoringOutcome = code_field(description="Which of the six.")
    judgement: Judgement = code_field(description="What was found.")
    evidence_source: EvidenceSource | None = code_field(
        default=None, nullable=True, description="Where the evidence comes from. null with NOT_ASSESSED, and only then."
    )
    basis: Prose | None = Field(
        default=None,
        description="What it rests on, so that somebody else could come to it. Needed but with NOT_ASSESSED.",
    )


class OutcomeJudgement(JudgementFields, Identified, Tenanted, table=True):
    """Append-only. `sequence` counts the judgements on one outcome of a relationship: the last one stands. Whoever judges locks
    the engagement, so that of two at once the second supersedes the first."""

    __tablename__ = "outcome_judgement"
    __table_args__ = (
        UniqueConstraint("engagement_id", "outcome", "sequence", name="outcome_judgement_sequence"),
        Index("outcome_judgement_newest", "charity_id", "recorded_at", "id"),
        CheckConstraint(
            text("(judgement = 'NOT_ASSESSED') = (evidence_source is null)"), name="outcome_judgement_evidence"
        ),
    )
    sequence: int = Field(sa_type=BigInteger)
    assessed_on: date
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class OutcomeJudgementRead(JudgementFields):
    """What somebody found about one of the six outcomes."""

    id: UUID
    assessed_on: date
    sequence: int = Field(description="Counts the judgements on this outcome of this relationship.")
    stands: bool = Field(description="True for the last one, the one that counts.")
    recorded_at: datetime
    recorded_by: UUID


class JudgeOutcome(JudgementFields):
    """Say what was found about one of the six. It takes the place of what was found before, which stays to be read. Possible
    after the end too: some things show later."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "outcome": "HEALTH_WELLBEING",
            "judgement": "IMPROVED",
            "evidence_source": "SELF_REPORT",
            "basis": "He sleeps again, and goes to the gym twice a week.",
            "assessed_on": "2026-11-20",
        },
        {"engagement_id": EXAMPLE_ENGAGEMENT, "outcome": "PROSOCIAL_BELIEFS", "judgement": "NOT_ASSESSED"},
    )
    assessed_on: CivilDate | None = Field(default=None, description="The day of the judgement; default: today.")


class OutcomeSummaryRead(BaseModel):
    """The six outcomes of one relationship, as they stand. A tile that is grey is not a tile that is red."""

    id: UUID = Field(description="The engagement.")
    person_id: UUID
    programme_id: UUID
    mentor_id: UUID | None
    state: EngagementState
    started_on: date
    ended_on: date | None
    improved: list[MentoringOutcome] = codes_field()
    not_improved: list[MentoringOutcome] = codes_field()
    not_assessed: list[MentoringOutcome] = codes_field(description="Judged so, or not judged at all.")
    breadth: int = Field(description="How many of the six improved.")
    last_assessed_on: date | None = Field(description="The day of the newest judgement that stands.")
