"""What a forecast is told: where a programme stands, what its history was, and what is planned. Times are in weeks."""

import hashlib
from datetime import date, timedelta
from typing import Annotated, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain.kernel.rows import CivilDate

MOST_WEEKS, MOST_TOLD = 2600, 2000

Weeks = Annotated[float, Field(ge=0, le=MOST_WEEKS, allow_inf_nan=False)]
"""A time in weeks; parts of a week count."""

Places = Annotated[int, Field(ge=0, le=50)]
"""With how many people a mentor can meet at a time."""


class TooMuch(ValueError):
    """So many people over so many weeks are not worked out."""


class Plain(BaseModel):
    """Values that never change, with the same text for the same values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def canonical(self) -> str:
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS).decode()

    def digest(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()


class ObservedRate(Plain):
    """So many events in so long a time: a rate, and how well it is known."""

    events: int = Field(ge=0, le=100_000, description="How often it happened.")
    weeks: float = Field(
        ge=0.1, le=1_000_000, allow_inf_nan=False, description="For how long it was watched: weeks, or mentor-weeks."
    )


class PassRate(Plain):
    """So many who got through, of so many who tried and are no longer trying."""

    successes: int = Field(ge=0, le=100_000, description="How many got through.")
    trials: int = Field(ge=0, le=100_000, description="How many tried, got through or not.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.successes > self.trials:
            raise ValueError("successes cannot be more than trials: count everybody who tried")
        return self


class WaitingPerson(Plain):
    """Somebody who is eligible and waits at the start."""

    weeks_to_release: Weeks | None = Field(description="Weeks from the start to release; null: not known.")
    weeks_waited: Weeks = Field(description="Weeks from the referral to the start.")


class Mentors(Plain):
    """The active mentors at the start."""

    places: tuple[Places, ...] = Field(
        max_length=MOST_TOLD, description="Of each active mentor: places in all, free and held."
    )
    held: tuple[Weeks, ...] = Field(
        max_length=MOST_TOLD, description="Of each engagement that is going on: weeks that it has lasted so far."
    )


class Lengths(Plain):
    """How long engagements last. Those that go on tell as much as those that ended: leave none out."""

    ended: tuple[Weeks, ...] = Field(max_length=MOST_TOLD, description="Of each that ended: weeks from start to end.")
    still_going: tuple[Weeks, ...] = Field(max_length=MOST_TOLD, description="Of each that goes on: weeks so far.")


class PipelineStage(Plain):
    """A stage on the way to mentoring: who is in it, how many pass it, and how long that takes."""

    name: str = Field(min_length=1, max_length=60, description="The stage's code, such as VETTED.")
    so_far: tuple[Weeks, ...] = Field(
        max_length=MOST_TOLD, description="Of each volunteer who is in the stage: weeks in it so far."
    )
    passed: PassRate = Field(description="Of those who have left the stage, how many went on to the next.")
    weeks_in_stage: tuple[Weeks, ...] = Field(
        max_length=MOST_TOLD, description="Of each who went on: weeks in the stage, waiting for a cohort included."
    )


class PlannedMentors(Plain):
    """Mentors who are planned: six more in June."""

    on: CivilDate = Field(description="The day from which they can be matched.")
    mentors: int = Field(ge=1, le=200, description="How many mentors.")
    places_each: int = Field(ge=1, le=50, description="Places of each of them.")


class ForecastInputs(Plain):
    """Everything that a forecast is told. `null` and an empty list mean that there is no history: nothing is made up."""

    start: date = Field(description="The first day of the first week.")
    horizon_weeks: int = Field(ge=1, le=260, description="How many weeks to look ahead.")
    useful_weeks: int = Field(
        default=12, ge=0, le=260, description="Somebody with fewer weeks than this to a known release is not matched."
    )
    waiting: tuple[WaitingPerson, ...] = Field(max_length=MOST_TOLD, description="Everybody who is eligible and waits.")
    mentors: Mentors
    arrivals: ObservedRate | None = Field(description="Eligible referrals, and the weeks in which they came.")
    lengths: Lengths
    weeks_to_release: tuple[Weeks | None, ...] = Field(
        max_length=MOST_TOLD, description="Of each eligible referral: weeks from it to release; null: not known."
    )
    leaving: ObservedRate | None = Field(
        description="Mentors who stopped, and the mentor-weeks (mentors times weeks) in which they did."
    )
    pipeline: tuple[PipelineStage, ...] = Field(default=(), max_length=12, description="From the first to the last.")
    new_mentor_places: tuple[Places, ...] = Field(
        default=(),
        max_length=MOST_TOLD,
        description="Places of mentors when they were new; empty: as those at the start.",
    )
    additions: tuple[PlannedMentors, ...] = Field(
        default=(), max_length=20, description="Planned besides the pipeline."
    )
    undecided: int = Field(
        default=0,
        ge=0,
        description="Referrals of whom nobody has said yet whether they are eligible: not among the arrivals.",
    )
    assumed: tuple[str, ...] = Field(
        default=(), max_length=10, description="Inputs that somebody assumed, where there was no history to take."
    )
    cohorts: tuple[date, ...] = Field(
        default=(), max_length=40, description="Days on which newly trained mentors can begin, in any order."
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.start > date.max - timedelta(weeks=261):
            raise ValueError("start is too late: choose a day before the year 9990")
        if early := [one.on.isoformat() for one in self.additions if one.on < self.start]:
            raise ValueError(f"additions before the start are among the mentors already: {', '.join(early)}")
        names = [stage.name for stage in self.pipeline]
        if len(names) != len(set(names)):
            raise ValueError("pipeline names a stage twice: give each once")
        return self

    def places_of_new(self) -> tuple[int, ...]:
        """From which a mentor whose places nobody has said gets them."""
        return self.new_mentor_places or self.mentors.places

    def week_of(self, day: date) -> int:
        """The first week, from 0, that does not begin before a day."""
        return -(-(day - self.start).days // 7)
