"""What rows have in common: ids, tenancy, versions, civil dates and instants."""

import os
import re
import threading
import time
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError
from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

LONDON = ZoneInfo("Europe/London")

MAX_TEXT = 4_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)

SECRET = {"secret": True}
"""Marks a column (`sa_column_kwargs={"info": SECRET}`) that nobody but the log-in may read."""


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): sortable by when it was made, within one process also inside a millisecond (section 6.2,
    method 1). It is not a secret."""
    milliseconds, counter = _tick()
    value = (milliseconds << 80) | (counter << 64) | int.from_bytes(os.urandom(8))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


_clock = threading.Lock()
_last = (0, 0)


def _tick() -> tuple[int, int]:
    """The present millisecond and a 12-bit counter within it, never going back."""
    global _last  # noqa: PLW0603 -- the one clock of the process
    with _clock:
        milliseconds = time.time_ns() // 1_000_000
        if milliseconds > _last[0]:
            _last = (milliseconds, int.from_bytes(os.urandom(1)))
        else:
            # A full counter borrows from the next millisecond.
            following = _last[1] + 1
            _last = (_last[0] + (following >> 12), following & 0xFFF)
        return _last


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
    _within_reason(value.date())  # first, as the ends of the calendar cannot be converted
    instant = value.astimezone(UTC)
    _within_reason(instant.date())
    return instant


def _written_as_date(value: Any) -> Any:
    """Not as a number of seconds, nor as such a number in text, both of which pydantic would take for a date."""
    if isinstance(value, date) or (isinstance(value, str) and _DATE.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "Give a date as YYYY-MM-DD.")


def _written_as_instant(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _INSTANT.match(value)):
        return value
    raise PydanticCustomError("datetime_parsing", "Give an instant as in 2026-11-22T09:30:00Z.")


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DATE.pattern + "[Tt ]")

CivilDate = Annotated[date, BeforeValidator(_written_as_date), AfterValidator(_within_reason)]
"""A date in Europe/London, `YYYY-MM-DD`, between 1900-01-01 and 2200-12-31."""

Instant = Annotated[datetime, BeforeValidator(_written_as_instant), AfterValidator(_in_utc)]
"""An instant, RFC 3339 with its offset; kept and answered in UTC with `Z`."""


def _on_one_line(value: str) -> str:
    if not _UNSEEN.search(value):
        return value
    raise PydanticCustomError(
        "one_line", "Give one line, without line breaks, tabs or signs that turn the writing round."
    )


# Controls, line and paragraph ends, and what makes text look as if it said something else.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

OneLine = AfterValidator(_on_one_line)
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), OneLine]
"""One line of text, 1 to 200 characters after trimming."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
"""Free text, 1 to 4,000 characters after trimming."""


def instant_field(**more: Any) -> Any:
    """A timestamptz column."""
    return Field(sa_type=DateTime(timezone=True), **more)


def code_field(**more: Any) -> Any:
    """A column for one code of a list: text in the database, so that a list can grow without a lock."""
    return Field(sa_type=Text, **more)


def codes_field(**more: Any) -> Any:
    """A column for several codes of a list, as text[]."""
    return Field(sa_type=ARRAY(Text), **more)


def command_config(*examples: dict[str, Any]) -> SQLModelConfig:
    """Of a shape that callers send: an unknown field is an error, and the documentation shows the examples."""
    if not examples:
        return SQLModelConfig(extra="forbid")
    return SQLModelConfig(extra="forbid", json_schema_extra={"examples": list(examples)})


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
