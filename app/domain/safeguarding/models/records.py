"""How somebody's ACCT stands, and notes that only coordinators and the safeguarding lead may read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Created,
    Identified,
    Prose,
    Tenanted,
    code_field,
    command_config,
)
from app.domain.safeguarding.models.codes import AcctStatus, RestrictedKind
from app.domain.safeguarding.models.concerns import EXAMPLE_PERSON


class AcctFields(SQLModel):
    status: AcctStatus = code_field(description="How it stands.")
    as_of: CivilDate = Field(description="On which day somebody knew that.")
    next_review_on: CivilDate | None = Field(default=None, description="The next review, if it is known.")


class AcctState(AcctFields, Identified, Tenanted, Created, table=True):
    """Append-only. Never a copy of an ACCT's pages."""

    __tablename__ = "acct_state"
    __table_args__ = (
        Index("acct_state_of_person", "person_id", "as_of", "created_at"),
        Index("acct_state_newest", "charity_id", "created_at", "id"),
    )
    person_id: UUID = Field(foreign_key="person.id")


class RecordAcct(AcctFields):
    """How somebody's ACCT stands, as somebody in the prison said. Nothing of what stands in it."""

    model_config = command_config(
        {"person_id": EXAMPLE_PERSON, "status": "OPEN", "as_of": "2026-11-20", "next_review_on": "2026-11-24"}
    )
    person_id: UUID


class AcctStateRead(AcctFields):
    """How somebody's ACCT stood on a day."""

    id: UUID
    person_id: UUID
    newest: bool = Field(description="Whether nothing newer is known.")
    created_at: datetime
    created_by: UUID | None


class RestrictedNote(Identified, Tenanted, Created, table=True):
    """Append-only; what should not stand is replaced."""

    __tablename__ = "restricted_note"
    __table_args__ = (
        UniqueConstraint("replaces_id", name="restricted_note_replaced_once"),
        Index("restricted_note_newest", "charity_id", "created_at", "id"),
    )
    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: RestrictedKind = code_field()
    words: str
    replaces_id: UUID | None = Field(default=None, foreign_key="restricted_note.id")


class WriteRestrictedNote(SQLModel):
    """What only coordinators and the safeguarding lead may read. Each time that somebody reads it is kept."""

    model_config = command_config(
        {"person_id": EXAMPLE_PERSON, "kind": "TRAUMA", "words": "He does not want the door closed while they talk."}
    )
    person_id: UUID = Field(description="Whom it is about.")
    kind: RestrictedKind = Field(description="What it is about.")
    words: Prose = Field(description="At most 4,000 characters.")
    replaces_id: UUID | None = Field(default=None, description="The note whose place it takes.")


class RestrictedNoteRead(SQLModel):
    """A note for coordinators and the safeguarding lead alone."""

    id: UUID
    person_id: UUID
    kind: RestrictedKind
    words: str
    replaces_id: UUID | None
    replaced_by_id: UUID | None = Field(description="The note that took its place.")
    created_at: datetime
    created_by: UUID | None
