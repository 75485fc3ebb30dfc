"""A session, how it came to stand where it stands, and the series that it may be of."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Identified,
    Instant,
    Line,
    Tenanted,
    Versioned,
    code_field,
    codes_field,
    command_config,
    instant_field,
)
from app.domain.organisations.models import AgencyId
from app.domain.people.offences import Pathway
from app.domain.sessions.models.codes import (
    Attendance,
    Interval,
    MeetingKind,
    PrisonCause,
    SessionSetting,
    SessionState,
    SessionStep,
)

EXAMPLE_ENGAGEMENT = "01900000-0000-7000-8000-00000000e201"


class SessionFields(SQLModel):
    """When and how they mean to meet, or met."""

    setting: SessionSetting = code_field(description="How they meet.")
    meeting: MeetingKind | None = code_field(
        default=None, nullable=True, description="Which meeting: with MEETING_WITH_OTHERS, and only then."
    )
    establishment: AgencyId | None = Field(
        default=None, description="The prison where it takes place; default: where he is. null in the community."
    )
    starts_at: Instant = instant_field(description="When it begins, or was to begin.")
    minutes: int = Field(default=60, ge=1, le=1440, sa_type=BigInteger, description="How long, in minutes.")


class MentoringSession(SessionFields, Identified, Tenanted, Versioned, table=True):
    """Of one engagement there is one at a time: whoever plans or records locks the engagement first."""

    __tablename__ = "mentoring_session"
    __table_args__ = (
        Index("session_of_engagement", "engagement_id", "starts_at"),
        Index("session_of_mentor", "mentor_id", "starts_at"),
        Index("session_newest", "charity_id", "starts_at", "id"),
        Index(
            "session_once",
            "engagement_id",
            "starts_at",
            unique=True,
            postgresql_where=text("state in ('PLANNED', 'HELD', 'NOT_HELD')"),
        ),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id")
    series_id: UUID | None = Field(default=None, foreign_key="session_series.id", index=True)
    state: SessionState = code_field(default=SessionState.PLANNED)
    attendance: Attendance | None = code_field(default=None, nullable=True)
    prison_cause: PrisonCause | None = code_field(default=None, nullable=True)
    occurred_at: datetime | None = instant_field(default=None)
    topics: list[Pathway] = codes_field(default_factory=list)
    superseded_by_id: UUID | None = Field(default=None, foreign_key="mentoring_session.id", index=True)


class SessionRead(SessionFields):
    """A session as it stands."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    mentor_id: UUID | None = Field(description="Who meets him; null: the coordinator, while he has no mentor.")
    series_id: UUID | None = Field(description="The series that it is of.")
    state: SessionState
    attendance: Attendance | None = Field(
        description="What became of it; null: not recorded, or cancelled as the engagement ended."
    )
    prison_cause: PrisonCause | None = Field(description="Why the prison could not let it happen.")
    occurred_at: datetime | None = Field(description="When it really began, for one that was held.")
    topics: list[Pathway] = Field(description="What it was about, of the seven pathways.")
    superseded_by_id: UUID | None = Field(description="The session to which it was moved.")
    version: int
    created_at: datetime
    updated_at: datetime


class SessionEntry(Identified, Tenanted, table=True):
    """Append-only: what was done to a session, and how it stood then."""

    __tablename__ = "session_entry"
    __table_args__ = (UniqueConstraint("session_id", "sequence", name="session_entry_sequence"),)
    session_id: UUID = Field(foreign_key="mentoring_session.id")
    sequence: int = Field(sa_type=BigInteger)
    step: SessionStep = code_field()
    state: SessionState = code_field()
    attendance: Attendance | None = code_field(default=None, nullable=True)
    prison_cause: PrisonCause | None = code_field(default=None, nullable=True)
    occurred_at: datetime | None = instant_field(default=None)
    reason: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class SessionEntryRead(SQLModel):
    """One thing that was done to a session."""

    id: UUID
    session_id: UUID
    sequence: int
    step: SessionStep
    state: SessionState = Field(description="Where it led.")
    attendance: Attendance | None
    prison_cause: PrisonCause | None
    occurred_at: datetime | None
    reason: str | None
    recorded_at: datetime = Field(description="When it was written down, which may be long after.")
    recorded_by: UUID


class RecordSession(SQLModel):
    """What became of a session. It may be written down long after; an absence closes nothing and is reported to nobody."""

    model_config = command_config({"attendance": "ATTENDED", "minutes": 50, "topics": ["HEALTH"]})
    attendance: Attendance = Field(description="What became of it.")
    prison_cause: PrisonCause | None = Field(
        default=None, description="With PRISON_CANCELLED, and only then; default there: NOT_KNOWN."
    )
    occurred_at: Instant | None = Field(default=None, description="When it really began; default: as planned.")
    minutes: int | None = Field(default=None, ge=1, le=1440, description="How long it took; default: as planned.")
    topics: list[Pathway] = Field(default=[], max_length=7, description="What it was about.")
    explained: bool = Field(
        default=False,
        description="That it is voluntary, and the limits of confidentiality, were explained to him in it: the first "
        "session that he attends cannot be recorded before both were.",
    )


