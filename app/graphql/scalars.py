"""Scalars as they stand in the answers of both doors: text made by PostgreSQL, passed on unchanged."""

import datetime
import uuid
from typing import Any, NewType

from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition, scalar

UUID = NewType("UUID", str)
Date = NewType("Date", str)
DateTime = NewType("DateTime", str)

OF: dict[Any, Any] = {uuid.UUID: UUID, datetime.date: Date, datetime.datetime: DateTime}
"""The scalar of a Python type."""


def _as_it_is(value: Any) -> Any:
    return value


def _text(name: str, description: str, url: str) -> ScalarDefinition:
    # Input is checked where every other rule is: by the domain's own models.
    return scalar(name=name, description=description, specified_by_url=url, serialize=_as_it_is, parse_value=_as_it_is)


SCALARS: dict[object, ScalarDefinition] = {
    UUID: _text("UUID", "A UUID (RFC 9562).", "https://www.rfc-editor.org/rfc/rfc9562"),
    Date: _text(
        "Date",
        "A civil date in Europe/London, as RFC 3339 full-date: 2026-11-22.",
        "https://www.rfc-editor.org/rfc/rfc3339",
    ),
    DateTime: _text(
        "DateTime", "An instant in UTC, as RFC 3339 date-time with Z.", "https://www.rfc-editor.org/rfc/rfc3339"
    ),
}

__all__ = ["JSON", "OF", "SCALARS", "UUID", "Date", "DateTime"]
