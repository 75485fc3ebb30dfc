"""The weeks ahead: who will wait, who will be released unserved, how many mentors it takes."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.api.calls import JSON, Call, needs
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.domain.matching.forecast import AskForecast, AskMentorsNeeded, ForecastRead, MentorsNeededRead
from app.domain.matching.forecasting import forecast_of, mentors_needed_for

router = APIRouter(prefix="/v1/programmes/{programme_id}", tags=["Forecast"])


@router.post("/forecast", summary="Look ahead", responses={200: {"model": ForecastRead}})
async def ask_forecast(
    programme_id: UUID, command: AskForecast, call: Call = needs(Permission.MATCHING_READ)
) -> Response:
    """The weeks ahead, from the charity's own history, as ranges; and what another way of doing it would make of them.
    Nothing is stored."""
    answer = await forecast_of(call.reader, programme_id, command, today=civil_date(call.now))
    return Response(answer.model_dump_json(), 200, media_type=JSON)


@router.post("/mentors-needed", summary="How many mentors it takes", responses={200: {"model": MentorsNeededRead}})
async def ask_mentors_needed(
    programme_id: UUID, command: AskMentorsNeeded, call: Call = needs(Permission.MATCHING_READ)
) -> Response:
    """The fewest active mentors, and from when, with whom in nine runs of ten no more people than you say are released
    unserved. Nothing is stored."""
    answer = await mentors_needed_for(call.reader, programme_id, command, today=civil_date(call.now))
    return Response(answer.model_dump_json(), 200, media_type=JSON)
