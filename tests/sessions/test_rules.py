"""The days of a series, and what an attendance leads to: without a database."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.rows import LONDON
from app.domain.sessions.models import Attendance, Interval, SessionState, SessionStep
from app.domain.sessions.rules import CALLED_OFF, OPEN, series_days, state_after

FIRST = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)  # 10:00 in London, in summer


def test_a_series_keeps_its_time_by_the_clock_in_london() -> None:
    days = series_days(FIRST, Interval.WEEKLY, date(2026, 11, 10), [date(2026, 10, 20)])
    assert [day.astimezone(LONDON).hour for day in days] == [10] * 5
    assert [(day.date().isoformat(), day.hour) for day in days] == [
        ("2026-10-06", 9),
        ("2026-10-13", 9),
        ("2026-10-27", 10),
        ("2026-11-03", 10),
        ("2026-11-10", 10),
    ]


@given(st.integers(0, 366), st.sampled_from(Interval), st.lists(st.integers(0, 366), max_size=9))
def test_a_series_has_each_of_its_days_once_but_those_left_out(length: int, interval: Interval, out: list[int]) -> None:
    until = FIRST.date() + timedelta(days=length)
    skip = [FIRST.date() + timedelta(days=n) for n in out]
    found = [day.astimezone(LONDON).date() for day in series_days(FIRST, interval, until, skip)]
    every = [FIRST.date() + timedelta(days=n) for n in range(0, length + 1, interval.days)]
    assert found == [day for day in every if day not in skip]


def test_no_absence_leads_anywhere_but_to_not_held_and_nothing_can_be_recorded_twice() -> None:
    for attendance in Attendance:
        expected = SessionState.HELD if attendance is Attendance.ATTENDED else SessionState.NOT_HELD
        assert state_after(attendance) is expected
    assert OPEN[SessionStep.RECORD] == {SessionState.PLANNED}
    assert Attendance.ATTENDED not in CALLED_OFF
    assert all(SessionState.SUPERSEDED not in sources for sources in OPEN.values())
