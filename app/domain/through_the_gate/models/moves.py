"""A transfer, a release, a return to custody; and what a coordinator decides for the relationship that goes on."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
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
from app.domain.people.models import Place
from app.domain.sessions.models import SessionSetting
from app.domain.through_the_gate.models.codes import (
    Accommodation,
    Clearance,
    CustodyReason,
    MoveDecision,
    MoveKind,
    ReleaseType,
    ToldBy,
)


class TransferPerson(SQLModel):
    """He came to another prison."""

    model_config = command_config({"on": "2026-11-20", "establishment": "TSI", "told_by": "PERSON"})
    on: CivilDate = Field(description="The day on which he came there.")
    establishment: Place = Field(description="Agency id of the prison, from /v1/establishments.")
    location: Line | None = Field(default=None, description="Wing and cell, if known.")
    told_by: ToldBy = Field(default=ToldBy.NOT_SAID, description="Who told the charity.")


class ReleasePerson(SQLModel):
    """He was released. A day in court or on temporary licence is no release: see /v1/temporary-absences."""

    model_config = command_config({"on": "2026-11-20", "accommodation": "A02", "release_type": "CONDITIONAL"})
    on: CivilDate = Field(description="The day of his release.")
    accommodation: Accommodation = Field(
        default=Accommodation.COMMUNITY_NOT_KNOWN, description="Where he went: a place in the community."
    )
    release_type: ReleaseType = Field(default=ReleaseType.NOT_KNOWN, description="By which way he was released.")
    told_by: ToldBy = Field(default=ToldBy.NOT_SAID, description="Who told the charity.")


class RecallPerson(SQLModel):
    """He is in custody again. What he had goes on: a new referral is not needed."""

    model_config = command_config({"on": "2026-11-20", "establishment": "BXI", "custody_reason": "RECALL"})
    on: CivilDate = Field(description="The day on which he came back into custody.")
    establishment: Place | None = Field(default=None, description="Agency id of the prison; null: not known which.")
    location: Line | None = Field(default=None, description="Wing and cell, if known.")
    custody_reason: CustodyReason = Field(default=CustodyReason.RECALL, description="Why.")
    told_by: ToldBy = Field(default=ToldBy.NOT_SAID, description="Who told the charity.")


class MoveReview(Identified, Tenanted, Versioned, table=True):
    """Asked for whenever somebody moves whose relationship goes on; the relationship itself is left as it is."""

    __tablename__ = "move_review"
    __table_args__ = (
        Index(
            "move_review_one_open",
            "engagement_id",
            "placement_id",
            unique=True,
            postgresql_where=text("decided_at is null"),
        ),
        Index("move_review_of_placement", "placement_id"),
        Index("move_review_newest", "charity_id", "created_at", "id"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    placement_id: UUID = Field(foreign_key="placement.id")
    kind: MoveKind = code_field()
    moved_on: date
    accommodation: Accommodation = code_field()
    establishment: str | None = None
    decision: MoveDecision | None = code_field(default=None, nullable=True)
    setting: SessionSetting | None = code_field(default=None, nullable=True)
    reason: str | None = None
    decided_at: datetime | None = instant_field(default=None)
    decided_by: UUID | None = None


class MoveReviewRead(SQLModel):
    """What a move asks of a coordinator: may the mentor go where he is now, how will they meet, or who takes over. Nothing is
    broken until somebody decides."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    placement_id: UUID
    kind: MoveKind = Field(description="How he came there.")
    moved_on: date = Field(description="The day on which he came there.")
    accommodation: Accommodation
    establishment: str | None
    open: bool = Field(
        description="Whether somebody has still to decide: he is there still, and the engagement goes on."
    )
    clearance: Clearance = Field(description="Whether the present mentor may go in, as it stands now.")
    proposed_settings: list[SessionSetting] = Field(description="How they can meet there, the best first.")
    planned_elsewhere: int = Field(description="Sessions still planned for after the move at another place.")
    decision: MoveDecision | None
    setting: SessionSetting | None = Field(description="How they will meet.")
    reason: str | None
    decided_at: datetime | None
    decided_by: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


class DecideMove(SQLModel):
    """How it goes on. With SAME_MENTOR and a `setting` the sessions that are planned elsewhere are moved there, each to its own
    time, in the same transaction; ANOTHER_MENTOR leaves them until somebody has taken over."""

    model_config = command_config({"decision": "SAME_MENTOR", "setting": "VISIT"})
    decision: MoveDecision = Field(description="Who mentors him from now on.")
    setting: SessionSetting | None = Field(default=None, description="How they will meet; with SAME_MENTOR only.")
    reason: Line | None = Field(default=None, description="Why, if it needs to be said.")
