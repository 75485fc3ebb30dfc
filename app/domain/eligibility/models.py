"""Policies by version and decisions under them: both are written once and never edited."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as SchemaField
from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.eligibility.decision import Outcome
from app.domain.eligibility.policy import PolicyDocument
from app.domain.kernel.rows import (
    CivilDate,
    Created,
    Identified,
    Tenanted,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.people.models import CUSTODY_EXAMPLE, CustodyInput, PersonInput


class EligibilityPolicy(Identified, Tenanted, Created, table=True):
    """One version of a programme's policy. The highest version whose `valid_from` has come is in force."""

    __tablename__ = "eligibility_policy"
    __table_args__ = (UniqueConstraint("programme_id", "policy_version", name="eligibility_policy_version"),)
    programme_id: UUID = Field(foreign_key="programme.id")
    policy_version: int
    valid_from: CivilDate
    document: dict[str, Any] = Field(sa_type=JSONB)


class PublishPolicy(BaseModel):
    """A new version of a programme's policy. Decisions already made keep the version they were made under."""

    model_config = command_config(
        {
            "document": {
                "name": "Three months left to serve",
                "all": [{"predicate": "custody_remaining", "op": ">=", "value": "P3M"}],
            }
        }
    )
    document: PolicyDocument
    valid_from: CivilDate | None = SchemaField(default=None, description="First day in force; default today.")


class PolicyRead(BaseModel):
    """One version of a programme's eligibility policy."""

    id: UUID
    programme_id: UUID
    policy_version: int
    valid_from: CivilDate
    document: dict[str, Any] = SchemaField(description="The policy in its declarative language (docs/eligibility.md).")
    created_at: datetime


class Reason(BaseModel):
    """One predicate's answer."""

    code: str = SchemaField(description="Stable, for programs.")
    predicate: str = SchemaField(description="Which criterion of the policy said so.")
    detail: str = SchemaField(description="A sentence that can be read out to the person.")


class PolicyUsed(BaseModel):
    id: UUID | None = SchemaField(description="null where the programme has no policy, or a policy was sent along.")
    version: int | None


class DecisionFields(SQLModel):
    outcome: Outcome = code_field(description="ELIGIBLE, INELIGIBLE (a proposal) or UNDETERMINED.")
    reasons: list[Any] = Field(sa_type=JSONB, description="Every predicate's answer, in the policy's order.")
    basis: str | None = Field(default=None, description="Which date decided, for example CRD.")
    custody_end: CivilDate | None = Field(default=None, description="When custody ends as far as known.")
    threshold: date | None = Field(default=None, description="custody_end must be on or after this day.")
    warnings: list[str] = codes_field(default_factory=list, description="What to look at, as codes.")
    evaluated_on: CivilDate = Field(description="The day for which it was judged: the day the referral was received.")
    inputs: dict[str, Any] = Field(sa_type=JSONB, description="Every fact used, not only those that decided.")


class EligibilityDecision(DecisionFields, Identified, Tenanted, table=True):
    """A new row for each judgement; `sequence` orders those of one referral."""

    __tablename__ = "eligibility_decision"
    __table_args__ = (UniqueConstraint("referral_id", "sequence", name="eligibility_decision_sequence"),)
    referral_id: UUID = Field(foreign_key="referral.id")
    sequence: int
    policy_id: UUID | None = Field(default=None, foreign_key="eligibility_policy.id")
    policy_version: int | None = None
    custody_facts_id: UUID | None = Field(default=None, foreign_key="custody_facts.id")
    partner_id: UUID | None = None
    decided_at: datetime = instant_field()
    decided_for: UUID


class DecisionRead(DecisionFields):
    """A decision with all its reasons. INELIGIBLE is a proposal until a named person confirms it."""

    reasons: list[Reason]
    policy: PolicyUsed = SchemaField(description="The policy version it was judged by.")
    decided_at: datetime | None = SchemaField(description="null for a preview, which is not stored.")


class PreviewEligibility(BaseModel):
    """Custody facts and a programme or a policy; nothing is stored."""

    model_config = command_config(
        {
            "policy": {
                "name": "Three months left to serve",
                "all": [{"predicate": "custody_remaining", "op": ">=", "value": "P3M"}],
            },
            "custody": CUSTODY_EXAMPLE,
            "on": "2026-11-22",
        }
    )
    programme_id: UUID | None = SchemaField(default=None, description="Judge by the policy in force of this programme.")
    policy: PolicyDocument | None = SchemaField(default=None, description="Or by this policy.")
    custody: CustodyInput = SchemaField(default_factory=CustodyInput)
    person: PersonInput | None = SchemaField(default=None, description="For policies that ask for more than custody.")
    on: CivilDate | None = SchemaField(default=None, description="The day to judge for; default today in London.")


__all__ = [
    "DecisionRead",
    "EligibilityDecision",
    "EligibilityPolicy",
    "PolicyRead",
    "PreviewEligibility",
    "PublishPolicy",
]
