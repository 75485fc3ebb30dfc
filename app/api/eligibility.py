"""Eligibility: a preview that stores nothing."""

from fastapi import APIRouter
from starlette.responses import Response

from app.api.calls import JSON, Call, needs
from app.domain.eligibility import preview
from app.domain.eligibility.models import DecisionRead, PreviewEligibility
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date

router = APIRouter(prefix="/v1/eligibility", tags=["Eligibility"])


@router.post("/preview", summary="Preview a decision", responses={200: {"model": DecisionRead}})
async def preview_eligibility(
    command: PreviewEligibility, call: Call = needs(Permission.ELIGIBILITY_PREVIEW)
) -> Response:
    """What a programme's policy, or one that you send along, says to these facts on a day. Nothing is stored, and
    nobody is looked up. Say either `programme_id` or `policy`."""
    decision = await preview.decide(call.reader, command, today=civil_date(call.now))
    return Response(decision.model_dump_json(), 200, media_type=JSON)
