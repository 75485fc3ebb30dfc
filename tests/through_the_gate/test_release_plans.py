"""The plan of a release, who is responsible for him, and the countdown, by both doors' one door: HTTP."""

import asyncio
from datetime import date, timedelta
from typing import Any

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.sessions.helpers import begun_with, engaged
from tests.through_the_gate.helpers import came_to, day
from tests.through_the_gate.support import card_for, eligible, planned_for, step
from tests.world import CharityWorld, World


async def inside(charity: CharityWorld, **dates: str) -> dict[str, Any]:
    """Somebody who is mentored in Brixton, with these dates."""
    engagement = await engaged(charity)
    person = engagement["person_id"]
    await came_to(charity.coordinator, person, day(days=30), "HMP", establishment="BXI")
    await knows(charity, person, **dates)
    return engagement


async def knows(charity: CharityWorld, person: str, **dates: str) -> None:
    facts = {"legal_status": "SENTENCED", "in_custody": True, "source": "OMU", **dates}
    await made(charity.coordinator, f"/v1/people/{person}/custody-facts", facts)


async def plan_of(charity: CharityWorld, plan: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (
        await charity.coordinator.get(f"/v1/release-plans/{plan['id']}?expand=items,entries")
    ).json()
    return found


def ahead(days: int) -> str:
    return (date.fromisoformat(day()) + timedelta(days=days)).isoformat()


async def change(charity: CharityWorld, plan: dict[str, Any], status: int = 200, **body: Any) -> dict[str, Any]:
    at = f"/v1/release-plans/{plan['id']}"
    answer = await charity.coordinator.step(at, body, method="PATCH", of=at)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_day_follows_the_facts_until_somebody_names_one_and_the_release_itself(world: World) -> None:
    engagement = await inside(world.a, conditional_release_date=ahead(40))
    plan = await planned_for(world.a, engagement)
    assert (plan["release_on"], plan["release_basis"]) == (ahead(40), "CRD")
    await knows(world.a, engagement["person_id"], conditional_release_date=ahead(60))
    plan = await plan_of(world.a, plan)
    assert (plan["release_on"], plan["release_basis"]) == (ahead(60), "CRD")
    plan = await change(world.a, plan, expected_on=ahead(58))
    assert (plan["release_on"], plan["release_basis"]) == (ahead(58), "TOLD")
    await knows(world.a, engagement["person_id"], confirmed_release_date=ahead(50))
    assert (await plan_of(world.a, plan))["release_basis"] == "TOLD"
    assert (await change(world.a, plan, expected_on=None))["release_basis"] == "CONFIRMED"
    await made(world.a.coordinator, f"/v1/people/{engagement['person_id']}/releases", {"on": day(days=1)})
    plan = await plan_of(world.a, plan)
    assert (plan["release_on"], plan["release_basis"]) == (day(days=1), "RELEASED")
    assert [one["due_on"] for one in plan["items"][:5]] == [day(days=1)] * 4 + [day()]
    await made(world.a.coordinator, f"/v1/people/{engagement['person_id']}/recalls", {"on": day()})
    assert (await plan_of(world.a, plan))["release_basis"] == "CONFIRMED"


async def test_custody_facts_that_come_with_a_referral_move_the_plan_too(world: World) -> None:
    engagement = await inside(world.a, conditional_release_date=ahead(40))
    plan = await planned_for(world.a, engagement)
    facts = {"legal_status": "SENTENCED", "in_custody": True, "confirmed_release_date": ahead(200)}
    body = {**world.a.referral(), "person": None, "person_id": engagement["person_id"], "custody": facts}
    pushed = await world.a.coordinator.post("/v1/referrals", body)
    assert pushed.status_code == 201, pushed.text
    plan = await plan_of(world.a, plan)
    assert (plan["release_on"], plan["release_basis"]) == (ahead(200), "CONFIRMED")


async def test_what_was_said_before_stays_in_the_entries(world: World) -> None:
    plan = await planned_for(world.a, await inside(world.a), usual_items=False, expected_on=ahead(20))
    assert plan["items"] == []
    at = f"/v1/release-plans/{plan['id']}"
    added = {"day": 3, "pathway": "HEALTH", "what": "A doctor near the hostel"}
    await stepped(world.a.coordinator, f"{at}/items", added)
    [item] = (await plan_of(world.a, plan))["items"]
    answer = {"item_id": item["id"], "state": "ARRANGED", "note": "Thursday at ten"}
    answered = await stepped(world.a.coordinator, f"{at}/answers", answer)
    assert answered["items_open"] == 0
    await change(world.a, plan, first_accommodation="A02", accommodation_plan="APPLIED_FOR", words="Form sent.")
    await stepped(world.a.coordinator, f"{at}/start-again", {"reason": "Recalled."})
    plan = await plan_of(world.a, plan)
    assert (plan["items_open"], plan["expected_on"], plan["first_accommodation"]) == (1, None, "A02")
    told = [(one["step"], one["item_state"], one["expected_on"], one["words"]) for one in plan["entries"]]
    assert told == [
        ("OPEN", None, ahead(20), None),
        ("ADD_ITEM", "OPEN", ahead(20), None),
        ("ANSWER_ITEM", "ARRANGED", ahead(20), "Thursday at ten"),
        ("CHANGE", None, ahead(20), "Form sent."),
        ("START_AGAIN", None, None, "Recalled."),
    ]


async def test_of_two_who_open_a_plan_at_once_one_does(world: World) -> None:
    engagement = await inside(world.a)
    by = world.a.coordinator
    both = await asyncio.gather(*(by.post("/v1/release-plans", {"engagement_id": engagement["id"]}) for _ in range(2)))
    assert sorted(one.status_code for one in both) == [201, 409]
    [refused] = [one.json() for one in both if one.status_code == 409]
    assert refused["code"] == "RELEASE_PLAN_THERE"
    assert (await by.get(refused["links"]["release_plan"])).status_code == 200


async def test_a_place_in_custody_is_no_first_accommodation(world: World) -> None:
    plan = await planned_for(world.a, await inside(world.a))
    for body, pointer in (
        ({"first_accommodation": "HMP"}, "/first_accommodation"),
        ({"sentence_started_on": ahead(1)}, "/sentence_started_on"),
        ({"accommodation_plan": None}, "/accommodation_plan"),
    ):
        refused = await change(world.a, plan, 422, **body)
        assert [one["pointer"] for one in refused["errors"]] == [pointer]
    at = f"/v1/release-plans/{plan['id']}"
    more = {"pathway": "HEALTH", "what": "A doctor"}
    refused = await stepped(world.a.coordinator, f"{at}/items", {**more, "day": 4}, status=422)
    assert [one["pointer"] for one in refused["errors"]] == ["/day"]
    other = (await planned_for(world.a, await inside(world.a)))["items"][0]["id"]
    refused = await stepped(world.a.coordinator, f"{at}/answers", {"item_id": other, "state": "DONE"}, status=422)
    assert [one["code"] for one in refused["errors"]] == ["UNKNOWN_ITEM"]


async def test_who_is_responsible_has_a_history_and_a_mistake_is_put_right(world: World) -> None:
    engagement = await inside(world.a)
    by, at = world.a.coordinator, f"/v1/people/{engagement['person_id']}/professional-contacts"
    com = {"role": "COMMUNITY_OFFENDER_MANAGER", "organisation": "Synthetic office"}
    await made(by, at, {**com, "name": "Officer Second", "since": day(days=3)})
    await made(by, at, {**com, "name": "Officer Wrong", "since": day(days=9)})
    await made(by, at, {**com, "name": "Officer First", "since": day(days=9)})
    await made(by, at, {"role": "PRISON_OFFENDER_MANAGER", "name": "Officer Inside", "since": day(days=30)})
    told = {one["name"]: one for one in (await by.get(at)).json()["items"]}
    assert {name: (one["until"], one["current"], one["corrected"]) for name, one in told.items()} == {
        "Officer Second": (None, True, False),
        "Officer Wrong": (day(days=3), False, True),
        "Officer First": (day(days=3), False, False),
        "Officer Inside": (None, True, False),
    }
    await made(by, at, {"role": "COMMUNITY_OFFENDER_MANAGER", "since": day()})
    now = (await by.get(f"{at}?role=COMMUNITY_OFFENDER_MANAGER&current=true")).json()["items"]
    assert [one["name"] for one in now] == [None]
    for body, pointer in (
        ({**com, "since": day()}, "/name"),
        ({**com, "name": "Officer", "since": ahead(1)}, "/since"),
    ):
        refused = await made(by, at, body, 422)
        assert [one["pointer"] for one in refused["errors"]] == [pointer]


async def test_whoever_mentors_him_sees_what_shapes_their_meetings_and_of_nobody_else(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    curfew = {"condition": "CURFEW", "applies": True, "told_on": day()}
    other = await engaged(world.a)
    for one in (engagement, other):
        at = f"/v1/people/{one['person_id']}/licence-conditions"
        await made(world.a.coordinator, at, curfew)
        await made(world.a.coordinator, at, {**curfew, "condition": "EXCLUSION_ZONE"})
        await made(world.a.coordinator, at, {**curfew, "applies": False})
        await planned_for(world.a, one)
    now = await own.get(f"/v1/people/{engagement['person_id']}/licence-conditions?current=true&applies=true")
    assert [one["condition"] for one in now.json()["items"]] == ["EXCLUSION_ZONE"]
    assert (await own.get(f"/v1/people/{other['person_id']}/licence-conditions")).json()["items"] == []
    [plan] = (await own.get("/v1/release-plans")).json()["items"]
    assert plan["engagement_id"] == engagement["id"]
    assert (await own.get(f"/v1/programmes/{world.a.programme_id}/countdown")).status_code == 403


async def countdown(charity: CharityWorld, *of: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    """The whole of it, or what stands there of these, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while cursor is not None or not found:
        given = {"limit": 2, **query, **({"cursor": cursor} if cursor else {})}
        answer = await charity.coordinator.get(f"/v1/programmes/{charity.programme_id}/countdown", params=given)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next"]
        if cursor is None:
            assert len(found) == answer.json()["total"]
            break
    ids = {one["id"] for one in of}
    return [one for one in found if not of or one["engagement_id"] in ids]


async def test_the_countdown_says_who_leaves_with_what_still_open(world: World) -> None:
    soon = await inside(world.a, conditional_release_date=ahead(80))
    overdue = await inside(world.a, confirmed_release_date=day(days=2))
    unknown = await inside(world.a)
    later = await inside(world.a, conditional_release_date=ahead(91))
    gone = await inside(world.a, confirmed_release_date=ahead(3))
    everybody = (soon, overdue, unknown, later, gone)
    await made(world.a.coordinator, f"/v1/people/{gone['person_id']}/releases", {"on": day()})
    told = await countdown(world.a, *everybody)
    assert [(one["engagement_id"], one["days_left"]) for one in told] == [
        (overdue["id"], -2),
        (soon["id"], 80),
        (unknown["id"], None),
    ]
    assert told[0]["still_open"][0] == "RELEASE_DAY_HAS_PASSED"
    assert told[1]["still_open"] == [
        "RELEASE_DAY_NOT_CONFIRMED",
        "NO_RELEASE_PLAN",
        "ASK_WHO_THE_COM_IS",
        "FIRST_ACCOMMODATION_NOT_ARRANGED",
        "LICENCE_CONDITIONS_NOT_ASKED",
        "SUPPORT_NOT_OFFERED",
    ]
    days = [one["days_left"] for one in await countdown(world.a, *everybody, days=91)]
    assert days == [-2, 80, 91, None]


async def test_what_is_seen_to_leaves_the_countdown_one_by_one(world: World) -> None:
    engagement = await inside(world.a, conditional_release_date=ahead(30))
    by, person = world.a.coordinator, engagement["person_id"]
    com = {"role": "COMMUNITY_OFFENDER_MANAGER", "name": "Officer Example", "since": day()}
    await made(by, f"/v1/people/{person}/professional-contacts", com)
    asked = {"condition": "CURFEW", "applies": False, "told_on": day()}
    await made(by, f"/v1/people/{person}/licence-conditions", asked)
    plan = await planned_for(world.a, engagement, expected_on=ahead(30))
    await change(world.a, plan, first_accommodation="A02", accommodation_plan="ARRANGED")
    support = await step(by, await eligible(world.a, engagement), "OFFER")
    [one] = await countdown(world.a, engagement)
    assert one["still_open"] == ["SUPPORT_NOT_ANSWERED", "ITEMS_OPEN"]
    support = await step(by, support, "ACCEPT")
    [one] = await countdown(world.a, engagement)
    assert one["still_open"] == ["NO_CONTACT_PERMISSION", "NO_CARD", "ITEMS_OPEN"]
    assert (one["community_offender_manager"], one["release_plan_id"]) == ("Officer Example", plan["id"])
    card = await card_for(world.a, support)
    said = {"channel": "PHONE", "permitted": True, "stated_at": f"{day(days=1)}T10:00:00Z"}
    await made(by, f"/v1/people/{person}/contact-permissions", said)
    for item in plan["items"]:
        at = f"/v1/release-plans/{plan['id']}/answers"
        await stepped(by, at, {"item_id": item["id"], "state": "NOT_NEEDED"})
    assert (await countdown(world.a, engagement))[0]["still_open"] == []
    await stepped(by, f"/v1/reconnect-cards/{card['id']}/revoke", {})
    assert (await countdown(world.a, engagement))[0]["still_open"] == ["NO_CARD"]
