"""Eligibility: a preview that stores nothing."""

from fastapi import APIRouter
from starlette.responses import Response

from app.api.calls import JSON, Call, needs
from app.domain.eligibility.models import DecisionRead, PreviewEligibility
from app.domain.eligibility.preview import chosen_policy, preview
from app.domain.eligibility.queries import policy_for_preview
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.domain.organisations.queries import PROGRAMMES

router = APIRouter(prefix="/v1/eligibility", tags=["Eligibility"])


@router.post("/preview", summary="Preview a decision", responses={200: {"model": DecisionRead}})
async def preview_eligibility(
    command: PreviewEligibility, call: Call = needs(Permission.ELIGIBILITY_PREVIEW)
) -> Response:
    """What a programme's policy, or one that you send along, says to these facts on a day. Nothing is stored, and nobody is
    looked up. Say either `programme_id` or `policy`."""
    on = command.on or civil_date(call.now)
    if command.programme_id is not None:
        await call.reader.one(PROGRAMMES, command.programme_id)
    rows = await call.reader.rows(policy_for_preview(), {"programme": command.programme_id, "on": on})
    decision = preview(command, chosen_policy(command, [dict(row) for row in rows]), on=on)
    return Response(decision.model_dump_json(), 200, media_type=JSON)
