"""Everything that chance decides, drawn before the first week. Each thing has a stream of its own: a question with more
mentors meets the same people, with the same releases and the same lengths (common random numbers)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from app.domain.matching.forecast.curves import Curve, Floats, Ints
from app.domain.matching.forecast.inputs import ForecastInputs, ObservedRate, TooMuch

MOST_CELLS = 2_000_000
"""People in all runs together: what a small machine can hold."""


class Stream(IntEnum):
    ARRIVALS = 0
    LENGTHS = 1
    RELEASES = 2
    LEAVING = 3
    PIPELINE = 4
    ADDITIONS = 5
    MORE = 6


@dataclass(frozen=True)
class Dice:
    seed: int
    runs: int

    def of(self, stream: Stream) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence((self.seed, stream))))

    def rate(self, observed: ObservedRate, dice: np.random.Generator) -> Floats:
        """A rate for each run: Gamma, after Jeffreys' prior, so that nothing in a short time does not mean never."""
        return dice.gamma(observed.events + 0.5, 1.0 / observed.weeks, self.runs)


@dataclass(frozen=True)
class People:
    """Everybody of each run, (runs, people), whoever is matched first in front (`priority.in_order`)."""

    arrives: Ints
    """The week; the horizon for a place that nobody fills."""
    leaves: Floats
    """Weeks from the start to release."""
    matched_until: Floats
    """The last moment at which a match is of use; without an end where no release is known."""
    length: Ints
    """Weeks of his engagement."""
    waited: Floats
    """Weeks before the start."""
    at_start: int
    """How many of each run wait already."""


def referrals(inputs: ForecastInputs, dice: Dice) -> Ints:
    """How many come in each week: (horizon, runs)."""
    assert inputs.arrivals is not None
    stream = dice.of(Stream.ARRIVALS)
    return stream.poisson(dice.rate(inputs.arrivals, stream), (inputs.horizon_weeks, dice.runs))


def people(inputs: ForecastInputs, dice: Dice) -> People:
    """Those who wait and those who will come. Whoever has no known release is released too, on a day nobody foresees."""
    runs, horizon = dice.runs, inputs.horizon_weeks
    counts = referrals(inputs, dice).T
    total = counts.sum(axis=1)
    new, now = int(total.max()), len(inputs.waiting)
    if (new + now) * runs > MOST_CELLS:
        raise TooMuch(f"arrivals of up to {new} people are too many for {runs} runs: fewer runs or a shorter horizon")
    comes = np.full((runs, new), horizon, dtype=np.int64)
    comes[np.arange(new) < total[:, None]] = np.repeat(np.tile(np.arange(horizon), runs), counts.ravel())

    longest_first = sorted(inputs.waiting, key=lambda one: -one.weeks_waited)
    waited = [one.weeks_waited for one in longest_first]
    said = np.array([np.inf if one.weeks_to_release is None else one.weeks_to_release for one in longest_first])
    known = [weeks for weeks in inputs.weeks_to_release if weeks is not None]
    stream = dice.of(Stream.RELEASES)
    curve = Curve.of(known, (), dice=stream, runs=runs)
    hidden_now = curve.draw(stream, now, beyond=waited) - np.asarray(waited)
    share = stream.beta(len(known) + 0.5, len(inputs.weeks_to_release) - len(known) + 0.5, (runs, 1))
    if len(known) == len(inputs.weeks_to_release):
        share = np.ones((runs, 1))  # a charity that knows every release goes on doing so
    is_known = share >= stream.random((new, runs)).T
    then = comes + curve.draw(stream, new)

    leaves = np.hstack((np.where(np.isinf(said), hidden_now, said), then))
    told = np.hstack((np.broadcast_to(said, (runs, now)), np.where(is_known, then, np.inf)))
    stream = dice.of(Stream.LENGTHS)
    curve = Curve.of(inputs.lengths.ended, inputs.lengths.still_going, dice=stream, runs=runs)
    length = np.maximum(np.rint(curve.draw(stream, now + new)), 1).astype(np.int64)
    arrives = np.hstack((np.zeros((runs, now), dtype=np.int64), comes))
    before = np.hstack((np.broadcast_to(waited, (runs, now)), np.zeros((runs, new))))
    order = np.argsort(told, axis=1, kind="stable")  # the nearest release; then whoever stands longer on the list
    moments = (leaves, told - inputs.useful_weeks, before)
    leaves, until, before = (np.take_along_axis(each, order, axis=1) for each in moments)
    arrives, length = (np.take_along_axis(each, order, axis=1) for each in (arrives, length))
    return People(arrives, leaves, until, length, before, now)


