"""People, custody facts, agreements."""

from typing import Any

from app.api.examples import ids
from app.domain.people.models import CUSTODY_EXAMPLE, CustodyFields

SUMMARY: dict[str, Any] = {
    "id": ids.PERSON,
    "given_name": "Testcase",
    "family_name": "Exampleson",
    "date_of_birth": "1990-01-31",
    "establishment": "BXI",
    "location": "C wing, 3-14",
}

_RECORDED: dict[str, Any] = {
    "id": ids.ENTRY,
    "person_id": ids.PERSON,
    "recorded_at": ids.NOW,
    "recorded_by": ids.MEMBER,
}

ANSWERS: dict[str, Any] = {
    "PersonRead": {
        **SUMMARY,
        "known_as": ["Tester"],
        "sex": "M",
        "setting": "CUSTODY",
        "probation_region": "London",
        "incentive_level": None,
        "risk_flags": None,
        "cjs_contact": True,
        "has_conviction": True,
        "offence_history_complete": None,
        "movement": "IN_ESTABLISHMENT",
        "merged_into_id": None,
        "deceased": False,
        "identifiers": [{"scheme": "prison_number", "value": "A0000AA", "verified": True, "superseded": False}],
        "convictions": [{"offence_group": "BURGLARY_OTHER", "scope": "CURRENT_SENTENCE"}],
        **ids.STAMPS,
    },
    "PossibleMatches": {"items": [{"person": SUMMARY, "score": 95, "reasons": ["SAME_IDENTIFIER:prison_number"]}]},
    "CustodyFactsRead": {
        **dict.fromkeys(CustodyFields.model_fields),
        **CUSTODY_EXAMPLE,
        **_RECORDED,
        "source": "OMU",
        "verified_by": "Seen on the OMU list",
        "current": True,
    },
    "PersonMergeRead": {
        "id": "01900000-0000-7000-8000-00000000e0fe",
        "person_id": ids.PERSON,
        "duplicate_id": "01900000-0000-7000-8000-00000000e0ff",
        "reason": "The same prison number.",
        "rows_moved": 14,
        "recorded_at": ids.NOW,
        "recorded_by": ids.MEMBER,
    },
    "ConsentRead": {
        **_RECORDED,
        "purpose": "CONTACT_AFTER_RELEASE",
        "given": True,
        "stated_at": "2026-11-20T10:15:00.000000Z",
        "wording_version": "2026-1",
    },
    "ExplanationRead": {
        **_RECORDED,
        "kind": "VOLUNTARY",
        "explained_at": "2026-11-20T10:15:00.000000Z",
        "explained_by": "Example Coordinator",
        "wording_version": "2026-1",
    },
    "ProtectedCharacteristicsRead": {
        "ethnicity": "W1",
        "ethnicity_source": "SELF_DEFINED",
        "gender_identity": None,
        "sexual_orientation": None,
        "religion": None,
        "support_needs": "Reads slowly; prefers to be told.",
        "person_id": ids.PERSON,
        "version": 1,
        "updated_at": ids.NOW,
    },
}
