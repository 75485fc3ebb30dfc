"""A programme's history in dates, as the database knows it, made into what a forecast is told, and into what people read."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel, Field

from app.domain.matching.forecast.inputs import (
    MOST_TOLD,
    MOST_WEEKS,
    ForecastInputs,
    Lengths,
    Mentors,
    ObservedRate,
    PassRate,
    PipelineStage,
    Plain,
    WaitingPerson,
)


class Passage(StrEnum):
    """A stage on the way to mentoring. Training and clearance come in either order, so that they are one here."""

    APPLIED = "APPLIED"
    INTERVIEWED = "INTERVIEWED"
    VETTED = "VETTED"
    TRAINED_OR_CLEARED = "TRAINED_OR_CLEARED"


class Time(BaseModel):
    """From a day to another; None: it goes on, or the end is not known."""

    since: date
    until: date | None


class Spell(Time):
    """Somebody's time in a stage."""

    stage: str
    next: str | None
    here: bool
    """Whether of the programme; the others count for the rates only."""


class Told(BaseModel):
    """What `throughgate.forecast_history` gives."""

    useful_weeks: int | None
    first_received_on: date | None
    came: int
    undecided: int
    referrals: list[Time]
    waiting: list[Time]
    engagements: list[Time]
    held: list[date]
    places: list[int]
    stages: list[Spell]
    cohorts: list[str]


class Spread(Plain):
    """Of so many times, in whole weeks: 10 % are at or below `low`, half at or below `median`, 90 % at or below `high`."""

    count: int
    low: int
    median: int
    high: int


class StageHistory(Plain):
    """A stage: who is in it, how many passed it, and how long that took."""

    stage: Passage
    in_it: int = Field(description="Volunteers of this programme who are in it.")
    passed: PassRate = Field(description="Of all of the charity who have left it.")
    weeks: Spread | None = Field(description="Of those who passed. null: nobody yet.")


class ForecastHistory(Plain):
    """What a forecast rests on. null: it never happened, and nothing is made up."""

    since: date = Field(description="The first day that counts.")
    until: date = Field(description="The day of the forecast, and its first.")
    useful_weeks: int = Field(description="Who has fewer weeks than this to a known release is not matched.")
    arrivals: ObservedRate | None = Field(description="Eligible referrals.")
    undecided: int = Field(description="Referrals of whom nobody has said yet whether they are eligible.")
    weeks_to_release: Spread | None = Field(description="Of eligible referrals: from referral to release, where known.")
    waiting: int = Field(description="People who wait, and for whom nobody is asked.")
    releases_in_12_weeks: int = Field(description="Of those who wait: known to be released within 12 weeks.")
    engagements_ended: Spread | None = Field(description="Weeks that ended engagements lasted.")
    engagements_going_on: int = Field(description="Engagements that go on, or are proposed.")
    places_freed: ObservedRate | None = Field(description="Engagements that ended.")
    mentors: int = Field(description="Active mentors of the programme.")
    places: int = Field(description="Places that they have for it, free and taken.")
    leaving: ObservedRate | None = Field(description="Mentors of the charity who left, in mentor-weeks.")
    stages: list[StageHistory]
    cohorts: list[date] = Field(description="The next days on which newly trained mentors begin, as in earlier years.")


def inputs_from(told: Told, *, day: date, history_weeks: int, horizon_weeks: int) -> ForecastInputs:
    """The facts in weeks, counted from the day."""
    since = _since(told, day, history_weeks)
    watched = _weeks(since, day)
    return ForecastInputs(
        start=day,
        horizon_weeks=horizon_weeks,
        useful_weeks=12 if told.useful_weeks is None else told.useful_weeks,
        waiting=tuple(
            WaitingPerson(
                weeks_to_release=None if one.until is None else _weeks(day, one.until),
                weeks_waited=_weeks(one.since, day),
            )
            for one in told.waiting
        ),
        mentors=Mentors(places=tuple(told.places), held=tuple(_weeks(since, day) for since in told.held)),
        arrivals=ObservedRate(events=told.came, weeks=watched) if told.came and watched >= 0.1 else None,
        lengths=Lengths(
            ended=tuple(_weeks(one.since, one.until) for one in told.engagements if one.until),
            still_going=tuple(_weeks(one.since, day) for one in told.engagements if not one.until),
        ),
        weeks_to_release=tuple(None if one.until is None else _weeks(one.since, one.until) for one in told.referrals),
        leaving=_leaving(told.stages, day, history_weeks),
        pipeline=tuple(_stage(stage, told.stages, day) for stage in Passage),
        undecided=told.undecided,
        cohorts=tuple(_cohorts(told.cohorts, day, horizon_weeks)),
    )


