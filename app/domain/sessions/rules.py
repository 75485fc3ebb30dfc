"""What is true of sessions: the days of a series, what an attendance means, which step is open, what should perhaps not stand
in a note. Pure functions."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from app.domain.kernel.rows import LONDON
from app.domain.sessions.models import Attendance, Interval, NoteWarning, NoteWarningCode, SessionState, SessionStep

A, S, T = Attendance, SessionState, SessionStep

OPEN: dict[SessionStep, frozenset[SessionState]] = {
    T.RECORD: frozenset({S.PLANNED}),
    T.CANCEL: frozenset({S.PLANNED}),
    T.RESCHEDULE: frozenset({S.PLANNED}),
    T.CORRECT: frozenset({S.HELD, S.NOT_HELD, S.CANCELLED}),
}
"""From which states each step may be taken."""

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


W = NoteWarningCode
_LOOKS: tuple[tuple[NoteWarningCode, re.Pattern[str]], ...] = (
    (W.PRISON_NUMBER, re.compile(r"\b[A-Z] ?\d{4} ?[A-Z]{2}\b", re.IGNORECASE)),
    (W.PROBATION_NUMBER, re.compile(r"\b[A-Z]\d{6}\b", re.IGNORECASE)),
    (W.POLICE_NUMBER, re.compile(r"\b(?:\d{2}|\d{4})/\d{1,7}[A-Z]\b", re.IGNORECASE)),
    (W.PHONE_NUMBER, re.compile(r"(?<![\w+])(?:\+44|0)(?:[ -]?\d){9,10}(?!\d)")),
    (W.EMAIL_ADDRESS, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (W.POSTCODE, re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)),
)
_WORD = r"[A-Z\u00c0-\u00de\u0100-\u017d](?:[^\W\d_]|['\u2019-](?=[^\W\d_])){1,40}"
_NAME = re.compile(rf"\b{_WORD}(?: {_WORD})+")
# What is written with capitals and names nobody.
_NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
        HMP HMPPS ACCT POM COM OMU CSU ROTL Brixton
        Approved Premises Prison Offender Manager Community Probation Service Facing Up To Conflict Resolution Toolkit Money
        Management Trauma Through Gate Wing Job Centre Universal Credit Open University London Hospital Christmas Easter Day
        Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September
        October November December The He She His Her We They It This Next Last On In At If Then And But After Before
        """,
    )
)


def looked_at(words: str, *, own_names: Collection[str]) -> list[NoteWarning]:
    """What the writer of a note should look at again: numbers, addresses, what looks like a name. The man's own names are none.
    Each once, in the order of the text."""
    found: dict[tuple[NoteWarningCode, str], int] = {}
    for code, looks in _LOOKS:
        for match in looks.finditer(words):
            found.setdefault((code, match.group()), match.start())
    own = frozenset(word for name in own_names for word in name.split())
    for match in _NAME.finditer(words):
        if not all(word in _NO_NAMES or word in own for word in match.group().split()):
            found.setdefault((W.LOOKS_LIKE_A_NAME, match.group()), match.start())
    return _in_order(found)


def named(words: str, names: Iterable[str]) -> list[NoteWarning]:
    """Which of these names stand in the words, each once, in the order of the text."""
    found: dict[tuple[NoteWarningCode, str], int] = {}
    for name in names:
        at = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE)
        if at is not None:
            found.setdefault((W.KNOWN_NAME, at.group()), at.start())
    return _in_order(found)


def _in_order(found: dict[tuple[NoteWarningCode, str], int]) -> list[NoteWarning]:
    return [NoteWarning(code=code, words=said) for (code, said), _ in sorted(found.items(), key=lambda one: one[1])]
