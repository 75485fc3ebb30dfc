"""Plans, goals, toolkits and certificates."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT

PLAN = "01900000-0000-7000-8000-00000000e601"
GOAL = "01900000-0000-7000-8000-00000000e602"
TOOLKIT = "01900000-0000-7000-8000-00000000b101"
PROGRESS = "01900000-0000-7000-8000-00000000e603"
CERTIFICATE = "01900000-0000-7000-8000-00000000e604"

ANSWERS: dict[str, Any] = {
    "ActionPlanRead": {
        "agreed_on": "2026-11-20",
        "review_due_on": "2027-01-15",
        "words": "I want to see my family more and have work lined up for when I am out.",
        "id": PLAN,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "state": "CURRENT",
        "ended_on": None,
        **ids.STAMPS,
    },
    "GoalRead": {
        "pathway": "EDUCATION_SKILLS_AND_WORK",
        "words": "Get my forklift licence.",
        "proposed_by": "MENTEE",
        "id": GOAL,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "plan_id": PLAN,
        "state": "AGREED",
        "agreed_on": "2026-11-20",
        **ids.STAMPS,
    },
    "ToolkitRead": {
        "code": "FUTC",
        "title": "Facing Up to Conflict",
        "family": None,
        "weeks": 6,
        "accredited": True,
        "certificate": True,
        "age_from": None,
        "age_to": None,
        "id": TOOLKIT,
        "everyones": True,
        "units": [{"number": week, "title": f"Week {week}"} for week in range(1, 7)],
        "retired_on": None,
        "retired_because": None,
        **ids.STAMPS,
    },
    "ToolkitProgressRead": {
        "begun_on": "2026-10-12",
        "how": "WITH_MENTOR",
        "id": PROGRESS,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "toolkit_id": TOOLKIT,
        "title": "Facing Up to Conflict",
        "gives_certificate": True,
        "accredited": True,
        "override_reason": None,
        "state": "COMPLETED",
        "ended_on": "2026-11-20",
        **ids.STAMPS,
    },
    "CertificateRead": {
        "id": CERTIFICATE,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "progress_id": PROGRESS,
        "number": "TGC-7KQM-2WXB-F4ND",
        "name": "Testcase Example",
        "title": "Facing Up to Conflict",
        "accredited": True,
        "issued_on": "2026-11-21",
        "awarded_by": "Example Mentoring",
        "created_at": ids.NOW,
    },
}
