"""Support through the gate: each of its states with a day of its own, the time that it lasts, and the card by which somebody makes
contact himself."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
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
from app.domain.through_the_gate.models.codes import (
    ContactMadeBy,
    GateEndReason,
    GateState,
    GateStep,
)


class GateSupport(Identified, Tenanted, Versioned, table=True):
    """One for each relationship. `released_on`, `stopped_on`, `ends_on` and `state` follow from his placements and the steps, and
    are written with them under a lock on the person."""

    __tablename__ = "gate_support"
    __table_args__ = (
        Index("gate_support_one_open", "engagement_id", unique=True, postgresql_where=text("ended_on is null")),
        Index("gate_support_newest", "charity_id", "created_at", "id"),
        Index("gate_support_of_programme", "programme_id"),
        CheckConstraint(text("accepted_on is null or offered_on is not null"), name="gate_support_offered_first"),
        CheckConstraint(
            text("supported_on is null or first_contact_on is not null"), name="gate_support_contact_first"
        ),
        CheckConstraint(text("sustained_on is null or supported_on is not null"), name="gate_support_supported_first"),
        CheckConstraint(text("(ended_on is null) = (end_reason is null)"), name="gate_support_ended"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    programme_id: UUID = Field(foreign_key="programme.id")
    state: GateState = code_field(default=GateState.ELIGIBLE)
    eligible_on: date
    offered_on: date | None = None
    accepted_on: date | None = None
    declined_on: date | None = None
    first_contact_on: date | None = None
    first_contact_by: ContactMadeBy | None = code_field(default=None, nullable=True)
    supported_on: date | None = None
    sustained_on: date | None = None
    three_month_review_on: date | None = None
    six_month_review_on: date | None = None
    ended_on: date | None = None
    end_reason: GateEndReason | None = code_field(default=None, nullable=True)
    planned_end: bool | None = None
    extended_until: date | None = None
    released_on: date | None = None
    stopped_on: date | None = None
    ends_on: date | None = None


class GateSupportRead(SQLModel):
    """Where support through the gate stands. Each state has a day of its own and is counted apart: who has accepted has not yet
    been supported."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    programme_id: UUID
    state: GateState
    eligible_on: date
    offered_on: date | None
    accepted_on: date | None
    declined_on: date | None
    first_contact_on: date | None = Field(description="When contact was first made after release.")
    first_contact_by: ContactMadeBy | None = Field(description="By whom: never by the mentor.")
    supported_on: date | None
    sustained_on: date | None
    three_month_review_on: date | None
    six_month_review_on: date | None
    ended_on: date | None
    end_reason: GateEndReason | None
    planned_end: bool | None
    released_on: date | None = Field(description="His last release, from his placements; null: none is known.")
    stopped_on: date | None = Field(description="When he came back into custody after it.")
    ends_on: date | None = Field(
        description="The last day of it: six calendar months after the release, or as extended. null: no time is running."
    )
    extended_until: date | None
    three_month_review_due_on: date | None = Field(description="Three calendar months after the release.")
    six_month_review_due_on: date | None = Field(description="Six calendar months after the release.")
    version: int
    created_at: datetime
    updated_at: datetime


class GateSupportStep(Identified, Tenanted, table=True):
    """Append-only: one step."""

    __tablename__ = "gate_support_step"
    __table_args__ = (UniqueConstraint("support_id", "sequence", name="gate_support_step_sequence"),)
    support_id: UUID = Field(foreign_key="gate_support.id")
    sequence: int = Field(sa_type=BigInteger)
    step: GateStep = code_field()
    happened_on: date
    by: ContactMadeBy | None = code_field(default=None, nullable=True)
    until: date | None = None
    end_reason: GateEndReason | None = code_field(default=None, nullable=True)
    planned: bool | None = None
    words: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID | None = None


class GateSupportStepRead(SQLModel):
    """One step of support through the gate."""

    id: UUID
    support_id: UUID
    sequence: int
    step: GateStep
    happened_on: date
    by: ContactMadeBy | None
    until: date | None
    end_reason: GateEndReason | None
    planned: bool | None
    words: str | None
    recorded_at: datetime
    recorded_by: UUID | None = Field(description="null: the service itself, when a card's code was entered.")


class FindEligible(SQLModel):
    """Somebody who is mentored may have support after his release."""

    model_config = command_config(
        {"engagement_id": "01900000-0000-7000-8000-00000000e201", "eligible_on": "2026-11-20"}
    )
    engagement_id: UUID = Field(description="The engagement: it goes on after the gate.")
    eligible_on: CivilDate = Field(description="The day on which somebody saw that he may have it.")


class TakeGateStep(SQLModel):
    """What happened. The same step again corrects its day; what was said before stays in the steps."""

    model_config = command_config({"step": "OFFER", "on": "2026-11-20"})
    step: GateStep = Field(description="What happened.")
    on: CivilDate = Field(description="The day on which it did.")
    by: ContactMadeBy | None = Field(default=None, description="With FIRST_CONTACT, and only then: who made it.")
    until: CivilDate | None = Field(default=None, description="With EXTEND, and only then: the new last day.")
    end_reason: GateEndReason | None = Field(default=None, description="With END, and only then: why.")
    planned: bool | None = Field(default=None, description="With END, and only then: whether it ended as was agreed.")
    words: Line | None = Field(default=None, description="Why, or how; required with EXTEND.")


class GateCountsRead(SQLModel):
    """How many people of a programme have come to each state of support through the gate, each counted by itself."""

    id: UUID = Field(description="The programme.")
    eligible: int
    offered: int
    accepted: int
    declined: int
    first_contact: int
    supported: int
    sustained: int
    ended: int
    supported_to_approved_premises: int = Field(
        description="Of those supported: who was in Approved Premises after release."
    )
    supported_in_multiple_prisons: int = Field(
        description="Whose relationship had sessions while he was in more than one prison, released or not."
    )
