"""Custody facts: dated sets, never edited, only superseded by a newer one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import CivilDate, Identified, Line, Tenanted, code_field, command_config, instant_field
from app.domain.people.codes import LegalStatus


class CustodyFields(SQLModel):
    """What is known about a sentence and its end. All optional: unknown is a value. The names are HMPPS' own."""

    legal_status: LegalStatus | None = code_field(default=None, description="Legal status as NOMIS has it.")
    in_custody: bool | None = Field(
        default=None,
        description="False only for somebody released; ROTL, court, hospital and transfer are custody.",
    )
    indeterminate: bool | None = Field(default=None, description="Life or IPP, also when legal_status says RECALL.")
    whole_life: bool | None = Field(default=None, description="Whole-life order.")
    confirmed_release_date: CivilDate | None = Field(default=None, description="Entered in the release schedule.")
    actual_parole_date: CivilDate | None = Field(default=None, description="APD, agreed by the Parole Board.")
    home_detention_curfew_actual_date: CivilDate | None = Field(default=None, description="HDCAD, approved.")
    automatic_release_date: CivilDate | None = Field(default=None, description="ARD.")
    conditional_release_date: CivilDate | None = Field(default=None, description="CRD.")
    non_parole_date: CivilDate | None = Field(default=None, description="NPD.")
    post_recall_release_date: CivilDate | None = Field(default=None, description="PRRD.")
    mid_term_date: CivilDate | None = Field(default=None, description="MTD of a detention and training order.")
    tariff_date: CivilDate | None = Field(default=None, description="Minimum term of a life or IPP sentence.")
    parole_hearing_date: CivilDate | None = Field(default=None, description="The next parole hearing.")
    parole_eligibility_date: CivilDate | None = Field(default=None, description="PED: possible, not agreed.")
    home_detention_curfew_eligibility_date: CivilDate | None = Field(default=None, description="HDCED: possible.")
    early_removal_scheme_eligibility_date: CivilDate | None = Field(default=None, description="ERSED.")
    tariff_expired_removal_scheme_eligibility_date: CivilDate | None = Field(default=None, description="TERSED.")
    sentence_expiry_date: CivilDate | None = Field(default=None, description="SED: an upper bound, not a release.")
    self_reported_release_date: CivilDate | None = Field(default=None, description="What he himself remembers.")
    dates_calculated_on: CivilDate | None = Field(default=None, description="When the prison last calculated them.")


class CustodyFacts(CustodyFields, Identified, Tenanted, table=True):
    """One set of facts. The newest set of a person counts; `sequence` orders them even within one instant."""

    __tablename__ = "custody_facts"
    __table_args__ = (UniqueConstraint("person_id", "sequence", name="custody_facts_sequence"),)
    person_id: UUID = Field(foreign_key="person.id")
    sequence: int = 1
    source: str
    verified_by: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID


CUSTODY_EXAMPLE = {
    "legal_status": "SENTENCED",
    "in_custody": True,
    "conditional_release_date": "2027-09-30",
    "dates_calculated_on": "2026-11-02",
}


class CustodyInput(CustodyFields):
    model_config = command_config()


class RecordCustodyFacts(CustodyInput):
    """A new set of facts; the whole set, not a difference. Open referrals are judged again by it."""

    model_config = command_config({**CUSTODY_EXAMPLE, "source": "OMU", "verified_by": "Seen on the OMU list"})
    source: Line = Field(description="Where the dates come from, for example OMU or the man himself.")
    verified_by: Line | None = Field(default=None, description="Who checked them and how, if anybody did.")


class CustodyFactsRead(CustodyFields):
    """One dated set of custody facts."""

    id: UUID
    person_id: UUID
    source: str
    verified_by: str | None
    recorded_at: datetime
    recorded_by: UUID
    current: bool = Field(description="True for the newest set, the one that counts.")
