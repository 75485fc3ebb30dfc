"""How far somebody has come with a workbook, unit by unit, and his certificate."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import (
    CivilDate,
    Created,
    Identified,
    Line,
    OneLine,
    Tenanted,
    Versioned,
    code_field,
    command_config,
    instant_field,
)
from app.domain.support.toolkits.models.codes import HowWorked, ProgressState, ProgressStep
from app.domain.support.toolkits.models.toolkit import Code

EXAMPLE_ENGAGEMENT = "01900000-0000-7000-8000-00000000e201"
EXAMPLE_SESSION = "01900000-0000-7000-8000-00000000e401"

PrintedName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), OneLine]


class ProgressFields(SQLModel):
    """When and how he began."""

    begun_on: CivilDate = Field(description="The day on which he began.")
    how: HowWorked = code_field(description="With his mentor, or alone.")


class ToolkitProgress(ProgressFields, Identified, Tenanted, Versioned, table=True):
    """Title, units and whether there is a certificate are as they were when he began. One goes on per engagement and toolkit:
    whoever begins locks the engagement, and an index holds it."""

    __tablename__ = "toolkit_progress"
    __table_args__ = (
        Index("progress_newest", "charity_id", "created_at", "id"),
        Index(
            "progress_one_at_a_time",
            "engagement_id",
            "toolkit_id",
            unique=True,
            postgresql_where=text("state in ('GOING_ON', 'PAUSED')"),
        ),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    toolkit_id: UUID = Field(foreign_key="toolkit.id", index=True)
    title: str
    gives_certificate: bool
    accredited: bool
    override_reason: str | None = None
    state: ProgressState = code_field(default=ProgressState.GOING_ON)
    ended_on: date | None = None


class ToolkitProgressRead(ProgressFields):
    """How far he has come with a workbook."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    toolkit_id: UUID
    title: str = Field(description="The toolkit's title when he began.")
    gives_certificate: bool = Field(description="Whether he gets a certificate once it is completed.")
    accredited: bool
    override_reason: str | None = Field(description="Why this version, though it is not written for his age.")
    state: ProgressState
    ended_on: date | None = Field(description="When it was completed or stopped.")
    version: int
    created_at: datetime
    updated_at: datetime


class ProgressUnit(Identified, Tenanted, table=True):
    """A unit, copied when he began. Who records one locks the progress."""

    __tablename__ = "progress_unit"
    __table_args__ = (UniqueConstraint("progress_id", "number", name="progress_unit_number"),)
    progress_id: UUID = Field(foreign_key="toolkit_progress.id")
    number: int = Field(sa_type=BigInteger)
    title: str
    done_on: date | None = None
    how: HowWorked | None = code_field(default=None, nullable=True)
    session_id: UUID | None = Field(default=None, foreign_key="mentoring_session.id", index=True)


class ProgressUnitRead(SQLModel):
    """One unit of a workbook that he has begun."""

    id: UUID
    progress_id: UUID
    number: int
    title: str
    done_on: date | None = Field(description="When he did it; null: not yet.")
    how: HowWorked | None
    session_id: UUID | None = Field(description="The session in which they did it.")


class ProgressEntry(Identified, Tenanted, table=True):
    """Append-only: what was done, and how it stood then."""

    __tablename__ = "progress_entry"
    __table_args__ = (UniqueConstraint("progress_id", "sequence", name="progress_entry_sequence"),)
    progress_id: UUID = Field(foreign_key="toolkit_progress.id")
    sequence: int = Field(sa_type=BigInteger)
    step: ProgressStep = code_field()
    state: ProgressState = code_field()
    number: int | None = Field(default=None, sa_type=BigInteger)
    done_on: date | None = None
    how: HowWorked | None = code_field(default=None, nullable=True)
    reason: str | None = None
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class ProgressEntryRead(SQLModel):
    """One thing that was done."""

    id: UUID
    progress_id: UUID
    sequence: int = Field(description="The progress's version that it made.")
    step: ProgressStep
    state: ProgressState = Field(description="Where it led.")
    number: int | None = Field(description="The unit that it is about.")
    done_on: date | None
    how: HowWorked | None
    reason: str | None
    recorded_at: datetime
    recorded_by: UUID


class Certificate(Identified, Tenanted, Created, table=True):
    """Written once. Its number is drawn by chance, so that nobody finds one by counting."""

    __table_args__ = (
        UniqueConstraint("progress_id", name="certificate_once"),
        UniqueConstraint("number", name="certificate_number"),
    )
    engagement_id: UUID = Field(foreign_key="engagement.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    progress_id: UUID = Field(foreign_key="toolkit_progress.id")
    number: str
    name: str
    title: str
    accredited: bool
    issued_on: date
    awarded_by: str


class CertificateRead(SQLModel):
    """His certificate. It says nothing of where he was when he earned it."""

    id: UUID
    engagement_id: UUID
    person_id: UUID
    progress_id: UUID
    number: str
    name: str = Field(description="His name, as he wants it printed.")
    title: str = Field(description="What he has completed.")
    accredited: bool
    issued_on: date
    awarded_by: str = Field(description="Who awards it, as it is printed.")
    created_at: datetime


class BeginToolkit(SQLModel):
    """He begins a workbook: the one that is named, or of a family the version for his age on that day."""

    model_config = command_config(
        {"engagement_id": EXAMPLE_ENGAGEMENT, "family": "CONFLICT_RESOLUTION", "how": "WITH_MENTOR"}
    )
    engagement_id: UUID = Field(description="The engagement that it is of.")
    toolkit_id: UUID | None = Field(default=None, description="Which one. Either this or `family`.")
    family: Code | None = Field(default=None, description="Of which family: the version that fits his age is chosen.")
    how: HowWorked = Field(description="With his mentor, or alone.")
    begun_on: CivilDate | None = Field(default=None, description="Default: today.")
    override_reason: Line | None = Field(
        default=None,
        description="With `toolkit_id`: why this version, though it is for another age or his is not known.",
    )


class RecordUnit(SQLModel):
    """A unit is done. Each is recorded once; `correct` says otherwise of one that was."""

    model_config = command_config({"number": 1, "how": "WITH_MENTOR"})
    number: int = Field(ge=1, le=100, description="Which unit.")
    done_on: CivilDate | None = Field(
        default=None, description="Default: today; with `correct`, null: not done after all."
    )
    how: HowWorked | None = Field(default=None, description="Default: as he began.")
    session_id: UUID | None = Field(default=None, description="The session of this engagement in which they did it.")
    correct: bool = Field(default=False, description="It was recorded wrongly; say why in `reason`.")
    reason: Line | None = None


class MoveProgress(SQLModel):
    """It is paused, goes on, is stopped, or completed. Only a toolkit without units has to be said to be completed."""

    model_config = command_config({"state": "PAUSED", "reason": "He wants to think about it first."})
    state: ProgressState
    on_day: CivilDate | None = Field(default=None, description="When; default: today.")
    reason: Line | None = None


class IssueCertificate(SQLModel):
    """His certificate. Look at the name with him: it is printed as it stands here, once."""

    model_config = command_config({"name": "Testcase Example", "awarded_by": "Example Mentoring"})
    name: PrintedName = Field(description="His name as he wants it printed.")
    awarded_by: PrintedName = Field(description="Who awards it, as it is to be printed.")
    issued_on: CivilDate | None = Field(default=None, description="Default: today.")
