"""What is true of sessions: the days of a series, what an attendance means, which step is open. Pure functions."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from app.domain.kernel.rows import LONDON
from app.domain.sessions.models import Attendance, Interval, SessionState, SessionStep

A, S, T = Attendance, SessionState, SessionStep

OPEN: dict[SessionStep, frozenset[SessionState]] = {
    T.RECORD: frozenset({S.PLANNED}),
    T.CANCEL: frozenset({S.PLANNED}),
    T.RESCHEDULE: frozenset({S.PLANNED}),
    T.CORRECT: frozenset({S.HELD, S.NOT_HELD, S.CANCELLED}),
}
"""From which states each step may be taken."""

LIVE = frozenset({S.PLANNED, S.HELD, S.NOT_HELD})
"""Of these there is one at a time."""

CALLED_OFF = frozenset({A.MENTEE_DECLINED, A.MENTOR_CANCELLED, A.PRISON_CANCELLED, A.OTHER})
"""What a session can be cancelled for beforehand. That somebody did not come is known only afterwards."""

MENTEES = frozenset({A.MENTEE_DID_NOT_ATTEND, A.MENTEE_DECLINED})
"""His own absences. None of them has a consequence but that somebody asks what is in the way."""

LONGEST_SERIES = timedelta(days=366)


def state_after(attendance: Attendance) -> SessionState:
    return S.HELD if attendance is A.ATTENDED else S.NOT_HELD


def series_days(first_at: datetime, interval: Interval, until: date, skip: Collection[date]) -> list[datetime]:
    """When the sessions of a series begin: at the same time by the clock in London, summer and winter."""
    first = first_at.astimezone(LONDON)
    days = (until - first.date()).days // interval.days
    every = (first.replace(tzinfo=None) + timedelta(days=interval.days * n) for n in range(days + 1))
    return [
        local.replace(tzinfo=LONDON).astimezone(first_at.tzinfo)
        for local in every
        if local.date() not in frozenset(skip)
    ]


def overlap(one: datetime, minutes: int, other: datetime, others: int) -> bool:
    """Whether two times have a minute in common."""
    return one < other + timedelta(minutes=others) and other < one + timedelta(minutes=minutes)
