"""Concerns, alarms, ACCT states, restricted notes."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT
from app.api.examples.notes import WRITTEN
from app.api.examples.sessions import SESSION
from app.domain.safeguarding.models import NOTICE

CONCERN = "01900000-0000-7000-8000-00000000e801"

ANSWERS: dict[str, Any] = {
    "ConcernRead": {
        "reported_at": "2026-11-20T10:55:00.000000Z",
        "reported_to_role": "WING_OFFICER",
        "reported_to_name": None,
        "method": "VERBAL_IN_PERSON",
        "type": "SELF_HARM_OR_SUICIDE",
        "words": "He said: 'I do not see the point any more.'",
        "disclosed_at": "2026-11-20T10:40:00.000000Z",
        "not_yet_reported": False,
        "acct_opened": "YES",
        "id": CONCERN,
        "person_id": ids.PERSON,
        "engagement_id": ENGAGEMENT,
        "session_id": SESSION,
        "follow_up_due": "2026-11-23",
        "told_at": "2026-11-20T10:55:00.000000Z",
        "minutes_to_tell": 15,
        "told_late": False,
        "acknowledged_at": None,
        "followed_up_on": None,
        **WRITTEN,
        "notice": NOTICE,
    },
    "ConcernAdditionRead": {
        "reported_at": None,
        "reported_to_role": None,
        "reported_to_name": None,
        "method": None,
        "id": "01900000-0000-7000-8000-00000000e802",
        "concern_id": CONCERN,
        "kind": "FOLLOWED_UP",
        "words": "Seen on the wing, in better spirits.",
        "followed_up_on": "2026-11-22",
        "acct_opened": None,
        **WRITTEN,
    },
    "ConcernAlarmRead": {
        "id": "01900000-0000-7000-8000-00000000e803",
        "concern_id": CONCERN,
        "person_id": ids.PERSON,
        "type": "SELF_HARM_OR_SUICIDE",
        "disclosed_at": "2026-11-22T09:20:00.000000Z",
        "told_at": ids.NOW,
        "times": 1,
        "reported": False,
        "acknowledged_at": None,
        "acknowledged_by": None,
        **ids.STAMPS,
    },
    "AcctStateRead": {
        "status": "OPEN",
        "as_of": "2026-11-20",
        "next_review_on": "2026-11-24",
        "id": "01900000-0000-7000-8000-00000000e804",
        "person_id": ids.PERSON,
        "newest": True,
        **WRITTEN,
    },
    "RestrictedNoteRead": {
        "id": "01900000-0000-7000-8000-00000000e805",
        "person_id": ids.PERSON,
        "kind": "TRAUMA",
        "words": "He does not want the door closed while they talk.",
        "replaces_id": None,
        "replaced_by_id": None,
        **WRITTEN,
    },
}
