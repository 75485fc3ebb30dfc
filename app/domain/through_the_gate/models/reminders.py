"""What the clock brings up: raised once by the service itself, settled by itself where nothing asks for it any more."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Identified, Tenanted, Versioned, code_field, instant_field


class ReminderKind(StrEnum):
    """What somebody should look at. None of them changes anything by itself."""

    RELEASE_DUE = "RELEASE_DUE"
    PLAN_ITEM_DUE = "PLAN_ITEM_DUE"
    ASK_WHO_THE_COM_IS = "ASK_WHO_THE_COM_IS"
    REVIEW_3_MONTHS_DUE = "REVIEW_3_MONTHS_DUE"
    REVIEW_6_MONTHS_DUE = "REVIEW_6_MONTHS_DUE"
    SUPPORT_ENDS_SOON = "SUPPORT_ENDS_SOON"
    SUPPORT_TIME_OVER = "SUPPORT_TIME_OVER"
    ENDING_SOON = "ENDING_SOON"
    ENDING_PASSED = "ENDING_PASSED"
    ABSENCE_OVERDUE = "ABSENCE_OVERDUE"


class Reminder(Identified, Tenanted, Versioned, table=True):
    """One for each thing and day, by a unique constraint: whichever process finds it first raises it."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "due_on", name="reminder_once"),
        Index("reminder_newest", "charity_id", "created_at", "id"),
        Index(
            "reminder_open",
            "charity_id",
            "due_on",
            postgresql_where=text("settled_at is null and acknowledged_at is null"),
        ),
    )
    kind: ReminderKind = code_field()
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    subject_id: UUID
    due_on: date
    settled_at: datetime | None = instant_field(default=None)
    acknowledged_at: datetime | None = instant_field(default=None)
    acknowledged_by: UUID | None = None


class ReminderRead(SQLModel):
    """Something that a day brought up."""

    id: UUID
    kind: ReminderKind
    engagement_id: UUID
    person_id: UUID
    subject_id: UUID = Field(
        description="What it is about: the release plan or its item, the support, the agreement or the absence."
    )
    due_on: date = Field(description="The day that brought it up.")
    open: bool = Field(description="Whether somebody should look at it still.")
    settled_at: datetime | None = Field(
        description="When nothing asked for it any more: it was done, or the day moved."
    )
    acknowledged_at: datetime | None = Field(description="When somebody took it on.")
    acknowledged_by: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
