"""How a forecast is asked for, and how it is answered."""

from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.kernel.rows import CivilDate, command_config
from app.domain.matching.forecast.answers import ForecastTotals, NeededMentors, Outlook
from app.domain.matching.forecast.inputs import ForecastInputs, ObservedRate, PlannedMentors, Weeks
from app.domain.matching.forecast.past import ForecastHistory


class Assumed(BaseModel):
    """What to take instead of the history, for a programme that has none yet, or whose history will not repeat itself."""

    model_config = command_config({"engagement_weeks": [26, 30, 39, 44, 52, 60]})
    arrivals: ObservedRate | None = Field(default=None, description="So many eligible referrals in so many weeks.")
    weeks_to_release: list[Weeks] | None = Field(
        default=None, min_length=1, max_length=200, description="Of eligible referrals: weeks from referral to release."
    )
    engagement_weeks: list[Weeks] | None = Field(
        default=None, min_length=1, max_length=200, description="How many weeks engagements last; each as likely."
    )
    leaving: ObservedRate | None = Field(
        default=None, description="So many mentors leave in so many mentor-weeks: mentors times weeks."
    )

    def within(self, inputs: ForecastInputs) -> ForecastInputs:
        said: dict[str, object] = {}
        names = []
        if self.arrivals:
            said["arrivals"] = self.arrivals
            names.append("arrivals")
        if self.weeks_to_release:
            said["weeks_to_release"] = tuple(self.weeks_to_release)
            names.append("weeks_to_release")
        if self.engagement_weeks:
            said["lengths"] = {"ended": tuple(self.engagement_weeks), "still_going": ()}
            names.append("lengths.ended")
        if self.leaving:
            said["leaving"] = self.leaving
            names.append("leaving")
        return with_(inputs, assumed=tuple(names), **said)


class WhatIf(BaseModel):
    """What would be done otherwise."""

    model_config = command_config(
        {"more_mentors": [{"on": "2027-06-01", "mentors": 6, "places_each": 2}], "useful_weeks": 8}
    )
    more_mentors: list[PlannedMentors] = Field(
        default=[], max_length=20, description="Mentors besides those who are on the way: six more in June."
    )
    useful_weeks: int | None = Field(
        default=None,
        ge=0,
        le=260,
        description="Match also whoever has only so many weeks to release; default: as the matching policy says.",
    )

    def within(self, inputs: ForecastInputs) -> ForecastInputs:
        useful = inputs.useful_weeks if self.useful_weeks is None else self.useful_weeks
        return with_(inputs, additions=(*inputs.additions, *self.more_mentors), useful_weeks=useful)


class Simulated(BaseModel):
    """What every question about the weeks ahead may say."""

    history_weeks: int = Field(default=104, ge=4, le=520, description="How far back to look, in weeks.")
    seed: int = Field(default=1, ge=0, le=2_147_483_647, description="The same seed on the same facts: the same bytes.")
    runs: int = Field(
        default=500,
        ge=20,
        le=2000,
        description="How often to run through the weeks; fewer are run for a great many people.",
    )
    assume: Assumed | None = Field(default=None, description="What to take instead of the history.")
    what_if: WhatIf | None = Field(default=None, description="What would be done otherwise.")


class AskForecast(Simulated):
    """How far to look ahead, and what to try."""

    model_config = command_config(
        {
            "horizon_weeks": 52,
            "what_if": {"more_mentors": [{"on": "2027-06-01", "mentors": 6, "places_each": 2}], "useful_weeks": 8},
        }
    )
    horizon_weeks: int = Field(default=52, ge=1, le=156, description="How far to look ahead, in weeks.")


class AskMentorsNeeded(Simulated):
    """How few may be released unserved, and by when."""

    model_config = command_config({"at_most": 3, "by": "2027-11-22"})
    at_most: int = Field(ge=0, le=10_000, description="At most so many released unserved, in nine runs of ten.")
    by: CivilDate = Field(description="Counted from today to this day: 1 to 156 whole weeks.")
    from_on: CivilDate | None = Field(
        default=None,
        description="When more mentors could begin; default: with the next cohort, by the months of earlier ones.",
    )
    most: int = Field(default=30, ge=1, le=100, description="Think of at most so many active mentors.")


class ForecastRead(BaseModel):
    """What the weeks ahead hold: as ranges in which eight runs of ten lie, in whole people."""

    programme_id: UUID
    history: ForecastHistory = Field(description="What it rests on.")
    as_planned: Outlook = Field(description="If things go on as they went.")
    what_if: Outlook | None = Field(description="If it were done otherwise; null where nothing else was asked.")
    difference: ForecastTotals | None = Field(
        description="What that makes of the totals: each run compared with itself, so better known than either."
    )


class MentorsNeededRead(BaseModel):
    """How many mentors it takes, and what that rests on."""

    programme_id: UUID
    history: ForecastHistory = Field(description="What it rests on.")
    needed: NeededMentors


def with_(inputs: ForecastInputs, **changed: object) -> ForecastInputs:
    """The inputs with something changed, and checked anew."""
    return ForecastInputs.model_validate({**dict(inputs), **changed})
