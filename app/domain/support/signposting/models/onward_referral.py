"""An onward referral, and how it came to stand where it stands."""

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
from app.domain.people.offences import Pathway
from app.domain.support.codes import ProposedBy
from app.domain.support.signposting.models.codes import (
    ConsentBy,
    DeclinedBy,
    DeclinedReason,
    OnwardReferralResult,
    OnwardReferralState,
    OnwardReferralStep,
)

EXAMPLE_ENGAGEMENT = "01900000-0000-7000-8000-00000000e201"

CONSENTED = "consent_given_on is not null and consent_by is not null"


class OnwardReferralFields(SQLModel):
    """Which service, for what, and whose idea it was."""

    service_id: UUID | None = Field(
        default=None,
        foreign_key="directory_service.id",
        index=True,
        description="The service's entry in the charity's own directory; null: it is not in it.",
    )
    service_name: Line = Field(description="The service, by the name that people know.")
    pathway: Pathway = code_field(description="What it is to help with, of the seven pathways.")
    why: Line = Field(description="Why this service, in a line.")
    proposed_by: ProposedBy = code_field(description="Whose idea it was.")


class OnwardReferral(OnwardReferralFields, Identified, Tenanted, Versioned, table=True):
    """Whoever takes a step locks the row first. The checks hold what no door may get around: nothing reaches a service before
    the person has said yes."""

    __tablename__ = "onward_referral"
    __table_args__ = (
        CheckConstraint(
            text(f"state in ('SUGGESTED', 'DECLINED') or (sent_on is not null and {CONSENTED})"),
            name="onward_referral_consented",
        ),
        CheckConstraint(
            text(f"sent_on is null or ({CONSENTED} and consent_given_on <= sent_on)"),
            name="onward_referral_consented_before_sent",
        ),
        CheckConstraint(
            text("(state = 'DECLINED') = (declined_by is not null and declined_reason is not null)"),
            name="onward_referral_declined",
        ),
        CheckConstraint(text("(state = 'CLOSED') = (result is not null)"), name="onward_referral_closed"),
        Index("onward_referral_of_engagement", "engagement_id", "created_at"),
        Index("onward_referral_newest", "charity_id", "created_at", "id"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    state: OnwardReferralState = code_field(default=OnwardReferralState.SUGGESTED)
    suggested_on: date
    since_on: date
    consent_given_on: date | None = None
    consent_by: ConsentBy | None = code_field(default=None, nullable=True)
    consent_withdrawn_on: date | None = None
    sent_on: date | None = None
    declined_by: DeclinedBy | None = code_field(default=None, nullable=True)
    declined_reason: DeclinedReason | None = code_field(default=None, nullable=True)
    result: OnwardReferralResult | None = code_field(default=None, nullable=True)


class OnwardReferralRead(OnwardReferralFields):
    """An onward referral as it stands."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    state: OnwardReferralState
    suggested_on: date = Field(description="When the service was suggested to him.")
    since_on: date = Field(description="Since when it stands where it stands.")
    consent_given_on: date | None = Field(description="When he said yes to its being sent; null: it was never sent.")
    consent_by: ConsentBy | None = Field(description="How he said yes.")
    consent_withdrawn_on: date | None = Field(description="When he took his yes back.")
    sent_on: date | None = Field(description="When the service was told of him.")
    declined_by: DeclinedBy | None = Field(description="Who said no.")
    declined_reason: DeclinedReason | None = Field(description="Why it goes no further.")
    result: OnwardReferralResult | None = Field(description="Whether it helped, once it is closed.")
    version: int
    created_at: datetime
    updated_at: datetime


class OnwardReferralEntry(Identified, Tenanted, table=True):
    """Append-only: a step that was taken, when it happened, and when it was written down."""

    __tablename__ = "onward_referral_entry"
    __table_args__ = (
        UniqueConstraint("onward_referral_id", "sequence", name="onward_referral_entry_sequence"),
        CheckConstraint(
            text(f"step <> 'SEND' or ({CONSENTED} and consent_given_on <= happened_on)"),
            name="onward_referral_entry_consented",
        ),
    )
    onward_referral_id: UUID = Field(foreign_key="onward_referral.id")
    sequence: int = Field(sa_type=BigInteger)
    step: OnwardReferralStep = code_field()
    state: OnwardReferralState = code_field()
    happened_on: date
    consent_given_on: date | None = None
    consent_by: ConsentBy | None = code_field(default=None, nullable=True)
    declined_by: DeclinedBy | None = code_field(default=None, nullable=True)
    declined_reason: DeclinedReason | None = code_field(default=None, nullable=True)
    result: OnwardReferralResult | None = code_field(default=None, nullable=True)
    words: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class OnwardReferralEntryRead(SQLModel):
    """One step of an onward referral."""

    id: UUID
    onward_referral_id: UUID
    sequence: int
    step: OnwardReferralStep
    state: OnwardReferralState = Field(description="Where it led.")
    happened_on: date
    consent_given_on: date | None = Field(description="With SEND: when the person had said yes.")
    consent_by: ConsentBy | None = Field(description="With SEND: how.")
    declined_by: DeclinedBy | None
    declined_reason: DeclinedReason | None
    result: OnwardReferralResult | None
    words: str | None = Field(description="What there is to say about it.")
    recorded_at: datetime = Field(description="When it was written down, which may be long after.")
    recorded_by: UUID


class SuggestOnwardReferral(OnwardReferralFields):
    """A service that may help, suggested to the person. Nothing about him leaves the charity by it."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "service_name": "Testcase Example Housing",
            "pathway": "ACCOMMODATION",
            "why": "He will have no address on release.",
            "proposed_by": "TOGETHER",
        }
    )
    engagement_id: UUID = Field(description="The engagement in which it came up.")
    suggested_on: CivilDate | None = Field(default=None, description="When it was suggested to him; default: today.")


