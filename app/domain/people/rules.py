"""What is true of a person's identifiers, of age, and of two records that may be one person.

Pure functions: no SQL, no clock, no request. Formats and check letters follow hmpps-person-record
(`PNCIdentifier.kt`, `CROIdentifier.kt`) and hmpps-integration-api. A score proposes; only a human merges.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.people.codes import IdentifierScheme

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""The 23 letters of PNC and CRO checks: no I, O or S."""

POSSIBLE_DUPLICATE_AT = 60
"""The score from which two records are shown to a coordinator as possibly one person."""

IDENTIFIER_MISSING = "IDENTIFIER_MISSING"
IDENTIFIER_FORMAT = "IDENTIFIER_FORMAT"
CHECK_LETTER_WRONG = "CHECK_LETTER_WRONG"

_PRISON_NUMBER = re.compile(r"[A-Z][0-9]{4}[A-Z]{2}")
_CRN = re.compile(r"[A-Z][0-9]{6}")
_PNC = re.compile(r"(?P<digits>[0-9]{2,4}/[0-9]{1,7}|[0-9]{3,11})(?P<letter>[A-Z])")
_CRO = re.compile(r"(?P<serial>[0-9]{1,6})/(?P<year>[0-9]{2})(?P<letter>[A-Z])")
_CRO_SF = re.compile(r"SF(?P<year>[0-9]{2})/(?P<serial>[0-9]{1,6})(?P<letter>[A-Z])")


@dataclass(frozen=True, slots=True)
class IdentifierCheck:
    """What became of an identifier.

    `value` is canonical when `verified`, otherwise the text as received. `verified` means that it passes
    every check its scheme has (prison number and CRN have a format only). `problem` is a code when the text
    cannot be an identifier of the scheme: refuse it. `caution` is CHECK_LETTER_WRONG when the form is right
    and the letter is not: keep it, so that a referral is not lost, but do not rely on it.
    """

    value: str
    verified: bool
    problem: str | None = None
    caution: str | None = None


def normalise(scheme: IdentifierScheme, received: str, *, on: date) -> IdentifierCheck:
    """Check an identifier and bring it into canonical form. Never raises.

    `on` places two-digit PNC years: up to its own year they are 20yy, beyond it 19yy.
    """
    kept = received.strip()
    text = re.sub(r"\s+", "", received).upper()
    if not text:
        return IdentifierCheck(kept, verified=False, problem=IDENTIFIER_MISSING)
    match scheme:
        case IdentifierScheme.PNC:
            return _pnc(kept, text, on.year)
        case IdentifierScheme.CRO:
            return _cro(kept, text)
        case _:
            pattern = _PRISON_NUMBER if scheme is IdentifierScheme.PRISON_NUMBER else _CRN
            ok = pattern.fullmatch(text) is not None
            return IdentifierCheck(text, verified=True) if ok else _hopeless(kept)


def _pnc(kept: str, text: str, this_year: int) -> IdentifierCheck:
    found = _PNC.fullmatch(text)
    if found is None:
        return _hopeless(kept)
    digits, letter = found["digits"], found["letter"]
    if "/" in digits:
        year, serial = digits.split("/")
    else:
        # Without a slash only the length tells: the year has four digits at 12 characters, else two.
        split = 2 if len(text) < 12 else 4
        year, serial = digits[:split], digits[split:]
    if len(year) == 3 or not 1 <= len(serial) <= 7:
        return _hopeless(kept)
    serial = serial.zfill(7)
    if CHECK_LETTERS[int(year[-2:] + serial) % 23] != letter:
        return IdentifierCheck(kept, verified=False, caution=CHECK_LETTER_WRONG)
    if len(year) == 2:
        year = f"20{year}" if int(year) <= this_year % 100 else f"19{year}"
    return IdentifierCheck(f"{year}/{serial}{letter}", verified=True)