class PlanSession(SessionFields):
    """A session, planned; or, with `recorded`, one that has been and was not planned."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "setting": "IN_PERSON",
            "starts_at": "2026-12-01T10:00:00Z",
            "minutes": 60,
        }
    )
    engagement_id: UUID = Field(description="The engagement that it is of.")
    recorded: RecordSession | None = Field(default=None, description="What became of it, if it has been.")


class CorrectSession(RecordSession):
    """What really became of a session that was recorded otherwise. What was recorded before stays in its entries."""

    model_config = command_config(
        {"attendance": "PRISON_CANCELLED", "prison_cause": "LOCK_DOWN", "reason": "The wing was locked down."}
    )
    reason: Line


class CancelSession(SQLModel):
    """It will not take place."""

    model_config = command_config({"because": "PRISON_CANCELLED", "prison_cause": "LOCK_DOWN"})
    because: Attendance = Field(
        description="Who called it off: MENTEE_DECLINED, MENTOR_CANCELLED, PRISON_CANCELLED, OTHER."
    )
    prison_cause: PrisonCause | None = Field(default=None, description="With PRISON_CANCELLED, and only then.")


class RescheduleSession(SQLModel):
    """It will take place at another time, or in another way. The one that was planned stays, as superseded."""

    model_config = command_config({"starts_at": "2026-12-03T10:00:00Z", "reason": "The wing is locked down."})
    starts_at: Instant = Field(description="When it will begin.")
    minutes: int | None = Field(default=None, ge=1, le=1440, description="Default: as it was.")
    setting: SessionSetting | None = Field(default=None, description="Default: as it was.")
    meeting: MeetingKind | None = Field(default=None, description="Which meeting, with MEETING_WITH_OTHERS.")
    reason: Line | None = None


class SeriesFields(SQLModel):
    setting: SessionSetting = code_field(description="How they meet.")
    interval: Interval = code_field(description="How often.")
    first_at: Instant = instant_field(
        description="When the first begins; the others at the same time by the clock in London."
    )
    minutes: int = Field(default=60, ge=1, le=1440, sa_type=BigInteger, description="How long each, in minutes.")
    until: CivilDate = Field(description="The last day on which there may be one: at most a year after the first.")


class SessionSeries(SeriesFields, Identified, Tenanted, Versioned, table=True):
    """Its sessions are rows of their own, which are moved, cancelled and recorded one by one."""

    __tablename__ = "session_series"
    __table_args__ = (Index("series_newest", "charity_id", "created_at", "id"),)
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id", index=True)
    establishment: str | None = None


class PlanSeries(SeriesFields):
    """Sessions every week or every other week, with days left out."""

    model_config = command_config(
        {
            "engagement_id": EXAMPLE_ENGAGEMENT,
            "setting": "IN_PERSON",
            "interval": "WEEKLY",
            "first_at": "2026-12-01T10:00:00Z",
            "until": "2027-02-28",
            "skip": ["2026-12-29"],
        }
    )
    engagement_id: UUID = Field(description="The engagement that it is of.")
    establishment: AgencyId | None = Field(default=None, description="The prison; default: where he is.")
    skip: list[CivilDate] = Field(default=[], max_length=60, description="Days on which there is none.")


class SeriesRead(SeriesFields):
    """A series of sessions."""

    id: UUID
    engagement_id: UUID
    mentor_id: UUID | None
    establishment: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class EndSeries(SQLModel):
    """No more of it from a day on: what is planned from then is cancelled, and what was recorded stays."""

    model_config = command_config({"from_on": "2027-01-15", "because": "MENTOR_CANCELLED"})
    from_on: CivilDate = Field(description="From this day on.")
    because: Attendance = Field(default=Attendance.OTHER, description="Who called it off.")
    prison_cause: PrisonCause | None = Field(default=None, description="With PRISON_CANCELLED, and only then.")


class ContactRead(SQLModel):
    """How often somebody and his mentor have met, and what stood in the way: told to these two and their coordinators, so that
    somebody asks what is in the way. It closes nothing, counts against nobody and is reported to no one."""

    id: UUID = Field(description="The engagement.")
    person_id: UUID
    mentor_id: UUID | None
    held: int = Field(description="Sessions held.")
    prison_cancelled: int = Field(description="Kept from them by the prison: nobody's absence.")
    mentor_cancelled: int = Field(description="Called off by the mentor.")
    mentee_absent: int = Field(description="He did not come, or did not want to.")
    not_held_otherwise: int = Field(description="For another reason, or one that nobody knows.")
    last_held_at: datetime | None = Field(description="When they last met.")
    next_planned_at: datetime | None = Field(description="When they mean to meet next.")
    every_days: int = Field(description="How often they mean to meet: their newest series' interval; 14 without one.")
    quiet_days: int | None = Field(description="Days since they met, or since it began. null: it is not going on.")
    quiet: bool = Field(description="Whether they have not met for more than twice `every_days`.")
    prevented_since: int = Field(description="Since they last met: sessions that the prison kept from them.")
    asked_on: date | None = Field(description="When somebody last asked what is in the way, or tried something.")
    in_the_way: int = Field(description="What stands in the way now: how many barriers.")
    nudge: bool = Field(
        description="Early, and to mentor and supervisor alone: they have not met for half as long again as they mean to, and "
        "since then nobody has asked what is in the way."
    )
    supervisor_id: UUID | None = Field(description="The mentor's supervisor, a member.")
