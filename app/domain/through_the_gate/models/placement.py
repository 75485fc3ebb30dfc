"""A placement: where somebody stays from one day to another, and what was recorded of it and when."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE
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
from app.domain.through_the_gate.models.codes import (
    Accommodation,
    CustodyReason,
    MoveKind,
    PlacementStep,
    ReleaseType,
    ToldBy,
)


class PlacementFields(SQLModel):
    """What somebody told the charity."""

    arrived_on: CivilDate = Field(description="The day on which he came there; of several on one day the last counts.")
    accommodation: Accommodation = code_field(description="What kind of place, by the accommodation codes of HMPPS.")
    establishment: str | None = Field(
        default=None, description="Agency id of the prison, for a place in custody; null: not known which."
    )
    location: Line | None = Field(
        default=None, description="Wing and cell, as received; of the last time he was there."
    )
    custody_reason: CustodyReason | None = code_field(
        default=None, description="Why he is in custody again, where he had been released."
    )
    release_type: ReleaseType | None = code_field(default=None, description="By which way he was released to it.")
    told_by: ToldBy = code_field(default=ToldBy.NOT_SAID, description="Who told the charity.")


class Placement(PlacementFields, Identified, Tenanted, Versioned, table=True):
    """`days` and `kind` follow from all that is recorded about the person and are written with it, under a lock on the person:
    null where another of the same day counts, or where it was withdrawn. PostgreSQL keeps `days` of one person from overlapping;
    `Whereabouts` keeps them without a gap."""

    __table_args__ = (
        # WITHOUT OVERLAPS, which SQLAlchemy cannot say.
        UniqueConstraint("person_id", "days", name="placement_one_at_a_time"),
        CheckConstraint(text("(days is null) = (kind is null)"), name="placement_of_some_length"),
        CheckConstraint(text("withdrawn_at is null or days is null"), name="placement_withdrawn"),
        CheckConstraint(text("days is null or lower(days) = arrived_on"), name="placement_begins_on_arrival"),
        Index("placement_of_person", "person_id", "arrived_on", "recorded_nth"),
        Index("placement_newest", "charity_id", "created_at", "id"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    recorded_nth: int = Field(sa_type=BigInteger)
    days: Any = Field(default=None, sa_type=DATERANGE, nullable=True)
    kind: MoveKind | None = code_field(default=None, nullable=True)
    withdrawn_at: datetime | None = instant_field(default=None)


class Whereabouts(Tenanted, table=True):
    """From when on the charity knows where somebody is. A temporal foreign key holds it against his placements: they cover every
    day of it."""

    __table_args__ = (
        # With PERIOD, which SQLAlchemy cannot say either.
        ForeignKeyConstraint(
            ["person_id", "days"],
            ["placement.person_id", "placement.days"],
            name="whereabouts_without_gap",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    days: Any = Field(default=None, sa_type=DATERANGE, nullable=True)


class PlacementRead(PlacementFields):
    """Where somebody stays or stayed."""

    id: UUID
    person_id: UUID
    kind: MoveKind | None = Field(
        description="How he came there, worked out from where he was before; null where it counts for no day."
    )
    left_on: date | None = Field(description="The day on which he left; null: he is there, or it counts for no day.")
    current: bool = Field(description="Whether he is there now, as far as is known.")
    withdrawn_at: datetime | None = Field(description="When somebody said that it never was; null: it stands.")
    version: int
    created_at: datetime
    updated_at: datetime


class PlacementEntry(Identified, Tenanted, table=True):
    """Append-only: what was recorded, corrected or withdrawn, as it was told then."""

    __tablename__ = "placement_entry"
    __table_args__ = (UniqueConstraint("placement_id", "sequence", name="placement_entry_sequence"),)
    placement_id: UUID = Field(foreign_key="placement.id")
    sequence: int = Field(sa_type=BigInteger)
    step: PlacementStep = code_field()
    arrived_on: date
    accommodation: Accommodation = code_field()
    establishment: str | None = None
    location: str | None = None
    custody_reason: CustodyReason | None = code_field(default=None, nullable=True)
    release_type: ReleaseType | None = code_field(default=None, nullable=True)
    told_by: ToldBy = code_field()
    reason: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID | None = None


class PlacementEntryRead(SQLModel):
    """What was said of a placement, and when."""

    id: UUID
    placement_id: UUID
    sequence: int
    step: PlacementStep
    arrived_on: date
    accommodation: Accommodation
    establishment: str | None
    location: str | None
    custody_reason: CustodyReason | None
    release_type: ReleaseType | None
    told_by: ToldBy
    reason: str | None = Field(description="Why it was corrected or withdrawn.")
    recorded_at: datetime
    recorded_by: UUID | None = Field(description="null: the service itself, when the person was put on file.")


class RecordPlacement(PlacementFields):
    """Where somebody is or was from a day on. For a transfer, a release or a recall take its own call, which does the rest."""

    model_config = command_config({"arrived_on": "2026-11-20", "accommodation": "A17", "told_by": "PERSON"})
    establishment: Place | None = Field(default=None, description="Agency id of the prison, from /v1/establishments.")


class CorrectPlacement(SQLModel):
    """What was told wrongly; what is left out stays. What stood there before is kept with the entries."""

    model_config = command_config({"arrived_on": "2026-11-19", "reason": "He rang on the day before."})
    arrived_on: CivilDate | None = None
    accommodation: Accommodation | None = None
    establishment: Place | None = None
    location: Line | None = None
    custody_reason: CustodyReason | None = None
    release_type: ReleaseType | None = None
    told_by: ToldBy | None = None
    reason: Line = Field(description="Why.")


class WithdrawPlacement(SQLModel):
    """It never was: somebody else was meant, or it did not take place. It stays readable."""

    model_config = command_config({"reason": "The transfer was cancelled on the day."})
    reason: Line = Field(description="Why.")
