"""What may be asked about sessions, notes, and how often somebody and his mentor have met."""

from app.domain.sessions.queries.calendars import CALENDAR_FEEDS, CALENDAR_FEEDS_LIST, CALENDAR_OF, busy_times
from app.domain.sessions.queries.contacts import CONTACTS, CONTACTS_LIST
from app.domain.sessions.queries.sessions import SERIES, SERIES_LIST, SESSION_ENTRIES, SESSIONS, SESSIONS_LIST
from app.domain.sessions.queries.support import ATTEMPTS, BARRIERS, BARRIERS_LIST, NOTES, NOTES_LIST

__all__ = [
    "ATTEMPTS",
    "BARRIERS",
    "BARRIERS_LIST",
    "CALENDAR_FEEDS",
    "CALENDAR_FEEDS_LIST",
    "CALENDAR_OF",
    "CONTACTS",
    "CONTACTS_LIST",
    "NOTES",
    "NOTES_LIST",
    "SERIES",
    "SERIES_LIST",
    "SESSIONS",
    "SESSIONS_LIST",
    "SESSION_ENTRIES",
    "busy_times",
]
