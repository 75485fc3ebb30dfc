"""Civil dates and calendar durations, as English law counts them.

A month is a calendar month; the day of the event is excluded; the period ends on the corresponding date or,
where the month has none, on its last day (Dodds v Walker [1981] UKHL). Only the forward form is used, start
plus duration: going backwards from the end gives another answer (30 November to 28 February is three months
forwards and less than three backwards). Results outside the years 1 to 9999 are clamped, never raised.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from pydantic import GetPydanticSchema
from pydantic_core import core_schema

LONDON = ZoneInfo("Europe/London")
"""Every civil date of the service is a date in this zone."""

_PATTERN = r"^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$"
_ISO_8601 = re.compile(_PATTERN, re.ASCII)
_MONTHS = (
    "January",  # written out, because strftime would speak the server's locale
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class CalendarDuration:
    """A length of calendar time: whole months and whole days, never hours, never negative."""

    months: int
    days: int
    text: str
    """As written, in ISO 8601: `P3M`, `P1Y6M`, `P28D`, `P2W`."""

    @classmethod
    def parse(cls, text: str) -> "CalendarDuration":
        """Read an ISO 8601 duration of years, months, weeks and days. ValueError for anything else."""
        found = _ISO_8601.fullmatch(text)
        if found is None or text == "P":
            raise ValueError("not an ISO 8601 duration of years, months, weeks or days, such as P3M")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(years * 12 + months, weeks * 7 + days, text)

    def after(self, start: date) -> date:
        """The date on which this duration from `start` ends: months first, then days."""
        try:
            return start + relativedelta(months=self.months, days=self.days)
        except (ValueError, OverflowError):
            return date.max

    def __str__(self) -> str:
        """In words, to be read out: "1 year and 6 months"."""
        years, months = divmod(self.months, 12)
        weeks, days = divmod(self.days, 7) if self.text.endswith("W") else (0, self.days)
        counted = ((years, "year"), (months, "month"), (weeks, "week"), (days, "day"))
        words = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in counted if n]
        return " and ".join(words) if words else "0 days"


def _read(value: Any) -> CalendarDuration:
    if isinstance(value, CalendarDuration):
        return value
    return CalendarDuration.parse(value if isinstance(value, str) else "")


_DURATION = core_schema.no_info_plain_validator_function(
    _read,
    serialization=core_schema.plain_serializer_function_ser_schema(
        lambda duration: duration.text, return_schema=core_schema.str_schema()
    ),
)
_IN_JSON_SCHEMA = {"type": "string", "format": "duration", "pattern": _PATTERN, "examples": ["P3M"]}

Duration = Annotated[
    CalendarDuration, GetPydanticSchema(lambda _type, _handler: _DURATION, lambda _core, _handler: _IN_JSON_SCHEMA)
]
"""A CalendarDuration as a pydantic field, written as its ISO 8601 text."""


def add_months(start: date, months: int) -> date:
    """`start` plus whole calendar months, by the corresponding-date rule."""
    return CalendarDuration(months, 0, f"P{months}M").after(start)


def civil_date(instant: datetime) -> date:
    """The date in London at an instant: 23:30Z on 30 June is 1 July. ValueError without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    try:
        return instant.astimezone(LONDON).date()
    except OverflowError:
        return instant.date()


def in_words(day: date) -> str:
    """A date as it is said: 1 June 2027."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
