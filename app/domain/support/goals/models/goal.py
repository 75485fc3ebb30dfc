"""A goal, its small steps, and what was written down about it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index, UniqueConstraint
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
from app.domain.people.offences import Pathway
from app.domain.support.codes import ProposedBy
from app.domain.support.goals.models.codes import GoalEntryKind, GoalState, StepState
from app.domain.support.goals.models.plan import EXAMPLE_ENGAGEMENT

GoalWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
ProgressWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class GoalFields(SQLModel):
    """What he wants to reach."""

    pathway: Pathway = code_field(description="Which part of his life it is about, of the seven pathways.")
    words: GoalWords = Field(description="What he wants, in words that are his.")
    proposed_by: ProposedBy = code_field(description="Who brought it up first.")


class Goal(GoalFields, Identified, Tenanted, Versioned, table=True):
    """Every change counts its version up, and the entry about it has that number."""

    __table_args__ = (Index("goal_newest", "charity_id", "created_at", "id"),)
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    plan_id: UUID | None = Field(default=None, foreign_key="action_plan.id", index=True)
    state: GoalState = code_field()
    agreed_on: date | None = None


class GoalRead(GoalFields):
    """A goal as it stands."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    plan_id: UUID | None = Field(description="The plan that it belongs to.")
    state: GoalState
    agreed_on: date | None = Field(description="Since when he agrees to it. null: he has not said so.")
    version: int
    created_at: datetime
    updated_at: datetime


class GoalStep(Identified, Tenanted, Created, table=True):
    """A small step towards a goal. Who changes one locks the goal."""

    __tablename__ = "goal_step"
    goal_id: UUID = Field(foreign_key="goal.id", index=True)
    words: str
    by_day: date | None = None
    state: StepState = code_field(default=StepState.OPEN)
    done_on: date | None = None


class GoalStepRead(SQLModel):
    """A small step towards a goal."""

    id: UUID
    goal_id: UUID
    words: str
    by_day: date | None = Field(description="When they hope to have done it; nothing happens when it passes.")
    state: StepState
    done_on: date | None
    created_at: datetime


class GoalEntry(Identified, Tenanted, table=True):
    """Append-only: what was written down about a goal, and how the goal stood then."""

    __tablename__ = "goal_entry"
    __table_args__ = (UniqueConstraint("goal_id", "sequence", name="goal_entry_sequence"),)
    goal_id: UUID = Field(foreign_key="goal.id")
    step_id: UUID | None = Field(default=None, foreign_key="goal_step.id", index=True)
    sequence: int = Field(sa_type=BigInteger)
    kind: GoalEntryKind = code_field()
    state: GoalState = code_field()
    pathway: Pathway = code_field()
    words: str
    said: str | None = None
    not_said: bool = False
    reason: str | None = None
    on_day: date
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class GoalEntryRead(SQLModel):
    """One thing that was written down about a goal."""

    id: UUID
    goal_id: UUID
    step_id: UUID | None = Field(description="The small step that it is about.")
    sequence: int = Field(description="The goal's version that it made.")
    kind: GoalEntryKind
    state: GoalState = Field(description="Where the goal stood then.")
    pathway: Pathway = Field(description="What the goal was about then.")
    words: str = Field(description="The goal's words then.")
    said: str | None = Field(description="How it goes, in his words.")
    not_said: bool = Field(description="He was asked, and did not want to say.")
    reason: str | None
    on_day: date = Field(description="The day that it tells about.")
    recorded_at: datetime
    recorded_by: UUID


class SetGoal(GoalFields):
    """A goal. One that he brought up himself, or both together, is agreed at once; one that somebody else proposed waits until
    he agrees."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "pathway": "EDUCATION_SKILLS_AND_WORK",
            "words": "Get my forklift licence.",
            "proposed_by": "MENTEE",
        }
    )
    engagement_id: UUID = Field(description="The engagement that it is of.")
    plan_id: UUID | None = Field(default=None, description="The plan of this engagement that it belongs to.")
    agreed_on: CivilDate | None = Field(
        default=None, description="When he agreed, if he has; default: today, for one of his own or of both."
    )


class ChangeGoal(SQLModel):
    """Other words, or another part of his life. What was there before stays in its entries."""

    model_config = command_config({"words": "Get my forklift licence, and then an HGV one."})
    words: GoalWords | None = None
    pathway: Pathway | None = None


class MoveGoal(SQLModel):
    """Where it stands now: any state may follow any other, and nothing else follows from it."""

    model_config = command_config({"state": "REACHED"})
    state: GoalState = Field(description="Where it stands now.")
    agreed_on: CivilDate | None = Field(
        default=None, description="When he agreed: for a goal that was never agreed before, to be AGREED or REACHED."
    )
    reason: Line | None = Field(default=None, description="Why, if he wants it written down.")


class TellProgress(SQLModel):
    """How it goes, in his words; or that he did not want to say, which is as good."""

    model_config = command_config({"said": "Did the first morning. Went all right.", "on_day": "2026-11-20"})
    said: ProgressWords | None = Field(default=None, description="In his words. Either this or `not_said`.")
    not_said: bool = Field(default=False, description="He was asked, and did not want to say.")
    on_day: CivilDate | None = Field(default=None, description="The day on which he told it; default: today.")


class AddGoalStep(SQLModel):
    """A small step towards a goal."""

    model_config = command_config({"words": "Ask the education desk for a form."})
    words: Line
    by_day: CivilDate | None = Field(default=None, description="When they hope to have done it, if they say.")


class DoGoalStep(SQLModel):
    """A small step is done."""

    model_config = command_config({"done_on": "2026-11-20"})
    done_on: CivilDate | None = Field(default=None, description="Default: today.")


class ChangeGoalStep(SQLModel):
    """A small step is open again, or set aside."""

    model_config = command_config({"reason": "The desk was shut."})
    reason: Line | None = None
