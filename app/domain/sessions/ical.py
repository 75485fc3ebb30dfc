"""Sessions as a calendar file (RFC 5545). Whoever gets hold of one learns when somebody is busy: no name, place or reference
is in it, and no id that anything else knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_LINE = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
# What has no event needs another component: a calendar has at least one (section 3.6).
_UTC = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True)
class Busy:
    """One session as a calendar is told of it."""

    uid: str
    starts_at: datetime
    minutes: int
    cancelled: bool
    version: int
    updated_at: datetime
    summary: str = "Session"


def calendar(sessions: Iterable[Busy]) -> bytes:
    """The whole file. The same sessions give the same bytes."""
    lines = [line for one in sessions for line in _event(one)] or _UTC
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Throughgate//Sessions//EN", "CALSCALE:GREGORIAN")
    return b"".join(folded(line) for line in (*head, *lines, "END:VCALENDAR"))


def _event(one: Busy) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(one.uid)}"
    yield f"DTSTAMP:{_instant(one.updated_at)}"
    yield f"DTSTART:{_instant(one.starts_at)}"
    yield f"DURATION:PT{one.minutes}M"
    yield f"SUMMARY:{escaped(one.summary)}"
    yield f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}"
    yield f"TRANSP:{'TRANSPARENT' if one.cancelled else 'OPAQUE'}"
    yield f"SEQUENCE:{one.version - 1}"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """TEXT (section 3.3.11); control characters other than the tab have no place in one."""
    plain = text.translate(_ESCAPED)
    return "".join(one for one in plain if one == "\t" or not (ord(one) < 32 or ord(one) == 127))


def folded(line: str) -> bytes:
    """One content line, folded so that none is longer than 75 octets, and never inside a character (section 3.1)."""
    parts, part = [], b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > LONGEST_LINE:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join((*parts, part)) + b"\r\n"
