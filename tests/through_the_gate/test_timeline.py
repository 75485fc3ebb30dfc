"""Somebody's story, read as one."""

from typing import Any

from tests.matching.helpers import made, stepped
from tests.safeguarding.helpers import unreported
from tests.sessions.helpers import at, engaged
from tests.through_the_gate.helpers import came_to, day
from tests.through_the_gate.support import eligible, planned_for, step
from tests.world import World


async def test_a_coordinator_reads_it_like_a_story(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    person = engagement["person_id"]
    await came_to(by, person, day(days=30), "HMP", establishment="BXI")
    held = {"engagement_id": engagement["id"], "setting": "VISIT", "starts_at": at(hours=3)}
    await made(by, "/v1/sessions", {**held, "recorded": {"attendance": "ATTENDED", "minutes": 40}})
    await unreported(by, person)
    support = await step(by, await eligible(world.a, engagement), "OFFER")
    await step(by, support, "ACCEPT")
    await planned_for(world.a, engagement, expected_on=day())
    com = {"role": "COMMUNITY_OFFENDER_MANAGER", "name": "Officer Example", "since": day()}
    await made(by, f"/v1/people/{person}/professional-contacts", com)
    await made(by, f"/v1/people/{person}/releases", {"on": day(), "accommodation": "A02"})
    await made(by, f"/v1/people/{person}/deaths", {"died_on": day()})
    answer = await by.get(f"/v1/people/{person}/timeline?limit=100")
    assert answer.status_code == 200, answer.text
    story = answer.json()["items"]
    assert [one["happened_on"] for one in story] == sorted(one["happened_on"] for one in story)
    words = [one["words"] for one in story]
    for told in (
        "Known to be there: BXI",
        "Mentoring: a mentor was asked",
        "Mentoring: he said yes",
        "They met (visit, BXI)",
        "Through the gate: accept",
        f"Release plan: begun, release expected on {day()}",
        "Community offender manager: Officer Example",
        "Released: Approved Premises",
        "Mentoring: it ended (died)",
        "He died",
    ):
        assert told in words, words
    assert any(one.startswith("Referral ") for one in words)
    assert {one["kind"] for one in story} >= {"REFERRAL", "ENGAGEMENT", "PLACEMENT", "SESSION", "SUPPORT", "DEATH"}
    assert not [one for one in words if "concern" in one.lower()]
    assert len({one["id"] for one in story}) == len(story)


async def pages(by: Any, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = (await by.get(f"{path}&limit=2{cursor}")).json()
        found += answer["items"]
        if answer["next"] is None:
            return found
        cursor = f"&cursor={answer['next']}"


async def test_its_pages_are_the_whole_in_either_order_and_by_kind(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    path = f"/v1/people/{engagement['person_id']}/timeline"
    forwards = await pages(by, f"{path}?order=happened_on")
    assert await pages(by, f"{path}?order=-happened_on") == forwards[::-1]
    steps = await pages(by, f"{path}?kind=ENGAGEMENT")
    assert [one["engagement_id"] for one in steps] == [engagement["id"]] * len(steps)
    assert steps
    assert await pages(by, f"{path}?until={day(days=5000)}") == []


async def test_what_was_withdrawn_is_no_part_of_it(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    person = engagement["person_id"]
    death = await made(by, f"/v1/people/{person}/deaths", {})
    await stepped(by, f"/v1/deaths/{death['id']}/withdraw", {"reason": "Another man."})
    kinds = [one["kind"] for one in await pages(by, f"/v1/people/{person}/timeline?order=happened_on")]
    assert "DEATH" not in kinds


async def test_it_is_read_by_who_coordinates_and_by_nobody_else(world: World) -> None:
    person = (await engaged(world.a))["person_id"]
    for role, caller in world.a.staff.items():
        answer = await caller.get(f"/v1/people/{person}/timeline")
        assert answer.status_code == (200 if role.value in ("manager", "coordinator") else 403), role
    assert (await world.b.coordinator.get(f"/v1/people/{person}/timeline")).json()["items"] == []
