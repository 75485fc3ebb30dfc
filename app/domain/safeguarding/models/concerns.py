"""A concern: what somebody was told or saw, who was told of it, when and how. It proves that it was passed on; it passes on
nothing by itself."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    MAX_TEXT,
    CivilDate,
    Created,
    Identified,
    Instant,
    Line,
    Prose,
    Tenanted,
    Versioned,
    code_field,
    command_config,
    instant_field,
)
from app.domain.safeguarding.models.codes import AcctOpened, AdditionKind, ConcernType, Method, ToldRole

EXAMPLE_PERSON = "01900000-0000-7000-8000-00000000f101"
NOTICE = (
    "This record tells nobody in the prison. Whoever is worried tells wing staff face to face, now, before leaving; outside, the "
    "emergency services."
)


class Telling(SQLModel):
    """Who was told, when and how."""

    reported_at: Instant | None = instant_field(default=None, description="When staff were told.")
    reported_to_role: ToldRole | None = code_field(default=None, nullable=True, description="Who was told, by role.")
    reported_to_name: str | None = Field(
        default=None, min_length=1, max_length=200, description="Their name, where it is known."
    )
    method: Method | None = code_field(default=None, nullable=True, description="How they were told.")


class ConcernFields(Telling):
    type: ConcernType = code_field(description="What somebody is worried about.")
    words: str = Field(
        min_length=1, max_length=MAX_TEXT, description="Facts, and his own words in quotes. No diagnosis, no opinion."
    )
    disclosed_at: Instant = instant_field(description="When it was said or seen.")
    not_yet_reported: bool = Field(
        default=False,
        description="true: staff have NOT been told yet. It raises an alarm at once, until it is acknowledged.",
    )
    acct_opened: AcctOpened = code_field(
        default=AcctOpened.NOT_KNOWN, description="Whether an ACCT was opened because of it."
    )


class Concern(ConcernFields, Identified, Tenanted, Created, table=True):
    """Append-only: no role of the database may change or delete one."""

    __table_args__ = (
        Index("concern_newest", "charity_id", "created_at", "id"),
        Index("concern_of_person", "person_id", "created_at"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    engagement_id: UUID | None = Field(default=None, foreign_key="engagement.id", index=True)
    session_id: UUID | None = Field(default=None, foreign_key="mentoring_session.id", index=True)
    follow_up_due: date


class RecordConcern(ConcernFields):
    """Something that somebody said or that was seen, and whom it was passed on to. THIS IS NOT THE ALARM: tell wing staff face
    to face before you leave, then record that you did. Either `reported_at` and `reported_to_role`, or `not_yet_reported`."""

    model_config = command_config(
        {
            "person_id": EXAMPLE_PERSON,
            "type": "SELF_HARM_OR_SUICIDE",
            "words": "He said: 'I do not see the point any more.'",
            "disclosed_at": "2026-11-20T10:40:00Z",
            "reported_at": "2026-11-20T10:55:00Z",
            "reported_to_role": "WING_OFFICER",
            "method": "VERBAL_IN_PERSON",
            "acct_opened": "YES",
        }
    )
    person_id: UUID = Field(description="Whom it is about.")
    engagement_id: UUID | None = Field(default=None, description="The engagement in which it came up.")
    session_id: UUID | None = Field(default=None, description="The session in which it was said.")


class ConcernRead(ConcernFields):
    """A concern as it was recorded, and what has been added since."""

    id: UUID
    person_id: UUID
    engagement_id: UUID | None
    session_id: UUID | None
    follow_up_due: date = Field(description="The next working day after it was said, in England and Wales.")
    told_at: datetime | None = Field(description="When staff were first told, by the record or by what was added.")
    minutes_to_tell: int | None = Field(description="Minutes from when it was said until staff were told.")
    told_late: bool = Field(description="More than 60 minutes, or not told and 60 minutes gone: for the coordinator.")
    acknowledged_at: datetime | None = Field(
        description="When a coordinator or the safeguarding lead took the alarm on."
    )
    followed_up_on: date | None = Field(description="When somebody first followed it up.")
    created_at: datetime = Field(description="When it was written down.")
    created_by: UUID | None = Field(description="Who wrote it down.")
    notice: str = Field(description="Always the same: that this is not the alarm.")


class ConcernAddition(Telling, Identified, Tenanted, Created, table=True):
    """Append-only: what became known, or was done, later."""

    __tablename__ = "concern_addition"
    __table_args__ = (
        Index("concern_addition_of", "concern_id", "created_at"),
        Index(
            "concern_acknowledged_once",
            "concern_id",
            unique=True,
            postgresql_where=text("kind = 'ACKNOWLEDGED'"),
        ),
    )
    concern_id: UUID = Field(foreign_key="concern.id")
    kind: AdditionKind = code_field()
    words: str | None = None
    followed_up_on: date | None = None
    acct_opened: AcctOpened | None = code_field(default=None, nullable=True)


class AddToConcern(Telling):
    """What became known, or was done, since. REPORTED says who was told now; FOLLOWED_UP on which day; WORDS anything else."""

    model_config = command_config(
        {
            "kind": "REPORTED",
            "reported_at": "2026-11-20T11:20:00Z",
            "reported_to_role": "DUTY_MANAGER",
            "method": "PHONE",
        },
        {"kind": "FOLLOWED_UP", "followed_up_on": "2026-11-23", "words": "Seen on the wing, in better spirits."},
    )
    kind: AdditionKind = Field(description="REPORTED, FOLLOWED_UP or WORDS; an alarm is acknowledged by its own call.")
    words: Prose | None = None
    followed_up_on: CivilDate | None = Field(default=None, description="With FOLLOWED_UP, and only then.")
    acct_opened: AcctOpened | None = Field(default=None, description="If it is known now.")


class ConcernAdditionRead(Telling):
    """Something that was added to a concern."""

    id: UUID
    concern_id: UUID
    kind: AdditionKind
    words: str | None
    followed_up_on: date | None
    acct_opened: AcctOpened | None
    created_at: datetime
    created_by: UUID | None


class Acknowledge(SQLModel):
    """Take an alarm on: whoever acknowledges it sees to it that staff are told."""

    model_config = command_config({"words": "I have rung the duty manager."})
    words: Line | None = Field(default=None, description="What is being done.")


class ConcernAlarm(Identified, Tenanted, Versioned, table=True):
    """Of a concern that nobody has been told of: it is told at once, and again every quarter of an hour until somebody takes it
    on. The only thing about a concern that changes."""

    __tablename__ = "concern_alarm"
    __table_args__ = (
        Index("concern_alarm_open", "told_at", postgresql_where=text("acknowledged_at is null")),
        Index("concern_alarm_newest", "charity_id", "created_at", "id"),
    )
    concern_id: UUID = Field(foreign_key="concern.id", unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    told_at: datetime = instant_field()
    times: int = Field(default=1, sa_type=BigInteger)
    acknowledged_at: datetime | None = instant_field(default=None)
    acknowledged_by: UUID | None = None


class ConcernAlarmRead(SQLModel):
    """An alarm: somebody is worried about a person, and staff have not been told."""

    id: UUID
    concern_id: UUID
    person_id: UUID
    type: ConcernType = Field(description="What somebody is worried about.")
    disclosed_at: datetime
    told_at: datetime = Field(description="When it was last told to those who listen.")
    times: int = Field(description="How often it has been told so far: at once, and every 15 minutes.")
    reported: bool = Field(description="Whether staff have been told since.")
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    version: int
    created_at: datetime = Field(description="When it was raised.")
    updated_at: datetime
