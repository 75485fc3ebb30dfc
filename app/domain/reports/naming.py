"""Whether somebody can be recognised in a story by what he is called, or by a number. Pure functions."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W_]+")
_SHORTEST = 2
# Names that are everyday words too: only with a capital are they taken for somebody.
_EVERYDAY = frozenset(
    [
        "art",
        "bell",
        "best",
        "bill",
        "bird",
        "black",
        "brown",
        "case",
        "church",
        "cook",
        "day",
        "dean",
        "volunteer",
        "mentor",
        "example",
        "demo",
        "earl",
        "faith",
        "field",
        "fox",
        "frank",
        "good",
        "grace",
        "grant",
        "green",
        "guy",
        "hill",
        "hope",
        "jack",
        "joy",
        "king",
        "lamb",
        "long",
        "mark",
        "may",
        "miles",
        "page",
        "park",
        "pat",
        "price",
        "read",
        "rich",
        "rob",
        "rose",
        "sandy",
        "stone",
        "street",
        "summer",
        "west",
        "white",
        "will",
        "wood",
        "young",
    ]
)


class Named(NamedTuple):
    """What stands where, and what it is of his."""

    said: str
    at: int
    code: str


@dataclass(frozen=True)
class Known:
    """All that he is known by: names and aliases, also of records that were merged into his; numbers; his date of birth; and what
    his mentors are called."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    born: date | None
    mentors: tuple[str, ...]


def folded(word: str) -> str:
    """Without accents and case: `Zoë` is `zoe`."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()


def recognisable(words: str, known: Known) -> list[Named]:
    """Where he can be recognised, in the order of the text."""
    found = [
        *_by_name(words, known.names, "NAMES_HIM"),
        *_by_name(words, known.mentors, "NAMES_HIS_MENTOR"),
        *_by_number(words, known.numbers),
        *_by_birthday(words, known.born),
    ]
    return sorted(set(found), key=lambda one: one.at)


def initials(names: Iterable[str]) -> frozenset[str]:
    """Every pair of first letters that his names make: `CB`, `BC`."""
    letters = {folded(word)[:1] for name in names for word in _TOKEN.findall(name)}
    return frozenset(one + other for one in letters for other in letters)


def is_initials(pseudonym: str, known: Known) -> bool:
    """Whether a pseudonym is nothing but initials that could be his."""
    plain = "".join(_TOKEN.findall(folded(pseudonym)))
    return len(plain) == 2 and plain in initials(known.names)


def _by_name(words: str, names: Iterable[str], code: str) -> Iterator[Named]:
    theirs = {folded(word) for name in names for word in _TOKEN.findall(name) if len(word) >= _SHORTEST}
    for match in _TOKEN.finditer(words):
        said = match.group()
        if folded(said) in theirs and (said[0].isupper() or folded(said) not in _EVERYDAY):
            yield Named(said, match.start(), code)


def _by_number(words: str, numbers: Iterable[str]) -> Iterator[Named]:
    for number in numbers:
        parts = [re.escape(one) for one in number if one.isalnum()]
        match = re.search(r"[\s/.-]*".join(parts), words, re.IGNORECASE) if parts else None
        if match is not None:
            yield Named(match.group(), match.start(), "NUMBER_OF_HIS")


def _by_birthday(words: str, born: date | None) -> Iterator[Named]:
    if born is None:
        return
    day, month, year = born.day, born.month, born.year
    ways = (
        rf"0?{day}[\s./-]+0?{month}[\s./-]+(?:{year}|{year % 100:02d})(?!\d)",
        rf"{year}-{month:02d}-{day:02d}",
        rf"0?{day}(?:st|nd|rd|th)?(?:\s+of)?\s+{born:%B},?\s+{year}",
    )
    for way in ways:
        for match in re.finditer(rf"(?<!\d){way}", words, re.IGNORECASE):
            yield Named(match.group(), match.start(), "DATE_OF_BIRTH")
