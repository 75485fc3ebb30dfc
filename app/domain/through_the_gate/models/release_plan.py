"""What is arranged for somebody's release, by which day after it, and what was done to the plan."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field as SchemaField
from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Line,
    Tenanted,
    Versioned,
    code_field,
    command_config,
    instant_field,
)
from app.domain.people.offences import Pathway
from app.domain.through_the_gate.models.codes import Accommodation
from app.domain.through_the_gate.models.release_codes import (
    AccommodationPlan,
    HandoverBasis,
    ItemState,
    PlanStep,
    ReleaseBasis,
)


class ReleasePlanFields(SQLModel):
    """What somebody told the charity."""

    expected_on: CivilDate | None = Field(
        default=None, description="The day of the release that somebody named; null: as his custody facts have it."
    )
    first_accommodation: Accommodation | None = code_field(
        default=None, nullable=True, description="Where he will go first: a place in the community."
    )
    accommodation_plan: AccommodationPlan = code_field(
        default=AccommodationPlan.NOT_KNOWN, description="How far that is arranged."
    )
    sentence_started_on: CivilDate | None = Field(default=None, description="The first day of his sentence, if known.")
    early_allocation: bool | None = Field(
        default=None, description="Whether probation takes him over early; null: not known."
    )


class ReleasePlan(ReleasePlanFields, Identified, Tenanted, Versioned, table=True):
    """One for each relationship, by a unique index; it begins anew after a return to custody. `release_on`, `handover_due_on` and
    their bases follow from the plan, his custody facts and his placements, and are written with them."""

    __tablename__ = "release_plan"
    __table_args__ = (
        UniqueConstraint("engagement_id", name="release_plan_of_engagement"),
        Index("release_plan_newest", "charity_id", "created_at", "id"),
        Index("release_plan_of_programme", "programme_id", "release_on"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    programme_id: UUID = Field(foreign_key="programme.id")
    release_on: date | None = None
    release_basis: ReleaseBasis | None = code_field(default=None, nullable=True)
    handover_due_on: date | None = None
    handover_basis: HandoverBasis | None = code_field(default=None, nullable=True)


class ReleasePlanItemFields(SQLModel):
    pathway: Pathway = code_field(description="To which of the seven pathways it belongs.")
    what: Line = Field(description="What has to be there.")


class ReleasePlanItem(ReleasePlanItemFields, Identified, Tenanted, table=True):
    """Changed only with its plan, under the plan's lock."""

    __tablename__ = "release_plan_item"
    __table_args__ = (UniqueConstraint("plan_id", "nth", name="release_plan_item_nth"),)
    plan_id: UUID = Field(foreign_key="release_plan.id")
    nth: int = Field(sa_type=BigInteger)
    day: int = Field(sa_type=BigInteger)
    state: ItemState = code_field(default=ItemState.OPEN)
    note: str | None = None
    answered_at: datetime | None = instant_field(default=None)


class ReleasePlanItemRead(ReleasePlanItemFields):
    """One thing that has to be there by a day after the release."""

    id: UUID
    plan_id: UUID
    nth: int = Field(description="Its place in the plan, from 1.")
    day: int = Field(description="By which day after the release: 0 (the day itself), 1, 3, 7 or 28.")
    due_on: date | None = Field(description="That day; null while no day of a release is known.")
    state: ItemState
    note: str | None
    answered_at: datetime | None = Field(description="When somebody last said how far it is.")


class ReleasePlanEntry(Identified, Tenanted, table=True):
    """Append-only: what was done to a plan, and how it stood then."""

    __tablename__ = "release_plan_entry"
    __table_args__ = (UniqueConstraint("plan_id", "sequence", name="release_plan_entry_sequence"),)
    plan_id: UUID = Field(foreign_key="release_plan.id")
    sequence: int = Field(sa_type=BigInteger)
    step: PlanStep = code_field()
    expected_on: date | None = None
    first_accommodation: Accommodation | None = code_field(default=None, nullable=True)
    accommodation_plan: AccommodationPlan = code_field()
    sentence_started_on: date | None = None
    early_allocation: bool | None = None
    item_id: UUID | None = None
    item_state: ItemState | None = code_field(default=None, nullable=True)
    words: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class ReleasePlanEntryRead(SQLModel):
    """What was done to a plan, and how it stood then."""

    id: UUID
    plan_id: UUID
    sequence: int
    step: PlanStep
    expected_on: date | None
    first_accommodation: Accommodation | None
    accommodation_plan: AccommodationPlan
    sentence_started_on: date | None
    early_allocation: bool | None
    item_id: UUID | None = Field(description="The item that was added or answered.")
    item_state: ItemState | None
    words: str | None
    recorded_at: datetime
    recorded_by: UUID


class ReleasePlanRead(ReleasePlanFields):
    """The plan of somebody's release."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    programme_id: UUID
    release_on: date | None = Field(
        description="The day of his release: as it was, as somebody named it, or as his custody facts have it."
    )
    release_basis: ReleaseBasis | None = Field(description="From where that day is known.")
    handover_due_on: date | None = Field(
        description="From when on the community offender manager is to be responsible: a hint to ask, nothing more."
    )
    handover_basis: HandoverBasis | None
    items_open: int = Field(description="How many things are neither arranged nor done, and needed.")
    version: int
    created_at: datetime
    updated_at: datetime


class OpenReleasePlan(ReleasePlanFields):
    """Begin to plan a release. Unless told otherwise the plan begins with what most men need by days 0, 1, 3, 7 and 28."""

    model_config = command_config(
        {"engagement_id": "01900000-0000-7000-8000-00000000e201", "expected_on": "2027-01-15"}
    )
    engagement_id: UUID = SchemaField(description="The relationship that goes on through the gate.")
    usual_items: bool = SchemaField(default=True, description="false: begin with an empty list.")


class ChangeReleasePlan(ReleasePlanFields):
    """What is known anew; what is left out stays, null forgets."""

    model_config = command_config({"first_accommodation": "A02", "accommodation_plan": "ARRANGED"})
    accommodation_plan: AccommodationPlan | None = SchemaField(  # type: ignore[assignment]
        default=None, description="How far the first accommodation is arranged."
    )
    words: Line | None = SchemaField(default=None, description="Why, for the plan's entries.")


class AddPlanItem(ReleasePlanItemFields):
    """One more thing that has to be there."""

    model_config = command_config({"day": 3, "pathway": "HEALTH", "what": "Registered with a doctor near his address"})
    day: int = SchemaField(
        ge=0, le=28, description="By which day after the release: 0 (the day itself), 1, 3, 7 or 28."
    )


class AnswerPlanItem(SQLModel):
    """How far one thing of the plan is. OPEN takes an answer back."""

    model_config = command_config({"item_id": "01900000-0000-7000-8000-00000000e709", "state": "ARRANGED"})
    item_id: UUID = Field(description="Which.")
    state: ItemState = Field(description="How far it is.")
    note: Line | None = Field(default=None, description="When, where, with whom by role.")


class StartPlanAgain(SQLModel):
    """He is back in custody, and will be released again: each thing is open once more, and the day that was named is forgotten."""

    model_config = command_config({"reason": "Recalled."})
    reason: Line = Field(description="Why.")
