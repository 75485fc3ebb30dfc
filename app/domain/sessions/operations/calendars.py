"""A mentor's calendar feed made and ended."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.rows import new_id
from app.domain.mentors.models import Mentor
from app.domain.sessions.errors import CalendarFeedEnded, NotAMentor
from app.domain.sessions.models import CalendarFeed

_LASTS = timedelta(days=400)


async def make_calendar(session: AsyncSession, *, actor: Actor, digest: bytes, now: datetime) -> CalendarFeed:
    """A new feed, which ends the one before. Of two at once the index on live feeds lets one through; the other may try
    again. Raises `NotAMentor` (409)."""
    require(actor, Permission.CALENDAR_WRITE)
    require(actor, Permission.SESSIONS_READ)
    mentor_id = await _own_mentor(session, actor)
    await session.exec(
        update(CalendarFeed)
        .where(col(CalendarFeed.mentor_id) == mentor_id, col(CalendarFeed.revoked_at).is_(None))
        .values(revoked_at=now, updated_at=now, version=col(CalendarFeed.version) + 1)
        .execution_options(synchronize_session=False)
    )
    row = CalendarFeed(
        id=new_id(),
        charity_id=actor.charity_id,
        mentor_id=mentor_id,
        member_id=actor.subject_id,
        digest=digest,
        expires_at=now + _LASTS,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "calendar_feed.make", row.id)
    await events.tell(session, actor, "calendar_feed.made", row, now)
    return row


async def revoke_calendar(
    session: AsyncSession, *, actor: Actor, feed_id: UUID, version: int | None, now: datetime
) -> CalendarFeed:
    """From now on its address is that of nothing. Raises `CalendarFeedEnded` (409)."""
    require(actor, Permission.SESSIONS_WRITE)
    row = await load_version(session, CalendarFeed, feed_id, actor=actor, version=version)
    if row.revoked_at is not None:
        raise CalendarFeedEnded()
    row.revoked_at = now
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "calendar_feed.revoke", row.id, ["revoked_at"])
    await events.tell(session, actor, "calendar_feed.revoked", row, now)
    return row


async def _own_mentor(session: AsyncSession, actor: Actor) -> UUID:
    found = await session.exec(select(Mentor.id).where(Mentor.member_id == actor.subject_id, Mentor.stage != "LEFT"))
    mentor_id = found.first()
    if mentor_id is None:
        raise NotAMentor()
    return mentor_id
