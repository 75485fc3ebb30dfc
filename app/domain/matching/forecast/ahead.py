"""The forecast: many runs of the same weeks, and what they have in common."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from app.domain.matching.forecast import draws, history
from app.domain.matching.forecast.answers import (
    ForecastQuantity,
    ForecastTotals,
    ForecastWeek,
    LikelyRange,
    Outlook,
)
from app.domain.matching.forecast.curves import Floats, Ints
from app.domain.matching.forecast.draws import Dice
from app.domain.matching.forecast.inputs import ForecastInputs, TooMuch
from app.domain.matching.forecast.simulation import Paths, simulate

LEAST_RUNS, MOST_RUNS = 20, 2000
_AFFORDABLE = 60_000_000
"""People, times weeks, times runs: about a second of one processor."""


def forecast(inputs: ForecastInputs, *, seed: int, runs: int = 500) -> Outlook:
    """What the weeks ahead hold if things go on as they went, and are done as they are planned."""
    return _told(inputs, seed, runs, _found(inputs, dice_of(seed, runs)))


def compared(
    inputs: ForecastInputs, changed: ForecastInputs, *, seed: int, runs: int = 500
) -> tuple[Outlook, Outlook, ForecastTotals]:
    """Both, and what the change makes of the totals. Both meet the same people, who stay as long and are released on the same
    days: each run is compared with itself, so that a difference is known better than either figure."""
    dice = dice_of(seed, runs)
    before, after = _found(inputs, dice), _found(changed, dice)
    differences = {quantity: (after[quantity][-1:] - before[quantity][-1:]) for quantity in before if quantity in after}
    return (
        _told(inputs, seed, runs, before),
        _told(changed, seed, runs, after),
        _totals({quantity: _bands(weekly) for quantity, weekly in differences.items()}),
    )


def affordable(inputs: ForecastInputs, runs: int, *, times: int = 1) -> int:
    """As many of the runs as are worked out in a second or so; the greater the programme, the less chance does there."""
    rate = (inputs.arrivals.events + 0.5) / inputs.arrivals.weeks if inputs.arrivals else 0.0
    coming = 1.3 * rate * inputs.horizon_weeks  # what a run draws is often more than was seen
    mentors = len(inputs.mentors.places) + sum(one.mentors for one in inputs.additions)
    mentors += sum(len(stage.so_far) for stage in inputs.pipeline)
    cells = (len(inputs.waiting) + len(inputs.mentors.held) + coming + mentors + 20) * inputs.horizon_weeks * times
    possible = int(_AFFORDABLE / cells)
    if possible < LEAST_RUNS:
        raise TooMuch("So many people over so many weeks are more than is worked out at once: look less far ahead.")
    return min(runs, possible)


def dice_of(seed: int, runs: int) -> Dice:
    if not 0 <= seed < 2**63:
        raise ValueError("seed is 0 or more, and less than 2 to the power of 63")
    if not LEAST_RUNS <= runs <= MOST_RUNS:
        raise ValueError(f"runs are {LEAST_RUNS} to {MOST_RUNS}: fewer would have no percentiles")
    return Dice(seed, runs)


def everything(inputs: ForecastInputs, dice: Dice) -> Paths:
    """All runs, with the mentors that are foreseen."""
    capacity = draws.staff(inputs, dice).capacity(inputs.horizon_weeks)
    return simulate(draws.people(inputs, dice), capacity, draws.held_until(inputs, dice))


def band(figures: NDArray[np.int64]) -> LikelyRange | None:
    """Percentiles that are figures of a run themselves, so people stay whole: the least that so many runs do not exceed."""
    if not len(figures):
        return None
    ordered = np.sort(figures)
    low, median, high = (int(ordered[-(-len(ordered) * tenths // 10) - 1]) for tenths in (1, 5, 9))
    return LikelyRange(low=low, median=median, high=high)


Found = Mapping[ForecastQuantity, Ints | Floats]
"""Each quantity that can be given, week by week: (weeks, runs). The mean wait is of all weeks: (1, runs), NaN where nobody was
served."""


def _found(inputs: ForecastInputs, dice: Dice) -> Found:
    cannot = {one.quantity for one in history.unknown(inputs)}
    found: dict[ForecastQuantity, Ints | Floats] = {}
    if ForecastQuantity.ACTIVE_MENTORS not in cannot:
        found[ForecastQuantity.ACTIVE_MENTORS] = draws.staff(inputs, dice).active(inputs.horizon_weeks)
    if ForecastQuantity.WAITING not in cannot:
        paths = everything(inputs, dice)
        found |= {
            ForecastQuantity.WAITING: paths.waiting,
            ForecastQuantity.RELEASED_UNSERVED: paths.unserved,
            ForecastQuantity.ENGAGED: paths.engaged,
            ForecastQuantity.FREE_PLACES: paths.free,
            ForecastQuantity.SERVED: paths.served,
            ForecastQuantity.MEAN_WAIT: paths.mean_wait[None],
        }
    if ForecastQuantity.ARRIVED not in cannot:
        found[ForecastQuantity.ARRIVED] = draws.referrals(inputs, dice).cumsum(axis=0)
    return found


def _told(inputs: ForecastInputs, seed: int, runs: int, found: Found) -> Outlook:
    bands = {quantity: _bands(weekly) for quantity, weekly in found.items()}
    return Outlook(
        inputs_digest=inputs.digest(),
        seed=seed,
        runs=runs,
        weeks=tuple(_week(inputs, n, bands) for n in range(inputs.horizon_weeks)),
        totals=_totals(bands),
        warnings=history.warnings(inputs),
        unknown=history.unknown(inputs),
    )


def _bands(weekly: Ints | Floats) -> list[LikelyRange | None]:
    return [band(np.rint(each[~np.isnan(each)]).astype(np.int64)) for each in weekly]


def _totals(bands: Mapping[ForecastQuantity, list[LikelyRange | None]]) -> ForecastTotals:
    return ForecastTotals(
        arrived=_at(bands, ForecastQuantity.ARRIVED, -1),
        served=_at(bands, ForecastQuantity.SERVED, -1),
        released_unserved=_at(bands, ForecastQuantity.RELEASED_UNSERVED, -1),
        mean_wait=_at(bands, ForecastQuantity.MEAN_WAIT, -1),
    )


def _at(
    bands: Mapping[ForecastQuantity, list[LikelyRange | None]], quantity: ForecastQuantity, week: int
) -> LikelyRange | None:
    return bands[quantity][week] if quantity in bands else None


def _week(
    inputs: ForecastInputs, week: int, bands: Mapping[ForecastQuantity, list[LikelyRange | None]]
) -> ForecastWeek:
    return ForecastWeek(
        week=week + 1,
        ends_on=inputs.start + timedelta(days=7 * week + 6),
        waiting=_at(bands, ForecastQuantity.WAITING, week),
        released_unserved=_at(bands, ForecastQuantity.RELEASED_UNSERVED, week),
        engaged=_at(bands, ForecastQuantity.ENGAGED, week),
        active_mentors=_at(bands, ForecastQuantity.ACTIVE_MENTORS, week),
        free_places=_at(bands, ForecastQuantity.FREE_PLACES, week),
    )
