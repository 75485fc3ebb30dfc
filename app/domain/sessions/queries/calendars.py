"""A mentor's calendar feeds, and what one of them shows to whoever has its address."""

from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Order, View
from app.domain.sessions.ical import Busy
from app.domain.sessions.models import CalendarFeed, CalendarFeedRead, SessionState

CALENDAR_FEEDS = View("calendar_feed", CalendarFeed, CalendarFeedRead, Permission.SESSIONS_READ)
CALENDAR_FEEDS_LIST = Collection(
    CALENDAR_FEEDS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "mentor_id": lambda t, value: t.mentor_id == value,
        "live": lambda t, value: t.revoked_at.is_(None) == value,
    },
    filter_shapes={"mentor_id": UUID, "live": bool},
)
_BUSY_TIMES = text(
    "select uid, starts_at, minutes, state, version, updated_at from throughgate.calendar_of(:digest) order by 2, 1"
).bindparams(bindparam("digest", type_=LargeBinary()))


async def busy_times(session: AsyncSession, *, digest: bytes) -> list[Busy] | None:
    """What the feed with this digest shows; None where there is none that lives. Nobody is signed in: the database's own
    function finds the feed and says no more than this."""
    rows = (await session.exec(_BUSY_TIMES, params={"digest": digest})).all()  # type: ignore[call-overload]
    if not rows:
        return None
    return [
        Busy(row.uid, row.starts_at, row.minutes, row.state != SessionState.PLANNED, row.version, row.updated_at)
        for row in rows
        if row.uid is not None
    ]
