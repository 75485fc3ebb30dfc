"""Somebody's story, read as one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, needs
from app.api.pages import PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate
from app.domain.through_the_gate.models import TimelineEntryRead, TimelineKind
from app.domain.through_the_gate.queries import TIMELINE_LIST

router = APIRouter(prefix="/v1/people/{person_id}", tags=["People"])


class TimelineQuery(PageQuery):
    """Which part of the story."""

    engagement_id: UUID | None = None
    kind: TimelineKind | None = None
    since: Annotated[CivilDate | None, Query(description="From this day on.")] = None
    until: Annotated[CivilDate | None, Query(description="Until this day.")] = None


@router.get("/timeline", summary="Read somebody's timeline", responses=shapes.page(TimelineEntryRead))
async def read_timeline(
    person_id: UUID, query: Annotated[TimelineQuery, Query()], call: Call = needs(Permission.PLACEMENTS_WRITE)
) -> Response:
    """Everything that is recorded of him as one list, from his first referral on: referrals, the relationship, where he was,
    the sessions that were held or not, goals, releases and recalls, who was responsible, how it ended. Concerns and restricted
    notes are not in it, nor is anything that anybody wrote about a session. Orders: `happened_on` (default), `-happened_on`."""
    return await listed(call, TIMELINE_LIST, query, person_id=person_id)
