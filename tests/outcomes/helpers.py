"""Judgements, measures and forms."""

from typing import Any
from uuid import uuid4

from tests.matching.helpers import made
from tests.through_the_gate.helpers import day
from tests.world import Caller, CharityWorld

SCALE: dict[str, Any] = {
    "code": "TOTAL",
    "label": "Well-being",
    "direction": "HIGHER_IS_BETTER",
    "raw_min": 7,
    "raw_max": 35,
    "standard_error": "1.03",
    "reliable_difference": "2.87",
}


async def judged(
    by: Caller, engagement: dict[str, Any], outcome: str, judgement: str = "IMPROVED", status: int = 201, **more: Any
) -> dict[str, Any]:
    given = {"evidence_source": "MENTOR_RECORD", "basis": "As told."} if judgement != "NOT_ASSESSED" else {}
    body = {"engagement_id": engagement["id"], "outcome": outcome, "judgement": judgement, **given, **more}
    return await made(by, "/v1/outcomes", body, status)


async def measure_of(charity: CharityWorld, status: int = 201, **more: Any) -> dict[str, Any]:
    body = {
        "code": f"OURS_{uuid4().hex[:8].upper()}",
        "title": "How are you?",
        "edition_label": "1",
        "rapport_sessions": 0,
        "scales": [SCALE],
        **more,
    }
    return await made(charity.coordinator, "/v1/measures", body, status)


async def filled_in(
    by: Caller, measure: dict[str, Any], engagement: dict[str, Any], raw: int = 20, status: int = 201, **more: Any
) -> dict[str, Any]:
    """A form, complete unless something else is said."""
    body: dict[str, Any] = {"measure_id": measure["id"], "engagement_id": engagement["id"], "taken_on": day()}
    if more.get("status_of_form", "COMPLETE") == "COMPLETE":
        body |= {"scores": [{"scale": "TOTAL", "raw": raw}]}
    body |= {"status": more.pop("status_of_form", "COMPLETE")}
    if body["status"] in ("COMPLETE", "PARTIAL"):
        body["administered_by"] = "SELF"
    return await made(by, "/v1/measure-responses", {**body, **more}, status)
