"""Calendar feeds: a mentor's sessions in the calendar program that he uses anyway."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IfMatch, needs, services_of
from app.api.etags import has_already
from app.api.pages import OneQuery, PageQuery, listed
from app.auth.credentials import calendar_digest, new_calendar_secret
from app.domain.kernel.access import Permission
from app.domain.sessions import operations
from app.domain.sessions.ical import calendar
from app.domain.sessions.models import CalendarFeedMade, CalendarFeedRead
from app.domain.sessions.queries import CALENDAR_FEEDS, CALENDAR_FEEDS_LIST, CALENDAR_OF, busy_times

router = APIRouter(prefix="/v1/calendar-feeds", tags=["Sessions"])
feed = APIRouter(prefix="/calendar/v1", tags=["Sessions"])
P = Permission
_CALENDAR = "text/calendar; charset=utf-8"


class FeedsQuery(PageQuery):
    """Filters of the list of feeds."""

    mentor_id: UUID | None = None
    live: bool | None = None


@router.post(
    "",
    summary="Make your calendar feed",
    status_code=201,
    responses={201: {"model": CalendarFeedMade, "description": "The feed's address, shown this once."}},
)
async def create_calendar_feed(call: Call = needs(P.CALENDAR_WRITE)) -> Response:
    """A secret address for the mentor's own calendar program, which shows when he has sessions and nothing else. A new one ends
    the one before. It takes no Idempotency-Key, as a stored answer would be a stored secret: after a lost answer, make
    another."""
    secret, digest = new_calendar_secret()
    async with call.write() as session:
        row = await operations.make_calendar(session, actor=call.actor, digest=digest, now=call.now)
    made = CalendarFeedMade(id=row.id, url=call.calendar_address(secret), expires_at=row.expires_at)
    return Response(made.model_dump_json(), 201, media_type=JSON)


@router.get("", summary="List calendar feeds", responses=shapes.page(CalendarFeedRead))
async def list_calendar_feeds(query: Annotated[FeedsQuery, Query()], call: Call = needs(P.SESSIONS_READ)) -> Response:
    """Feeds, the newest first, without their addresses; a mentor sees his own. `live=true` leaves out those that were ended."""
    return await listed(call, CALENDAR_FEEDS_LIST, query)


@router.get("/{feed_id}", summary="Read a calendar feed", responses=shapes.found(CalendarFeedRead))
async def read_calendar_feed(
    feed_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.SESSIONS_READ)
) -> Response:
    """One feed, without its address, which is kept nowhere."""
    return await call.one(CALENDAR_FEEDS, feed_id, query.selection(CALENDAR_FEEDS))


@router.post("/{feed_id}/revoke", summary="End a calendar feed", responses=shapes.changed(CalendarFeedRead))
async def revoke_calendar_feed(
    feed_id: UUID, if_match: IfMatch = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """From now on its address is that of nothing."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.revoke_calendar(
            session, actor=call.actor, feed_id=feed_id, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=CALENDAR_FEEDS, if_match=if_match)


@feed.get(
    "/{secret}.ics",
    summary="Ask for a calendar",
    responses={
        200: {"content": {"text/calendar": {}}, "description": "The calendar (RFC 5545)."},
        304: {"description": "It is as you have it."},
        404: {"content": {"text/plain": {}}, "description": "There is no such calendar, or not any more."},
    },
)
async def read_calendar(secret: str, request: Request) -> Response:
    """For calendar programs, which send no token: the address itself is the secret. When the mentor is busy, from thirty days
    back to four hundred ahead, and not with whom or where."""
    times = busy_times(await services_of(request).database.fetch_by_secret(CALENDAR_OF, calendar_digest(secret)))
    headers = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    if times is None:
        return Response(
            "There is no such calendar.\n", 404, headers | {"Cache-Control": "no-store"}, "text/plain; charset=utf-8"
        )
    body = calendar(times)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers |= {"ETag": tag, "Cache-Control": "private, max-age=900"}
    if has_already(",".join(request.headers.getlist("if-none-match")), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, _CALENDAR)
