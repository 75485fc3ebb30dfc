"""When a concern is followed up: the next working day in England and Wales."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.safeguarding.rules import follow_up_due, next_working_day


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2026-11-19T10:00:00+00:00", "2026-11-20"),  # a Thursday
        ("2026-11-20T10:00:00+00:00", "2026-11-23"),  # a Friday
        ("2026-12-24T16:00:00+00:00", "2026-12-29"),  # Christmas on a Friday, Boxing Day's substitute on the Monday
        ("2027-03-25T16:00:00+00:00", "2027-03-30"),  # Easter
        ("2026-08-28T22:59:00+00:00", "2026-09-01"),  # a Friday until midnight in London; Monday is a bank holiday
        ("2026-07-01T23:30:00+00:00", "2026-07-03"),  # already Thursday in London
    ],
)
def test_it_is_followed_up_on_the_next_working_day(said: str, due: str) -> None:
    assert follow_up_due(datetime.fromisoformat(said)) == date.fromisoformat(due)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 1)))
def test_a_working_day_is_never_far_and_never_at_a_weekend(day: date) -> None:
    due = next_working_day(day)
    assert due.weekday() < 5
    assert timedelta(days=1) <= due - day <= timedelta(days=7)
    assert follow_up_due(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)) == due
