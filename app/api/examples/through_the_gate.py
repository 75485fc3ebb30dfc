"""Where somebody stays."""

from typing import Any

from app.api.examples import ids

PLACEMENT = "01900000-0000-7000-8000-00000000e701"

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
}
