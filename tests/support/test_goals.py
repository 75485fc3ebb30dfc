"""Plans and goals by the REST door: agreed together, in small steps, changed freely."""

import asyncio
from typing import Any

import asyncpg
import pytest

from app.domain.kernel.access import Role
from tests.graphql.door import data
from tests.matching.helpers import active_mentor, stepped
from tests.sessions.helpers import begun_with, engaged, handed_over, own_mentor
from tests.support.helpers import goal_of, plan_of, steps_of, to_goal
from tests.world import Caller, World


async def _entries(by: Caller, goal: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await by.get(f"/v1/goals/{goal['id']}?expand=entries")).json()["entries"]
    return found


async def _step(by: Caller, goal: dict[str, Any], step_id: str, what: str, body: Any, *, status: int = 200) -> Any:
    """The version is the goal's."""
    tag = (await by.get(f"/v1/goals/{goal['id']}")).headers["etag"]
    told = await by.post(f"/v1/goals/{goal['id']}/steps/{step_id}/{what}", body, headers={"If-Match": tag})
    assert told.status_code == status, told.text
    return told.json()


async def test_his_own_goal_is_agreed_at_once_and_what_was_said_stays(world: World) -> None:
    by = world.a.coordinator
    goal = await goal_of(by, await engaged(world.a))
    assert (goal["state"], goal["agreed_on"] is not None) == ("AGREED", True)
    await to_goal(by, goal, "progress", {"said": "Two good nights."})
    await to_goal(by, goal, "progress", {"not_said": True})
    at = f"/v1/goals/{goal['id']}"
    changed = await by.step(at, {"words": "Sleep, and eat well."}, method="PATCH", of=at)
    assert changed.json()["words"] == "Sleep, and eat well."
    for state in ("SET_ASIDE", "AGREED", "DECLINED", "PROPOSED"):
        moved = await to_goal(by, goal, "state", {"state": state})
    assert moved["agreed_on"] is None
    entries = await _entries(by, goal)
    assert [(one["kind"], one["said"], one["not_said"]) for one in entries[:3]] == [
        ("SET", None, False),
        ("PROGRESS", "Two good nights.", False),
        ("PROGRESS", None, True),
    ]
    assert [one["words"] for one in entries[:4]] == ["Sleep better."] * 3 + ["Sleep, and eat well."]
    assert [one["sequence"] for one in entries] == list(range(1, 9))


async def test_what_the_mentor_proposed_is_nothing_until_he_agrees(world: World) -> None:
    by = world.a.coordinator
    goal = await goal_of(by, await engaged(world.a), proposed_by="MENTOR")
    assert (goal["state"], goal["agreed_on"]) == ("PROPOSED", None)
    for state in ("AGREED", "REACHED"):
        told = await to_goal(by, goal, "state", {"state": state}, 422)
        assert told["errors"][0]["pointer"] == "/agreed_on"
    agreed = await to_goal(by, goal, "state", {"state": "AGREED", "agreed_on": "2026-11-02"})
    assert (agreed["state"], agreed["agreed_on"]) == ("AGREED", "2026-11-02")
    assert (await to_goal(by, goal, "state", {"state": "REACHED"}))["agreed_on"] == "2026-11-02"


