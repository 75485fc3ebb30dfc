"""What feedback is: forms with a few plain questions, and what was answered to one of them, or that nothing was."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Created,
    Identified,
    Line,
    Prose,
    Tenanted,
    Versioned,
    code_field,
    command_config,
    instant_field,
)

MOST_QUESTIONS = 20
EXAMPLE_FORM = "01900000-0000-7000-8000-0000000f0b01"
EXAMPLE_ENGAGEMENT = "01900000-0000-7000-8000-00000000e201"


class Audience(StrEnum):
    """Whom a form asks."""

    MENTEE = "MENTEE"
    MENTOR = "MENTOR"
    PROFESSIONAL = "PROFESSIONAL"


class QuestionKind(StrEnum):
    """How a question is answered: `1` to `5`, `YES` or `NO`, or in words."""

    SCALE_1_5 = "SCALE_1_5"
    YES_NO = "YES_NO"
    WORDS = "WORDS"


class FeedbackStatus(StrEnum):
    """Whether somebody answered, did not wish to, or was not asked."""

    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    NOT_OFFERED = "NOT_OFFERED"


class TakenBy(StrEnum):
    """How the answers were taken."""

    SELF = "SELF"
    READ_ALOUD = "READ_ALOUD"
    ON_PAPER = "ON_PAPER"
    PHONE = "PHONE"


Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
"""A name for programs: capital letters, digits and underscores, at most forty."""


class FeedbackQuestion(SQLModel):
    """One question of a form."""

    model_config = command_config()
    code: Code = Field(description="Its name for programs, once in a form.")
    text: Line = Field(description="The question itself, in plain words.")
    kind: QuestionKind = Field(description="How it is answered.")


class FormFields(SQLModel):
    """A form."""

    code: Code = Field(description="Its name for programs. Editions of one form have the same.")
    audience: Audience = code_field(description="Whom it asks.")
    title: Line = Field(description="What stands above the questions.")


class FeedbackForm(FormFields, Identified, Versioned, table=True):
    """One edition of a form; without a charity it is everyone's. Its questions are never changed: what was answered to them
    would mean something else."""

    __tablename__ = "feedback_form"
    __table_args__ = (
        UniqueConstraint("charity_id", "code", "edition", name="feedback_form_edition"),
        Index(
            "feedback_form_in_use",
            "charity_id",
            "code",
            unique=True,
            postgresql_where=text("retired_at is null"),
        ),
        Index("feedback_form_newest", "created_at", "id"),
    )
    charity_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    edition: int = Field(default=1, sa_type=BigInteger)
    questions: list[dict[str, Any]] = Field(sa_type=JSONB)
    retired_at: datetime | None = instant_field(default=None)


class FeedbackFormRead(FormFields):
    """One edition of a form."""

    id: UUID
    edition: int = Field(description="Counts the editions of one code.")
    everyones: bool = Field(description="Whether it comes with the service, for every charity.")
    questions: list[FeedbackQuestion]
    retired_at: datetime | None = Field(description="Since when it is not in use; null: it is.")
    version: int
    created_at: datetime
    updated_at: datetime


class PublishForm(FormFields):
    """A form of the charity's own; with a code that one in use has, its next edition, which takes that one's place."""

    model_config = command_config(
        {
            "code": "AFTER_SIX_WEEKS",
            "audience": "MENTEE",
            "title": "How is it going?",
            "questions": [{"code": "HEARD", "text": "Do you feel listened to?", "kind": "SCALE_1_5"}],
        }
    )
    questions: list[FeedbackQuestion] = Field(
        min_length=1, max_length=MOST_QUESTIONS, description="In the order in which they are asked."
    )


class FeedbackAnswer(SQLModel):
    """What was said to one question."""

    model_config = command_config()
    question: Code = Field(description="The question's code.")
    value: Prose = Field(description="`1` to `5`, `YES` or `NO`, or words: as the question's kind says.")


class FeedbackFields(SQLModel):
    """What was handed in."""

    form_id: UUID = Field(foreign_key="feedback_form.id", description="The form that was asked with.")
    engagement_id: UUID | None = Field(
        default=None, foreign_key="engagement.id", index=True, description="Whose: with a form for mentees or mentors."
    )
    referral_id: UUID | None = Field(
        default=None, foreign_key="referral.id", index=True, description="Whose: with a form for professionals."
    )
    status: FeedbackStatus = code_field(description="Whether it was answered. Not wishing to is an answer.")
    taken_by: TakenBy | None = code_field(
        default=None, nullable=True, description="How it was taken: with ANSWERED, and only then."
    )
    supersedes_id: UUID | None = Field(
        default=None, foreign_key="feedback.id", description="What was handed in by mistake, and this puts right."
    )


class Feedback(FeedbackFields, Identified, Tenanted, Created, table=True):
    """Append-only: a mistake is put right by another."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("supersedes_id", name="feedback_supersedes"),
        Index("feedback_newest", "charity_id", "created_at", "id"),
        Index("feedback_of_form", "form_id"),
    )
    audience: Audience = code_field()
    answers: list[dict[str, Any]] = Field(sa_type=JSONB)
    given_on: date


class FeedbackRead(FeedbackFields):
    """What somebody said, or that he did not wish to. The coordinator's and the manager's to read, nobody else's."""

    id: UUID
    audience: Audience
    answers: list[FeedbackAnswer] = Field(
        description="In the order in which they were given; a question may be left out."
    )
    given_on: date
    superseded_by_id: UUID | None = Field(description="What puts this right; null: it stands.")
    created_at: datetime
    created_by: UUID | None = Field(description="Who handed it in.")


class FeedbackReceipt(SQLModel):
    """That it was handed in; nothing of what it says."""

    id: UUID
    status: FeedbackStatus
    given_on: date


class GiveFeedback(FeedbackFields):
    """Hand in feedback, or that somebody did not wish to give any."""

    model_config = command_config(
        {
            "form_id": EXAMPLE_FORM,
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "status": "ANSWERED",
            "taken_by": "READ_ALOUD",
            "given_on": "2026-11-20",
            "answers": [{"question": "LISTENED", "value": "4"}],
        },
        {"form_id": EXAMPLE_FORM, "engagement_id": EXAMPLE_ENGAGEMENT, "status": "DECLINED"},
    )
    answers: list[FeedbackAnswer] = Field(
        default=[], max_length=MOST_QUESTIONS, description="Any question may be left out: silence is an answer."
    )
    given_on: CivilDate | None = Field(default=None, description="When it was given; default: today.")
