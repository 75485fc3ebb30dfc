"""Measures as configuration: whoever holds an instrument's licence enters its scales and tables. No item and no scoring key of
anybody's is in the service."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, StringConstraints
from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Created,
    Identified,
    Line,
    Tenanted,
    Versioned,
    code_field,
    command_config,
    instant_field,
)
from app.domain.mentors.models import Language
from app.domain.outcomes.models.codes import (
    AdministeredBy,
    ChangeMethod,
    ChangeResult,
    Direction,
    NotComparable,
    ResponseStatus,
)
from app.domain.outcomes.models.judgement import EXAMPLE_ENGAGEMENT

EXAMPLE_MEASURE = "01900000-0000-7000-8000-000000000701"
MOST_SCALES, MOST_STEPS = 12, 500

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
"""A name for programs: capital letters, digits and underscores, at most forty."""

Score = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,5}(\.[0-9]{1,4})?$")]
"""A number as it is printed, with its decimals: `18.59`. Text, so that nothing is rounded on the way."""


class ScoreStep(SQLModel):
    """What a raw score is on the converted scale."""

    model_config = command_config()
    raw: int = Field(ge=-10_000, le=10_000, description="The sum of the answers.")
    scaled: Score = Field(description="What the licence holder's table makes of it.")


class MeasureScale(SQLModel):
    """One scale of an instrument, with what is needed to tell change from chance: the standard error of measurement and the
    smallest reliable difference, or else the standard deviation and the reliability, by which the reliable change index goes."""

    model_config = command_config()
    code: Code = Field(description="Its name for programs, once in a measure.")
    label: Line = Field(description="Its name for people.")
    direction: Direction = Field(description="Which end is the better one.")
    raw_min: int = Field(ge=-10_000, le=10_000, description="The lowest raw score there is.")
    raw_max: int = Field(ge=-10_000, le=10_000, description="The highest.")
    conversion: list[ScoreStep] = Field(
        default=[], max_length=MOST_STEPS, description="For each raw score what it is converted to; empty: it is not."
    )
    standard_error: Score | None = Field(default=None, description="One standard error of measurement, as converted.")
    reliable_difference: Score | None = Field(
        default=None, description="From this difference on, a change is reliable at the 95 per cent level."
    )
    standard_deviation: Score | None = Field(default=None, description="Of the reference group, before.")
    reliability: Score | None = Field(default=None, description="Of the scale, from 0 to 1.")


class MeasureFields(SQLModel):
    code: Code = Field(
        description="The instrument: `SWEMWBS`, `CRIME_PICS`, `YOUR_WELLBEING`. Editions of one share it."
    )
    title: Line = Field(description="Its name for people.")
    edition_label: Line = Field(description="Which version of the instrument, as its owner names it.")
    licence_ref: Line | None = Field(default=None, description="Under which licence the charity uses it.")
    rapport_sessions: int = Field(
        default=3,
        ge=0,
        le=100,
        sa_type=BigInteger,
        description="So many sessions come before the form: first he gets to know his mentor.",
    )


class Measure(MeasureFields, Identified, Tenanted, Versioned, table=True):
    """One edition. What it says of its scales is never changed: scores were made by it."""

    __table_args__ = (
        UniqueConstraint("charity_id", "code", "edition", name="measure_edition"),
        Index("measure_in_use", "charity_id", "code", unique=True, postgresql_where=text("retired_at is null")),
        Index("measure_newest", "charity_id", "created_at", "id"),
    )
    edition: int = Field(default=1, sa_type=BigInteger)
    scales: list[dict[str, Any]] = Field(sa_type=JSONB)
    retired_at: datetime | None = instant_field(default=None)


class MeasureRead(MeasureFields):
    """One edition of a measure."""

    id: UUID
    edition: int = Field(description="Counts the editions of one code here.")
    scales: list[MeasureScale]
    retired_at: datetime | None = Field(description="Since when it is not in use; null: it is.")
    version: int
    created_at: datetime
    updated_at: datetime


class PublishMeasure(MeasureFields):
    """An instrument as the charity may use it; with a code that is in use, its next edition, which takes that one's place.
    Scores of two editions are not compared."""

    model_config = command_config(
        {
            "code": "OUR_WELLBEING",
            "title": "How are you?",
            "edition_label": "1",
            "scales": [
                {
                    "code": "TOTAL",
                    "label": "Well-being",
                    "direction": "HIGHER_IS_BETTER",
                    "raw_min": 7,
                    "raw_max": 35,
                    "standard_error": "1.03",
                    "reliable_difference": "2.87",
                }
            ],
        }
    )
    scales: list[MeasureScale] = Field(min_length=1, max_length=MOST_SCALES)


class RawScore(SQLModel):
    """The raw score on one scale."""

    model_config = command_config()
    scale: Code
    raw: int


class ScaleScore(RawScore):
    """A score, and what the table of its day made of it."""

    scaled: Score | None = Field(default=None, description="null: the scale is not converted.")


class ResponseFields(SQLModel):
    measure_id: UUID = Field(foreign_key="measure.id", description="The form that was used.")
    engagement_id: UUID = Field(foreign_key="engagement.id", description="Whose.")
    status: ResponseStatus = code_field(description="What became of it. Declining blocks nothing.")
    administered_by: AdministeredBy | None = code_field(
        default=None, nullable=True, description="With COMPLETE and PARTIAL, and only then: who helped."
    )
    language: Language | None = Field(default=None, description="In which language, by ISO 639.")
    reason: Line | None = Field(default=None, description="Why not, or why not all of it, if he said.")
    override_reason: Line | None = Field(
        default=None, description="Why before he and his mentor had met often enough, if they had not."
    )
    supersedes_id: UUID | None = Field(
        default=None, foreign_key="measure_response.id", description="What was entered by mistake, and this puts right."
    )


class MeasureResponse(ResponseFields, Identified, Tenanted, Created, table=True):
    """Append-only: a mistake is put right by another."""

    __tablename__ = "measure_response"
    __table_args__ = (
        UniqueConstraint("supersedes_id", name="measure_response_supersedes"),
        Index("measure_response_newest", "charity_id", "created_at", "id"),
        Index("measure_response_of", "engagement_id", "taken_on"),
        Index("measure_response_with", "measure_id"),
    )
    scores: list[dict[str, Any]] = Field(sa_type=JSONB)
    taken_on: date


class MeasureResponseRead(ResponseFields):
    """A form that was filled in, or not."""

    id: UUID
    scores: list[ScaleScore] = Field(description="One for each scale with COMPLETE, else none: parts are not scored.")
    taken_on: date
    superseded_by_id: UUID | None = Field(description="What puts this right; null: it stands.")
    created_at: datetime
    created_by: UUID | None


class RecordResponse(ResponseFields):
    """Write down a form that was filled in, or that it was not."""

    model_config = command_config(
        {
            "measure_id": EXAMPLE_MEASURE,
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "status": "COMPLETE",
            "administered_by": "SELF",
            "taken_on": "2026-11-20",
            "scores": [{"scale": "TOTAL", "raw": 21}],
        },
        {"measure_id": EXAMPLE_MEASURE, "engagement_id": EXAMPLE_ENGAGEMENT, "status": "DECLINED"},
    )
    scores: list[RawScore] = Field(
        default=[], max_length=MOST_SCALES, description="One for each scale: with COMPLETE, and only then."
    )
    taken_on: CivilDate | None = Field(default=None, description="The day; default: today.")


class MeasureChange(BaseModel):
    """How a score moved from the first complete form to the last one."""

    measure: str = Field(description="The instrument's code.")
    scale: str
    label: str
    direction: Direction
    first_on: date
    last_on: date
    first_score: str = Field(description="As converted, where the scale is; else raw.")
    last_score: str
    difference: str = Field(description="Last less first.")
    result: ChangeResult
    not_comparable: NotComparable | None = Field(description="With NOT_COMPARABLE, and only then: why.")
    method: ChangeMethod | None = Field(description="By what it was judged.")


class MeasureChanges(BaseModel):
    """How the scores of one relationship moved. A score is evidence for a judgement; it makes none."""

    engagement_id: UUID
    items: list[MeasureChange] = Field(description="One for each scale of each instrument with a complete form.")
