"""Metrics and reports."""

from typing import Any

from app.api.examples import ids
from app.api.examples.mentoring import ENGAGEMENT

REPORT = "01900000-0000-7000-8000-000000000711"
_STORY = "01900000-0000-7000-8000-000000000712"
_WORDS = "Jay had been a barber before prison."
_PERIOD = {"from": "2024-02-01", "to": "2025-03-31"}
_HEAD = {
    "programme_id": ids.PROGRAMME,
    "title": "Mentoring at Brixton, February 2024 to March 2025",
    "period_from": "2024-02-01",
    "period_to": "2025-03-31",
    "id": REPORT,
    "programme_name": "Mentoring in prison and through the gate",
    "charity_name": "Example Mentoring Charity",
}
_BREADTH = {
    "name": "outcome_breadth",
    "version": 1,
    "title": "In how many outcomes",
    "kind": "ROWS",
    "unit": "PEOPLE",
    "programme_id": ids.PROGRAMME,
    "period": _PERIOD,
    "numerator": None,
    "denominator": None,
    "percent": None,
    "interval_95": None,
    "median": None,
    "rows": [
        {
            "key": "3_or_more",
            "label": "Three or more",
            "numerator": 26,
            "denominator": 31,
            "percent": 84,
            "interval_95": {"low": 67, "high": 93},
            "suppressed": False,
        }
    ],
    "suppression": "applied",
    "suppressed": False,
    "threshold": 5,
    "rounding": "half_up",
    "method": "Of all people supported in the period, who improved in at least so many of the six.",
    "as_of": ids.NOW,
    "snapshot_id": REPORT,
}

ANSWERS: dict[str, Any] = {
    "Metric": _BREADTH,
    "MetricCatalogue": {
        "programme_id": ids.PROGRAMME,
        "items": [
            {
                **{name: _BREADTH[name] for name in ("name", "version", "title", "kind", "unit", "method")},
                "inside_only": False,
            }
        ],
        "published": [{"report_id": REPORT, "title": _HEAD["title"], "period": _PERIOD, "published_at": ids.NOW}],
        "next": None,
    },
    "ReportRead": {**_HEAD, "taken_at": ids.NOW, "taken_by": ids.MEMBER, "published_at": None},
    "PublicationRead": {**_HEAD, "threshold": 5, "taken_at": ids.NOW, "published_at": ids.NOW},
    "ReportByName": {
        "id": REPORT,
        "programme_id": ids.PROGRAMME,
        "programme_name": _HEAD["programme_name"],
        "charity_name": _HEAD["charity_name"],
        "title": _HEAD["title"],
        "period": _PERIOD,
        "suppression": "applied",
        "threshold": 5,
        "taken_at": ids.NOW,
        "published_at": ids.NOW,
        "words": ["People who improved are people who improved: there was nobody to compare them with."],
        "metrics": {"outcome_breadth": _BREADTH},
        "case_studies": [{"id": _STORY, "pseudonym": "Jay", "title": "Back to barbering", "words": _WORDS}],
    },
    "CaseStudyRead": {
        "engagement_id": ENGAGEMENT,
        "pseudonym": "Jay",
        "title": "Back to barbering",
        "id": _STORY,
        "words": _WORDS,
        "warnings": [],
        "withdrawn_at": None,
        "withdrawn_because": None,
        "created_by": ids.MEMBER,
        **ids.STAMPS,
    },
}