def _cro(kept: str, text: str) -> IdentifierCheck:
    standard, short_file = _CRO.fullmatch(text), _CRO_SF.fullmatch(text)
    found = standard or short_file
    if found is None:
        return _hopeless(kept)
    # A standard serial is padded to six; an SF serial is checked and kept as it is.
    serial = found["serial"].zfill(6) if standard else found["serial"]
    year, letter = found["year"], found["letter"]
    if CHECK_LETTERS[int(year + serial) % 23] != letter:
        return IdentifierCheck(kept, verified=False, caution=CHECK_LETTER_WRONG)
    return IdentifierCheck(f"{serial}/{year}{letter}" if standard else f"SF{year}/{serial}{letter}", verified=True)


def _hopeless(kept: str) -> IdentifierCheck:
    return IdentifierCheck(kept, verified=False, problem=IDENTIFIER_FORMAT)


def age_on(date_of_birth: date, on: date) -> int:
    """Age in completed years on a civil date; negative before birth. Born on 29 February: one year older on
    1 March of a year without one."""
    return on.year - date_of_birth.year - ((on.month, on.day) < (date_of_birth.month, date_of_birth.day))


@dataclass(frozen=True, slots=True)
class IdentifierSketch:
    """One identifier of a sketch, as `normalise` left it."""

    scheme: IdentifierScheme
    value: str
    verified: bool


@dataclass(frozen=True, slots=True)
class PersonSketch:
    """The little that duplicate finding may look at. Nothing protected is in it."""

    given_name: str | None = None
    family_name: str | None = None
    date_of_birth: date | None = None
    identifiers: tuple[IdentifierSketch, ...] = ()
    establishment: str | None = None
    other_names: tuple[tuple[str, str], ...] = ()
    """Aliases and former names, as (given, family); the family name may be empty."""


@dataclass(frozen=True, slots=True)
class DuplicateScore:
    """How likely it is that two records are one person: 0 to 100, with the reasons as codes.

    Reasons: SAME_IDENTIFIER:<scheme>, SAME_UNVERIFIED_IDENTIFIER:<scheme>, CONFLICTING_IDENTIFIER:<scheme>,
    SAME_FAMILY_NAME, SIMILAR_FAMILY_NAME, SAME_GIVEN_NAME, SIMILAR_GIVEN_NAME, SAME_INITIAL, NAMES_SWAPPED,
    MATCHED_ON_OTHER_NAME, SAME_DATE_OF_BIRTH, DAY_AND_MONTH_TRANSPOSED, DATE_OF_BIRTH_ONE_DIGIT_OFF,
    DIFFERENT_DATE_OF_BIRTH, SAME_ESTABLISHMENT.
    """

    score: int
    reasons: tuple[str, ...] = ()

    @property
    def possible_duplicate(self) -> bool:
        """Whether a coordinator should look. Nothing is ever merged by the machine."""
        return self.score >= POSSIBLE_DUPLICATE_AT


_Evidence = list[tuple[int, str]]
DECISIVE = 95
"""The least that a shared verified identifier scores, whatever else differs."""


def similarity(a: PersonSketch, b: PersonSketch) -> DuplicateScore:
    """Compare two records. Symmetric in its score; an unknown counts neither for nor against."""
    evidence = [*_identifiers(a, b), *_names(a, b), *_dates_of_birth(a.date_of_birth, b.date_of_birth)]
    if a.establishment and a.establishment == b.establishment:
        evidence.append((10, "SAME_ESTABLISHMENT"))
    reasons = tuple(code for _, code in evidence)
    decisive = any(code.startswith("SAME_IDENTIFIER:") for code in reasons)
    total = sum(points for points, _ in evidence)
    return DuplicateScore(max(DECISIVE if decisive else 0, min(100, total)), reasons)


def _identifiers(a: PersonSketch, b: PersonSketch) -> _Evidence:
    evidence: _Evidence = []
    for scheme in IdentifierScheme:
        ours = {i.value.upper(): i.verified for i in a.identifiers if i.scheme is scheme}
        theirs = {i.value.upper(): i.verified for i in b.identifiers if i.scheme is scheme}
        shared = ours.keys() & theirs.keys()
        if any(ours[value] and theirs[value] for value in shared):
            evidence.append((DECISIVE, f"SAME_IDENTIFIER:{scheme.value}"))
        elif shared:
            evidence.append((40, f"SAME_UNVERIFIED_IDENTIFIER:{scheme.value}"))
        elif any(ours.values()) and any(theirs.values()):
            # Numbers are superseded when records are merged: a conflict speaks against, it does not exclude.
            evidence.append((-20, f"CONFLICTING_IDENTIFIER:{scheme.value}"))
    return evidence


