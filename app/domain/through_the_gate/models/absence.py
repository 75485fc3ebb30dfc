"""Out of the prison and back: a day in court, in hospital, on temporary licence. It is no release and no placement."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
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
from app.domain.through_the_gate.models.codes import AbsenceKind, ToldBy


class AbsenceFields(SQLModel):
    """What somebody told the charity."""

    kind: AbsenceKind = code_field(
        description="Why he is out; RDR, ROR, CRL and SPL are the kinds of temporary licence."
    )
    left_on: CivilDate = Field(description="The day on which he left; it may be one to come.")
    expected_on: CivilDate | None = Field(default=None, description="When he is to be back; null: not known.")
    told_by: ToldBy = code_field(default=ToldBy.NOT_SAID, description="Who told the charity.")


class TemporaryAbsence(AbsenceFields, Identified, Tenanted, Versioned, table=True):
    """One at a time is open of each person, by a unique index."""

    __tablename__ = "temporary_absence"
    __table_args__ = (
        Index(
            "temporary_absence_one_open",
            "person_id",
            unique=True,
            postgresql_where=text("ended_on is null and withdrawn_at is null"),
        ),
        Index("temporary_absence_of_person", "person_id", "left_on"),
        Index("temporary_absence_newest", "charity_id", "left_on", "id"),
        CheckConstraint(text("ended_on is null or ended_on >= left_on"), name="temporary_absence_forward"),
        CheckConstraint(text("expected_on is null or expected_on >= left_on"), name="temporary_absence_expected"),
        CheckConstraint(text("(ended_on is null) = (came_back is null)"), name="temporary_absence_ended"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    ended_on: date | None = None
    came_back: bool | None = None
    withdrawn_at: datetime | None = instant_field(default=None)
    withdrawn_because: str | None = None


class TemporaryAbsenceRead(AbsenceFields):
    """A time out of the prison. Where somebody stays, his sentence and his relationship are the same throughout."""

    id: UUID
    person_id: UUID
    ended_on: date | None = Field(description="The day on which it ended; null: nobody has said that it has.")
    came_back: bool | None = Field(
        description="Whether it ended with him back; false: it became a move, a release from court for example."
    )
    withdrawn_at: datetime | None = Field(description="When somebody said that it never was; null: it stands.")
    withdrawn_because: str | None = Field(description="Why.")
    version: int
    created_at: datetime
    updated_at: datetime


class RecordTemporaryAbsence(AbsenceFields):
    """He is, was or will be out of the prison for a time, and comes back. For a release take `/releases`."""

    model_config = command_config({"kind": "COURT", "left_on": "2026-11-20", "expected_on": "2026-11-20"})
    returned_on: CivilDate | None = Field(default=None, description="The day on which he came back, if he has.")


class ReturnFromAbsence(SQLModel):
    """He is back."""

    model_config = command_config({"returned_on": "2026-11-20"})
    returned_on: CivilDate = Field(description="The day on which he came back.")


class WithdrawAbsence(SQLModel):
    """It never was. It stays readable."""

    model_config = command_config({"reason": "The hearing was by video link."})
    reason: Line = Field(description="Why.")
