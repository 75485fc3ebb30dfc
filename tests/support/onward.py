"""Onward referrals of an engagement, on their way."""

from typing import Any

from tests.matching.helpers import made, stepped
from tests.sessions.helpers import at
from tests.world import Caller

ON_THE_WAY = ("send", "accept", "start", "close")


def day(**ago: float) -> str:
    """So long ago, or with a minus so long ahead, as a date."""
    return at(**ago)[:10]


def given(step: str) -> dict[str, Any]:
    """What a step is taken with."""
    return {
        "send": {"consent": {"given_on": day(days=1), "by": "SIGNATURE"}},
        "decline": {"by": "PERSON", "reason": "NOT_WANTED"},
        "close": {"result": "HELPED"},
    }.get(step, {})


async def suggested(by: Caller, engagement: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    body = {
        "engagement_id": engagement["id"],
        "service_name": "Testcase Example Housing",
        "pathway": "ACCOMMODATION",
        "why": "He will have no address.",
        "proposed_by": "TOGETHER",
        **more,
    }
    return await made(by, "/v1/onward-referrals", body, status)


async def went(
    by: Caller, onward: dict[str, Any], step: str, body: dict[str, Any] | None = None, status: int = 200
) -> dict[str, Any]:
    path = f"/v1/onward-referrals/{onward['id']}/{step}"
    return await stepped(by, path, given(step) if body is None else body, status=status)


async def brought_to(by: Caller, onward: dict[str, Any], step: str) -> dict[str, Any]:
    """One from which this step can be taken."""
    before = {"withdraw-consent": 1, "decline": 1}.get(step)
    for earlier in ON_THE_WAY[: ON_THE_WAY.index(step) if before is None else before]:
        onward = await went(by, onward, earlier)
    return onward
