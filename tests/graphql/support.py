"""Each mutation about goals and toolkits: what it is called with so that it is done."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.sessions.helpers import engaged
from tests.support.helpers import FUTC, completed, support_of
from tests.world import CharityWorld

Variables = dict[str, Any]
AT = {"plan_id": "action-plans", "goal_id": "goals", "toolkit_id": "toolkits", "progress_id": "toolkit-progress"}


def _new(**given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        return {"input": {"engagementId": (await engaged(charity))["id"], **given}}

    return of


def _on(what: str, **given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    """Of a goal's step the version is the goal's."""

    async def of(charity: CharityWorld) -> Variables:
        by = charity.coordinator
        ids = await support_of(by, await engaged(charity))
        of = "goal_id" if what == "step_id" else what
        found = (await by.get(f"/v1/{AT[of]}/{ids[of]}")).json()
        return {"id": ids[what], "version": found["version"], "input": given}

    return of


async def _undoing(charity: CharityWorld) -> Variables:
    taken = await _on("step_id", reason="It was another form.")(charity)
    by = charity.coordinator
    goals = (await by.get("/v1/goals?expand=steps")).json()["items"]
    goal = next(one for one in goals if [step["id"] for step in one["steps"]] == [taken["id"]])
    tag = (await by.get(f"/v1/goals/{goal['id']}")).headers["etag"]
    await by.post(f"/v1/goals/{goal['id']}/steps/{taken['id']}/done", {}, headers={"If-Match": tag})
    return {**taken, "version": taken["version"] + 1}


async def _certifying(charity: CharityWorld) -> Variables:
    row = await completed(charity.coordinator, await engaged(charity))
    return {
        "id": row["id"],
        "version": row["version"],
        "input": {"name": "Testcase Example", "awardedBy": "Example Mentoring"},
    }


async def _toolkit(_: CharityWorld) -> Variables:
    return {"input": {"code": "BY_GRAPHQL", "title": "Our own", "units": ["Only one"]}}


BEGINNING = {"agreeActionPlan", "setGoal", "beginToolkit"}
"""Of an engagement that a mentor does not know, he is told that there is no such."""
CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "agreeActionPlan": _new(agreedOn="2026-11-01", words="Bit by bit."),
    "reviewActionPlan": _on("plan_id", reviewedOn="2026-11-20", words="It still fits."),
    "endActionPlan": _on("plan_id", endedOn="2026-11-20"),
    "setGoal": _new(pathway="HEALTH", words="Sleep better.", proposedBy="MENTEE"),
    "changeGoal": _on("goal_id", words="Eat well."),
    "moveGoal": _on("goal_id", state="REACHED"),
    "tellGoalProgress": _on("goal_id", said="Two good nights."),
    "addGoalStep": _on("goal_id", words="Ask for a form."),
    "doGoalStep": _on("step_id", doneOn="2026-11-20"),
    "undoGoalStep": _undoing,
    "setGoalStepAside": _on("step_id", reason="The desk is shut."),
    "makeToolkit": _toolkit,
    "changeToolkit": _on("toolkit_id", title="Our own, second edition"),
    "retireToolkit": _on("toolkit_id", reason="There is a second edition."),
    "beginToolkit": _new(toolkitId=FUTC, how="ALONE"),
    "recordToolkitUnit": _on("progress_id", number=1),
    "moveToolkitProgress": _on("progress_id", state="PAUSED"),
    "issueCertificate": _certifying,
}
OF_MENTORS = set(CASES) - {"makeToolkit", "changeToolkit", "retireToolkit"}
OF_ANOTHER = {"doGoalStep", "undoGoalStep", "setGoalStepAside", "issueCertificate"}
"""Answered with the goal whose step it is, or with the certificate for what was completed."""
