"""What is recorded of a mentor: checks, trainings, supervision, hours; and when a supervisor is away. All append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import CivilDate, Identified, Tenanted, code_field, command_config, instant_field
from app.domain.mentors.models.codes import (
    Activity,
    CheckKind,
    CheckOutcome,
    Cohort,
    SupervisionKind,
    TrainingModule,
)
from app.domain.organisations.models import AgencyId


class Recorded(SQLModel):
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class OfMentor(Recorded):
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True)


class CheckFields(SQLModel):
    kind: CheckKind = code_field(description="VETTING of the mentor, or an establishment's own CLEARANCE.")
    establishment: AgencyId | None = Field(
        default=None, description="By whom cleared: required for CLEARANCE, absent for VETTING."
    )
    outcome: CheckOutcome = code_field(default=CheckOutcome.GRANTED, description="What came of it.")
    decided_on: CivilDate = Field(description="The day from which it counts.")
    expires_on: CivilDate | None = Field(default=None, description="Its last day; null: without an end.")


class MentorCheck(CheckFields, Identified, Tenanted, OfMentor, table=True):
    __tablename__ = "mentor_check"


class RecordCheck(CheckFields):
    """A vetting or a clearance. The newest of its kind, and for its establishment, counts."""

    model_config = command_config(
        {"kind": "CLEARANCE", "establishment": "BXI", "decided_on": "2026-09-01", "expires_on": "2027-08-31"}
    )


class CheckRead(CheckFields):
    """One vetting or clearance."""

    id: UUID
    mentor_id: UUID
    in_force: bool = Field(description="Whether it counts today: the newest of its kind, granted and not expired.")
    recorded_at: datetime
    recorded_by: UUID


class TrainingFields(SQLModel):
    module: TrainingModule = code_field(default=TrainingModule.CORE, description="What was taught.")
    cohort: Cohort | None = Field(default=None, description="The intake, by its month.")
    completed_on: CivilDate = Field(description="The day on which it was completed.")


class MentorTraining(TrainingFields, Identified, Tenanted, OfMentor, table=True):
    __tablename__ = "mentor_training"


class RecordTraining(TrainingFields):
    """A training that was completed."""

    model_config = command_config({"module": "CORE", "cohort": "2026-06", "completed_on": "2026-06-28"})


class TrainingRead(TrainingFields):
    """One training."""

    id: UUID
    mentor_id: UUID
    recorded_at: datetime
    recorded_by: UUID


class SupervisionFields(SQLModel):
    kind: SupervisionKind = code_field(description="How they spoke.")
    held_on: CivilDate = Field(description="The day of the contact.")
    minutes: int | None = Field(default=None, ge=1, le=1440, sa_type=BigInteger, description="How long, in minutes.")
    supervisor_id: UUID | None = Field(
        default=None, description="The member who held it; default: the mentor's supervisor, or who covers for them."
    )


class SupervisionContact(SupervisionFields, Identified, Tenanted, OfMentor, table=True):
    """No word of what was said: that stays between the two."""

    __tablename__ = "supervision_contact"
    supervisor_id: UUID | None = Field(default=None, foreign_key="member.id")


class RecordSupervision(SupervisionFields):
    """A supervision contact that was held."""

    model_config = command_config({"kind": "ONE_TO_ONE", "held_on": "2026-11-18", "minutes": 45})


class SupervisionRead(SupervisionFields):
    """One supervision contact."""

    id: UUID
    mentor_id: UUID
    recorded_at: datetime
    recorded_by: UUID


class HoursFields(SQLModel):
    given_on: CivilDate = Field(description="The day.")
    minutes: int = Field(ge=1, le=1440, sa_type=BigInteger, description="How long, in minutes.")
    activity: Activity = code_field(default=Activity.MENTORING, description="To what.")


class MentorHours(HoursFields, Identified, Tenanted, OfMentor, table=True):
    __tablename__ = "mentor_hours"


class RecordHours(HoursFields):
    """Time that a mentor gave."""

    model_config = command_config({"given_on": "2026-11-18", "minutes": 90, "activity": "MENTORING"})


class HoursRead(HoursFields):
    """One entry of time given."""

    id: UUID
    mentor_id: UUID
    recorded_at: datetime
    recorded_by: UUID


class AbsenceFields(SQLModel):
    supervisor_id: UUID = Field(description="The member who is away.")
    away_from: CivilDate = Field(description="The first day away.")
    away_until: CivilDate = Field(description="The last day away.")
    covered_by: UUID | None = Field(
        default=None,
        description="The member who stands in; null: nobody yet, an alarm. Himself: he is there after all.",
    )


class SupervisorAbsence(AbsenceFields, Identified, Tenanted, Recorded, table=True):
    __tablename__ = "supervisor_absence"
    supervisor_id: UUID = Field(foreign_key="member.id", index=True)
    covered_by: UUID | None = Field(default=None, foreign_key="member.id")


class RecordAbsence(AbsenceFields):
    """When a supervisor is away, and who stands in. A later entry for the same days takes its place."""

    model_config = command_config(
        {
            "supervisor_id": "01900000-0000-7000-8000-00000000c001",
            "away_from": "2026-12-21",
            "away_until": "2027-01-04",
            "covered_by": "01900000-0000-7000-8000-00000000c002",
        }
    )


class AbsenceRead(AbsenceFields):
    """One absence of a supervisor."""

    id: UUID
    recorded_at: datetime
    recorded_by: UUID
