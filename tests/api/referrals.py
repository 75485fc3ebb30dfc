"""Referrals that stand where a step can be taken."""

from collections.abc import Awaitable, Callable

from tests.api.operations import Operation
from tests.matching.helpers import active_mentor, begun, made, programme_of_its_own, proposed, stepped
from tests.outcomes.helpers import measure_of
from tests.reports.helpers import agreeing, frozen, told_of
from tests.safeguarding.helpers import alarm_of, person_of, unreported
from tests.sessions.helpers import at, engaged, planned, took
from tests.support.helpers import completed, support_of
from tests.support.onward import brought_to, suggested
from tests.through_the_gate.helpers import came_to, day, out_for_a_day, person_in, reviewed
from tests.through_the_gate.support import card_for, eligible, gone_through, planned_for, reminded
from tests.world import World

IMMINENT = {"legal_status": "SENTENCED", "conditional_release_date": "2026-11-20"}


async def waiting(world: World) -> str:
    key: str = (await world.a.push())["id"]
    return key


async def to_be_confirmed(world: World) -> str:
    pushed = await world.a.push(custody=IMMINENT)
    assert pushed["disposition"] == "awaiting_confirmation"
    key: str = pushed["id"]
    return key


async def declined(world: World) -> str:
    key = await waiting(world)
    answer = await world.a.manager.step(f"/v1/referrals/{key}/decline", {})
    assert answer.json()["disposition"] == "declined_by_person"
    return key


_START: dict[str, Callable[[World], Awaitable[str]]] = {
    "confirm_ineligible": to_be_confirmed,
    "overrule": to_be_confirmed,
    "reopen": declined,
}


async def ready_for(op: Operation, world: World) -> str:
    """The id of a new referral from which the step is allowed."""
    return await _START.get(op.id, waiting)(world)


SUPPORT = frozenset(
    {
        *("agree_action_plan", "review_action_plan", "end_action_plan", "do_goal_step", "undo_goal_step"),
        *("set_goal_step_aside", "begin_toolkit", "record_toolkit_unit", "move_toolkit_progress", "issue_certificate"),
        *("change_toolkit", "retire_toolkit"),
    }
)


async def ready_with(op: Operation, world: World) -> dict[str, str]:
    """The ids of new things with which a step about mentors can be taken."""
    by = world.a.coordinator
    if op.id == "move_mentor":
        return {"mentor_id": (await active_mentor(world.a))["id"]}
    if op.id in ("write_session_note", "name_barrier"):
        return {"engagement_id": (await engaged(world.a))["id"]}
    if op.id == "acknowledge_alarm":
        concern = await unreported(world.a.manager, await person_of(world.a))
        return {"alarm_id": (await alarm_of(by, concern))["id"]}
    if op.id in SUPPORT:
        return await _support_for(op, world)
    if op.id in ("change_service", "withdraw_service"):
        return {"service_id": (await by.post("/v1/directory/services", {"name": "Example to change"})).json()["id"]}
    if "session" in op.id:
        return await _session_for(op, world)
    for those, ready in ((GATE, _gate_for), (CLOSING, _closing_for), (CHANGED, _changed_for)):
        if op.id in those:
            return await ready(op, world)
    if "onward" in op.id:
        return await _onward_for(op, world)
    if "engagement" not in op.id:
        return {}
    mentor, other = await active_mentor(world.a), await active_mentor(world.a)
    asked = op.id in ("accept_engagement", "decline_engagement", "take_back_engagement")
    engagement = await (proposed if asked else begun)(world.a, mentor)
    at = f"/v1/engagements/{engagement['id']}"
    if op.id == "resume_engagement":
        await stepped(by, f"{at}/pause", {"reason": "Away."})
    if op.id == "reopen_engagement":
        await stepped(by, f"{at}/end", {"reason": "COMPLETED", "planned": True})
    return {"engagement_id": engagement["id"], "mentor_id": other["id"]}


GATE = frozenset(
    {
        "correct_placement",
        "withdraw_placement",
        "return_from_absence",
        "withdraw_absence",
        "decide_move",
        "find_eligible",
        "open_release_plan",
        "agree_ending",
        "record_closing_review",
        "judge_outcome",
        "record_death",
        "issue_reconnect_card",
        "revoke_reconnect_card",
        "take_gate_step",
        "recall_person",
        "transfer_person",
        "release_person",
        "record_temporary_absence",
    }
)


CLOSING = frozenset(
    {
        "change_release_plan",
        "add_plan_item",
        "answer_plan_item",
        "start_plan_again",
        "acknowledge_reminder",
        "supersede_identifier",
        "withdraw_death",
    }
)