async def test_small_steps_are_done_undone_and_set_aside(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    goal, other = await goal_of(by, engagement), await goal_of(by, engagement)
    await to_goal(by, goal, "steps", {"words": "Ask for a form.", "by_day": "2026-01-01"})
    [step] = await steps_of(by, goal)
    assert (step["state"], step["by_day"]) == ("OPEN", "2026-01-01")
    await _step(by, goal, step["id"], "done", {"done_on": "2026-11-02"})
    assert (await _step(by, goal, step["id"], "done", {}, status=409))["code"] == "GOAL_STEP_ALREADY"
    assert [(one["state"], one["done_on"]) for one in await steps_of(by, goal)] == [("DONE", "2026-11-02")]
    await _step(by, goal, step["id"], "undo", {"reason": "The form was another one."})
    await _step(by, goal, step["id"], "set-aside", {})
    assert [one["state"] for one in await steps_of(by, goal)] == ["SET_ASIDE"]
    kinds = [one["kind"] for one in await _entries(by, goal)]
    assert kinds == ["SET", "STEP_ADDED", "STEP_DONE", "STEP_UNDONE", "STEP_SET_ASIDE"]
    await _step(by, other, step["id"], "undo", {}, status=404)


async def test_one_plan_goes_on_at_a_time_also_when_two_are_made_at_once(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    body = {"engagement_id": engagement["id"], "agreed_on": "2026-11-01", "words": "Bit by bit."}
    answers = await asyncio.gather(*(by.post("/v1/action-plans", body) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 5
    first = next(one.json() for one in answers if one.status_code == 201)
    told = next(one.json() for one in answers if one.status_code == 409)
    assert (told["code"], told["links"]) == ("PLAN_THERE", {"action_plan": f"/v1/action-plans/{first['id']}"})
    goal = await goal_of(by, engagement, plan_id=first["id"])
    reviewed = {"reviewed_on": "2026-11-10", "words": "It still fits.", "next_review_on": "2027-01-10"}
    after = await stepped(by, f"/v1/action-plans/{first['id']}/reviews", reviewed)
    assert after["review_due_on"] == "2027-01-10"
    second = await plan_of(by, engagement, replace=True)
    old = (await by.get(f"/v1/action-plans/{first['id']}?expand=reviews")).json()
    assert (old["state"], [one["words"] for one in old["reviews"]]) == ("REPLACED", ["It still fits."])
    told = await stepped(by, f"/v1/action-plans/{first['id']}/end", {}, status=409)
    assert told["code"] == "PLAN_NOT_GOING_ON"
    ended = await stepped(by, f"/v1/action-plans/{second['id']}/end", {})
    assert ended["state"] == "ENDED"
    assert (await by.get(f"/v1/goals/{goal['id']}")).json()["state"] == "AGREED"
    query = (
        "query($id: ID!) { engagement(id: $id) { goals { edges { node { words plan { state } } } }"
        " actionPlans { edges { node { state } } } } }"
    )
    found = (await data(by, query, id=engagement["id"]))["engagement"]
    assert found["goals"]["edges"] == [{"node": {"words": "Sleep better.", "plan": {"state": "REPLACED"}}}]
    assert sorted(one["node"]["state"] for one in found["actionPlans"]["edges"]) == ["ENDED", "REPLACED"]


async def test_of_two_who_change_a_goal_at_once_one_is_told_so(world: World) -> None:
    by = world.a.coordinator
    goal = await goal_of(by, await engaged(world.a))
    at = f"/v1/goals/{goal['id']}"
    tag = {"If-Match": (await by.get(at)).headers["etag"]}
    answers = await asyncio.gather(*(by.post(f"{at}/progress", {"said": "Well."}, headers=tag) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200] + [412] * 5
    assert len(await _entries(by, goal)) == 2


async def test_a_mentor_sees_his_own_and_who_was_succeeded_nothing_more(world: World) -> None:
    by, own = world.b.coordinator, world.b.staff[Role.MENTOR]
    mentor = await own_mentor(world.b)
    mine, theirs = await begun_with(world.b, mentor), await engaged(world.b)
    goal = await goal_of(own, mine)
    by_others, foreign = await goal_of(by, mine), await goal_of(by, theirs)
    await to_goal(own, goal, "progress", {"said": "My words."})
    await plan_of(own, mine)
    assert {one["id"] for one in (await own.get("/v1/goals?limit=100")).json()["items"]} == {
        goal["id"],
        by_others["id"],
    }
    assert (await own.get(f"/v1/goals/{foreign['id']}")).status_code == 404
    assert (await goal_of(own, theirs, 422))["errors"][0]["code"] == "UNKNOWN_ENGAGEMENT"
    for caller in (world.a.coordinator, world.a.staff[Role.MENTOR]):
        assert (await caller.get(f"/v1/goals/{goal['id']}")).status_code == 404
    # Only asked to take over, he sees nothing of it and begins nothing.
    await stepped(by, f"/v1/engagements/{theirs['id']}/handover", {"mentor_id": mentor["id"]})
    assert (await own.get(f"/v1/goals/{foreign['id']}")).status_code == 404
    assert (await goal_of(own, theirs, 422))["errors"][0]["code"] == "NOT_BEGUN"
    heir = await active_mentor(world.b)
    await handed_over(world.b, mine, heir)
    await to_goal(by, goal, "progress", {"said": "Words after him."})
    # Goals and plans go on with whoever mentors him now, and are the other's no more.
    assert (await own.get("/v1/goals?limit=100")).json()["items"] == []
    assert (await own.get("/v1/action-plans?limit=100")).json()["items"] == []
    assert (await own.get(f"/v1/goals/{goal['id']}")).status_code == 404
    more = await own.post(f"/v1/goals/{goal['id']}/progress", {"said": "More."}, headers={"If-Match": '"3"'})
    assert more.status_code == 404
    assert (await goal_of(own, mine, 409))["code"] == "NO_LONGER_HIS_MENTOR"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"words": ""}, "/words"),
        ({"words": "x" * 501}, "/words"),
        ({"pathway": "SPORT"}, "/pathway"),
        ({"agreed_on": "2150-01-01"}, "/agreed_on"),
        ({"plan_id": "01900000-0000-7000-8000-000000000001"}, "/plan_id"),
        ({"engagement_id": "01900000-0000-7000-8000-000000000001"}, "/engagement_id"),
    ],
)
async def test_what_cannot_be_a_goal_is_refused_and_named(world: World, body: dict[str, Any], pointer: str) -> None:
    told = await goal_of(world.a.coordinator, await engaged(world.a), 422, **body)
    assert [one["pointer"] for one in told["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("step", "body", "pointer"),
    [
        ("progress", {}, "/said"),
        ("progress", {"said": "Well.", "not_said": True}, "/said"),
        ("progress", {"said": "Well.", "on_day": "2150-01-01"}, "/on_day"),
        ("state", {"state": "FAILED"}, "/state"),
        ("steps", {"words": " "}, "/words"),
    ],
)
async def test_what_cannot_be_said_of_a_goal_is_named(
    world: World, step: str, body: dict[str, Any], pointer: str
) -> None:
    by = world.a.coordinator
    told = await to_goal(by, await goal_of(by, await engaged(world.a)), step, body, 422)
    assert [one["pointer"] for one in told["errors"]] == [pointer]


@pytest.mark.parametrize("table", ["goal_entry", "plan_review", "progress_entry", "certificate"])
async def test_what_was_written_once_is_never_changed(superuser_url: str, table: str) -> None:
    connection = await asyncpg.connect(superuser_url)
    try:
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(f"truncate {table} cascade")
        kept = await connection.fetchval(
            "select count(*) from pg_trigger where tgrelid = $1::regclass and tgname in ('keep', 'keep_all')", table
        )
        assert kept == 2
    finally:
        await connection.close()
