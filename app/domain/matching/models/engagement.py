"""The mentoring relationship: one for a referral, however many mentors it has in its time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
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
from app.domain.matching.models.codes import (
    DeclineReason,
    EndReason,
    EngagementState,
    EngagementStep,
    Side,
    TaskKind,
)


class EngagementFields(SQLModel):
    referral_id: UUID = Field(description="The referral that it serves.")


class Engagement(EngagementFields, Identified, Tenanted, Versioned, table=True):
    """`mentor_id` is who mentors now; `proposed_mentor_id` who is asked to: at first, or to take over. A place is held by
    who mentors while it is ACTIVE or PAUSED, and by who has accepted: a trigger keeps that within the mentor's capacity."""

    __table_args__ = (
        Index(
            "engagement_one_at_a_time",
            "referral_id",
            unique=True,
            postgresql_where=text("state not in ('ENDED', 'DECLINED')"),
        ),
        Index("engagement_newest", "charity_id", "created_at", "id"),
        Index("engagement_of_mentor", "mentor_id"),
        Index("engagement_proposed_to", "proposed_mentor_id"),
        Index("engagement_of_person", "person_id"),
    )
    referral_id: UUID = Field(foreign_key="referral.id")
    person_id: UUID = Field(foreign_key="person.id")
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id")
    proposed_mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id")
    accepted_by_mentor_at: datetime | None = instant_field(default=None)
    state: EngagementState = code_field(default=EngagementState.PROPOSED)
    state_since: datetime = instant_field()
    started_on: date | None = None
    ended_on: date | None = None
    end_reason: EndReason | None = code_field(default=None, nullable=True)
    planned_end: bool | None = None


class EngagementRead(EngagementFields):
    """A mentoring relationship as it stands."""

    id: UUID
    person_id: UUID
    programme_id: UUID
    mentor_id: UUID | None = Field(description="Who mentors now; null before it starts, and while it is BRIDGING.")
    proposed_mentor_id: UUID | None = Field(description="Who is asked to mentor, at first or to take over.")
    accepted_by_mentor_at: datetime | None = Field(description="When the one who is asked said yes.")
    state: EngagementState
    state_since: datetime
    started_on: date | None = Field(description="The day on which both had said yes for the first time.")
    ended_on: date | None
    end_reason: EndReason | None
    planned_end: bool | None = Field(description="Whether it ended as was agreed.")
    version: int
    created_at: datetime
    updated_at: datetime


class EngagementMentor(Identified, Tenanted, table=True):
    """One mentor's time with a person; the mentor sees what belongs to it until `access_until`."""

    __tablename__ = "engagement_mentor"
    __table_args__ = (Index("engagement_mentor_of", "engagement_id"), Index("engagement_mentor_who", "mentor_id"))
    engagement_id: UUID = Field(foreign_key="engagement.id")
    mentor_id: UUID = Field(foreign_key="mentor.id")
    person_id: UUID = Field(foreign_key="person.id")
    from_day: date
    until_day: date | None = None
    access_until: date | None = None


class EngagementMentorRead(SQLModel):
    """One mentor's time with a person."""

    id: UUID
    engagement_id: UUID
    mentor_id: UUID
    from_day: date = Field(description="The first day.")
    until_day: date | None = Field(description="The last day; null: it goes on.")
    access_until: date | None = Field(description="Until when the mentor still sees what belongs to it.")


class EngagementChange(Identified, Tenanted, table=True):
    """Append-only: one step."""

    __tablename__ = "engagement_change"
    __table_args__ = (UniqueConstraint("engagement_id", "sequence", name="engagement_change_sequence"),)
    engagement_id: UUID = Field(foreign_key="engagement.id")
    sequence: int = Field(sa_type=BigInteger)
    step: EngagementStep = code_field()
    state: EngagementState = code_field()
    mentor_id: UUID | None = None
    by_side: Side | None = code_field(default=None, nullable=True)
    reason: str | None = None
    effective_on: date
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class EngagementChangeRead(SQLModel):
    """One step of a relationship."""

    id: UUID
    engagement_id: UUID
    sequence: int
    step: EngagementStep
    state: EngagementState = Field(description="Where it led.")
    mentor_id: UUID | None = Field(description="The mentor whom it was about.")
    by_side: Side | None = Field(description="Whose word it was, for an acceptance or a decline.")
    reason: str | None = Field(description="A code, for a decline or an end; else words.")
    effective_on: date
    recorded_at: datetime
    recorded_by: UUID


class BridgingTask(Identified, Tenanted, Versioned, table=True):
    """What somebody has to do while a relationship has no mentor."""

    __tablename__ = "bridging_task"
    __table_args__ = (Index("bridging_task_due", "charity_id", "due_on", "id"),)
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    kind: TaskKind = code_field()
    due_on: date
    done_at: datetime | None = instant_field(default=None)
    done_by: UUID | None = None


class BridgingTaskRead(SQLModel):
    """Something to do while a relationship has no mentor."""

    id: UUID
    engagement_id: UUID
    kind: TaskKind
    due_on: date
    done_at: datetime | None = Field(description="null: still to do.")
    done_by: UUID | None
    version: int
    created_at: datetime


class Propose(SQLModel):
    """Ask a mentor to take somebody who waits."""

    model_config = command_config(
        {
            "referral_id": "01900000-0000-7000-8000-00000000e001",
            "mentor_id": "01900000-0000-7000-8000-00000000e101",
        }
    )
    referral_id: UUID
    mentor_id: UUID


class Accept(SQLModel):
    """A yes: the mentor's, or the person's as he gave it. Both are asked; nobody is assigned."""

    model_config = command_config({"side": "MENTOR"})
    side: Side = Field(description="Whose yes it is.")
    effective_on: CivilDate | None = Field(default=None, description="The day of it; default: today.")


class Decline(SQLModel):
    """A no, with its reason as a code: docs/engagements.md says what each leads to."""

    model_config = command_config({"side": "MENTOR", "reason": "NO_TIME"})
    side: Side = Field(description="Whose no it is.")
    reason: DeclineReason = Field(default=DeclineReason.NOT_SAID, description="Why.")


class TakeBack(SQLModel):
    """The proposal is taken back, before both have said yes."""

    model_config = command_config({"reason": "Proposed to the wrong mentor."})
    reason: Line


class Pause(SQLModel):
    """A pause, and why. The place is kept."""

    model_config = command_config({"reason": "The mentor is away until January."})
    reason: Line


class Resume(SQLModel):
    """It goes on."""

    model_config = command_config({})
    reason: Line | None = None


class HandOver(SQLModel):
    """Ask another mentor to take over. The one there is stays until both have said yes."""

    model_config = command_config({"mentor_id": "01900000-0000-7000-8000-00000000e102"})
    mentor_id: UUID
    reason: Line | None = None


class EndEngagement(SQLModel):
    """The end of it, planned or not."""

    model_config = command_config({"reason": "COMPLETED", "planned": True})
    reason: EndReason
    planned: bool = Field(description="Whether it ended as was agreed.")
    ended_on: CivilDate | None = Field(default=None, description="The last day; default: today.")


class Reopen(SQLModel):
    """Take it up again, with the last mentor or another: all its history stays."""

    model_config = command_config({"reason": "Recalled, and asked for his mentor."})
    mentor_id: UUID | None = Field(default=None, description="Default: the last mentor.")
    reason: Line
