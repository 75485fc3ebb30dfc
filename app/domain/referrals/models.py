"""A referral, the dispositions it has stood in, and the shapes in which it is pushed and answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as SchemaField
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.eligibility.models import DecisionRead
from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Instant,
    Line,
    Prose,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.people.models import (
    CUSTODY_EXAMPLE,
    PERSON_EXAMPLE,
    CustodyInput,
    PersonInput,
    PersonSummary,
)
from app.domain.people.offences import Pathway


class Source(StrEnum):
    """Who thought of it. The first seven are the report's; each finer one reports under one of them."""

    reports_as: "Source"

    def __new__(cls, code: str, reports_as: str | None = None) -> "Source":
        member = str.__new__(cls, code)
        member._value_ = code
        member.reports_as = member if reports_as is None else cls(reports_as)
        return member

    SELF_WING = "self_wing"
    SELF_OTHER = "self_other"
    PARTICIPANT_RECOMMENDATION = "participant_recommendation"
    PRISON_OFFENDER_MANAGER = "prison_offender_manager"
    NON_OPERATIONAL_STAFF = "non_operational_staff"
    OPERATIONAL_STAFF = "operational_staff"
    OTHER_SERVICE = "other_service"
    COMMUNITY_OFFENDER_MANAGER = "community_offender_manager", "other_service"
    PROBATION_REGION = "probation_region", "other_service"
    KEY_WORKER = "key_worker", "operational_staff"
    CHAPLAINCY = "chaplaincy", "non_operational_staff"
    HEALTHCARE = "healthcare", "non_operational_staff"
    FAMILY = "family", "other_service"


REPORTED_SOURCES: tuple[Source, ...] = tuple(source for source in Source if source.reports_as is source)


class Channel(StrEnum):
    """How it reached the charity; another question than who thought of it."""

    PAPER_SLIP = "PAPER_SLIP"
    KIOSK_APPLICATION = "KIOSK_APPLICATION"
    IN_PERSON = "IN_PERSON"
    TELEPHONE = "TELEPHONE"
    EMAIL = "EMAIL"
    API = "API"
    OTHER = "OTHER"


class Disposition(StrEnum):
    """Where a referral stands: exactly one of these at any instant, never null."""

    AWAITING_INFORMATION = "awaiting_information"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    INELIGIBLE = "ineligible"
    WAITING = "waiting"
    ALLOCATED = "allocated"
    DECLINED_BY_PERSON = "declined_by_person"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    TRANSFERRED_BEFORE_ALLOCATION = "transferred_before_allocation"
    RELEASED_UNSERVED = "released_unserved"

    @property
    def open(self) -> bool:
        """Somebody still has something to do before he has a mentor."""
        return self in (
            Disposition.AWAITING_INFORMATION,
            Disposition.AWAITING_CONFIRMATION,
            Disposition.WAITING,
        )


class Status(StrEnum):
    """The short word for it: still open, with a mentor, or closed."""

    OPEN = "open"
    ALLOCATED = "allocated"
    CLOSED = "closed"


class ConsentStated(BaseModel):
    """What was explained before he was asked, and his answer."""

    model_config = command_config()
    voluntary_explained_at: Instant | None = SchemaField(default=None, description="When he was told it is voluntary.")
    confidentiality_explained_at: Instant | None = SchemaField(
        default=None, description="When its limits were explained."
    )
    given: bool | None = SchemaField(default=None, description="He wants this referral; null where nobody asked yet.")


PartnerReference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ReferralFields(SQLModel):
    source: Source = code_field(description="Who thought of it.")
    source_detail: Line | None = Field(default=None, description="More about the source, for example CSU. No names.")
    channel: Channel | None = code_field(
        default=None, description="How it arrived; API for a partner's push if left out."
    )
    received_on: CivilDate = Field(description="The day it was received, Europe/London: eligibility is judged on it.")
    reason: Prose | None = Field(default=None, description="Why mentoring, in the words of whoever asks.")
    needs: list[Pathway] = codes_field(default_factory=list, max_length=7, description="Which of the seven pathways.")
    partner_reference: PartnerReference | None = Field(
        default=None, description="Your own reference; one referral each."
    )


_codes = ", ".join(f"'{disposition.value}'" for disposition in Disposition)