STORIES = ("tell_case_study", "withdraw_case_study")
CHANGED = frozenset({"retire_measure", "record_measure_response", "publish_report", *STORIES})


async def _changed_for(op: Operation, world: World) -> dict[str, str]:
    if op.id in STORIES:
        engagement = await agreeing(world.a)
        study = {} if op.id == "tell_case_study" else {"case_study_id": (await told_of(world.a, engagement))["id"]}
        return {"engagement_id": engagement["id"], **study}
    if op.id == "publish_report":
        return {"report_id": (await frozen(await programme_of_its_own(world.a)))["id"]}
    measure = {"measure_id": (await measure_of(world.a))["id"]}
    return measure if op.id == "retire_measure" else {**measure, "engagement_id": (await engaged(world.a))["id"]}


async def _closing_for(op: Operation, world: World) -> dict[str, str]:
    if op.id == "acknowledge_reminder":
        return {"reminder_id": (await reminded(world.a))["id"]}
    if op.id == "supersede_identifier":
        held = [{"scheme": "prison_number", "value": "A0000AA"}]
        return {"person_id": await person_in(world.a, identifiers=held)}
    if op.id == "withdraw_death":
        died = f"/v1/people/{await person_in(world.a)}/deaths"
        return {"death_id": (await made(world.a.coordinator, died, {}))["id"]}
    plan = await planned_for(world.a, await engaged(world.a))
    return {"release_plan_id": plan["id"], "item_id": plan["items"][0]["id"]}


async def _gate_for(op: Operation, world: World) -> dict[str, str]:
    by = world.a.coordinator
    if op.id.endswith("_placement"):
        return {"placement_id": (await came_to(by, await person_in(world.a), day(), "A17"))["id"]}
    if op.id in ("return_from_absence", "withdraw_absence"):
        return {"absence_id": (await out_for_a_day(world.a))["id"]}
    if op.id == "issue_reconnect_card":
        return {"support_id": (await gone_through(world.a, "OFFER", "ACCEPT"))["id"]}
    if op.id == "revoke_reconnect_card":
        return {"card_id": (await card_for(world.a, await gone_through(world.a, "OFFER", "ACCEPT")))["id"]}
    if op.id in ("find_eligible", "open_release_plan", "agree_ending", "record_closing_review", "judge_outcome"):
        return {"engagement_id": (await engaged(world.a))["id"]}
    if op.id == "take_gate_step":
        return {"support_id": (await eligible(world.a, await engaged(world.a)))["id"]}
    if op.id == "decide_move":
        return {"review_id": (await reviewed(world.a))["id"]}
    return {"person_id": await person_in(world.a, None if op.id == "recall_person" else "BXI")}


async def _support_for(op: Operation, world: World) -> dict[str, str]:
    """Where nothing of it is yet: one plan and one of a toolkit go on at a time."""
    by, engagement = world.a.coordinator, await engaged(world.a)
    ids = {"engagement_id": engagement["id"]}
    if op.id in ("agree_action_plan", "begin_toolkit"):
        return ids
    ids |= await support_of(by, engagement)
    if op.id == "undo_goal_step":
        goal = (await by.get(f"/v1/goals/{ids['goal_id']}")).headers["etag"]
        await by.post(f"/v1/goals/{ids['goal_id']}/steps/{ids['step_id']}/done", {}, headers={"If-Match": goal})
    if op.id == "issue_certificate":
        ids["progress_id"] = (await completed(by, await engaged(world.a)))["id"]
    return ids


async def _session_for(op: Operation, world: World) -> dict[str, str]:
    by, engagement = world.a.coordinator, await engaged(world.a)
    ids = {"engagement_id": engagement["id"]}
    if op.id == "end_session_series":
        body = {"engagement_id": engagement["id"], "setting": "PHONE", "interval": "WEEKLY", "first_at": at(days=-1)}
        made_one = await by.post("/v1/session-series", {**body, "until": at(days=-30)[:10]})
        return {**ids, "series_id": made_one.json()["id"]}
    if "{session_id}" not in op.path:
        return ids
    session = await planned(by, engagement, at(minutes=30))
    if op.id == "correct_session":
        await took(by, session, "record", {"attendance": "ATTENDED", "explained": True})
    return {**ids, "session_id": session["id"]}


async def _onward_for(op: Operation, world: World) -> dict[str, str]:
    by, engagement = world.a.coordinator, await engaged(world.a)
    if "{onward_referral_id}" not in op.path:
        return {"engagement_id": engagement["id"]}
    onward = await brought_to(by, await suggested(by, engagement), op.path.rsplit("/", 1)[1])
    return {"onward_referral_id": onward["id"]}
