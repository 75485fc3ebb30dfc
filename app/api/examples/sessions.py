"""Sessions, series and contacts."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT, MENTOR

SESSION = "01900000-0000-7000-8000-00000000e401"
SERIES = "01900000-0000-7000-8000-00000000e501"

CALENDAR_FEED = "01900000-0000-7000-8000-00000000e701"

ANSWERS: dict[str, Any] = {
    "SessionRead": {
        "setting": "IN_PERSON",
        "meeting": None,
        "establishment": "BXI",
        "starts_at": "2026-11-20T10:00:00.000000Z",
        "minutes": 50,
        "id": SESSION,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "mentor_id": MENTOR,
        "series_id": SERIES,
        "state": "HELD",
        "attendance": "ATTENDED",
        "prison_cause": None,
        "occurred_at": "2026-11-20T10:05:00.000000Z",
        "topics": ["HEALTH"],
        "superseded_by_id": None,
        **ids.STAMPS,
    },
    "SeriesRead": {
        "setting": "IN_PERSON",
        "interval": "WEEKLY",
        "first_at": "2026-11-06T10:00:00.000000Z",
        "minutes": 60,
        "until": "2027-02-26",
        "id": SERIES,
        "engagement_id": ENGAGEMENT,
        "mentor_id": MENTOR,
        "establishment": "BXI",
        **ids.STAMPS,
    },
    "ContactRead": {
        "id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "mentor_id": MENTOR,
        "held": 21,
        "prison_cancelled": 4,
        "mentor_cancelled": 1,
        "mentee_absent": 2,
        "not_held_otherwise": 0,
        "last_held_at": "2026-11-20T10:05:00.000000Z",
        "next_planned_at": "2026-11-27T10:00:00.000000Z",
        "every_days": 7,
        "quiet_days": 2,
        "quiet": False,
        "prevented_since": 0,
        "asked_on": None,
        "in_the_way": 0,
        "nudge": False,
        "supervisor_id": ids.MEMBER,
    },
    "CalendarFeedRead": {
        "id": CALENDAR_FEED,
        "mentor_id": MENTOR,
        "expires_at": "2027-12-27T10:00:00.000000Z",
        "revoked_at": None,
        "last_used_on": "2026-11-22",
        **ids.STAMPS,
    },
    "CalendarFeedMade": {
        "id": CALENDAR_FEED,
        "url": "http://127.0.0.1:8000/calendar/v1/an-example-of-a-secret-and-nobodys-own-00000.ics",
        "expires_at": "2027-12-27T10:00:00Z",
    },
}
