"""Programmes: what a charity offers, where, to how many, and whether it takes referrals now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    Identified,
    Instant,
    Line,
    Prose,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.organisations.models.codes import AgencyId, Intake, SimpleDuration


class ProgrammeFields(SQLModel):
    name: Line = Field(description="The programme's name.")
    establishments: list[AgencyId] = codes_field(
        default_factory=list,
        max_length=50,
        description="Agency ids of the prisons where it runs; informative.",
    )
    capacity: int | None = Field(
        default=None,
        ge=0,
        le=100_000,
        description="People it can support at once; null where nobody has said.",
    )
    minimum_length: SimpleDuration = Field(
        default="P3M",
        description="The shortest support that is still useful, ISO 8601: part of the waiting list's rule.",
    )
    time_to_first_session: SimpleDuration = Field(
        default="P14D", description="Usual time from allocation to the first session, ISO 8601."
    )
    warning_days: int = Field(
        default=28,
        ge=28,
        le=365,
        description="Days before the last useful start at which the waiting list flags someone.",
    )


class Programme(ProgrammeFields, Identified, Tenanted, Versioned, table=True):
    __table_args__ = (Index("programme_charity", "charity_id", "id"),)
    intake: Intake = code_field(default=Intake.OPEN)
    intake_reason: str | None = None
    intake_until: datetime | None = instant_field(default=None)


class CreateProgramme(ProgrammeFields):
    """A new programme. It judges nobody until it has an eligibility policy: until then decisions are UNDETERMINED."""

    model_config = command_config(
        {
            "name": "Example Mentoring, HMP Brixton",
            "establishments": ["BXI"],
            "capacity": 31,
            "minimum_length": "P3M",
        }
    )


class ChangeProgramme(SQLModel):
    """What to change; what is left out stays."""

    model_config = command_config({"capacity": 40})
    name: Line | None = None
    establishments: list[AgencyId] | None = Field(default=None, max_length=50)
    capacity: int | None = Field(default=None, ge=0, le=100_000)
    minimum_length: SimpleDuration | None = None
    time_to_first_session: SimpleDuration | None = None
    warning_days: int | None = Field(default=None, ge=28, le=365)


class SetIntake(SQLModel):
    """Open or pause a programme's intake. Pausing needs a reason; partners see it with the time to try again."""

    model_config = command_config(
        {"intake": "paused", "reason": "All mentors are matched.", "until": "2026-12-07T09:00:00Z"}
    )
    intake: Intake
    reason: Prose | None = None
    until: Instant | None = None


class ProgrammeRead(ProgrammeFields):
    """A programme of the charity."""

    id: UUID
    intake: Intake = Field(description="open, or paused with a reason.")
    intake_reason: str | None
    intake_until: datetime | None
    eligibility_policy_version: int | None = Field(
        description="The policy version in force; null where there is none yet."
    )
    version: int
    created_at: datetime
    updated_at: datetime
