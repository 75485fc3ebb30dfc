"""A mentor's calendar feed: an address that his calendar program asks, which shows when he is busy and nothing else."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import SECRET, Identified, Tenanted, Versioned, instant_field


class CalendarFeed(Identified, Tenanted, Versioned, table=True):
    """Of its address only the digest is kept. A mentor has one that lives: a new one ends the one before."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        UniqueConstraint("digest", name="calendar_feed_digest"),
        Index("calendar_feed_live", "mentor_id", unique=True, postgresql_where=text("revoked_at is null")),
        Index("calendar_feed_newest", "charity_id", "created_at", "id"),
        Index("calendar_feed_of_member", "member_id"),
    )
    mentor_id: UUID = Field(foreign_key="mentor.id")
    member_id: UUID = Field(foreign_key="member.id")
    digest: bytes = Field(sa_type=LargeBinary, sa_column_kwargs={"info": SECRET})
    expires_at: datetime = instant_field()
    revoked_at: datetime | None = instant_field(default=None)
    last_used_on: date | None = None


class CalendarFeedRead(SQLModel):
    """A feed, without its address."""

    id: UUID
    mentor_id: UUID
    expires_at: datetime = Field(description="When it ends by itself.")
    revoked_at: datetime | None = Field(description="When it was ended; null: it was not.")
    last_used_on: date | None = Field(description="The last day on which a calendar asked for it; null: never yet.")
    version: int
    created_at: datetime
    updated_at: datetime


class CalendarFeedMade(SQLModel):
    """A new feed with its address, which is shown this once."""

    id: UUID
    url: str = Field(
        description="Give it to your calendar program and to nobody else: whoever has it sees when you are busy."
    )
    expires_at: datetime
