"""The catalogue of workbooks: everybody's, and each charity's own."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Identified, Line, Versioned, command_config

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")]


class Unit(SQLModel):
    """One unit of a toolkit."""

    number: int = Field(ge=1, le=100)
    title: Line


class ToolkitFields(SQLModel):
    """What a workbook is."""

    code: Code = Field(description="A short name, in capitals.")
    title: Line
    family: Code | None = Field(default=None, description="What its versions for several ages have in common.")
    weeks: int | None = Field(default=None, ge=1, le=104, sa_type=BigInteger, description="How long it takes.")
    accredited: bool = Field(default=False, description="Whether somebody outside has accredited it.")
    certificate: bool = Field(default=False, description="Whether who completes it gets a certificate.")
    age_from: int | None = Field(default=None, ge=10, le=120, sa_type=BigInteger, description="From this age on.")
    age_to: int | None = Field(default=None, ge=11, le=120, sa_type=BigInteger, description="Until before this age.")


class Toolkit(ToolkitFields, Identified, Versioned, table=True):
    """`charity_id` null: everybody's, which nobody changes."""

    __table_args__ = (
        Index("toolkit_once", "charity_id", "code", unique=True, postgresql_nulls_not_distinct=True),
        Index("toolkit_of_family", "family", postgresql_where=text("family is not null")),
    )
    charity_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=False)
    units: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    retired_on: date | None = None
    retired_because: str | None = None


class ToolkitRead(ToolkitFields):
    """A workbook."""

    id: UUID
    everyones: bool = Field(description="Whether every charity has it, and none changes it.")
    units: list[Unit] = Field(description="Its units in order; empty where they are not known.")
    retired_on: date | None = Field(description="Since when nobody begins it any more.")
    retired_because: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class MakeToolkit(ToolkitFields):
    """A workbook of the charity's own."""

    model_config = command_config(
        {"code": "OUR_CONFLICT_25_PLUS", "title": "Staying calm", "units": ["Where it starts", "Walking away"]}
    )
    units: list[Line] = Field(default=[], max_length=100, description="The titles of its units, in order.")


class ChangeToolkit(SQLModel):
    """What changes of a workbook of the charity's own. Whoever has begun it goes on with what it was then."""

    model_config = command_config({"title": "Staying calm, second edition"})
    title: Line | None = None
    units: list[Line] | None = Field(default=None, max_length=100, description="All of them, in order.")
    weeks: int | None = Field(default=None, ge=1, le=104)
    accredited: bool | None = None
    certificate: bool | None = None


class RetireToolkit(SQLModel):
    """Nobody begins it any more; whoever has begun it goes on."""

    model_config = command_config({"reason": "There is a second edition."})
    reason: Line | None = Field(default=None, description="Why, if somebody will ask.")
