"""Identifiers: the published table of PNCs, formats, and that nothing received can raise."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.people.codes import IdentifierScheme
from app.domain.people.rules import CHECK_LETTERS, IdentifierCheck, age_on, normalise

TODAY = date(2026, 11, 22)
PRISON_NUMBER, CRN, PNC, CRO = IdentifierScheme


@pytest.mark.parametrize(
    ("received", "canonical"),
    [
        ("81/34U", "1981/0000034U"),
        ("02/73319Z", "2002/0073319Z"),
        ("00/223R", "2000/0000223R"),
        ("79/163001B", "1979/0163001B"),
        ("033Y", "2003/0000003Y"),
        ("67/9893091D", "1967/9893091D"),
        ("2012/394773H", "2012/0394773H"),
        (" 2012 / 394773h ", "2012/0394773H"),
    ],
)
def test_pnc_becomes_canonical(received: str, canonical: str) -> None:
    assert normalise(PNC, received, on=TODAY) == IdentifierCheck(canonical, verified=True)


@pytest.mark.parametrize("received", ["20030011985Z", "20120052494O", "20230583843N", "2001/0171310S"])
def test_pnc_with_a_wrong_letter_is_kept_as_received(received: str) -> None:
    kept = IdentifierCheck(received, verified=False, caution="CHECK_LETTER_WRONG")
    assert normalise(PNC, received, on=TODAY) == kept


@pytest.mark.parametrize("letter", ["X", "Q", "L", "W"])
def test_the_right_letter_would_have_passed(letter: str) -> None:
    stems = {"X": "20030011985", "Q": "20120052494", "L": "20230583843", "W": "2001/0171310"}
    assert normalise(PNC, stems[letter] + letter, on=TODAY).verified


@pytest.mark.parametrize(
    ("scheme", "received"),
    [
        (PNC, "201/34U"),  # three-digit year
        (PNC, "81/34"),
        (PNC, "81/12345678U"),
        (PNC, "81-34U"),
        (PNC, "12345678901U"[1:]),  # eleven characters: two-digit year, eight-digit serial
        (PNC, "٨١/34U"),
        (PRISON_NUMBER, "A123BC"),
        (PRISON_NUMBER, "AB1234C"),
        (PRISON_NUMBER, "1234ABC"),
        (PRISON_NUMBER, "A12345BC"),
        (CRN, "X12345"),
        (CRN, "12X3456"),
        (CRO, "265416-21G"),
        (CRO, "SF5/482703J"),
    ],
)
def test_hopeless_forms_are_a_problem(scheme: IdentifierScheme, received: str) -> None:
    assert normalise(scheme, received, on=TODAY) == IdentifierCheck(received, False, "IDENTIFIER_FORMAT")


@pytest.mark.parametrize(
    ("scheme", "received", "canonical"),
    [
        (PRISON_NUMBER, " a1234bc ", "A1234BC"),
        (CRN, "x123456", "X123456"),
        (CRO, "265416/21G", "265416/21G"),
        (CRO, "SF05/482703J", "SF05/482703J"),
        (CRO, "SF83/50058Z", "SF83/50058Z"),  # an SF serial is not padded
    ],
)
def test_other_schemes(scheme: IdentifierScheme, received: str, canonical: str) -> None:
    assert normalise(scheme, received, on=TODAY) == IdentifierCheck(canonical, verified=True)


def test_cro_with_a_wrong_letter_is_kept_as_received() -> None:
    assert normalise(CRO, "85227/65G", on=TODAY).caution == "CHECK_LETTER_WRONG"


def test_nothing_is_a_problem_of_its_own() -> None:
    assert normalise(CRN, "  ", on=TODAY) == IdentifierCheck("", False, "IDENTIFIER_MISSING")


@given(st.integers(0, 99), st.integers(1, 9_999_999), st.integers(2000, 2099))
def test_every_pnc_written_short_or_long_is_one_pnc(yy: int, serial: int, this_year: int) -> None:
    letter = CHECK_LETTERS[int(f"{yy:02}{serial:07}") % 23]
    on = date(this_year, 6, 1)
    short = normalise(PNC, f"{yy:02}/{serial}{letter}", on=on)
    assert short.verified
    assert normalise(PNC, short.value, on=on) == short
    assert normalise(PNC, f"{yy:02}{serial}{letter}", on=on) == short
    assert short.value[:2] == ("20" if yy <= this_year % 100 else "19")


@given(st.sampled_from(IdentifierScheme), st.text(max_size=60))
def test_normalising_is_total_and_settles(scheme: IdentifierScheme, received: str) -> None:
    check = normalise(scheme, received, on=TODAY)
    assert not (check.verified and (check.problem or check.caution))
    if check.verified:
        assert normalise(scheme, check.value, on=TODAY) == check
    else:
        assert check.value == received.strip()


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("1991-11-22", "2026-11-21", 34),
        ("1991-11-22", "2026-11-22", 35),
        ("2004-02-29", "2026-02-28", 21),
        ("2004-02-29", "2026-03-01", 22),
        ("2026-11-22", "2026-11-22", 0),
    ],
)
def test_age_is_in_completed_years(born: str, on: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(on)) == age
