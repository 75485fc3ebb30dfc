"""What is written about a session, and what somebody should look at again in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Created, Identified, Prose, Tenanted, command_config
from app.domain.sessions.models.codes import NoteWarningCode
from app.domain.sessions.models.session import EXAMPLE_ENGAGEMENT


class NoteWarning(BaseModel):
    """Something in a note that should perhaps not stand there."""

    code: NoteWarningCode = Field(description="What it looks like.")
    words: str = Field(description="The words that it is about, as they were sent.")


class SessionNote(Identified, Tenanted, Created, table=True):
    """Append-only. What should not have been written is replaced by another note, and then shown to coordinators only."""

    __tablename__ = "session_note"
    __table_args__ = (
        UniqueConstraint("replaces_id", name="session_note_replaced_once"),
        Index("session_note_newest", "charity_id", "created_at", "id"),
        Index("session_note_of_engagement", "engagement_id", "created_at"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    session_id: UUID | None = Field(default=None, foreign_key="mentoring_session.id", index=True)
    words: str
    warnings: list[Any] = Field(default_factory=list, sa_type=JSONB)
    replaces_id: UUID | None = Field(default=None, foreign_key="session_note.id")


class SessionNoteKnownName(Identified, Tenanted, table=True):
    """Append-only, and no mentor's to read: names of others in a note who are known here."""

    __tablename__ = "session_note_known_name"
    note_id: UUID = Field(foreign_key="session_note.id", unique=True)
    found: list[Any] = Field(default_factory=list, sa_type=JSONB)


class WriteNote(SQLModel):
    """What mentor and coordinator should remember of a session. What only coordinators and the safeguarding lead may read is a
    restricted note; that somebody is at risk is a concern."""

    model_config = command_config(
        {"engagement_id": EXAMPLE_ENGAGEMENT, "words": "He has written to the college. Bring the timetable next week."}
    )
    engagement_id: UUID = Field(description="The engagement that it is about.")
    session_id: UUID | None = Field(default=None, description="The session that it is about, if it is about one.")
    words: Prose = Field(description="At most 4,000 characters. No names of others, no offences, no papers copied.")
    replaces_id: UUID | None = Field(
        default=None, description="The note whose place it takes: that one is no longer shown to mentors."
    )


class SessionNoteRead(SQLModel):
    """A note of a session."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    session_id: UUID | None
    words: str | None = Field(description="null: another has taken its place, and mentors are not shown it any more.")
    warnings: list[NoteWarning] = Field(
        description="What its writer should look at again: it was kept as it is. Replace the note where it is right to."
    )
    replaces_id: UUID | None = Field(description="The note whose place it took.")
    replaced_by_id: UUID | None = Field(description="The note that took its place.")
    created_at: datetime
    created_by: UUID | None
