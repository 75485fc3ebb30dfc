"""An action plan, and each time that they looked at it again."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Tenanted,
    Versioned,
    code_field,
    command_config,
    instant_field,
)
from app.domain.support.goals.models.codes import PlanState

EXAMPLE_ENGAGEMENT = "01900000-0000-7000-8000-00000000e201"

PlanWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class PlanFields(SQLModel):
    """What they agreed."""

    agreed_on: CivilDate = Field(description="The day on which they agreed it.")
    review_due_on: CivilDate | None = Field(
        default=None, description="When they mean to look at it again. Nothing happens when the day passes."
    )
    words: PlanWords = Field(description="What he wants, in his words.")


class ActionPlan(PlanFields, Identified, Tenanted, Versioned, table=True):
    """One that is going on per engagement: whoever makes one locks the engagement, and an index holds it."""

    __tablename__ = "action_plan"
    __table_args__ = (
        Index("plan_newest", "charity_id", "created_at", "id"),
        Index(
            "plan_one_at_a_time",
            "engagement_id",
            unique=True,
            postgresql_where=text("state = 'CURRENT'"),
        ),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    state: PlanState = code_field(default=PlanState.CURRENT)
    ended_on: date | None = None


class ActionPlanRead(PlanFields):
    """A plan as it stands."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    state: PlanState
    ended_on: date | None = Field(description="The day on which it was replaced or ended.")
    version: int
    created_at: datetime
    updated_at: datetime


class AgreePlan(PlanFields):
    """A plan that both agree on."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "agreed_on": "2026-11-20",
            "review_due_on": "2027-01-15",
            "words": "I want to see my family more and have work lined up for when I am out.",
        }
    )
    engagement_id: UUID = Field(description="The engagement that it is of.")
    replace: bool = Field(default=False, description="It takes the place of the plan that is going on.")


class ReviewFields(SQLModel):
    """What was said when they looked at the plan again."""

    reviewed_on: CivilDate = Field(description="The day on which they looked at it.")
    words: PlanWords | None = Field(default=None, description="What he says about it, in his words.")
    changed: PlanWords | None = Field(default=None, description="What they changed, if anything.")
    next_review_on: CivilDate | None = Field(default=None, description="When they mean to look at it again.")


class PlanReview(ReviewFields, Identified, Tenanted, table=True):
    """Append-only."""

    __tablename__ = "plan_review"
    __table_args__ = (UniqueConstraint("plan_id", "sequence", name="plan_review_sequence"),)
    plan_id: UUID = Field(foreign_key="action_plan.id")
    sequence: int = Field(sa_type=BigInteger)
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class PlanReviewRead(ReviewFields):
    """One time that they looked at a plan again."""

    id: UUID
    plan_id: UUID
    sequence: int = Field(description="The order in which they were written down.")
    recorded_at: datetime
    recorded_by: UUID


class ReviewPlan(ReviewFields):
    """They looked at the plan again. He need not say anything about it."""

    model_config = command_config(
        {
            "reviewed_on": "2026-11-22",
            "words": "It still fits. The course comes first now.",
            "next_review_on": "2027-02-01",
        }
    )


class EndPlan(SQLModel):
    """The plan is at its end, for whatever reason. His goals stay as they are."""

    model_config = command_config({"ended_on": "2026-11-22"})
    ended_on: CivilDate | None = Field(default=None, description="Default: today.")
