"""Somebody's story: everything that is recorded of him, as one list. A view of the database, of which nothing is written."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import code_field, instant_field


class TimelineKind(StrEnum):
    """What a line of a timeline is about."""

    REFERRAL = "REFERRAL"
    ENGAGEMENT = "ENGAGEMENT"
    PLACEMENT = "PLACEMENT"
    ABSENCE = "ABSENCE"
    MOVE_REVIEW = "MOVE_REVIEW"
    SESSION = "SESSION"
    GOAL = "GOAL"
    WORKBOOK = "WORKBOOK"
    ONWARD_REFERRAL = "ONWARD_REFERRAL"
    CUSTODY_FACTS = "CUSTODY_FACTS"
    CONSENT = "CONSENT"
    CONTACT_PERMISSION = "CONTACT_PERMISSION"
    PROFESSIONAL = "PROFESSIONAL"
    LICENCE = "LICENCE"
    RELEASE_PLAN = "RELEASE_PLAN"
    SUPPORT = "SUPPORT"
    CARD = "CARD"
    ENDING = "ENDING"
    MERGE = "MERGE"
    DEATH = "DEATH"


class TimelineEntry(SQLModel, table=True):
    """A row of `person_timeline`, which is no table: it is kept out of what migrations compare."""

    __tablename__ = "person_timeline"
    metadata = MetaData()
    id: UUID = Field(primary_key=True)
    charity_id: UUID
    person_id: UUID
    engagement_id: UUID | None = None
    kind: TimelineKind = code_field()
    happened_on: date
    recorded_at: datetime = instant_field()
    words: str
    about_id: UUID


class TimelineEntryRead(SQLModel):
    """One line of somebody's story."""

    id: UUID = Field(description="The entry that it comes from.")
    person_id: UUID
    engagement_id: UUID | None = Field(description="The relationship that it belongs to, if to one.")
    kind: TimelineKind
    happened_on: date = Field(description="The day on which it was.")
    recorded_at: datetime = Field(description="When it was told; later than the day where it was told late.")
    words: str = Field(description="What happened, as one sentence.")
    about_id: UUID = Field(description="The thing that it is about: the referral, the session, the plan.")
