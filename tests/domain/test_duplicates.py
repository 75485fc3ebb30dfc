"""Possible duplicates: explained, symmetric, and never decided by the machine. All people here are invented."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.people.codes import IdentifierScheme
from app.domain.people.rules import IdentifierSketch, PersonSketch, similarity

BASE = PersonSketch("Oluwaseun", "Thistlewood", date(1990, 4, 7), (), "BXI")
NUMBER = IdentifierSketch(IdentifierScheme.PRISON_NUMBER, "A1234BC", verified=True)
OTHER_NUMBER = IdentifierSketch(IdentifierScheme.PRISON_NUMBER, "A9876ZY", verified=True)
DOUBTFUL = IdentifierSketch(IdentifierScheme.PNC, "20030011985Z", verified=False)


@pytest.mark.parametrize(
    ("other", "reason", "possible"),
    [
        (BASE, "SAME_DATE_OF_BIRTH", True),
        (replace(BASE, family_name="Thistelwood"), "SIMILAR_FAMILY_NAME", True),
        (replace(BASE, family_name="THISTLE-WOOD"), "SAME_FAMILY_NAME", True),
        (replace(BASE, given_name="Olúwaseun"), "SAME_GIVEN_NAME", True),
        (replace(BASE, given_name="Oluwasen"), "SIMILAR_GIVEN_NAME", True),
        (replace(BASE, given_name="O"), "SAME_INITIAL", True),
        (replace(BASE, given_name="Thistlewood", family_name="Oluwaseun"), "NAMES_SWAPPED", True),
        (replace(BASE, date_of_birth=date(1990, 7, 4)), "DAY_AND_MONTH_TRANSPOSED", True),
        (replace(BASE, date_of_birth=date(1991, 4, 7)), "DATE_OF_BIRTH_ONE_DIGIT_OFF", True),
        (replace(BASE, date_of_birth=date(1975, 12, 30)), "DIFFERENT_DATE_OF_BIRTH", False),
        (replace(BASE, given_name="Marek", family_name="Quill"), "SAME_ESTABLISHMENT", False),
        (
            replace(BASE, family_name="Quill", other_names=(("Oluwaseun", "Thistlewood"),)),
            "MATCHED_ON_OTHER_NAME",
            True,
        ),
    ],
)
def test_each_reason(other: PersonSketch, reason: str, possible: bool) -> None:
    score = similarity(BASE, other)
    assert reason in score.reasons
    assert score.possible_duplicate is possible


@pytest.mark.parametrize(
    ("alias", "points_for"),
    [(("Oluwaseun Thistlewood", ""), True), (("Olu", ""), True), (("Zed", ""), False)],
)
def test_an_alias_is_a_whole_name_or_goes_with_the_family_name(alias: tuple[str, str], points_for: bool) -> None:
    known_as = PersonSketch("Bartholomew", "Thistlewood", None, other_names=(alias,))
    score = similarity(known_as, PersonSketch("Olu" if alias[0] == "Olu" else "Oluwaseun", "Thistlewood"))
    assert ("MATCHED_ON_OTHER_NAME" in score.reasons) is points_for
    assert (score.score >= 50) is points_for


def test_a_shared_verified_identifier_is_decisive() -> None:
    stranger = PersonSketch("Marek", "Quill", date(1975, 12, 30), (NUMBER,))
    score = similarity(replace(BASE, identifiers=(NUMBER,)), stranger)
    assert score.score >= 95
    assert "SAME_IDENTIFIER:prison_number" in score.reasons
    assert "DIFFERENT_DATE_OF_BIRTH" in score.reasons


def test_an_unverified_one_is_not() -> None:
    stranger = PersonSketch("Marek", "Quill", None, (DOUBTFUL,))
    score = similarity(PersonSketch("Ada", "Thistlewood", None, (DOUBTFUL,)), stranger)
    assert score.reasons == ("SAME_UNVERIFIED_IDENTIFIER:pnc",)
    assert not score.possible_duplicate


def test_conflicting_numbers_lower_but_do_not_exclude() -> None:
    one, two = replace(BASE, identifiers=(NUMBER,)), replace(BASE, identifiers=(OTHER_NUMBER,))
    score = similarity(one, two)
    assert "CONFLICTING_IDENTIFIER:prison_number" in score.reasons
    assert score.score < similarity(BASE, BASE).score
    assert score.possible_duplicate


def test_sounding_alike_counts() -> None:
    assert "SIMILAR_FAMILY_NAME" in similarity(PersonSketch(None, "Smyth"), PersonSketch(None, "Smith")).reasons
    assert similarity(PersonSketch(None, "Ng"), PersonSketch(None, "Ó")).reasons == ()


def test_nothing_known_says_nothing() -> None:
    assert similarity(PersonSketch(), PersonSketch()).score == 0


names = (
    st.none() | st.sampled_from(["Ada", "Adah", "Marek", "Quill", "Quil", "Ólafur", "李", ""]) | st.text(max_size=12)
)
identifiers = st.builds(
    IdentifierSketch,
    st.sampled_from(IdentifierScheme),
    st.sampled_from(["A1234BC", "a1234bc", "X123456", "1981/0000034U"]),
    st.booleans(),
)
sketches = st.builds(
    PersonSketch,
    names,
    names,
    st.none() | st.dates(),
    st.lists(identifiers, max_size=3).map(tuple),
    st.none() | st.sampled_from(["BXI", "ISI"]),
)


@given(sketches, sketches)
def test_scores_are_symmetric_bounded_and_explained(a: PersonSketch, b: PersonSketch) -> None:
    score = similarity(a, b)
    assert 0 <= score.score <= 100
    assert score.score == similarity(b, a).score
    assert score.reasons or score.score == 0