class Referral(ReferralFields, Identified, Tenanted, Versioned, table=True):
    """`disposition_for_partner` is what the referrer sees: a merge as duplicate does not show, as it would tell a partner
    that the charity knows the man from elsewhere. `submitted` keeps person, custody and consent exactly as received."""

    __table_args__ = (
        UniqueConstraint("charity_id", "reference", name="referral_reference"),
        Index(
            "referral_partner_reference",
            "partner_id",
            "partner_reference",
            unique=True,
            postgresql_where=text("partner_id is not null and partner_reference is not null"),
        ),
        Index("referral_newest", "charity_id", "received_on", "id"),
        Index("referral_of_programme", "programme_id", "disposition"),
        Index("referral_of_partner", "partner_id", "received_on", "id"),
        CheckConstraint(text(f"disposition in ({_codes})"), name="referral_disposition"),
    )
    programme_id: UUID = Field(foreign_key="programme.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    partner_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    reference: str
    received_at: datetime = instant_field()
    disposition: Disposition = code_field()
    disposition_for_partner: Disposition = code_field()
    disposition_since: datetime = instant_field()
    information_due_on: CivilDate | None = None
    duplicate_of_id: UUID | None = Field(default=None, foreign_key="referral.id", index=True)
    submitted: dict[str, Any] = Field(sa_type=JSONB)


class DispositionChange(Identified, Tenanted, table=True):
    """Append-only. `recorded_at` is when it was known here, `effective_on` the day it was true; the change with the highest
    `sequence` recorded by an instant is where the referral stood at that instant, as far as was known then."""

    __tablename__ = "disposition_change"
    __table_args__ = (
        UniqueConstraint("referral_id", "sequence", name="disposition_change_sequence"),
        Index("disposition_change_recorded", "charity_id", "recorded_at"),
        CheckConstraint(text(f"disposition in ({_codes})"), name="disposition_change_disposition"),
    )
    referral_id: UUID = Field(foreign_key="referral.id")
    sequence: int
    disposition: Disposition = code_field()
    step: str
    effective_on: CivilDate
    recorded_at: datetime = instant_field()
    recorded_by: UUID
    reason: str | None = None


class SubmitReferral(ReferralFields):
    """Ask for a mentor for somebody. Only `programme_id`, `source` and a person with a name or an identifier are needed."""

    model_config = command_config()
    received_on: CivilDate | None = SchemaField(
        default=None, description="Default: today in London. Not in the future."
    )  # type: ignore[assignment]
    programme_id: UUID = SchemaField(description="The programme asked of.")
    person: PersonInput | None = SchemaField(default=None, description="Whom it is about, as far as known.")
    person_id: UUID | None = SchemaField(
        default=None,
        description="Instead of `person`, for the charity's own staff: somebody already on file.",
    )
    custody: CustodyInput | None = SchemaField(default=None, description="What is known about the end of his custody.")
    consent: ConsentStated | None = SchemaField(default=None, description="What was explained, and his answer.")


DEMO_PROGRAMME_ID = "01900000-0000-7000-8000-00000000b001"

SUBMIT_EXAMPLE: dict[str, Any] = {
    "programme_id": DEMO_PROGRAMME_ID,
    "source": "prison_offender_manager",
    "reason": "Asked for help with finding work before release.",
    "needs": ["EDUCATION_SKILLS_AND_WORK"],
    "consent": {
        "voluntary_explained_at": "2026-11-20T10:15:00Z",
        "confidentiality_explained_at": "2026-11-20T10:15:00Z",
        "given": True,
    },
    "person": PERSON_EXAMPLE,
    "custody": CUSTODY_EXAMPLE,
}


class StepCommand(BaseModel):
    """Why, and since which day it is true (default: today)."""

    model_config = command_config({"reason": "Told the wing officer that he no longer wants it."})
    reason: Prose | None = SchemaField(default=None, description="In your own words; kept in the history.")
    effective_on: CivilDate | None = SchemaField(default=None, description="The day it became true; not in the future.")


class ReasonedStepCommand(StepCommand):
    """As a step, with a reason that must be given."""

    reason: Prose = SchemaField(description="In your own words; kept in the history.")


class MergeReferral(StepCommand):
    """Mark this referral as a duplicate of another one of the same programme's charity, which goes on."""

    model_config = command_config({"into": "01900000-0000-7000-8000-00000000c001", "reason": "Same man, two slips."})
    into: UUID = SchemaField(description="The referral that stands.")


class ChangeReferral(BaseModel):
    """What to change; what is left out stays. What was received stays as it was in the history."""

    model_config = command_config({"source_detail": "CSU"})
    source: Source | None = None
    source_detail: Line | None = None
    channel: Channel | None = None
    reason: Prose | None = None
    needs: list[Pathway] | None = SchemaField(default=None, max_length=7)


class ReferralRead(ReferralFields):
    """A referral as the charity sees it."""

    id: UUID
    reference: str = SchemaField(description="For people to say and write; cannot be mistaken for a prison number.")
    programme_id: UUID
    partner_id: UUID | None = SchemaField(description="The agency that pushed it; null for the charity's own entries.")
    person: PersonSummary
    status: Status
    disposition: Disposition
    disposition_since: datetime
    information_due_on: CivilDate | None = SchemaField(description="By when the missing facts are wanted.")
    duplicate_of_id: UUID | None
    eligibility: DecisionRead | None = SchemaField(description="The newest decision.")
    received_at: datetime
    version: int
    created_at: datetime
    updated_at: datetime
    links: dict[str, str] = SchemaField(description="The addresses of what can be done or read next.")


class SubmittedPerson(BaseModel):
    """The person exactly as the agency sent it."""

    model_config = ConfigDict(extra="allow")


class SubmittedReferralRead(ReferralFields):
    """A referral as the agency that pushed it sees it: what it sent, and where it stands."""

    id: UUID
    reference: str
    programme_id: UUID
    person: SubmittedPerson = SchemaField(description="As you sent it, and nothing more.")
    status: Status
    disposition: Disposition
    information_due_on: CivilDate | None
    eligibility: DecisionRead | None = SchemaField(description="The decision on what you sent.")
    received_at: datetime
    version: int
    links: dict[str, str]


class HistoryEntry(BaseModel):
    """One change of disposition."""

    id: UUID
    sequence: int
    disposition: Disposition
    step: str = SchemaField(description="The step of the table in docs/referral-dispositions.md that was taken.")
    effective_on: CivilDate
    recorded_at: datetime
    recorded_by: UUID
    recorded_by_name: str | None
    reason: str | None
