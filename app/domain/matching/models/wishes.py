"""What a person wishes of a mentor, and what keeps a person and a mentor apart: append-only, the newest counts."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, model_validator
from pydantic import Field as SchemaField
from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    Identified,
    Line,
    Tenanted,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.matching.models.codes import ExclusionKind
from app.domain.mentors.models import SEXES, Area, Interest, Language, Slot, Wished


class StatedWish(BaseModel):
    """One wish, in the person's own words as a code."""

    model_config = command_config({"attribute": "LANGUAGE", "value": "pl"})
    attribute: Wished
    value: Line = SchemaField(
        description="As mentors say it of themselves; capitals make no difference. SEX is F or M."
    )
    required: bool = SchemaField(
        default=False, description="He would take nobody else: a mentor who has not said it is ruled out."
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.attribute is Wished.SEX and self.value.upper() not in SEXES:
            raise ValueError("SEX is F or M")
        return self


class MatchProfileFields(SQLModel):
    """Only what he has said himself. What he has not said is null, and rules nobody out."""

    release_area: Area | None = Field(default=None, description="Where he means to live, as the charity names areas.")
    times: list[Slot] | None = codes_field(
        default=None, max_length=21, nullable=True, description="When his regime leaves him free; null: not said."
    )
    languages: list[Language] = codes_field(default=[], max_length=20, description="Languages he speaks, by ISO 639.")
    interests: list[Interest] = codes_field(default=[], max_length=30, description="What he likes to talk of.")
    has_children: bool | None = Field(default=None, description="Whether he has children; null: not said.")


class MatchProfile(MatchProfileFields, Identified, Tenanted, table=True):
    """The newest row of a person counts."""

    __tablename__ = "match_profile"
    __table_args__ = (Index("match_profile_newest", "person_id", "recorded_at", "id"),)
    person_id: UUID = Field(foreign_key="person.id")
    wishes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordMatchProfile(MatchProfileFields):
    """What he says of himself and wishes of a mentor. It takes the place of what he said before, which is kept."""

    model_config = command_config(
        {
            "release_area": "LAMBETH",
            "languages": ["en"],
            "interests": ["football"],
            "wishes": [{"attribute": "LIVED_EXPERIENCE", "value": "YES", "required": False}],
        }
    )
    wishes: list[StatedWish] = Field(
        default=[],
        max_length=12,
        description="What he wishes of a mentor; `required`: he would take nobody else.",
    )


class MatchProfileRead(MatchProfileFields):
    """What a person said of himself and wishes of a mentor."""

    id: UUID
    person_id: UUID
    wishes: list[StatedWish] | None = SchemaField(
        default=None, description="Missing when the token lacks `protected-characteristics:read`."
    )
    recorded_at: datetime
    recorded_by: UUID


class MatchExclusionFields(SQLModel):
    person_id: UUID = Field(foreign_key="person.id", description="The person.")
    mentor_id: UUID = Field(foreign_key="mentor.id", description="The mentor.")
    kind: ExclusionKind = code_field(description="What keeps them apart.")
    applies: bool = Field(default=True, description="false: it no longer does.")


class MatchExclusion(MatchExclusionFields, Identified, Tenanted, table=True):
    """The newest row of a pair and kind counts."""

    __tablename__ = "match_exclusion"
    __table_args__ = (Index("match_exclusion_of", "person_id", "mentor_id", "kind", "recorded_at"),)
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordMatchExclusion(MatchExclusionFields):
    """That two know each other, that one of them does not want the other, or that this no longer holds."""

    model_config = command_config(
        {
            "person_id": "01900000-0000-7000-8000-00000000d001",
            "mentor_id": "01900000-0000-7000-8000-00000000e101",
            "kind": "KNOWS",
        }
    )


class MatchExclusionRead(MatchExclusionFields):
    """One statement of what keeps a person and a mentor apart."""

    id: UUID
    recorded_at: datetime
    recorded_by: UUID
