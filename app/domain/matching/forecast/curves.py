"""How long things last, from what ended and from what goes on: Kaplan-Meier, drawn anew for each run.

Leaving out what goes on would make everything look short, because the long ones are those that are still going. Where they
stand, Kaplan-Meier passes their share on to whatever lasted longer. Each run weighs the observations anew (the Bayesian
bootstrap), so that a curve from six engagements is as uncertain as six engagements make it. Beyond the longest observation
nothing is known of the shape: there the end comes at the overall rate, ends per week watched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Curve:
    times: Floats
    """Sorted, (observations)."""
    ended: Floats
    """The probability to have ended by each, (runs, observations)."""
    mean_beyond: float
    """Weeks to go, on average, for what has outlasted every observation."""

    @classmethod
    def of(
        cls, ended: Sequence[float], still_going: Sequence[float], *, dice: np.random.Generator, runs: int
    ) -> "Curve":
        """`ended` must not be empty."""
        every = np.concatenate((ended, still_going)).astype(np.float64)
        going = np.arange(len(every)) >= len(ended)
        order = np.lexsort((going, every))  # what ended at a time was at risk together with what goes on at that time
        weight = dice.standard_exponential((runs, len(every)))
        at_risk = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
        hazard = np.where(going[order], 0.0, weight / at_risk)
        by_then: Floats = np.subtract(1.0, np.cumprod(1.0 - hazard, axis=1), dtype=np.float64)
        return cls(every[order], by_then, float(every.sum() / len(ended)))

    def draw(self, dice: np.random.Generator, count: int, *, beyond: Sequence[float] | None = None) -> Floats:
        """Whole lengths, (runs, count); each longer than what is already over (`beyond`, one for each of the count)."""
        runs, known = self.ended.shape
        over = np.zeros(count) if beyond is None else np.asarray(beyond, dtype=np.float64)
        chance, more = 1.0 - dice.random((count, runs)).T, dice.standard_exponential((count, runs)).T
        if not count:
            return chance
        if beyond is not None:
            before = np.searchsorted(self.times, over, side="right")
            passed = np.where(before > 0, self.ended[:, np.maximum(before - 1, 0)], 0.0)
            chance = passed + (1.0 - passed) * chance
        row = np.arange(runs)[:, None]
        # One search for all runs: the curve of run r lies between r and r + 1.
        found = np.searchsorted((self.ended + row).ravel(), (chance + row).ravel()).reshape(runs, count) - row * known
        tail = (chance > self.ended[:, -1:]) | (found >= known)
        if beyond is not None:
            tail |= over >= self.times[-1]
        last = np.maximum(self.times[-1], over)
        drawn: Floats = np.where(tail, last + more * self.mean_beyond, self.times[np.minimum(found, known - 1)])
        return drawn
