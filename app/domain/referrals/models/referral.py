"""A referral and the dispositions it has stood in: the rows, and how each reader sees them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as SchemaField
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.eligibility.models import DecisionRead
from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Line,
    Prose,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    instant_field,
)
from app.domain.people.models import (
    PersonSummary,
)
from app.domain.people.offences import Pathway
from app.domain.referrals.models.codes import Channel, Disposition, Source, Status

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
    that the charity knows the man from elsewhere; `version_for_partner` counts what the referrer can see change.
    `submitted` keeps everything exactly as received.
    """

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
        Index("referral_newest_of_programme", "programme_id", "received_on", "id"),
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
    version_for_partner: int = Field(default=1, sa_type=BigInteger)
    disposition_since: datetime = instant_field()
    information_due_on: CivilDate | None = None
    duplicate_of_id: UUID | None = Field(default=None, foreign_key="referral.id", index=True)
    submitted: dict[str, Any] = Field(sa_type=JSONB)


class DispositionChange(Identified, Tenanted, table=True):
    """Append-only. `recorded_at` is when it was known here, `effective_on` the day it was true; the change with the
    highest `sequence` recorded by an instant is where the referral stood at that instant, as far as was known then."""

    __tablename__ = "disposition_change"
    __table_args__ = (
        UniqueConstraint("referral_id", "sequence", name="disposition_change_sequence"),
        Index("disposition_change_recorded", "charity_id", "recorded_at"),
        CheckConstraint(text(f"disposition in ({_codes})"), name="disposition_change_disposition"),
    )
    referral_id: UUID = Field(foreign_key="referral.id")
    sequence: int
    disposition: Disposition = code_field()
    source: Source = code_field()
    step: str
    effective_on: CivilDate
    recorded_at: datetime = instant_field()
    recorded_by: UUID
    reason: str | None = None


class ReferralRead(ReferralFields):
    """A referral as the charity sees it."""

    id: UUID
    reference: str = SchemaField(description="For people to say and write; cannot be mistaken for a prison number.")
    programme_id: UUID
    partner_id: UUID | None = SchemaField(description="The agency that pushed it; null for the charity's own entries.")
    person: PersonSummary | None = SchemaField(default=None, description="Missing when the token lacks `people:read`.")
    status: Status
    disposition: Disposition
    disposition_since: datetime
    information_due_on: CivilDate | None = SchemaField(description="By when the missing facts are wanted.")
    duplicate_of_id: UUID | None
    eligibility: DecisionRead | None = SchemaField(
        default=None, description="The newest decision. Missing when the token lacks `referrals:read`."
    )
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
    eligibility: DecisionRead | None = SchemaField(
        default=None, description="The decision on what you sent. Missing when the token lacks `referrals:read`."
    )
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
