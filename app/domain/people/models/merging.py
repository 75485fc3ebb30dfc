"""Two records that are one person: what became of them, and a number that took the place of another."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import Identified, Line, Tenanted, command_config, instant_field
from app.domain.people.codes import IdentifierScheme

_Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class PersonMerge(Identified, Tenanted, table=True):
    """Append-only. `moved` holds the ids of the rows that went over, by their table, so that whoever has to can tell them apart."""

    __tablename__ = "person_merge"
    __table_args__ = (
        Index("person_merge_newest", "charity_id", "recorded_at", "id"),
        Index("person_merge_of", "person_id"),
    )
    person_id: UUID = Field(foreign_key="person.id")
    duplicate_id: UUID = Field(foreign_key="person.id", unique=True)
    reason: str
    rows_moved: int = Field(sa_type=BigInteger)
    moved: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = instant_field()
    recorded_by: UUID


class MergePerson(SQLModel):
    """Another record is of the same person: everything of it goes over to this one."""

    model_config = command_config(
        {"duplicate_id": "01900000-0000-7000-8000-00000000e0ff", "reason": "The same prison number."}
    )
    duplicate_id: UUID = Field(description="The record that will be no more than a pointer to this one.")
    reason: Line = Field(description="How it is known that they are one.")


class PersonMergeRead(SQLModel):
    """That two records were of one person."""

    id: UUID
    person_id: UUID = Field(description="The record that stays.")
    duplicate_id: UUID = Field(description="The record that points to it; its id stays readable.")
    reason: str
    rows_moved: int = Field(description="How many things went over.")
    recorded_at: datetime
    recorded_by: UUID


class SupersedeIdentifier(SQLModel):
    """A number that took the place of another: the old one still finds him."""

    model_config = command_config({"scheme": "prison_number", "value": "A0000AA", "by": "A0000AB"})
    scheme: IdentifierScheme = Field(description="Of both.")
    value: _Value = Field(description="The one that he had.")
    by: _Value = Field(description="The one that he has now.")
