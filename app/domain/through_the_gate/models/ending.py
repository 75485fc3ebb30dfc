"""How a relationship comes to its end: agreed from the start, counted down, closed with a last session and a review. And a
death."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Line,
    Prose,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.matching.models import EndReason, EngagementState
from app.domain.through_the_gate.models.codes import ToldBy


class OnwardAsked(StrEnum):
    """Whether somebody asked what comes after, and what came of it."""

    SIGNPOSTED = "SIGNPOSTED"
    NOTHING_WANTED = "NOTHING_WANTED"
    NOT_ASKED = "NOT_ASKED"


class FeedbackAsked(StrEnum):
    """Whether he was asked how it was. Declining is an answer."""

    GIVEN = "GIVEN"
    DECLINED = "DECLINED"
    NOT_ASKED = "NOT_ASKED"


class EndingOpen(StrEnum):
    """What is still open for a good end, in the order in which it comes up."""

    NO_END_AGREED = "NO_END_AGREED"
    NOT_AGREED_WITH_HIM = "NOT_AGREED_WITH_HIM"
    END_HAS_PASSED = "END_HAS_PASSED"
    NO_CLOSING_SESSION = "NO_CLOSING_SESSION"
    NO_CLOSING_REVIEW = "NO_CLOSING_REVIEW"
    ONWARD_NOT_ASKED = "ONWARD_NOT_ASKED"
    FEEDBACK_NOT_ASKED = "FEEDBACK_NOT_ASKED"


class EndingAgreementFields(SQLModel):
    ends_on: CivilDate = Field(description="The last day.")
    with_him: bool = Field(description="Whether it was agreed with him; false: only planned so far.")
    agreed_on: CivilDate = Field(description="The day on which it was.")
    closing_session_id: UUID | None = Field(default=None, description="The session with which it will close.")
    words: Line | None = Field(default=None, description="Why then, or why another day than before.")


class EndingAgreement(EndingAgreementFields, Identified, Tenanted, table=True):
    """The newest of a relationship counts; none is removed."""

    __tablename__ = "ending_agreement"
    __table_args__ = (
        Index("ending_agreement_of_engagement", "engagement_id", "recorded_at", "id"),
        Index("ending_agreement_newest", "charity_id", "recorded_at", "id"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id")
    closing_session_id: UUID | None = Field(default=None, foreign_key="mentoring_session.id")
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class AgreeEnding(EndingAgreementFields):
    """When it will end: said at the start, so that nobody is surprised. A new agreement takes the place of the one before."""

    model_config = command_config({"ends_on": "2027-05-20", "with_him": True, "agreed_on": "2026-11-20"})


class EndingAgreementRead(EndingAgreementFields):
    """When a relationship was to end, as it was agreed on a day."""

    id: UUID
    engagement_id: UUID
    current: bool = Field(description="True for the newest, the one that counts.")
    recorded_at: datetime
    recorded_by: UUID


class ClosingReviewFields(SQLModel):
    held_on: CivilDate = Field(description="The day on which they looked back.")
    session_id: UUID | None = Field(default=None, description="In which session, if in one.")
    his_words: Prose | None = Field(default=None, description="What it was for him, as he said it.")
    mentors_words: Prose | None = Field(default=None, description="What the mentor saw change, and what remains.")
    onward: OnwardAsked = code_field(default=OnwardAsked.NOT_ASKED, description="What comes after.")
    feedback: FeedbackAsked = code_field(default=FeedbackAsked.NOT_ASKED, description="Whether he was asked for his.")


class ClosingReview(ClosingReviewFields, Identified, Tenanted, table=True):
    """Written once; a later one adds to it."""

    __tablename__ = "closing_review"
    __table_args__ = (
        Index("closing_review_of_engagement", "engagement_id", "recorded_at", "id"),
        Index("closing_review_newest", "charity_id", "recorded_at", "id"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id")
    session_id: UUID | None = Field(default=None, foreign_key="mentoring_session.id")
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordClosingReview(ClosingReviewFields):
    """They looked back at it together. Nothing of it is needed for an end, and none of it is asked twice."""

    model_config = command_config(
        {"held_on": "2026-11-20", "onward": "NOTHING_WANTED", "feedback": "DECLINED", "his_words": "It helped."}
    )


class ClosingReviewRead(ClosingReviewFields):
    """What was said when they looked back."""

    id: UUID
    engagement_id: UUID
    recorded_at: datetime
    recorded_by: UUID


class EndingRead(SQLModel):
    """How a relationship comes to its end, or came to it."""

    id: UUID = Field(description="The engagement.")
    person_id: UUID
    programme_id: UUID
    mentor_id: UUID | None
    state: EngagementState
    agreed_end_on: date | None = Field(description="The day that was agreed last; null: none.")
    agreed_with_him: bool | None
    days_left: int | None = Field(description="Days from today to it; negative when it has passed. null: it has ended.")
    sessions_left: int = Field(description="Sessions that are planned from now on.")
    closing_session_id: UUID | None
    reviewed_on: date | None = Field(description="The day of the newest closing review.")
    onward: OnwardAsked
    onward_referrals: int = Field(description="How many services he was pointed to or referred to in all its time.")
    feedback: FeedbackAsked
    ended_on: date | None
    end_reason: EndReason | None
    planned_end: bool | None = Field(description="Whether it ended as was agreed; null: it goes on.")
    still_open: list[EndingOpen] = codes_field(
        description="What is still open: of the last three only from four weeks before the end on. Empty after a death."
    )


class DeathFields(SQLModel):
    died_on: CivilDate | None = Field(default=None, description="The day; null: not known.")
    told_by: ToldBy = code_field(default=ToldBy.NOT_SAID, description="Who told the charity.")


class Death(DeathFields, Identified, Tenanted, Versioned, table=True):
    """One stands of each person, by a unique index."""

    __tablename__ = "death"
    __table_args__ = (
        Index("death_one_stands", "person_id", unique=True, postgresql_where=text("withdrawn_at is null")),
        Index("death_of_person", "person_id"),
        Index("death_newest", "charity_id", "created_at", "id"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    withdrawn_at: datetime | None = instant_field(default=None)
    withdrawn_because: str | None = None


class RecordDeath(DeathFields):
    """He has died. Everything that was to come stops, in one transaction; everything that was stays."""

    model_config = command_config({"died_on": "2026-11-20", "told_by": "PRISON_STAFF"})


class WithdrawDeath(SQLModel):
    """It is not true. What stopped is taken up again one by one, by whoever knows him."""

    model_config = command_config({"reason": "Told of another man of the same name."})
    reason: Line = Field(description="Why it was recorded, and how it is known to be wrong.")


class DeathRead(DeathFields):
    """That somebody has died."""

    id: UUID
    person_id: UUID
    withdrawn_at: datetime | None = Field(description="When somebody said that it is not true; null: it stands.")
    withdrawn_because: str | None
    version: int
    created_at: datetime
    created_by: UUID | None
    updated_at: datetime
