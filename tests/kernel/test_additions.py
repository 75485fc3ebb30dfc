"""Rows that are written together: every value that is given finds its column."""

from uuid import uuid4

import pytest

from app.domain.kernel.additions import New
from app.domain.kernel.events import Event


def test_what_is_left_out_is_the_columns_default() -> None:
    written = New(Event, {"type": "referral.received", "aggregate_id": uuid4()}).written()
    assert written["type"] == "referral.received"
    assert written["partner_id"] is None
    assert written["id"] is not None
    assert "sequence" not in written  # the database's own


def test_a_column_that_is_not_there_is_not_dropped_in_silence() -> None:
    with pytest.raises(AssertionError, match="Event has no kind"):
        New(Event, {"kind": "referral.received"}).written()
