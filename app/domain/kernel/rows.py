"""What rows have in common: ids, tenancy, versions, civil dates and instants."""

import os
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import ARRAY, BigInteger, DateTime, Text
from sqlmodel import Field, SQLModel

LONDON = ZoneInfo("Europe/London")

MAX_TEXT = 4_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): sortable by the millisecond in which it was made. It is not a secret."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (int.from_bytes(os.urandom(10)) & ((1 << 80) - 1))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def civil_date(instant: datetime) -> date:
    """The date on the calendar in London at this instant: 23:30Z on 30 June is 1 July."""
    return instant.astimezone(LONDON).date()


def _within_reason(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError("must be between 1900-01-01 and 2200-12-31")
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must say its time zone, for example 2026-11-22T09:30:00Z")
    _within_reason(value.date())
    return value.astimezone(UTC)


CivilDate = Annotated[date, AfterValidator(_within_reason)]
"""A date in Europe/London, `YYYY-MM-DD`, between 1900-01-01 and 2200-12-31."""

Instant = Annotated[datetime, AfterValidator(_in_utc)]
"""An instant, RFC 3339 with its offset; kept and answered in UTC with `Z`."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""One line of text, 1 to 200 characters after trimming."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
"""Free text, 1 to 4,000 characters after trimming."""


def instant_field(**more: Any) -> Any:
    """A timestamptz column."""
    return Field(sa_type=DateTime(timezone=True), **more)  # type: ignore[call-overload]


def code_field(**more: Any) -> Any:
    """A column for one code of a list: text in the database, so that a list can grow without a lock."""
    return Field(sa_type=Text, **more)


def codes_field(**more: Any) -> Any:
    """A column for several codes of a list, as text[]."""
    return Field(sa_type=ARRAY(Text), **more)  # type: ignore[call-overload]


class Identified(SQLModel):
    id: UUID = Field(default_factory=new_id, primary_key=True)


class Tenanted(SQLModel):
    """Belongs to one charity: row-level security compares `charity_id` with that of whoever asks."""

    charity_id: UUID = Field(foreign_key="organisation.id", index=False)


class Created(SQLModel):
    """Written once, never changed."""

    created_at: datetime = instant_field()
    created_by: UUID | None = None


class Versioned(Created):
    """Changes; `version` counts the changes and is what If-Match compares."""

    version: int = Field(default=1, sa_type=BigInteger)
    updated_at: datetime = instant_field()


def values(members: Iterable[StrEnum]) -> list[str]:
    """The plain strings behind enum members: what a text[] column holds."""
    return [member.value for member in members]
