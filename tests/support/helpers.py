"""Goals and toolkits of an engagement, ready for the next step."""

from typing import Any
from uuid import uuid4

from tests.matching.helpers import made, stepped
from tests.world import Caller

FUTC = "01900000-0000-7000-8000-00000000b101"
CONFLICT_15_18 = "01900000-0000-7000-8000-00000000b102"
CONFLICT_18_25 = "01900000-0000-7000-8000-00000000b103"
CONFLICT_25_PLUS = "01900000-0000-7000-8000-00000000b104"
TRAUMA = "01900000-0000-7000-8000-00000000b105"


async def goal_of(by: Caller, engagement: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"engagement_id": engagement["id"], "pathway": "HEALTH", "words": "Sleep better.", "proposed_by": "MENTEE"}
    return await made(by, "/v1/goals", {**body, **more}, status)


async def plan_of(by: Caller, engagement: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"engagement_id": engagement["id"], "agreed_on": "2026-11-01", "words": "Get ready, bit by bit."}
    return await made(by, "/v1/action-plans", {**body, **more}, status)


async def begun_toolkit(by: Caller, engagement: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    named = {} if "family" in more else {"toolkit_id": FUTC}
    body = {"engagement_id": engagement["id"], "how": "WITH_MENTOR", **named}
    return await made(by, "/v1/toolkit-progress", {**body, **more}, status)


async def to_goal(by: Caller, goal: dict[str, Any], step: str, body: Any, status: int = 200) -> dict[str, Any]:
    return await stepped(by, f"/v1/goals/{goal['id']}/{step}", body, status=status)


async def to_progress(by: Caller, row: dict[str, Any], step: str, body: Any, status: int = 200) -> dict[str, Any]:
    return await stepped(by, f"/v1/toolkit-progress/{row['id']}/{step}", body, status=status)


async def completed(by: Caller, engagement: dict[str, Any]) -> dict[str, Any]:
    """All six weeks of it."""
    row = await begun_toolkit(by, engagement)
    for number in range(1, 7):
        row = await to_progress(by, row, "units", {"number": number})
    assert row["state"] == "COMPLETED"
    return row


async def steps_of(by: Caller, goal: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await by.get(f"/v1/goals/{goal['id']}?expand=steps")).json()["steps"]
    return found


async def support_of(by: Caller, engagement: dict[str, Any]) -> dict[str, str]:
    """The ids of a plan, a goal with a step, a toolkit of the charity's own, and somebody's work on it."""
    plan, goal = await plan_of(by, engagement), await goal_of(by, engagement)
    await to_goal(by, goal, "steps", {"words": "Ask for a form."})
    [step] = await steps_of(by, goal)
    own = {"code": f"OWN_{uuid4().hex[:8].upper()}", "title": "Our own", "units": ["Only one"], "certificate": True}
    toolkit = await made(by, "/v1/toolkits", own)
    done = await begun_toolkit(by, engagement, toolkit_id=toolkit["id"])
    await to_progress(by, done, "units", {"number": 1})
    certificate = await to_progress(by, done, "certificate", {"name": "Testcase Example", "awarded_by": "Example"})
    progress = await begun_toolkit(by, engagement)
    return {
        "plan_id": plan["id"],
        "goal_id": goal["id"],
        "step_id": step["id"],
        "toolkit_id": toolkit["id"],
        "progress_id": progress["id"],
        "certificate_id": certificate["id"],
    }
