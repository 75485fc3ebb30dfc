"""How each mutation about mentors and matching is called so that it succeeds."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.matching.helpers import active_mentor, answered, begun, made, proposed, stepped
from tests.world import CharityWorld

Variables = dict[str, Any]


async def _on_mentor(charity: CharityWorld, **given: Any) -> Variables:
    mentor = await active_mentor(charity, capacity=9)
    return {"id": mentor["id"], "version": mentor["version"], "input": given}


async def _of_mentor(charity: CharityWorld, **given: Any) -> Variables:
    return {"mentorId": (await active_mentor(charity))["id"], "input": given}


async def _plain(charity: CharityWorld, **given: Any) -> Variables:
    return {"input": given}


async def _absent(charity: CharityWorld) -> Variables:
    days = {"awayFrom": "2026-12-21", "awayUntil": "2027-01-04"}
    return await _plain(charity, supervisorId=str(charity.manager.id), **days)


async def _running(charity: CharityWorld) -> Variables:
    return await _plain(charity, programmeId=charity.programme_id)


async def _approving(charity: CharityWorld) -> Variables:
    run = await made(charity.coordinator, "/v1/match-runs", {"programme_id": charity.programme_id})
    return {"id": run["id"], "version": run["version"], "input": {"lines": []}}


async def _wishing(charity: CharityWorld) -> Variables:
    person = await made(charity.coordinator, "/v1/people", {"given_name": "Testcase"})
    wish = {"attribute": "LANGUAGE", "value": "pl", "required": True}
    return {"personId": person["id"], "input": {"releaseArea": "SW2", "wishes": [wish]}}


async def _apart(charity: CharityWorld) -> Variables:
    person = await made(charity.coordinator, "/v1/people", {"given_name": "Testcase"})
    mentor = await active_mentor(charity)
    return await _plain(charity, personId=person["id"], mentorId=mentor["id"], kind="KNOWS")


async def _publishing(charity: CharityWorld) -> Variables:
    programme = await made(charity.manager, "/v1/programmes", {"name": "A programme to match in"})
    return {"programmeId": programme["id"], "input": {"document": {"name": "Nearby", "locality": "PREFERENCE"}}}


async def _proposing(charity: CharityWorld) -> Variables:
    referral, mentor = await charity.push(), await active_mentor(charity)
    return await _plain(charity, referralId=referral["id"], mentorId=mentor["id"])


def _step(state: str, **given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        by, mentor = charity.coordinator, await active_mentor(charity)
        engagement = await (proposed if state == "PROPOSED" else begun)(charity, mentor)
        at = f"/v1/engagements/{engagement['id']}"
        if state == "PAUSED":
            engagement = await stepped(by, f"{at}/pause", {"reason": "Away."})
        if state == "ENDED":
            engagement = await stepped(by, f"{at}/end", {"reason": "COMPLETED", "planned": True})
        more = {"mentorId": (await active_mentor(charity))["id"]} if state == "HANDED" else {}
        return {"id": engagement["id"], "version": engagement["version"], "input": {**given, **more}}

    return of


async def _finishing(charity: CharityWorld) -> Variables:
    mentor = await active_mentor(charity)
    engagement = await proposed(charity, mentor)
    for side in ("MENTOR", "PERSON"):
        await answered(charity.coordinator, engagement, side)
    leaving = {"stage": "LEFT", "reason": "Moved away."}
    await stepped(charity.coordinator, f"/v1/mentors/{mentor['id']}/stage", leaving)
    [task, *_] = (await charity.coordinator.get(f"/v1/bridging-tasks?engagement_id={engagement['id']}")).json()["items"]
    return {"id": task["id"], "version": task["version"]}


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "createMentor": lambda c: _plain(c, displayName="Example Volunteer", languages=["en"], offers={"FAITH": ["any"]}),
    "changeMentor": lambda c: _on_mentor(c, capacity=4, times=["MON_MORNING"]),
    "moveMentor": lambda c: _on_mentor(c, stage="PAUSED", reason="Away."),
    "recordMentorCheck": lambda c: _of_mentor(c, kind="VETTING", decidedOn="2026-10-01", expiresOn="2029-10-01"),
    "recordMentorTraining": lambda c: _of_mentor(c, module="REFRESHER", completedOn="2026-10-01"),
    "recordSupervision": lambda c: _of_mentor(c, kind="PHONE", heldOn="2026-11-02", minutes=20),
    "recordMentorHours": lambda c: _of_mentor(c, givenOn="2026-11-02", minutes=90),
    "recordSupervisorAbsence": _absent,
    "startMatchRun": _running,
    "approveMatchRun": _approving,
    "recordMatchProfile": _wishing,
    "recordMatchExclusion": _apart,
    "publishMatchingPolicy": _publishing,
    "proposeEngagement": _proposing,
    "acceptEngagement": _step("PROPOSED", side="MENTOR"),
    "declineEngagement": _step("PROPOSED", side="MENTOR", reason="NO_TIME"),
    "takeBackEngagement": _step("PROPOSED", reason="By mistake."),
    "pauseEngagement": _step("ACTIVE", reason="Away."),
    "resumeEngagement": _step("PAUSED"),
    "handOverEngagement": _step("HANDED"),
    "endEngagement": _step("ACTIVE", reason="COMPLETED", planned=True),
    "reopenEngagement": _step("ENDED", reason="Recalled."),
    "finishBridgingTask": _finishing,
}
