"""By which way somebody may be contacted after his release, and what is safe: in his own words, append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Identified, Instant, Line, Tenanted, code_field, command_config, instant_field
from app.domain.through_the_gate.models.codes import ContactChannel, MessageSafety


class ContactPermissionFields(SQLModel):
    channel: ContactChannel = code_field(description="By which way.")
    permitted: bool = Field(description="false: he refused it, or does not want it any more.")
    contact: Line | None = Field(default=None, description="The number or address that he gave for it.")
    message: MessageSafety = code_field(
        default=MessageSafety.NOT_KNOWN, description="Whether it is safe to leave a message. NOT_KNOWN: leave none."
    )
    safe_times: Line | None = Field(default=None, description="When it is safe, in his words.")
    stated_at: Instant = instant_field(description="When he said so.")


class ContactPermission(ContactPermissionFields, Identified, Tenanted, table=True):
    """The newest row of a way counts."""

    __tablename__ = "contact_permission"
    __table_args__ = (
        Index("contact_permission_of_person", "person_id", "channel"),
        Index("contact_permission_newest", "charity_id", "recorded_at", "id"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class RecordContactPermission(ContactPermissionFields):
    """What he permits, or refuses. The newest of a way counts; none is removed."""

    model_config = command_config(
        {"channel": "PHONE", "permitted": True, "message": "NO", "stated_at": "2026-11-20T10:15:00Z"}
    )


class ContactPermissionRead(ContactPermissionFields):
    """What he said about one way of contact."""

    id: UUID
    person_id: UUID
    current: bool = Field(description="True for the newest of its way, the one that counts.")
    recorded_at: datetime
    recorded_by: UUID
