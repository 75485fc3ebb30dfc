"""A mentor's calendar feeds, and what one of them shows to whoever has its address."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

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
CALENDAR_OF = (
    "select uid, starts_at, minutes, state, version, updated_at from throughgate.calendar_of($1::bytea) order by 2, 1"
)
"""By the digest of its secret. Nobody is signed in: the database's own function finds the feed and says no more than this."""


def busy_times(rows: Sequence[Mapping[str, Any]]) -> list[Busy] | None:
    """What the feed shows; None where there is none that lives. One that lives and shows nothing is one row without an id."""
    if not rows:
        return None
    return [
        Busy(
            row["uid"],
            row["starts_at"],
            row["minutes"],
            row["state"] != SessionState.PLANNED,
            row["version"],
            row["updated_at"],
        )
        for row in rows
        if row["uid"] is not None
    ]