def held_until(inputs: ForecastInputs, dice: Dice) -> Ints:
    """The week in which each engagement of the start is over, (runs, engagements)."""
    stream = dice.of(Stream.LENGTHS)
    curve = Curve.of(inputs.lengths.ended, inputs.lengths.still_going, dice=stream, runs=dice.runs)
    stream = stream.spawn(1)[0]
    held = inputs.mentors.held
    over: Ints = np.rint(curve.draw(stream, len(held), beyond=held) - np.asarray(held)).astype(np.int64)
    return over


@dataclass(frozen=True)
class Staff:
    """Mentors, (runs, mentors)."""

    begins: Floats
    stops: Floats
    places: Ints

    def only(self, mentor: int) -> "Staff":
        one = np.s_[:, mentor : mentor + 1]
        return Staff(self.begins[one], self.stops[one], self.places[one])

    def weekly(self, horizon: int) -> Iterator[tuple[NDArray[np.bool_], Ints]]:
        for week in range(horizon):
            yield (self.begins <= week) & (self.stops > week), self.places

    def active(self, horizon: int) -> Ints:
        """ForecastWeek by week, how many mentors are there: (horizon, runs)."""
        return np.array([there.sum(axis=1) for there, _ in self.weekly(horizon)])

    def capacity(self, horizon: int) -> Ints:
        """ForecastWeek by week, how many places they have: (horizon, runs)."""
        return np.array([(there * places).sum(axis=1) for there, places in self.weekly(horizon)])


def staff(inputs: ForecastInputs, dice: Dice) -> Staff:
    """The mentors of the start, those in the pipeline who get through, and those who are planned."""
    groups = [_group(inputs, dice, Stream.LEAVING, np.zeros((dice.runs, len(inputs.mentors.places))))]
    places = [np.broadcast_to(np.asarray(inputs.mentors.places, dtype=np.int64), groups[0][0].shape)]
    if any(stage.so_far for stage in inputs.pipeline):
        stream = dice.of(Stream.PIPELINE)
        begins = _through(inputs, dice, stream)
        groups.append(_group(inputs, dice, Stream.PIPELINE, begins))
        # Without any history of places there are mentors to count, but nothing that rests on their places is given.
        places.append(stream.choice(np.asarray(inputs.places_of_new() or (0,)), begins.T.shape).T)
    planned = [(inputs.week_of(one.on), one.places_each) for one in inputs.additions for _ in range(one.mentors)]
    if planned:
        weeks = np.broadcast_to(np.asarray([week for week, _ in planned], dtype=np.float64), (dice.runs, len(planned)))
        groups.append(_group(inputs, dice, Stream.ADDITIONS, weeks))
        places.append(np.broadcast_to([each for _, each in planned], weeks.shape))
    begins, stops = (np.hstack(each) for each in zip(*groups, strict=True))
    return Staff(begins, stops, np.hstack(places).astype(np.int64))


def more(inputs: ForecastInputs, dice: Dice, *, week: int, most: int) -> Staff:
    """So many more from one week on. The first of them are the same however many there are."""
    begins, stops = _group(inputs, dice, Stream.MORE, np.full((dice.runs, most), float(week)))
    stream = dice.of(Stream.MORE).spawn(1)[0]
    return Staff(begins, stops, stream.choice(np.asarray(inputs.places_of_new()), begins.T.shape).T)


def _group(inputs: ForecastInputs, dice: Dice, stream: Stream, begins: Floats) -> tuple[Floats, Floats]:
    """When they begin and stop. All groups share a run's rate; each mentor has a fate of their own."""
    assert inputs.leaving is not None
    rate = dice.rate(inputs.leaving, dice.of(Stream.LEAVING).spawn(1)[0])[:, None]
    fate = dice.of(stream).spawn(2)[1].standard_exponential(begins.T.shape).T
    return begins, begins + fate / rate


def _through(inputs: ForecastInputs, dice: Dice, stream: np.random.Generator) -> Floats:
    """The week in which each volunteer of the pipeline becomes active: infinite for whoever does not."""
    came = [np.zeros((dice.runs, 0))]
    for stage in inputs.pipeline:
        before = np.hstack(came)
        if not before.shape[1] + len(stage.so_far):
            continue
        passes = stream.beta(
            stage.passed.successes + 0.5, stage.passed.trials - stage.passed.successes + 0.5, dice.runs
        )
        curve = Curve.of(stage.weeks_in_stage, stage.so_far, dice=stream, runs=dice.runs)
        there = curve.draw(stream, len(stage.so_far), beyond=stage.so_far) - np.asarray(stage.so_far)
        arrived = np.hstack((before + curve.draw(stream, before.shape[1]), there))
        stopped = passes[:, None] < stream.random(arrived.T.shape).T
        came = [np.where(stopped, np.inf, arrived)]
    return np.hstack(came)
