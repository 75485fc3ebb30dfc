"""Nobody is contacted after his release who has neither made contact nor permitted it."""

from typing import Any

import pytest

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.sessions.helpers import at, begun_with, engaged
from tests.through_the_gate.helpers import came_to, day
from tests.through_the_gate.support import card_for, eligible, step
from tests.through_the_gate.test_reconnect import enter
from tests.world import Caller, CharityWorld, World


async def released(charity: CharityWorld, engagement: dict[str, Any] | None = None) -> dict[str, Any]:
    """Somebody who is mentored and was released today."""
    engagement = engagement or await engaged(charity)
    await came_to(charity.coordinator, engagement["person_id"], day(days=30), "HMP", establishment="BXI")
    await made(charity.coordinator, f"/v1/people/{engagement['person_id']}/releases", {"on": day()})
    return engagement


async def plan(by: Caller, engagement: dict[str, Any], status: int = 201, *, series: bool = False, **more: Any) -> Any:
    body = {"engagement_id": engagement["id"], "setting": "PHONE", **more}
    if series:
        first = {"interval": "WEEKLY", "first_at": at(days=-2), "until": day(days=-30)}
        return await made(by, "/v1/session-series", body | first, status)
    return await made(by, "/v1/sessions", {"starts_at": at(days=-1), **body}, status)


@pytest.mark.parametrize("series", [False, True])
async def test_nobody_arranges_to_see_him(world: World, series: bool) -> None:
    engagement = await released(world.a)
    refused = await plan(world.a.coordinator, engagement, 409, series=series)
    assert refused["code"] == "NOT_YET_IN_CONTACT"


async def test_not_his_mentor_either(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await released(world.a, await begun_with(world.a, mentor))
    assert (await plan(own, engagement, 409))["code"] == "NOT_YET_IN_CONTACT"


async def test_what_he_permits_is_permitted_until_he_says_otherwise(world: World) -> None:
    by, engagement = world.a.coordinator, await released(world.a)
    consents = f"/v1/people/{engagement['person_id']}/consents"
    said = {"purpose": "CONTACT_AFTER_RELEASE", "given": True, "stated_at": at(hours=1)}
    await made(by, consents, said)
    await plan(by, engagement)
    await made(by, consents, {**said, "given": False})
    assert (await plan(by, engagement, 409, starts_at=at(days=-2)))["code"] == "NOT_YET_IN_CONTACT"


async def test_once_he_has_entered_his_code_they_may_meet(world: World) -> None:
    by, engagement = world.a.coordinator, await released(world.a)
    support = await eligible(world.a, engagement)
    for name in ("OFFER", "ACCEPT"):
        support = await step(by, support, name)
    card = await card_for(world.a, support)
    await plan(by, engagement, 409)
    assert (await enter(world, card["code"], address="192.0.2.90")).status_code == 200
    await plan(by, engagement)


async def test_that_they_have_met_can_be_recorded_and_is_contact(world: World) -> None:
    by, engagement = world.a.coordinator, await released(world.a)
    recorded = {"attendance": "ATTENDED", "explained": True}
    await plan(by, engagement, starts_at=at(minutes=1), recorded=recorded, minutes=1)
    await plan(by, engagement)


async def test_back_in_custody_he_is_met_as_before(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    person = engagement["person_id"]
    await came_to(by, person, day(days=30), "HMP", establishment="BXI")
    await made(by, f"/v1/people/{person}/releases", {"on": day(days=2)})
    await plan(by, engagement, 409)
    await made(by, f"/v1/people/{person}/recalls", {"on": day(days=1), "establishment": "BXI"})
    await plan(by, engagement, setting="IN_PERSON")


async def test_what_was_planned_before_stays_until_he_has_made_contact(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    person = engagement["person_id"]
    await came_to(by, person, day(days=30), "HMP", establishment="BXI")
    planned = await plan(by, engagement, setting="IN_PERSON")
    await made(by, f"/v1/people/{person}/releases", {"on": day()})
    [review] = (await by.get(f"/v1/move-reviews?person_id={person}")).json()["items"]
    decision = {"decision": "SAME_MENTOR", "setting": "COMMUNITY"}
    path = f"/v1/move-reviews/{review['id']}"
    refused = await by.step(f"{path}/decide", decision, of=path)
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_YET_IN_CONTACT")
    assert (await by.get(f"/v1/sessions/{planned['id']}")).json()["state"] == "PLANNED"
    said = {"purpose": "CONTACT_AFTER_RELEASE", "given": True, "stated_at": at(hours=1)}
    await made(by, f"/v1/people/{person}/consents", said)
    await stepped(by, f"{path}/decide", decision)
    moved = (await by.get(f"/v1/sessions/{planned['id']}")).json()
    assert moved["state"] == "SUPERSEDED"


async def test_the_newest_word_about_each_way_counts(world: World) -> None:
    by, engagement = world.a.coordinator, await released(world.a)
    at_his = f"/v1/people/{engagement['person_id']}/contact-permissions"
    said = {
        "channel": "PHONE",
        "permitted": True,
        "message": "NO",
        "contact": "020 7946 0001",
        "stated_at": at(hours=2),
    }
    first = await made(by, at_his, said)
    await plan(by, engagement)
    await made(by, at_his, {**said, "channel": "LETTER", "permitted": False})
    await plan(by, engagement, starts_at=at(days=-2))
    await made(by, at_his, {**said, "permitted": False})
    assert (await plan(by, engagement, 409, starts_at=at(days=-3)))["code"] == "NOT_YET_IN_CONTACT"
    counts = (await by.get(f"{at_his}?current=true")).json()["items"]
    assert [(one["channel"], one["permitted"]) for one in counts] == [("PHONE", False), ("LETTER", False)]
    assert [one["id"] for one in (await by.get(at_his)).json()["items"]][-1] == first["id"]


async def test_whoever_would_ring_sees_whether_a_message_is_safe_and_of_nobody_else(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    said = {"channel": "PHONE", "permitted": True, "message": "NO", "stated_at": at(hours=2)}
    await made(world.a.coordinator, f"/v1/people/{engagement['person_id']}/contact-permissions", said)
    other = (await engaged(world.a))["person_id"]
    await made(world.a.coordinator, f"/v1/people/{other}/contact-permissions", said)
    [seen] = (await own.get(f"/v1/people/{engagement['person_id']}/contact-permissions")).json()["items"]
    assert (seen["message"], seen["current"]) == ("NO", True)
    assert (await own.get(f"/v1/people/{other}/contact-permissions")).json()["items"] == []
    assert (await own.post(f"/v1/people/{other}/contact-permissions", said)).status_code == 403


async def test_he_has_not_said_what_he_will_say(world: World) -> None:
    person = (await engaged(world.a))["person_id"]
    said = {"channel": "PHONE", "permitted": True, "stated_at": at(hours=-2)}
    refused = await made(world.a.coordinator, f"/v1/people/{person}/contact-permissions", said, 422)
    assert [one["pointer"] for one in refused["errors"]] == ["/stated_at"]
