"""Where somebody stays."""

from typing import Any

from app.api.examples import ids

PLACEMENT = "01900000-0000-7000-8000-00000000e701"
ABSENCE = "01900000-0000-7000-8000-00000000e702"
REVIEW = "01900000-0000-7000-8000-00000000e703"

ANSWERS: dict[str, Any] = {
    "PlacementRead": {
        "arrived_on": "2026-11-20",
        "accommodation": "A02",
        "establishment": None,
        "location": None,
        "custody_reason": None,
        "release_type": "CONDITIONAL",
        "told_by": "COMMUNITY_OFFENDER_MANAGER",
        "id": PLACEMENT,
        "person_id": ids.PERSON,
        "kind": "RELEASE",
        "left_on": None,
        "current": True,
        "withdrawn_at": None,
        **ids.STAMPS,
    },
    "TemporaryAbsenceRead": {
        "kind": "COURT",
        "left_on": "2026-11-20",
        "expected_on": "2026-11-20",
        "told_by": "MENTOR",
        "id": ABSENCE,
        "person_id": ids.PERSON,
        "ended_on": None,
        "came_back": None,
        "withdrawn_at": None,
        "withdrawn_because": None,
        **ids.STAMPS,
    },
    "MoveReviewRead": {
        "id": REVIEW,
        "engagement_id": "01900000-0000-7000-8000-00000000e201",
        "person_id": ids.PERSON,
        "placement_id": PLACEMENT,
        "kind": "TRANSFER",
        "moved_on": "2026-11-20",
        "accommodation": "HMP",
        "establishment": "TSI",
        "open": True,
        "clearance": "MISSING",
        "proposed_settings": ["VISIT", "VIDEO", "PHONE", "EMAIL", "LETTER"],
        "planned_elsewhere": 6,
        "decision": None,
        "setting": None,
        "reason": None,
        "decided_at": None,
        "decided_by": None,
        **ids.STAMPS,
    },
}
