"""What a forecast says: whole people, three figures of each quantity, and what it rests on or cannot be given for."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from app.domain.matching.forecast.inputs import Plain


class ForecastQuantity(StrEnum):
    """What is forecast."""

    WAITING = "WAITING"
    RELEASED_UNSERVED = "RELEASED_UNSERVED"
    ENGAGED = "ENGAGED"
    ACTIVE_MENTORS = "ACTIVE_MENTORS"
    FREE_PLACES = "FREE_PLACES"
    ARRIVED = "ARRIVED"
    SERVED = "SERVED"
    MEAN_WAIT = "MEAN_WAIT"


class ForecastWarningCode(StrEnum):
    """Why a figure is worth less than it looks."""

    LITTLE_HISTORY = "LITTLE_HISTORY"
    """Fewer than five events stand behind the input."""
    BEYOND_HISTORY = "BEYOND_HISTORY"
    """So many engagements go on that have lasted longer than any that ended: how they end is a guess."""
    RELEASE_NOT_KNOWN = "RELEASE_NOT_KNOWN"
    """So many who wait have no release date: theirs are drawn from those that are known."""
    UNDECIDED = "UNDECIDED"
    """Of so many nobody has said yet whether they are eligible: they are in no figure."""
    ASSUMED = "ASSUMED"
    """There was no history, or it was set aside: somebody assumed the input."""


class LikelyRange(Plain):
    """Of the runs, at least 10 % are at or below `low`, 50 % at or below `median` and 90 % at or below `high`."""

    low: int = Field(description="The 10th percentile of the runs: the lower end of the 80 % interval.")
    median: int = Field(description="The 50th percentile.")
    high: int = Field(description="The 90th percentile: the upper end of the 80 % interval.")


class ForecastWeek(Plain):
    """How things stand at the end of a week. null: it cannot be given (`unknown` says why)."""

    week: int = Field(description="From 1.")
    ends_on: date = Field(description="The week's last day.")
    waiting: LikelyRange | None = Field(description="People who wait.")
    released_unserved: LikelyRange | None = Field(description="People released unserved since the start.")
    engaged: LikelyRange | None = Field(description="Engagements that go on.")
    active_mentors: LikelyRange | None = Field(description="Active mentors.")
    free_places: LikelyRange | None = Field(description="Places that nobody has.")


class ForecastTotals(Plain):
    """From the start to the end of the last week."""

    arrived: LikelyRange | None = Field(description="Eligible referrals.")
    served: LikelyRange | None = Field(description="People who were matched.")
    released_unserved: LikelyRange | None = Field(
        description="People who were released before anybody could take them."
    )
    mean_wait: LikelyRange | None = Field(
        description="Whole weeks from referral to match, on average over those served; runs that serve nobody left out."
    )


class ForecastWarning(Plain):
    """A warning, of which input, and how many events are behind it."""

    code: ForecastWarningCode
    input: str = Field(description="The input's name; for a stage `pipeline.VETTED.passed`.")
    count: int = Field(description="How many events there are, or how many people it is about.")


class ForecastUnknown(Plain):
    """A quantity that cannot be given, and the inputs that have no history at all."""

    quantity: ForecastQuantity
    because: tuple[str, ...]


class Outlook(Plain):
    """The answer. The same inputs, seed and runs give the same bytes (`canonical`)."""

    inputs_digest: str = Field(description="SHA-256 of the inputs.")
    seed: int
    runs: int
    weeks: tuple[ForecastWeek, ...]
    totals: ForecastTotals
    warnings: tuple[ForecastWarning, ...]
    unknown: tuple[ForecastUnknown, ...]


class WhyNoNumber(StrEnum):
    """Why no number of mentors is given."""

    NOT_EVEN_WITH_MOST = "NOT_EVEN_WITH_MOST"
    """No number up to `most` keeps below: they come too late, or waiting for mentors is not what it is about."""
    NO_COHORT = "NO_COHORT"
    """No cohort begins between the start and the day."""
    CANNOT_BE_GIVEN = "CANNOT_BE_GIVEN"
    """There is no history for what it rests on."""


class MentorsTried(Plain):
    """A number of mentors, and what would come of it."""

    additional: int
    released_unserved: LikelyRange
    waiting: LikelyRange


class NeededMentors(Plain):
    """How many active mentors, from which day, keep the 90th percentile of the released unserved low enough."""

    inputs_digest: str
    seed: int
    runs: int
    at_most: int = Field(description="At most so many released unserved, in nine runs out of ten.")
    by: date = Field(description="Counted from the start to this day, in whole weeks.")
    active: int | None = Field(description="Active mentors on the day: the median of the forecast and `additional`.")
    additional: int | None = Field(description="So many of them are neither there, in the pipeline nor planned yet.")
    from_on: date | None = Field(description="The day on which the additional ones begin: the next cohort.")
    released_unserved: LikelyRange | None = Field(description="With so many; where none is enough, with the most.")
    waiting: LikelyRange | None = Field(description="People who would wait on the day, with so many.")
    why_not: WhyNoNumber | None
    tried: tuple[MentorsTried, ...] = Field(description="Every number that was tried.")
    warnings: tuple[ForecastWarning, ...]
    unknown: tuple[ForecastUnknown, ...]
