"""Calendar feeds through GraphQL. The calendar itself is a file, and has an address of its own."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.credentials import new_calendar_secret
from app.domain.kernel.access import Permission
from app.domain.sessions import operations
from app.domain.sessions.models import CalendarFeedMade
from app.domain.sessions.queries import CALENDAR_FEEDS, CALENDAR_FEEDS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


async def _make(session: AsyncSession, visit: Visit, _: Command) -> CalendarFeedMade:
    secret, digest = new_calendar_secret()
    row = await operations.make_calendar(session, actor=visit.actor, digest=digest, now=visit.now)
    return CalendarFeedMade(id=row.id, url=visit.calendar_address(secret), expires_at=row.expires_at)


async def _revoke(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.revoke_calendar(
        session, actor=visit.actor, feed_id=command.id, version=command.version, now=visit.now
    )
    return row.id


offer(
    One("calendarFeed", CALENDAR_FEEDS, "A mentor's calendar feed, without its address."),
    Many("calendarFeeds", CALENDAR_FEEDS_LIST, "Calendar feeds, the newest first; a mentor sees his own."),
    Change(
        "createCalendarFeed",
        CalendarFeedMade,
        _make,
        "A secret address for the mentor's own calendar program, shown this once. It ends the one before.",
        P.CALENDAR_WRITE,
    ),
    Change(
        "revokeCalendarFeed",
        CALENDAR_FEEDS,
        _revoke,
        "From now on its address is that of nothing.",
        P.SESSIONS_WRITE,
        by_id=True,
    ),
)
