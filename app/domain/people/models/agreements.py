"""What was explained to a person and what he agreed to: append-only, one purpose at a time."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Identified, Instant, Line, Tenanted, code_field, command_config, instant_field
from app.domain.people.offences import ConsentPurpose, ExplanationKind


class ConsentFields(SQLModel):
    purpose: ConsentPurpose = code_field(description="What was agreed to or refused: one purpose, no bundle.")
    given: bool = Field(description="false: refused or withdrawn. Withdrawing stops this purpose only.")
    stated_at: Instant = instant_field(description="When he said so.")
    wording_version: Line | None = Field(default=None, description="Version of the words that were read to him.")


class Consent(ConsentFields, Identified, Tenanted, table=True):
    """The newest row of a purpose counts."""

    person_id: UUID = Field(foreign_key="person.id", index=True)
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordConsent(ConsentFields):
    """Something he agreed to, refused or withdrew."""

    model_config = command_config(
        {"purpose": "CONTACT_AFTER_RELEASE", "given": True, "stated_at": "2026-11-20T10:15:00Z"}
    )


class ConsentRead(ConsentFields):
    """One statement of consent."""

    id: UUID
    person_id: UUID
    recorded_at: datetime
    recorded_by: UUID


class ExplanationFields(SQLModel):
    kind: ExplanationKind = code_field(description="VOLUNTARY or CONFIDENTIALITY.")
    explained_at: Instant = instant_field(description="When it was explained.")
    explained_by: Line | None = Field(default=None, description="By whom, as a role or a colleague's name.")
    wording_version: Line | None = Field(default=None, description="Version of the words used.")


class Explanation(ExplanationFields, Identified, Tenanted, table=True):
    person_id: UUID = Field(foreign_key="person.id", index=True)
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordExplanation(ExplanationFields):
    """That the service is voluntary, or the limits of confidentiality, were explained to him."""

    model_config = command_config({"kind": "VOLUNTARY", "explained_at": "2026-11-20T10:15:00Z"})


class ExplanationRead(ExplanationFields):
    """One explanation given."""

    id: UUID
    person_id: UUID
    recorded_at: datetime
    recorded_by: UUID
