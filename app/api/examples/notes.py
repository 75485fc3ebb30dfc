"""Notes and barriers."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT
from app.api.examples.sessions import SESSION

NOTE = "01900000-0000-7000-8000-00000000e601"
BARRIER = "01900000-0000-7000-8000-00000000e701"
WRITTEN = {"created_at": ids.NOW, "created_by": ids.MEMBER}

ANSWERS: dict[str, Any] = {
    "SessionNoteRead": {
        "id": NOTE,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "session_id": SESSION,
        "words": "He has written to the college. Ring 07700 900123 next week.",
        "warnings": [{"code": "PHONE_NUMBER", "words": "07700 900123"}],
        "replaces_id": None,
        "replaced_by_id": None,
        **WRITTEN,
    },
    "BarrierRead": {
        "kind": "WORK_OR_EDUCATION",
        "said_by": "MENTEE",
        "words": "My class is on Friday mornings now.",
        "found_on": "2026-11-20",
        "id": BARRIER,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "state": "IN_THE_WAY",
        "created_by": ids.MEMBER,
        **ids.STAMPS,
    },
}
