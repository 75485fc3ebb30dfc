"""What is true of measures: which scales make sense, what a form takes, and when a score has changed. Pure functions.

Thresholds of one standard error of measurement (possible) and of the 95 per cent level (reliable): Shah et al. 2018, Health and
Quality of Life Outcomes 16:239. Reliable change index: Jacobson and Truax 1991.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from math import sqrt
from typing import NamedTuple

from app.domain.outcomes.models import (
    ChangeMethod,
    ChangeResult,
    Direction,
    MeasureChange,
    MeasureScale,
    NotComparable,
    RawScore,
    ResponseStatus,
    ScaleScore,
)

SHORTEST_INTERVAL = 14
"""Days between two forms below which the second says how the first was remembered."""

_RELIABLE_INDEX = 1.96
R = ChangeResult


class Wrong(NamedTuple):
    """What is wrong, where, and what to do about it."""

    pointer: str
    code: str
    cure: str


def wrong_scales(scales: Sequence[MeasureScale]) -> Iterator[Wrong]:
    """Scales that could not be scored, or not be judged by."""
    seen: set[str] = set()
    for n, scale in enumerate(scales):
        at = f"/scales/{n}"
        if scale.code in seen:
            yield Wrong(f"{at}/code", "GIVEN_TWICE", "Give each scale a code of its own.")
        seen.add(scale.code)
        if scale.raw_min >= scale.raw_max:
            yield Wrong(f"{at}/raw_max", "OUT_OF_RANGE", "Give a highest score above the lowest.")
            continue
        told = [step.raw for step in scale.conversion]
        if told and sorted(told) != list(range(scale.raw_min, scale.raw_max + 1)):
            cure = f"Give each raw score from {scale.raw_min} to {scale.raw_max} once, or leave the table out."
            yield Wrong(f"{at}/conversion", "TABLE_NOT_WHOLE", cure)
        yield from _wrong_thresholds(scale, at)


def _wrong_thresholds(scale: MeasureScale, at: str) -> Iterator[Wrong]:
    pairs = (("standard_error", "reliable_difference"), ("standard_deviation", "reliability"))
    for one, other in pairs:
        if (getattr(scale, one) is None) != (getattr(scale, other) is None):
            missing = one if getattr(scale, one) is None else other
            yield Wrong(f"{at}/{missing}", "GO_TOGETHER", f"Give `{one}` and `{other}` together, or neither.")
    for name in ("standard_error", "standard_deviation"):
        value = getattr(scale, name)
        if value is not None and Decimal(value) <= 0:
            yield Wrong(f"{at}/{name}", "OUT_OF_RANGE", "Give a number above 0.")
    if scale.reliability is not None and not 0 < Decimal(scale.reliability) < 1:
        yield Wrong(f"{at}/reliability", "OUT_OF_RANGE", "Give a number between 0 and 1.")
    least, reliable = scale.standard_error, scale.reliable_difference
    if least is not None and reliable is not None and Decimal(reliable) < Decimal(least):
        yield Wrong(f"{at}/reliable_difference", "OUT_OF_RANGE", "Give one that is at least the standard error.")


def wrong_scores(status: ResponseStatus, scales: Sequence[MeasureScale], scores: Sequence[RawScore]) -> Iterator[Wrong]:
    """A complete form has one score on each scale. Any other has none: parts of a form are not scored."""
    if status is not ResponseStatus.COMPLETE:
        if scores:
            yield Wrong("/scores", "ONE_OF", "Only COMPLETE has scores.")
        return
    known = {scale.code: scale for scale in scales}
    seen: set[str] = set()
    for n, score in enumerate(scores):
        scale = known.get(score.scale)
        if scale is None:
            cure = f"The measure has no such scale. It has: {', '.join(known)}."
            yield Wrong(f"/scores/{n}/scale", "UNKNOWN_SCALE", cure)
        elif score.scale in seen:
            yield Wrong(f"/scores/{n}/scale", "GIVEN_TWICE", "Give each scale one score.")
        elif not scale.raw_min <= score.raw <= scale.raw_max:
            cure = f"Give a raw score from {scale.raw_min} to {scale.raw_max}."
            yield Wrong(f"/scores/{n}/raw", "OUT_OF_RANGE", cure)
        seen.add(score.scale)
    if missing := [code for code in known if code not in seen]:
        yield Wrong(
            "/scores", "SCORE_MISSING", f"A complete form has a score on: {', '.join(missing)}. Else it is PARTIAL."
        )


def scored(scales: Sequence[MeasureScale], scores: Sequence[RawScore]) -> list[ScaleScore]:
    """Each score with what the table makes of it, in the order of the scales."""
    raw = {score.scale: score.raw for score in scores}
    tables = {scale.code: {step.raw: step.scaled for step in scale.conversion} for scale in scales}
    return [
        ScaleScore(scale=scale.code, raw=raw[scale.code], scaled=tables[scale.code].get(raw[scale.code]))
        for scale in scales
        if scale.code in raw
    ]


@dataclass(frozen=True)
class Filled:
    """One complete form: of which edition, when, and what was scored on each scale."""

    code: str
    edition: int
    taken_on: date
    entered_at: datetime
    scales: tuple[MeasureScale, ...]
    scores: tuple[ScaleScore, ...]


def changes(forms: Iterable[Filled], *, begun_on: date, until: date | None) -> list[MeasureChange]:
    """From the first complete form on or after the day on which it began to the last one by the end of it, for each scale of
    each instrument. `until` null: it goes on."""
    within = [one for one in forms if one.taken_on >= begun_on and (until is None or one.taken_on <= until)]
    within.sort(key=lambda one: (one.code, one.taken_on, one.entered_at))
    found: list[MeasureChange] = []
    for _, group in groupby(within, key=lambda one: one.code):
        taken = list(group)
        first, last = taken[0], taken[-1]
        found += [_change(first, last, scale) for scale in first.scales]
    return found


def _change(first: Filled, last: Filled, scale: MeasureScale) -> MeasureChange:
    before, after = _score(first, scale.code), _score(last, scale.code)
    why = _why_not(first, last, scale)
    moved = Decimal(after or 0) - Decimal(before or 0)
    result, method = (R.NOT_COMPARABLE, None) if why is not None else judged(scale, moved)
    return MeasureChange(
        measure=first.code,
        scale=scale.code,
        label=scale.label,
        direction=scale.direction,
        first_on=first.taken_on,
        last_on=last.taken_on,
        first_score=before or "",
        last_score=after or "",
        difference=str(moved),
        result=result,
        not_comparable=why,
        method=method,
    )


def _score(form: Filled, code: str) -> str | None:
    for score in form.scores:
        if score.scale == code:
            return str(score.raw) if score.scaled is None else score.scaled
    return None


def _why_not(first: Filled, last: Filled, scale: MeasureScale) -> NotComparable | None:
    if first is last:
        return NotComparable.ONLY_ONE_FORM
    if first.edition != last.edition:
        return NotComparable.EDITIONS_DIFFER
    if (last.taken_on - first.taken_on).days < SHORTEST_INTERVAL:
        return NotComparable.TOO_SOON_AFTER
    if scale.standard_error is None and scale.standard_deviation is None:
        return NotComparable.NO_THRESHOLDS
    return None


def judged(scale: MeasureScale, moved: Decimal) -> tuple[ChangeResult, ChangeMethod]:
    """Whether a difference is more than chance, by the standard error where there is one, else by the reliable change index."""
    better = moved if scale.direction is Direction.HIGHER_IS_BETTER else -moved
    size = abs(moved)
    if scale.standard_error is not None and scale.reliable_difference is not None:
        method = ChangeMethod.STANDARD_ERROR
        reliable, possible = size >= Decimal(scale.reliable_difference), size >= Decimal(scale.standard_error)
    else:
        assert scale.standard_deviation is not None
        assert scale.reliability is not None
        method = ChangeMethod.RELIABLE_CHANGE_INDEX
        error = float(scale.standard_deviation) * sqrt(1 - float(scale.reliability))
        reliable, possible = float(size) / (error * sqrt(2)) > _RELIABLE_INDEX, float(size) >= error
    if reliable:
        return (R.RELIABLE_IMPROVEMENT if better > 0 else R.RELIABLE_DETERIORATION), method
    if possible:
        return (R.POSSIBLE_IMPROVEMENT if better > 0 else R.POSSIBLE_DETERIORATION), method
    return R.NO_RELIABLE_CHANGE, method
