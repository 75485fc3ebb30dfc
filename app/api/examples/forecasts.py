"""The weeks ahead. Of a year only the last week is shown."""

from typing import Any

from app.api.examples import ids

_HISTORY = {
    "since": "2024-11-24",
    "until": "2026-11-22",
    "useful_weeks": 12,
    "arrivals": {"events": 108, "weeks": 104.0},
    "undecided": 4,
    "weeks_to_release": {"count": 90, "low": 17, "median": 38, "high": 65},
    "waiting": 6,
    "releases_in_12_weeks": 1,
    "engagements_ended": {"count": 40, "low": 40, "median": 40, "high": 40},
    "engagements_going_on": 31,
    "places_freed": {"events": 40, "weeks": 104.0},
    "mentors": 11,
    "places": 31,
    "leaving": {"events": 3, "weeks": 655.0},
    "stages": [
        {
            "stage": "APPLIED",
            "in_it": 0,
            "passed": {"successes": 13, "trials": 17},
            "weeks": {"count": 13, "low": 3, "median": 3, "high": 3},
        },
        {
            "stage": "INTERVIEWED",
            "in_it": 2,
            "passed": {"successes": 11, "trials": 11},
            "weeks": {"count": 11, "low": 5, "median": 5, "high": 5},
        },
        {
            "stage": "VETTED",
            "in_it": 0,
            "passed": {"successes": 11, "trials": 11},
            "weeks": {"count": 11, "low": 6, "median": 6, "high": 6},
        },
        {
            "stage": "TRAINED_OR_CLEARED",
            "in_it": 0,
            "passed": {"successes": 11, "trials": 11},
            "weeks": {"count": 11, "low": 16, "median": 16, "high": 16},
        },
    ],
    "cohorts": ["2027-06-01", "2027-11-01"],
}
_WARNINGS = [
    {"code": "LITTLE_HISTORY", "input": "leaving", "count": 3},
    {"code": "UNDECIDED", "input": "arrivals", "count": 4},
]
_AS_PLANNED = {
    **{
        "inputs_digest": "98350e550ff3dff22999aa3e888b35d04b5b82ca1eb7b229d215ce71cfe63e4b",
        "seed": 1,
        "runs": 500,
        "weeks": [
            {
                "week": 52,
                "ends_on": "2027-11-20",
                "waiting": {"low": 13, "median": 25, "high": 37},
                "released_unserved": {"low": 2, "median": 4, "high": 7},
                "engaged": {"low": 23, "median": 30, "high": 34},
                "active_mentors": {"low": 7, "median": 10, "high": 12},
                "free_places": {"low": 0, "median": 0, "high": 0},
            }
        ],
        "totals": {
            "arrived": {"low": 43, "median": 54, "high": 65},
            "served": {"low": 24, "median": 31, "high": 36},
            "released_unserved": {"low": 2, "median": 4, "high": 7},
            "mean_wait": {"low": 9, "median": 12, "high": 15},
        },
        "unknown": [],
    },
    "warnings": _WARNINGS,
}
_WHAT_IF = {
    **{
        "inputs_digest": "b85cba1edf1d65b5a48321371d192a56496b0b2336673c856adcda0e2d12f8c2",
        "seed": 1,
        "runs": 500,
        "weeks": [
            {
                "week": 52,
                "ends_on": "2027-11-20",
                "waiting": {"low": 4, "median": 15, "high": 28},
                "released_unserved": {"low": 2, "median": 2, "high": 5},
                "engaged": {"low": 34, "median": 41, "high": 46},
                "active_mentors": {"low": 12, "median": 16, "high": 18},
                "free_places": {"low": 0, "median": 0, "high": 0},
            }
        ],
        "totals": {
            "arrived": {"low": 43, "median": 54, "high": 65},
            "served": {"low": 35, "median": 42, "high": 48},
            "released_unserved": {"low": 2, "median": 2, "high": 5},
            "mean_wait": {"low": 7, "median": 10, "high": 13},
        },
        "unknown": [],
    },
    "warnings": _WARNINGS,
}
_DIFFERENCE = {
    "arrived": {"low": 0, "median": 0, "high": 0},
    "served": {"low": 9, "median": 12, "high": 12},
    "released_unserved": {"low": -3, "median": -1, "high": 0},
    "mean_wait": {"low": -4, "median": -2, "high": 0},
}
_NEEDED = {
    **{
        "inputs_digest": "4451184d971ec6e5930850cf79f7dc4b888e70664c9a2486e83a8584d17bed8f",
        "seed": 1,
        "runs": 500,
        "at_most": 3,
        "by": "2027-11-22",
        "active": 15,
        "additional": 4,
        "from_on": "2026-12-01",
        "released_unserved": {"low": 1, "median": 1, "high": 3},
        "waiting": {"low": 4, "median": 12, "high": 24},
        "why_not": None,
        "tried": [
            {
                "additional": 0,
                "released_unserved": {"low": 2, "median": 4, "high": 7},
                "waiting": {"low": 13, "median": 25, "high": 37},
            },
            {
                "additional": 1,
                "released_unserved": {"low": 1, "median": 2, "high": 5},
                "waiting": {"low": 10, "median": 21, "high": 34},
            },
            {
                "additional": 2,
                "released_unserved": {"low": 1, "median": 2, "high": 4},
                "waiting": {"low": 8, "median": 18, "high": 31},
            },
            {
                "additional": 3,
                "released_unserved": {"low": 1, "median": 1, "high": 4},
                "waiting": {"low": 6, "median": 15, "high": 28},
            },
            {
                "additional": 4,
                "released_unserved": {"low": 1, "median": 1, "high": 3},
                "waiting": {"low": 4, "median": 12, "high": 24},
            },
            {
                "additional": 5,
                "released_unserved": {"low": 1, "median": 1, "high": 3},
                "waiting": {"low": 3, "median": 10, "high": 21},
            },
        ],
        "unknown": [],
    },
    "warnings": _WARNINGS,
}

ANSWERS: dict[str, Any] = {
    "ForecastRead": {
        "programme_id": ids.PROGRAMME,
        "history": _HISTORY,
        "as_planned": _AS_PLANNED,
        "what_if": _WHAT_IF,
        "difference": _DIFFERENCE,
    },
    "MentorsNeededRead": {"programme_id": ids.PROGRAMME, "history": _HISTORY, "needed": _NEEDED},
}
