"""A mentor, and how he got where he is."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import pydantic
from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Line,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.mentors.models.codes import SEXES, Alarm, Area, Interest, Language, MentorKind, Slot, Stage, Wished


def _sound(offers: dict[Wished, list[str]]) -> dict[Wished, list[str]]:
    if any(value.upper() not in SEXES for value in offers.get(Wished.SEX, ())):
        raise ValueError("SEX is F or M")
    return offers


Offered = Annotated[list[Line], pydantic.Field(max_length=20)]
"""What a mentor is, in one respect: more than one word where it is more than one thing."""


Offers = Annotated[dict[Wished, Offered], pydantic.AfterValidator(_sound)]


class MentorFields(SQLModel):
    """What a mentor says, and what was arranged with him. What is not known is null, and rules nobody out."""

    kind: MentorKind = code_field(default=MentorKind.VOLUNTEER, description="Who mentors.")
    display_name: Line = Field(description="How colleagues know the mentor.")
    member_id: UUID | None = Field(default=None, description="The member as whom the mentor logs in, if at all.")
    supervisor_id: UUID | None = Field(
        default=None, description="The member who supervises the mentor: see `/v1/colleagues`."
    )
    supervision_every_days: int = Field(
        default=28,
        ge=1,
        le=365,
        sa_type=BigInteger,
        description="At most so many days between two supervision contacts.",
    )
    capacity: int = Field(
        default=1, ge=0, le=50, sa_type=BigInteger, description="How many people the mentor can take at once."
    )
    area: Area | None = Field(default=None, description="Where the mentor lives, as the charity names areas.")
    times: list[Slot] | None = codes_field(
        default=None, max_length=21, nullable=True, description="When the mentor can come; null: not said, so any time."
    )
    languages: list[Language] = codes_field(default=[], max_length=20, description="Languages spoken, by ISO 639.")
    interests: list[Interest] = codes_field(default=[], max_length=30, description="What the mentor likes to talk of.")
    has_children: bool | None = Field(default=None, description="Whether the mentor has children; null: not said.")
    committed_until: CivilDate | None = Field(default=None, description="The day until which the mentor means to stay.")


class Mentor(MentorFields, Identified, Tenanted, Versioned, table=True):
    """`offers` is what a person may wish of a mentor, as the mentor has said of himself."""

    __table_args__ = (
        UniqueConstraint("charity_id", "member_id", name="mentor_member"),
        Index("mentor_newest", "charity_id", "created_at", "id"),
    )
    member_id: UUID | None = Field(default=None, foreign_key="member.id")
    supervisor_id: UUID | None = Field(default=None, foreign_key="member.id", index=True)
    stage: Stage = code_field(default=Stage.APPLIED)
    stage_since: date
    programme_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    offers: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSONB)


class CreateMentor(MentorFields):
    """Somebody who applied."""

    model_config = command_config(
        {
            "display_name": "Example Volunteer",
            "capacity": 2,
            "area": "LAMBETH",
            "languages": ["en", "pl"],
            "interests": ["football"],
            "programme_ids": ["01900000-0000-7000-8000-00000000b001"],
            "applied_on": "2026-06-01",
        }
    )
    programme_ids: list[UUID] = Field(default=[], max_length=20, description="The programmes that the mentor is in.")
    offers: Offers = Field(
        default={},
        max_length=6,
        description='What a person may wish of a mentor, as the mentor said it: `{"SEX": ["F"], "FAITH": ["…"]}`.',
    )
    applied_on: CivilDate | None = Field(default=None, description="Default: today.")


class ChangeMentor(SQLModel):
    """What to change; what is left out stays. A lower capacity ends nothing: it only lets nobody new in."""

    model_config = command_config({"capacity": 3})
    display_name: Line | None = None
    member_id: UUID | None = None
    supervisor_id: UUID | None = None
    supervision_every_days: int | None = Field(default=None, ge=1, le=365)
    capacity: int | None = Field(default=None, ge=0, le=50)
    area: Area | None = None
    times: list[Slot] | None = Field(default=None, max_length=21)
    languages: list[Language] | None = Field(default=None, max_length=20)
    interests: list[Interest] | None = Field(default=None, max_length=30)
    has_children: bool | None = None
    committed_until: CivilDate | None = None
    programme_ids: list[UUID] | None = Field(default=None, max_length=20)
    offers: Offers | None = Field(default=None, max_length=6)


class MentorRead(MentorFields):
    """A mentor as the coordinators see one."""

    id: UUID
    stage: Stage
    stage_since: date = Field(description="The day on which this stage began.")
    programme_ids: list[UUID] = Field(description="The programmes that the mentor is in.")
    offers: dict[str, list[str]] | None = Field(
        default=None,
        sa_type=JSON,
        description="What a person may wish of a mentor. Missing when the token lacks `protected-characteristics:read`.",
    )
    vetted_until: date | None = Field(
        description="The last day of the vetting in force; null: none, or without an end."
    )
    trained_on: date | None = Field(description="The day on which the core training was completed.")
    supervised_on: date | None = Field(description="The day of the last supervision contact.")
    places_taken: int = Field(description="How many people have the mentor now, or have been promised one by him.")
    alarms: list[Alarm] = Field(description="What somebody should look at; nothing ends by itself.")
    version: int
    created_at: datetime
    updated_at: datetime


class MentorStep(Identified, Tenanted, table=True):
    """Append-only: one move from a stage to the next."""

    __tablename__ = "mentor_step"
    __table_args__ = (UniqueConstraint("mentor_id", "sequence", name="mentor_step_sequence"),)
    mentor_id: UUID = Field(foreign_key="mentor.id")
    sequence: int = Field(sa_type=BigInteger)
    stage: Stage = code_field()
    effective_on: date
    reason: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class MentorStepRead(SQLModel):
    """One step of the pipeline."""

    id: UUID
    mentor_id: UUID
    sequence: int
    stage: Stage
    effective_on: date = Field(description="The day from which it counts.")
    reason: str | None
    recorded_at: datetime
    recorded_by: UUID


class MoveMentor(SQLModel):
    """The next stage. To become ACTIVE takes a vetting in force and the core training; to leave takes a reason."""

    model_config = command_config({"stage": "INTERVIEWED", "effective_on": "2026-11-20"})
    stage: Stage
    effective_on: CivilDate | None = Field(default=None, description="Default: today; never in the future.")
    reason: Line | None = Field(default=None, description="Required for PAUSED and LEFT.")
