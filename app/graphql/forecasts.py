"""The weeks ahead through GraphQL."""

from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.domain.matching.forecast import AskForecast, AskMentorsNeeded, ForecastRead, MentorsNeededRead
from app.domain.matching.forecasting import forecast_of, mentors_needed_for
from app.graphql.roots import Computed, offer
from app.visits import Visit


class ForecastArguments(BaseModel):
    """Of which programme, and what to try."""

    programme_id: UUID = Field(description="The programme.")
    input: AskForecast


class NeededArguments(BaseModel):
    """Of which programme, and how few may be released unserved."""

    programme_id: UUID = Field(description="The programme.")
    input: AskMentorsNeeded


async def _forecast(visit: Visit, given: ForecastArguments) -> ForecastRead:
    return await forecast_of(visit.reader, given.programme_id, given.input, today=civil_date(visit.now))


async def _needed(visit: Visit, given: NeededArguments) -> MentorsNeededRead:
    return await mentors_needed_for(visit.reader, given.programme_id, given.input, today=civil_date(visit.now))


offer(
    Computed(
        "forecast",
        ForecastArguments,
        ForecastRead,
        Permission.MATCHING_READ,
        _forecast,
        "The weeks ahead, from the charity's own history, as ranges. Nothing is stored.",
        cost=2_000,
    ),
    Computed(
        "mentorsNeeded",
        NeededArguments,
        MentorsNeededRead,
        Permission.MATCHING_READ,
        _needed,
        "The fewest active mentors with whom few enough are released unserved. Nothing is stored.",
        cost=2_000,
    ),
)
