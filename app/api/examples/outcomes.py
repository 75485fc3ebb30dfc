"""Outcomes, measures and forms."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT
from app.domain.outcomes.models import EXAMPLE_MEASURE

_SCALE = {
    "code": "TOTAL",
    "label": "Well-being",
    "direction": "HIGHER_IS_BETTER",
    "raw_min": 7,
    "raw_max": 35,
    "conversion": [],
    "standard_error": "1.03",
    "reliable_difference": "2.87",
    "standard_deviation": None,
    "reliability": None,
}

ANSWERS: dict[str, Any] = {
    "OutcomeJudgementRead": {
        "engagement_id": ENGAGEMENT,
        "outcome": "HEALTH_WELLBEING",
        "judgement": "IMPROVED",
        "evidence_source": "SELF_REPORT",
        "basis": "He sleeps again, and goes to the gym twice a week.",
        "id": "01900000-0000-7000-8000-000000000702",
        "assessed_on": "2026-11-20",
        "sequence": 1,
        "stands": True,
        "recorded_at": ids.NOW,
        "recorded_by": ids.MEMBER,
    },
    "OutcomeSummaryRead": {
        "id": ENGAGEMENT,
        "person_id": ids.PERSON,
        "programme_id": ids.PROGRAMME,
        "mentor_id": "01900000-0000-7000-8000-00000000e101",
        "state": "ACTIVE",
        "started_on": "2026-03-02",
        "ended_on": None,
        "improved": ["HEALTH_WELLBEING"],
        "not_improved": ["EDUCATION_TRAINING_EMPLOYMENT"],
        "not_assessed": [
            "PROBLEMS_IN_LIFE",
            "COMMUNITY_ACTIVITIES",
            "PROSOCIAL_BELIEFS",
            "PROSOCIAL_RELATIONSHIPS",
        ],
        "breadth": 1,
        "last_assessed_on": "2026-11-20",
    },
    "MeasureRead": {
        "code": "OUR_WELLBEING",
        "title": "How are you?",
        "edition_label": "1",
        "licence_ref": None,
        "rapport_sessions": 3,
        "id": EXAMPLE_MEASURE,
        "edition": 1,
        "scales": [_SCALE],
        "retired_at": None,
        **ids.STAMPS,
    },
    "MeasureResponseRead": {
        "measure_id": EXAMPLE_MEASURE,
        "engagement_id": ENGAGEMENT,
        "status": "COMPLETE",
        "administered_by": "SELF",
        "language": "en",
        "reason": None,
        "override_reason": None,
        "supersedes_id": None,
        "id": "01900000-0000-7000-8000-000000000703",
        "scores": [{"scale": "TOTAL", "raw": 21, "scaled": None}],
        "taken_on": "2026-11-20",
        "superseded_by_id": None,
        "created_at": ids.NOW,
        "created_by": ids.MEMBER,
    },
    "MeasureChanges": {
        "engagement_id": ENGAGEMENT,
        "items": [
            {
                "measure": "OUR_WELLBEING",
                "scale": "TOTAL",
                "label": "Well-being",
                "direction": "HIGHER_IS_BETTER",
                "first_on": "2026-04-20",
                "last_on": "2026-11-20",
                "first_score": "18",
                "last_score": "21",
                "difference": "3",
                "result": "RELIABLE_IMPROVEMENT",
                "not_comparable": None,
                "method": "STANDARD_ERROR",
            }
        ],
    },
}