class OnwardConsent(SQLModel):
    """The person's own yes to his being referred to this service. Nobody gives it for him, and silence is none."""

    model_config = command_config({"given_on": "2026-11-16", "by": "SIGNATURE"})
    given_on: CivilDate = Field(description="When he said yes; at the latest on the day on which it is sent.")
    by: ConsentBy = Field(description="How: in words or by signature.")


class OnwardStep(SQLModel):
    """When a step happened, and what there is to say about it."""

    model_config = command_config({"words": "They wrote back to him."})
    happened_on: CivilDate | None = Field(
        default=None, description="When it happened; default: today. Not before the step that came before."
    )
    words: Line | None = Field(default=None, description="What there is to say about it.")


class SendOnwardReferral(OnwardStep):
    """The service is told of the person, as he has agreed."""

    model_config = command_config({"consent": {"given_on": "2026-11-16", "by": "SIGNATURE"}})
    consent: OnwardConsent = Field(description="The person's own yes. Without it nothing is sent.")


class DeclineOnwardReferral(OnwardStep):
    """It goes no further: the person or the service has said no. Nothing else follows from it."""

    model_config = command_config({"by": "SERVICE", "reason": "NO_CAPACITY"})
    by: DeclinedBy = Field(description="Who said no. A service can only once it was asked.")
    reason: DeclinedReason = Field(
        description="Why. PERSON: NOT_WANTED, FOUND_OTHER_HELP; SERVICE: NOT_ELIGIBLE, NO_CAPACITY, NOT_IN_AREA; either: "
        "OTHER, NOT_KNOWN. Consent is withdrawn by a step of its own."
    )


class CloseOnwardReferral(OnwardStep):
    """The service has done what it could, or stopped; whether that helped."""

    model_config = command_config({"result": "HELPED", "words": "He has the key to a room."})
    result: OnwardReferralResult = Field(description="Whether it helped.")
