"""Rows that are written together: every value that is given finds its column, and every column its value."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.domain.kernel.additions import New
from app.domain.kernel.events import Event

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GIVEN = {
    "charity_id": uuid4(),
    "type": "referral.received",
    "aggregate_id": uuid4(),
    "aggregate_version": 1,
    "occurred_at": NOW,
}


def test_what_is_left_out_is_the_columns_default() -> None:
    row = New(Event, GIVEN)
    assert row.type == "referral.received"
    assert row.partner_id is None
    assert row.id is not None
    assert row.id == row.id
    assert New(Event, GIVEN).id != row.id
    assert "sequence" not in row.values  # the database's own


def test_a_column_that_is_not_there_is_not_dropped_in_silence() -> None:
    with pytest.raises(AssertionError, match="Event has no kind"):
        New(Event, {"kind": "referral.received"})
    row = New(Event, GIVEN)
    with pytest.raises(AttributeError):
        row.kind = "referral.received"
    with pytest.raises(AttributeError):
        _ = row.kind


def test_a_column_that_must_be_given_is() -> None:
    with pytest.raises(AssertionError, match="Event needs its occurred_at"):
        New(Event, {name: value for name, value in GIVEN.items() if name != "occurred_at"})


def test_what_is_changed_before_it_is_written_is_written() -> None:
    row = New(Event, GIVEN)
    row.aggregate_version = 2
    assert row.values["aggregate_version"] == 2
