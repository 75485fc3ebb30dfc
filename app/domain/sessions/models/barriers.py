"""What stands in the way of meeting, and what was tried: so that somebody asks, and nobody is dropped."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import CivilDate, Created, Identified, Line, Tenanted, Versioned, code_field, command_config
from app.domain.sessions.models.codes import BarrierKind, BarrierState, DidHelp, SaidBy
from app.domain.sessions.models.session import EXAMPLE_ENGAGEMENT


class BarrierFields(SQLModel):
    kind: BarrierKind = code_field(description="What stands in the way; NOT_KNOWN: asked, and nobody knows yet.")
    said_by: SaidBy = code_field(description="Whose words they are.")
    words: str | None = Field(
        default=None, min_length=1, max_length=1000, description="In his own words where they are his."
    )
    found_on: CivilDate = Field(description="When somebody asked, or it was said.")


class Barrier(BarrierFields, Identified, Tenanted, Versioned, table=True):
    """Private to the mentor, his supervisor and the coordinators; no count of it leaves the charity."""

    __table_args__ = (Index("barrier_newest", "charity_id", "created_at", "id"),)
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    state: BarrierState = code_field(default=BarrierState.IN_THE_WAY)


class NameBarrier(BarrierFields):
    """Something that stands in the way, said or found out. Recording that somebody asked is enough: NOT_KNOWN is an answer."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "kind": "WORK_OR_EDUCATION",
            "said_by": "MENTEE",
            "words": "My class is on Friday mornings now.",
            "found_on": "2026-11-20",
        }
    )
    engagement_id: UUID = Field(description="The engagement that it stands in the way of.")


class BarrierRead(BarrierFields):
    """Something that stands, or stood, in the way."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    state: BarrierState
    version: int
    created_at: datetime
    created_by: UUID | None
    updated_at: datetime


class BarrierAttempt(Identified, Tenanted, Created, table=True):
    """Append-only: what was tried, and how things stood after it."""

    __tablename__ = "barrier_attempt"
    __table_args__ = (UniqueConstraint("barrier_id", "sequence", name="barrier_attempt_sequence"),)
    barrier_id: UUID = Field(foreign_key="barrier.id")
    sequence: int = Field(sa_type=BigInteger)
    tried_on: date
    what: str
    helped: DidHelp = code_field()
    state: BarrierState = code_field()


class TryBarrier(SQLModel):
    """What was tried against it, whether it helped, and how it stands now. It may be gone, and may come back."""

    model_config = command_config(
        {"tried_on": "2026-11-21", "what": "Moved to Thursday afternoons.", "helped": "HELPED", "state": "GONE"}
    )
    tried_on: CivilDate
    what: Line = Field(description="What was tried.")
    helped: DidHelp = Field(default=DidHelp.NOT_KNOWN, description="Whether it helped.")
    state: BarrierState | None = Field(default=None, description="How it stands now; default: as it stood.")


class BarrierAttemptRead(SQLModel):
    """One thing that was tried."""

    id: UUID
    barrier_id: UUID
    sequence: int
    tried_on: date
    what: str
    helped: DidHelp
    state: BarrierState = Field(description="How it stood after.")
    created_at: datetime
    created_by: UUID | None
