"""What the clock brings up through the gate and at an end."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import ReminderKind, ReminderRead
from app.domain.through_the_gate.queries import REMINDERS, REMINDERS_LIST

router = APIRouter(prefix="/v1/reminders", tags=["Through the gate"])
P = Permission


class RemindersQuery(PageQuery):
    """Filters of the list of reminders."""

    kind: ReminderKind | None = None
    engagement_id: UUID | None = None
    person_id: UUID | None = None
    open: Annotated[bool | None, Query(description="Whether somebody should look at it still.")] = None
    due_by: Annotated[CivilDate | None, Query(description="Brought up by this day or one before.")] = None


@router.get("", summary="List reminders", responses=shapes.page(ReminderRead))
async def list_reminders(
    query: Annotated[RemindersQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """What a day brought up: a release that is due, a thing of its plan that is not there, a review, an end that is near. Each is
    raised once, and settles itself when it is done. A mentor sees those of whom he mentors. Orders: `due_on` (default),
    `-created_at`."""
    return await listed(call, REMINDERS_LIST, query)


@router.get("/{reminder_id}", summary="Read a reminder", responses=shapes.found(ReminderRead))
async def read_reminder(
    reminder_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.GATE_SUPPORT_READ)
) -> Response:
    """One of them."""
    return await call.one(REMINDERS, reminder_id, query.selection(REMINDERS))


@router.post("/{reminder_id}/acknowledge", summary="Take a reminder on", responses=shapes.changed(ReminderRead))
async def acknowledge_reminder(
    reminder_id: UUID, if_match: IfMatch = None, call: Call = needs(P.GATE_SUPPORT_WRITE)
) -> Response:
    """Somebody sees to it: it comes up no more."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.acknowledge_reminder(
            session, actor=call.actor, reminder_id=reminder_id, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=REMINDERS, if_match=if_match)