def history_from(told: Told, inputs: ForecastInputs, *, history_weeks: int) -> ForecastHistory:
    """The same for people to read, from what was assumed as well."""
    day = inputs.start
    since = _since(told, day, history_weeks)
    ended, watched = inputs.lengths.ended, _weeks(since, day)
    return ForecastHistory(
        since=since,
        until=day,
        useful_weeks=inputs.useful_weeks,
        arrivals=inputs.arrivals,
        undecided=inputs.undecided,
        weeks_to_release=_spread(weeks for weeks in inputs.weeks_to_release if weeks is not None),
        waiting=len(inputs.waiting),
        releases_in_12_weeks=sum(
            one.weeks_to_release is not None and one.weeks_to_release <= 12 for one in inputs.waiting
        ),
        engagements_ended=_spread(ended),
        engagements_going_on=len(inputs.mentors.held),
        places_freed=ObservedRate(events=len(ended), weeks=watched) if ended and watched >= 0.1 else None,
        mentors=len(inputs.mentors.places),
        places=sum(inputs.mentors.places),
        leaving=inputs.leaving,
        stages=[
            StageHistory(
                stage=Passage(stage.name),
                in_it=len(stage.so_far),
                passed=stage.passed,
                weeks=_spread(stage.weeks_in_stage),
            )
            for stage in inputs.pipeline
        ],
        cohorts=list(inputs.cohorts),
    )


def _since(told: Told, day: date, history_weeks: int) -> date:
    """History begins with the first referral: before it the programme was not there, or not on file."""
    earliest = day - timedelta(weeks=history_weeks)
    return max(earliest, told.first_received_on) if told.first_received_on else earliest


def _weeks(since: date, until: date) -> float:
    """Never less than none: a release that has passed is one of today. Nor more than any real one: a date may be wrong, and
    one wrong date must not end every forecast."""
    return min(max((until - since).days, 0) / 7, MOST_WEEKS)


def _told(times: Iterable[float]) -> tuple[float, ...]:
    """In order; of a great many, as many as a forecast is told."""
    return tuple(sorted(times)[:MOST_TOLD])


def _leaving(spells: Sequence[Spell], day: date, history_weeks: int) -> ObservedRate | None:
    """Who left mentoring, of all the time that anybody mentored. Nobody who left in a long time is a rate too."""
    earliest = day - timedelta(weeks=history_weeks)
    mentored = [one for one in spells if one.stage == "ACTIVE"]
    weeks = sum(_weeks(max(one.since, earliest), one.until or day) for one in mentored)
    left = sum(one.next == "LEFT" for one in mentored)
    return ObservedRate(events=left, weeks=min(weeks, 1_000_000.0)) if weeks >= 0.1 else None


def _stage(stage: Passage, spells: Sequence[Spell], day: date) -> PipelineStage:
    own = [one for one in spells if one.stage == stage]
    over = [(one, one.until) for one in own if one.until is not None]
    passed = [_weeks(one.since, until) for one, until in over if one.next != "LEFT"]
    return PipelineStage(
        name=stage.value,
        so_far=_told(_weeks(one.since, day) for one in own if one.until is None and one.here),
        passed=PassRate(successes=len(passed), trials=len(over)),
        weeks_in_stage=_told(passed),
    )


def _cohorts(months: Iterable[str], day: date, horizon_weeks: int) -> list[date]:
    """The first days of the months in which cohorts were trained before, as far as the forecast looks."""
    last = day + timedelta(weeks=horizon_weeks)
    numbers = sorted({int(month[5:]) for month in months})
    days = [date(year, number, 1) for year in range(day.year, last.year + 1) for number in numbers]
    return [one for one in days if day <= one < last]


def _spread(times: Iterable[float]) -> Spread | None:
    ordered = sorted(times)
    if not ordered:
        return None
    low, median, high = (round(ordered[-(-len(ordered) * tenths // 10) - 1]) for tenths in (1, 5, 9))
    return Spread(count=len(ordered), low=low, median=median, high=high)
