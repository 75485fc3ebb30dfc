"""Who is responsible for somebody, and which conditions of his licence shape meetings: statements, each written once."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import CivilDate, Identified, Line, Tenanted, code_field, command_config, instant_field
from app.domain.through_the_gate.models.codes import ToldBy
from app.domain.through_the_gate.models.release_codes import LicenceFlag, ProfessionalRole


class ProfessionalContactFields(SQLModel):
    role: ProfessionalRole = code_field(description="As what.")
    name: Line | None = Field(default=None, description="Who; null: from then on nobody is known.")
    organisation: Line | None = Field(default=None, description="Of which service or office.")
    contact: Line | None = Field(default=None, description="The number or address of that office.")
    since: CivilDate = Field(description="From which day on.")
    told_by: ToldBy = code_field(default=ToldBy.NOT_SAID, description="Who told the charity.")


class ProfessionalContact(ProfessionalContactFields, Identified, Tenanted, table=True):
    """Of a role the one with the latest day counts, of one day the newest: so is a mistake corrected, and nothing is lost."""

    __tablename__ = "professional_contact"
    __table_args__ = (
        Index("professional_contact_of_person", "person_id", "role"),
        Index("professional_contact_newest", "charity_id", "recorded_at", "id"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordProfessionalContact(ProfessionalContactFields):
    """Who is responsible from a day on; whoever was before is so until then. The same day again corrects what was said of it."""

    model_config = command_config(
        {
            "role": "COMMUNITY_OFFENDER_MANAGER",
            "name": "Officer Example",
            "organisation": "Probation office, synthetic",
            "since": "2026-11-20",
            "told_by": "PRISON_OFFENDER_MANAGER",
        }
    )


class ProfessionalContactRead(ProfessionalContactFields):
    """Who was responsible for somebody from a day on."""

    id: UUID
    person_id: UUID
    until: date | None = Field(description="The day from which on it was somebody else; null: it is so still.")
    current: bool = Field(description="True for the one of its role that counts now.")
    corrected: bool = Field(description="True where the same day was told anew: it counts for no day.")
    recorded_at: datetime
    recorded_by: UUID


class LicenceConditionFields(SQLModel):
    condition: LicenceFlag = code_field(description="What it is. Names and addresses are never kept.")
    applies: bool = Field(description="false: it does not, or does not any more.")
    ends_on: CivilDate | None = Field(default=None, description="Its last day, if that is known.")
    told_by: ToldBy = code_field(default=ToldBy.NOT_SAID, description="Who told the charity.")
    told_on: CivilDate = Field(description="On which day.")


class LicenceCondition(LicenceConditionFields, Identified, Tenanted, table=True):
    """The newest statement of a condition counts."""

    __tablename__ = "licence_condition"
    __table_args__ = (
        Index("licence_condition_of_person", "person_id", "condition"),
        Index("licence_condition_newest", "charity_id", "recorded_at", "id"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordLicenceCondition(LicenceConditionFields):
    """A condition that shapes meetings applies, or does not. A missed meeting is never reported as a breach of any."""

    model_config = command_config(
        {"condition": "CURFEW", "applies": True, "told_by": "COMMUNITY_OFFENDER_MANAGER", "told_on": "2026-11-20"}
    )


class LicenceConditionRead(LicenceConditionFields):
    """What was said of one condition."""

    id: UUID
    person_id: UUID
    current: bool = Field(description="True for the newest statement of its condition, the one that counts.")
    recorded_at: datetime
    recorded_by: UUID
