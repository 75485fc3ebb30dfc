"""Case studies: somebody's story under another name, told with his consent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as SchemaField
from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    Identified,
    Line,
    Prose,
    Tenanted,
    Versioned,
    command_config,
    instant_field,
)
from app.domain.sessions.models import NoteWarning

EXAMPLE_ENGAGEMENT = "01900000-0000-7000-8000-00000000e201"


class CaseStudyFields(SQLModel):
    engagement_id: UUID = Field(foreign_key="engagement.id", description="Whose story, by the relationship.")
    pseudonym: Line = Field(description="What he is called in it: no name and no initials of his.")
    title: Line = Field(description="What stands above it.")


class CaseStudy(CaseStudyFields, Identified, Tenanted, Versioned, table=True):
    """The words are never changed, and are taken out once it is withdrawn."""

    __tablename__ = "case_study"
    __table_args__ = (
        Index("case_study_newest", "charity_id", "created_at", "id"),
        Index("case_study_of", "engagement_id"),
    )
    words: str | None = None
    warnings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    withdrawn_at: datetime | None = instant_field(default=None)
    withdrawn_because: str | None = None


class ReportCaseStudy(Identified, Tenanted, table=True):
    """That a report tells it, and in which place."""

    __tablename__ = "report_case_study"
    __table_args__ = (UniqueConstraint("report_id", "place", name="report_case_study_place"),)
    report_id: UUID = Field(foreign_key="report.id")
    case_study_id: UUID = Field(foreign_key="case_study.id", index=True)
    place: int = Field(sa_type=BigInteger)


class CaseStudyRead(CaseStudyFields):
    """A story under another name."""

    id: UUID
    words: str | None = Field(description="null: it was withdrawn.")
    warnings: list[NoteWarning] = Field(description="What somebody should look at again before anybody else reads it.")
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    version: int
    created_at: datetime
    created_by: UUID | None
    updated_at: datetime


class TellCaseStudy(CaseStudyFields):
    """Tell his story under another name. Needs his consent to CASE_STUDY; refused where a name, an alias, a number or the date of
    birth of his stands in it, or a name of his mentor's."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "pseudonym": "Jay",
            "title": "Back to barbering",
            "words": "Jay had been a barber before prison. With his mentor he wrote a letter to a shop that was looking for one.",
        }
    )
    words: Prose


class WithdrawCaseStudy(SQLModel):
    """Take it back: he does not want it told any more, or it says too much."""

    model_config = command_config({"reason": "He does not want it told any more."})
    reason: Line


class Story(BaseModel):
    """A case study in a report."""

    id: UUID
    pseudonym: str
    title: str
    words: str | None = SchemaField(description="null: it was withdrawn, or his consent was.")
