"""Onward referrals."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT

ONWARD_REFERRAL = "01900000-0000-7000-8000-00000000e601"

ANSWERS: dict[str, Any] = {
    "OnwardReferralRead": {
        "service_id": None,
        "service_name": "Testcase Example Housing",
        "pathway": "ACCOMMODATION",
        "why": "He will have no address on release.",
        "proposed_by": "TOGETHER",
        "id": ONWARD_REFERRAL,
        "engagement_id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "state": "SENT",
        "suggested_on": "2026-11-12",
        "since_on": "2026-11-17",
        "consent_given_on": "2026-11-16",
        "consent_by": "SIGNATURE",
        "consent_withdrawn_on": None,
        "sent_on": "2026-11-17",
        "declined_by": None,
        "declined_reason": None,
        "result": None,
        **ids.STAMPS,
    },
}
