"""Feedback and its forms."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT

FORM = "01900000-0000-7000-8000-00000000e601"
FEEDBACK = "01900000-0000-7000-8000-00000000e602"

ANSWERS: dict[str, Any] = {
    "FeedbackFormRead": {
        "code": "AFTER_SIX_WEEKS",
        "audience": "MENTEE",
        "title": "How is it going?",
        "id": FORM,
        "edition": 1,
        "everyones": False,
        "questions": [{"code": "HEARD", "text": "Do you feel listened to?", "kind": "SCALE_1_5"}],
        "retired_at": None,
        **ids.STAMPS,
    },
    "FeedbackRead": {
        "form_id": FORM,
        "engagement_id": ENGAGEMENT,
        "referral_id": None,
        "status": "ANSWERED",
        "taken_by": "READ_ALOUD",
        "supersedes_id": None,
        "id": FEEDBACK,
        "audience": "MENTEE",
        "answers": [{"question": "HEARD", "value": "4"}],
        "given_on": "2026-11-20",
        "superseded_by_id": None,
        "created_at": ids.STAMPS["created_at"],
        "created_by": "01900000-0000-7000-8000-00000000a002",
    },
    "FeedbackReceipt": {"id": FEEDBACK, "status": "ANSWERED", "given_on": "2026-11-20"},
}
