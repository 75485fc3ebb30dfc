"""Referrals, decisions, the waiting list, the ledger."""

from typing import Any

from app.api.examples import ids
from app.api.examples.people import SUMMARY
from app.domain.people.models import PERSON_EXAMPLE
from app.domain.referrals.models import REPORTED_SOURCES, Disposition
from app.domain.referrals.rules import WAITING_LIST_RULE, WAITING_LIST_RULE_VERSION

_HERE = f"/v1/referrals/{ids.REFERRAL}"
_STEPS = ("allocate", "decline", "merge", "record_release", "record_transfer", "withdraw")

DECISION: dict[str, Any] = {
    "outcome": "ELIGIBLE",
    "reasons": [
        {
            "code": "AT_LEAST_THRESHOLD",
            "predicate": "custody_remaining",
            "detail": "Your conditional release date is 30 September 2027. This programme asks for 22 February 2027 or "
            "later, so you have enough time left.",
        }
    ],
    "basis": "CRD",
    "custody_end": "2027-09-30",
    "threshold": "2027-02-22",
    "warnings": [],
    "evaluated_on": "2026-11-22",
    "inputs": {
        "custody": {
            "legal_status": "SENTENCED",
            "in_custody": True,
            "conditional_release_date": "2027-09-30",
            "dates_calculated_on": "2026-11-02",
        }
    },
    "policy": {"id": ids.POLICY, "version": 1},
    "decided_at": ids.NOW,
}

_BOTH_SEE: dict[str, Any] = {
    "source": "prison_offender_manager",
    "source_detail": None,
    "channel": "API",
    "received_on": "2026-11-22",
    "reason": "Asked for help with finding work before release.",
    "needs": ["EDUCATION_SKILLS_AND_WORK"],
    "partner_reference": "EXAMPLE-0042",
    "id": ids.REFERRAL,
    "reference": "EXM-7K2M-9Q4T",
    "programme_id": ids.PROGRAMME,
    "status": "open",
    "disposition": "waiting",
    "information_due_on": None,
    "received_at": ids.NOW,
    "version": 1,
    "eligibility": DECISION,
}

REFERRAL: dict[str, Any] = {
    **_BOTH_SEE,
    "partner_id": ids.PARTNER,
    "person": SUMMARY,
    "disposition_since": ids.NOW,
    "duplicate_of_id": None,
    "created_at": ids.NOW,
    "updated_at": ids.NOW,
    "links": {
        "self": _HERE,
        "eligibility": f"{_HERE}/eligibility",
        "history": f"{_HERE}/history",
        "person": f"/v1/people/{ids.PERSON}",
        **{step: f"{_HERE}/{step.replace('_', '-')}" for step in _STEPS},
    },
}

SUBMITTED: dict[str, Any] = {
    **_BOTH_SEE,
    "person": PERSON_EXAMPLE,
    "links": {"self": _HERE, "eligibility": f"{_HERE}/eligibility", "withdraw": f"{_HERE}/withdraw"},
}

ANSWERS: dict[str, Any] = {
    "DecisionRead": DECISION,
    "ReferralRead": REFERRAL,
    "SubmittedReferralRead": SUBMITTED,
    "ReferralReadUnkept": {**REFERRAL, "id": None, "reference": None, "links": {}},
    "SubmittedReferralReadUnkept": {**SUBMITTED, "id": None, "reference": None, "links": {}},
    "HistoryEntry": {
        "id": ids.ENTRY,
        "sequence": 1,
        "disposition": "waiting",
        "step": "judged_eligible",
        "effective_on": "2026-11-22",
        "recorded_at": ids.NOW,
        "recorded_by": ids.CLIENT,
        "recorded_by_name": "Example case system",
        "reason": None,
    },
    "WaitingList": {
        "programme_id": ids.PROGRAMME,
        "on": "2026-11-22",
        "rule": WAITING_LIST_RULE,
        "rule_version": WAITING_LIST_RULE_VERSION,
        "total": 1,
        "items": [
            {
                "position": 1,
                "referral_id": ids.REFERRAL,
                "reference": "EXM-7K2M-9Q4T",
                "person": SUMMARY,
                "received_on": "2026-11-22",
                "custody_end": "2027-09-30",
                "last_useful_start": "2027-06-16",
                "days_left": 206,
                "reason": "LEAVES_SOONEST_WITH_TIME_LEFT",
                "flags": [],
            }
        ],
        "next": None,
    },
    "Ledger": {
        "programme_id": ids.PROGRAMME,
        "from": "2026-04-01",
        "to": "2026-11-22",
        "as_of": ids.NOW,
        "received": 3,
        "dispositions": [
            {"disposition": d.value, "count": {"waiting": 2, "allocated": 1}.get(d.value, 0)} for d in Disposition
        ],
        "sources": [
            {"source": s.value, "count": {"prison_offender_manager": 2, "self_wing": 1}.get(s.value, 0)}
            for s in REPORTED_SOURCES
        ],
    },
}
