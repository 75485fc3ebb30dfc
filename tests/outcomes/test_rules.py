"""When a score has changed, and what a form takes. The table here is a made-up one of the shape of the real: the numbers of the
worked cases, and nobody's whole table."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.outcomes.models import (
    ChangeMethod,
    ChangeResult,
    Direction,
    MeasureScale,
    NotComparable,
    RawScore,
    ResponseStatus,
    ScaleScore,
    ScoreStep,
)
from app.domain.outcomes.rules import Filled, changes, judged, scored, wrong_scales, wrong_scores

R = ChangeResult
BEGUN = date(2026, 1, 5)
# From the published worked cases: raw, and what it is converted to.
WORKED = {
    18: "17.43",
    20: "18.59",
    21: "19.25",
    23: "20.73",
    24: "21.54",
    32: "29.31",
    33: "30.70",
    34: "32.55",
    35: "35.00",
}


def scale(**more: object) -> MeasureScale:
    told = {"code": "TOTAL", "label": "All", "direction": Direction.HIGHER_IS_BETTER, "raw_min": 7, "raw_max": 35}
    told |= {"standard_error": "1.03", "reliable_difference": "2.87"}
    return MeasureScale.model_validate({**told, **more})


def form(raw: int, days: int, *, edition: int = 1, of: MeasureScale | None = None) -> Filled:
    taken = BEGUN + timedelta(days=days)
    entered = datetime.combine(taken, datetime.min.time(), tzinfo=UTC)
    score = ScaleScore(scale="TOTAL", raw=raw, scaled=WORKED.get(raw))
    return Filled("OURS", edition, taken, entered, (of or scale(),), (score,))


@pytest.mark.parametrize(
    ("before", "after", "difference", "result"),
    [
        (20, 24, "2.95", R.RELIABLE_IMPROVEMENT),
        (20, 23, "2.14", R.POSSIBLE_IMPROVEMENT),
        (20, 21, "0.66", R.NO_RELIABLE_CHANGE),
        (34, 33, "-1.85", R.POSSIBLE_DETERIORATION),
        (32, 35, "5.69", R.RELIABLE_IMPROVEMENT),
        (18, 21, "1.82", R.POSSIBLE_IMPROVEMENT),
        (35, 32, "-5.69", R.RELIABLE_DETERIORATION),
    ],
)
def test_the_worked_cases(before: int, after: int, difference: str, result: ChangeResult) -> None:
    """Three raw points at the top are reliable and in the middle are not: raw scores must not be used."""
    [change] = changes([form(before, 0), form(after, 90)], begun_on=BEGUN, until=None)
    assert (change.difference, change.result, change.method) == (difference, result, ChangeMethod.STANDARD_ERROR)


@pytest.mark.parametrize(
    ("forms", "why"),
    [
        ([form(20, 10)], NotComparable.ONLY_ONE_FORM),
        ([form(20, 0), form(24, 13)], NotComparable.TOO_SOON_AFTER),
        ([form(20, 0), form(24, 90, edition=2)], NotComparable.EDITIONS_DIFFER),
        (
            [form(n, d, of=scale(standard_error=None, reliable_difference=None)) for n, d in ((20, 0), (24, 90))],
            NotComparable.NO_THRESHOLDS,
        ),
    ],
)
def test_what_is_not_comparable_says_why(forms: list[Filled], why: NotComparable) -> None:
    [change] = changes(forms, begun_on=BEGUN, until=None)
    assert (change.result, change.not_comparable, change.method) == (R.NOT_COMPARABLE, why, None)


def test_only_forms_of_its_time_count_and_of_these_the_first_and_the_last() -> None:
    forms = [form(35, -5), form(20, 0), form(21, 40), form(24, 90), form(18, 200)]
    [change] = changes(forms, begun_on=BEGUN, until=BEGUN + timedelta(days=120))
    assert (change.first_score, change.last_score) == ("18.59", "21.54")


@given(st.decimals(min_value=-30, max_value=30, places=2), st.booleans(), st.booleans())
def test_the_other_direction_is_the_mirror_image(moved: Decimal, lower: bool, by_index: bool) -> None:
    told: dict[str, object] = {"direction": Direction.LOWER_IS_BETTER if lower else Direction.HIGHER_IS_BETTER}
    if by_index:
        told |= {"standard_error": None, "reliable_difference": None}
        told |= {"standard_deviation": "4.5", "reliability": "0.84"}
    there, back = judged(scale(**told), moved)[0], judged(scale(**told), -moved)[0]
    mirrored = {
        R.RELIABLE_IMPROVEMENT: R.RELIABLE_DETERIORATION,
        R.POSSIBLE_IMPROVEMENT: R.POSSIBLE_DETERIORATION,
        R.NO_RELIABLE_CHANGE: R.NO_RELIABLE_CHANGE,
    }
    assert mirrored.get(there, there) == mirrored.get(back, back)
    assert (there is R.NO_RELIABLE_CHANGE) == (back is R.NO_RELIABLE_CHANGE)
    if abs(moved) > 5:
        good = (moved < 0) if lower else (moved > 0)
        assert there is (R.RELIABLE_IMPROVEMENT if good else R.RELIABLE_DETERIORATION)


def test_the_reliable_change_index_by_hand() -> None:
    """SD 4.5 and r 0.84: the error of measurement is 1.8, of a difference 2.546, so 4.99 and more is reliable."""
    by_index = scale(
        standard_error=None, reliable_difference=None, standard_deviation="4.5", reliability="0.84", raw_max=99
    )
    found = [judged(by_index, Decimal(moved))[0] for moved in ("5", "4.98", "1.81", "1.79")]
    assert found == [R.RELIABLE_IMPROVEMENT, R.POSSIBLE_IMPROVEMENT, R.POSSIBLE_IMPROVEMENT, R.NO_RELIABLE_CHANGE]


def test_a_table_is_whole_or_left_out_and_thresholds_come_in_pairs() -> None:
    whole = [ScoreStep(raw=raw, scaled=f"{raw}.5") for raw in range(7, 36)]
    assert not list(wrong_scales([scale(conversion=whole)]))
    spoilt = [
        scale(conversion=whole[1:]),
        scale(code="B", raw_min=9, raw_max=9),
        scale(code="C", reliable_difference=None),
        scale(code="D", reliability="1", standard_deviation="2"),
        scale(code="D", standard_error="3"),
    ]
    assert [(wrong.pointer, wrong.code) for wrong in wrong_scales(spoilt)] == [
        ("/scales/0/conversion", "TABLE_NOT_WHOLE"),
        ("/scales/1/raw_max", "OUT_OF_RANGE"),
        ("/scales/2/reliable_difference", "GO_TOGETHER"),
        ("/scales/3/reliability", "OUT_OF_RANGE"),
        ("/scales/4/code", "GIVEN_TWICE"),
        ("/scales/4/reliable_difference", "OUT_OF_RANGE"),
    ]
    assert scored([scale(conversion=whole)], [RawScore(scale="TOTAL", raw=8)])[0].scaled == "8.5"


def test_a_complete_form_has_one_score_on_each_scale_and_any_other_has_none() -> None:
    scales = [scale(), scale(code="OTHER")]

    def wrong(status: ResponseStatus, *scores: tuple[str, int]) -> list[str]:
        return [one.code for one in wrong_scores(status, scales, [RawScore(scale=s, raw=r) for s, r in scores])]

    complete = ResponseStatus.COMPLETE
    assert wrong(complete, ("TOTAL", 7), ("OTHER", 35)) == []
    assert wrong(complete, ("TOTAL", 6), ("OTHER", 36)) == ["OUT_OF_RANGE", "OUT_OF_RANGE"]
    assert wrong(complete, ("TOTAL", 7), ("TOTAL", 8), ("NONE", 1)) == ["GIVEN_TWICE", "UNKNOWN_SCALE", "SCORE_MISSING"]
    for status in (ResponseStatus.PARTIAL, ResponseStatus.DECLINED, ResponseStatus.NOT_OFFERED):
        assert wrong(status) == []
        assert wrong(status, ("TOTAL", 7)) == ["ONE_OF"]
