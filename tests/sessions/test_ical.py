"""The calendar file, read by a strict reader that was written from RFC 5545 and knows nothing of the writer."""

import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from app.domain.sessions.ical import Busy, calendar, escaped, folded

Component = list[tuple[str, str]]
_LINE = re.compile(r"[A-Z][A-Z0-9-]*:[^\x00-\x08\x0a-\x1f\x7f]*\Z")
_REQUIRED = ("UID", "DTSTAMP", "DTSTART", "DURATION", "SUMMARY", "STATUS", "TRANSP", "SEQUENCE", "CLASS")


def unfolded(file: bytes) -> list[str]:
    """Content lines: each physical one ends with CRLF, has at most 75 octets, and is whole characters."""
    assert file.endswith(b"\r\n")
    physical = file[:-2].split(b"\r\n")
    for line in physical:
        assert len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode()
    return b"\r\n".join(physical).replace(b"\r\n ", b"").decode().split("\r\n")


def unescaped(text: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", text)
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], text)


def read(file: bytes) -> list[Component]:
    """The events of a calendar."""
    lines = unfolded(file)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    assert lines[2].startswith("PRODID:")
    events: list[Component] = []
    inside: list[str] = []
    for line in lines:
        assert _LINE.match(line), line
        name, _, value = line.partition(":")
        if name == "BEGIN":
            inside.append(value)
            if value == "VEVENT":
                events.append([])
        elif name == "END":
            assert inside.pop() == value
        elif inside[-1] == "VEVENT":
            events[-1].append((name, value))
    assert not inside
    assert {"VEVENT", "VTIMEZONE"} & {line.partition(":")[2] for line in lines if line.startswith("BEGIN:")}
    for event in events:
        assert tuple(name for name, _ in event) == _REQUIRED
    return events


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_session_says_when_and_nothing_else() -> None:
    local = (NOON + timedelta(days=1)).astimezone(timezone(timedelta(hours=1)))
    [event] = read(calendar([Busy("uid-1", local, 50, False, 3, NOON)]))
    assert dict(event) == {
        "UID": "uid-1",
        "DTSTAMP": "20261122T120000Z",
        "DTSTART": "20261123T120000Z",
        "DURATION": "PT50M",
        "SUMMARY": "Session",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "SEQUENCE": "2",
        "CLASS": "PRIVATE",
    }


def test_one_that_is_cancelled_keeps_its_uid_and_counts_on() -> None:
    [event] = read(calendar([Busy("uid-1", NOON, 60, True, 2, NOON)]))
    assert (dict(event)["STATUS"], dict(event)["UID"], dict(event)["SEQUENCE"]) == ("CANCELLED", "uid-1", "1")


def test_a_calendar_without_sessions_is_one_too() -> None:
    assert read(calendar([])) == []


@given(st.text(max_size=300))
def test_whatever_is_folded_is_unfolded_to_the_same(text: str) -> None:
    line = "X-EXAMPLE:" + escaped(text)
    assert unfolded(folded(line)) == [line]


@given(st.text(max_size=300))
def test_whatever_is_escaped_is_read_as_it_was(text: str) -> None:
    plain = "".join(one for one in text if one in "\t\n" or not (ord(one) < 32 or ord(one) == 127))
    assert unescaped(escaped(text)) == plain


@given(
    st.lists(
        st.builds(
            Busy,
            st.text(min_size=1, max_size=90),
            st.integers(-200_000, 200_000).map(lambda hours: NOON + timedelta(hours=hours)),
            st.integers(1, 1440),
            st.booleans(),
            st.integers(1, 10**9),
            st.just(NOON),
            st.text(max_size=200),
        ),
        max_size=5,
    )
)
def test_any_sessions_make_a_calendar_that_a_strict_reader_takes(sessions: list[Busy]) -> None:
    events = read(calendar(sessions))
    assert [dict(event)["SEQUENCE"] for event in events] == [str(one.version - 1) for one in sessions]
    assert [dict(event)["STATUS"] == "CANCELLED" for event in events] == [one.cancelled for one in sessions]