def _names(a: PersonSketch, b: PersonSketch) -> _Evidence:
    """The best that any name of the one makes with any name of the other, their main names first."""
    best: _Evidence = []
    for i, ours in enumerate(_all_names(a)):
        for j, theirs in enumerate(_all_names(b)):
            evidence = _one_name(ours, theirs)
            if evidence and (i or j):
                evidence.append((0, "MATCHED_ON_OTHER_NAME"))
            if sum(points for points, _ in evidence) > sum(points for points, _ in best):
                best = evidence
    return best


def _all_names(sketch: PersonSketch) -> Iterable[tuple[str, str]]:
    main = sketch.family_name or ""
    for given, family in ((sketch.given_name or "", main), *sketch.other_names):
        if family or " " not in given.strip():
            yield letters(given), letters(family or main)
        else:
            # An alias of several words is a whole name; one of a single word goes with the family name.
            first, last = given.strip().rsplit(" ", 1)
            yield letters(first), letters(last)


def _one_name(a: tuple[str, str], b: tuple[str, str]) -> _Evidence:
    (a_given, a_family), (b_given, b_family) = a, b
    if a_given and a_family and (a_given, a_family) == (b_family, b_given) and a_given != a_family:
        return [(40, "NAMES_SWAPPED")]
    evidence: _Evidence = []
    if a_family and a_family == b_family:
        evidence.append((30, "SAME_FAMILY_NAME"))
    elif _alike(a_family, b_family):
        evidence.append((20, "SIMILAR_FAMILY_NAME"))
    if a_given and a_given == b_given:
        evidence.append((20, "SAME_GIVEN_NAME"))
    elif _alike(a_given, b_given):
        evidence.append((12, "SIMILAR_GIVEN_NAME"))
    elif a_given and b_given and a_given[0] == b_given[0]:
        evidence.append((5, "SAME_INITIAL"))
    return evidence


def _dates_of_birth(a: date | None, b: date | None) -> _Evidence:
    if a is None or b is None:
        return []
    if a == b:
        return [(35, "SAME_DATE_OF_BIRTH")]
    if a.year == b.year and (a.day, a.month) == (b.month, b.day):
        return [(25, "DAY_AND_MONTH_TRANSPOSED")]
    if sum(x != y for x, y in zip(a.isoformat(), b.isoformat(), strict=True)) == 1:
        return [(20, "DATE_OF_BIRTH_ONE_DIGIT_OFF")]
    return [(-25, "DIFFERENT_DATE_OF_BIRTH")]


def letters(name: str) -> str:
    """A name as compared: no accents, case, spaces, hyphens or apostrophes."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


def _alike(a: str, b: str) -> bool:
    """Sounds the same, or differs by one typing slip (two in names of eight letters or more)."""
    if min(len(a), len(b)) < 2:
        return False
    sound = soundex(a)
    if sound is not None and sound == soundex(b):
        return True
    allowed = 2 if min(len(a), len(b)) >= 8 else 1
    return abs(len(a) - len(b)) <= allowed and _slips(a, b) <= allowed


_SOUNDS = {c: n for n, cs in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for c in cs}


def soundex(name: str) -> str | None:
    """American Soundex; None for a name with letters outside a to z, which it cannot hear."""
    if not re.fullmatch("[a-z]+", name):
        return None
    code, last = name[0], _SOUNDS.get(name[0])
    for letter in name[1:]:
        sound = _SOUNDS.get(letter)
        if sound is not None and sound != last:
            code += str(sound)
        if letter not in "hw":  # h and w do not separate two equal sounds; vowels do
            last = sound
    return code[:4].ljust(4, "0")


def _slips(a: str, b: str) -> int:
    """Optimal string alignment distance: insertions, deletions, substitutions, neighbours swapped."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, above, row = row, before, [i]
        for j, y in enumerate(b, 1):
            best = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                best = min(best, above[j - 2] + 1)
            row.append(best)
    return row[-1]
