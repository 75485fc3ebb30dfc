"""Organisations, establishments, programmes and their policies."""

from typing import Any

from app.api.examples import ids

ANSWERS: dict[str, Any] = {
    "OrganisationRead": {
        "name": "Example Probation Unit",
        "id": ids.PARTNER,
        "kind": "PARTNER",
        "code": None,
        "active": True,
        **ids.STAMPS,
    },
    "EstablishmentRead": {
        "agency_id": "BXI",
        "name": "Brixton (HMP)",
        "kind": "PRISON",
        "active": True,
        "source": "Prison register (ministryofjustice/prison-register, 18 August 2026)",
    },
    "ProgrammeRead": {
        "name": "Example Mentoring, HMP Brixton",
        "establishments": ["BXI"],
        "capacity": 31,
        "minimum_length": "P3M",
        "time_to_first_session": "P14D",
        "warning_days": 28,
        "id": ids.PROGRAMME,
        "intake": "open",
        "intake_reason": None,
        "intake_until": None,
        "eligibility_policy_version": 1,
        **ids.STAMPS,
    },
    "PolicyRead": {
        "id": ids.POLICY,
        "programme_id": ids.PROGRAMME,
        "policy_version": 1,
        "valid_from": "2026-11-22",
        "document": {
            "version": 1,
            "name": "Three months left to serve",
            "evaluate_on": "referral_received",
            "metadata": {},
            "code_sets": {},
            "all": [
                {
                    "predicate": "custody_remaining",
                    "op": ">=",
                    "value": "P3M",
                    "on": "referral_received",
                    "early_release_counts": "approved_only",
                    "indeterminate_without_date": "eligible_with_warning",
                }
            ],
        },
        "created_at": ids.NOW,
    },
}
