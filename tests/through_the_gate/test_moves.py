"""Transfer, release, return to custody: told in one call, asked of a coordinator, and never the end of a relationship."""

import asyncio
from typing import Any

import pytest

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.sessions.helpers import begun_with
from tests.through_the_gate.helpers import came_to, changed, day, person_in, placements
from tests.world import Caller, CharityWorld, World


async def moved(by: Caller, person: str, how: str, status: int = 201, **body: Any) -> dict[str, Any]:
    return await made(by, f"/v1/people/{person}/{how}", {"on": day(), **body}, status)


async def reviews(by: Caller, person: str, **more: Any) -> list[dict[str, Any]]:
    answer = await by.get("/v1/move-reviews", params={"person_id": person, "order": "created_at", **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def mentored(charity: CharityWorld) -> tuple[dict[str, Any], str]:
    """An engagement that is going on at Brixton, whose mentor is cleared for it."""
    _, mentor = await signed_in_mentor(charity)
    engagement = await begun_with(charity, mentor)
    person = engagement["person_id"]
    if not any(one["current"] for one in await placements(charity.coordinator, person)):
        await came_to(charity.coordinator, person, day(), "HMP", establishment="BXI")
    return engagement, person


async def plan(by: Caller, engagement: dict[str, Any], at: str, **more: Any) -> dict[str, Any]:
    body = {"engagement_id": engagement["id"], "setting": "IN_PERSON", "starts_at": at, **more}
    return await made(by, "/v1/sessions", body)


async def test_a_transfer_leaves_the_relationship_and_asks_for_a_review(world: World) -> None:
    by = world.a.coordinator
    engagement, person = await mentored(world.a)
    planned = await plan(by, engagement, f"{day(days=-3)}T10:00:00Z")
    placed = await moved(by, person, "transfers", establishment="TSI", told_by="PERSON")
    assert (placed["kind"], placed["establishment"], placed["current"]) == ("TRANSFER", "TSI", True)
    [review] = await reviews(by, person, open="true")
    assert (review["kind"], review["clearance"], review["planned_elsewhere"]) == ("TRANSFER", "MISSING", 1)
    assert review["proposed_settings"] == ["VISIT", "VIDEO", "PHONE", "EMAIL", "LETTER"]
    now = (await by.get(f"/v1/engagements/{engagement['id']}")).json()
    assert (now["state"], now["mentor_id"], now["version"]) == (
        "ACTIVE",
        engagement["mentor_id"],
        engagement["version"],
    )
    assert (await by.get(f"/v1/sessions/{planned['id']}")).json()["state"] == "PLANNED"


async def test_what_is_decided_moves_what_is_planned_and_keeps_where_the_rest_took_place(world: World) -> None:
    by = world.a.coordinator
    engagement, person = await mentored(world.a)
    said = {"attendance": "MENTEE_DID_NOT_ATTEND"}
    was = await plan(by, engagement, f"{day()}T00:10:00Z", recorded=said)
    first = await plan(by, engagement, f"{day(days=-3)}T10:00:00Z")
    second = await plan(by, engagement, f"{day(days=-10)}T10:00:00Z")
    await moved(by, person, "transfers", establishment="TSI")
    [review] = await reviews(by, person)
    at = f"/v1/move-reviews/{review['id']}"
    refused = await by.step(f"{at}/decide", {"decision": "SAME_MENTOR", "setting": "IN_PERSON"}, of=at)
    assert (refused.status_code, refused.json()["code"]) == (409, "MENTOR_NOT_CLEARED")
    decided = await stepped(by, f"{at}/decide", {"decision": "SAME_MENTOR", "setting": "VISIT"})
    assert (decided["open"], decided["planned_elsewhere"], decided["setting"]) == (False, 0, "VISIT")
    for old in (first, second):
        stood = (await by.get(f"/v1/sessions/{old['id']}")).json()
        new = (await by.get(f"/v1/sessions/{stood['superseded_by_id']}")).json()
        assert (stood["state"], stood["establishment"]) == ("SUPERSEDED", "BXI")
        assert (new["state"], new["establishment"], new["setting"]) == ("PLANNED", "TSI", "VISIT")
        assert new["starts_at"] == old["starts_at"]
    assert (await by.get(f"/v1/sessions/{was['id']}")).json()["establishment"] == "BXI"
    again = await by.step(f"{at}/decide", {"decision": "SAME_MENTOR"}, of=at)
    assert (again.status_code, again.json()["code"]) == (409, "MOVE_DECIDED")


async def test_a_clearance_that_comes_in_is_seen_by_the_review(world: World) -> None:
    by = world.a.coordinator
    engagement, person = await mentored(world.a)
    await moved(by, person, "transfers", establishment="TSI")
    check = {"kind": "CLEARANCE", "establishment": "TSI", "decided_on": day()}
    await made(by, f"/v1/mentors/{engagement['mentor_id']}/checks", check)
    [review] = await reviews(by, person)
    assert (review["clearance"], review["proposed_settings"][0]) == ("IN_FORCE", "IN_PERSON")
    decided = await stepped(
        by, f"/v1/move-reviews/{review['id']}/decide", {"decision": "SAME_MENTOR", "setting": "IN_PERSON"}
    )
    assert decided["decision"] == "SAME_MENTOR"


async def test_another_mentor_is_asked_and_the_history_stays_one(world: World) -> None:
    by = world.a.coordinator
    engagement, person = await mentored(world.a)
    await moved(by, person, "transfers", establishment="TSI")
    [review] = await reviews(by, person)
    body = {"decision": "ANOTHER_MENTOR", "reason": "It is four hours away."}
    wrong = await by.step(
        f"/v1/move-reviews/{review['id']}/decide", {**body, "setting": "PHONE"}, of=f"/v1/move-reviews/{review['id']}"
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/setting")
    decided = await stepped(by, f"/v1/move-reviews/{review['id']}/decide", body)
    assert (decided["decision"], decided["reason"], decided["open"]) == (*body.values(), False)
    now = (await by.get(f"/v1/engagements/{engagement['id']}")).json()
    assert (now["state"], now["mentor_id"]) == ("ACTIVE", engagement["mentor_id"])


async def test_released_recalled_and_released_again_is_one_relationship(world: World) -> None:
    by = world.a.coordinator
    engagement, person = await mentored(world.a)
    at = f"/v1/engagements/{engagement['id']}"
    await moved(by, person, "releases", accommodation="A02", release_type="CONDITIONAL")
    await moved(by, person, "recalls", establishment="BXI")
    await moved(by, person, "releases", accommodation="A17", release_type="AFTER_RECALL")
    found = await reviews(by, person)
    assert [(one["kind"], one["open"]) for one in found] == [("RELEASE", False), ("RECALL", False), ("RELEASE", True)]
    assert found[-1]["proposed_settings"] == ["COMMUNITY", "PHONE", "VIDEO"]
    assert found[-1]["clearance"] == "NOT_NEEDED"
    now = (await by.get(at)).json()
    assert (now["id"], now["state"], now["ended_on"]) == (engagement["id"], "ACTIVE", None)
    there = (await by.get(f"/v1/people/{person}")).json()
    assert (there["setting"], there["establishment"]) == ("RELEASED", None)


@pytest.mark.parametrize(
    ("was", "how", "body", "code"),
    [
        ("A17", "transfers", {"establishment": "TSI"}, "NOT_IN_CUSTODY"),
        ("A17", "releases", {"accommodation": "A02"}, "NOT_IN_CUSTODY"),
        ("HMP", "recalls", {"establishment": "TSI"}, "IN_CUSTODY_ALREADY"),
        ("HMP", "transfers", {"establishment": "BXI"}, "ALREADY_THERE"),
    ],
)
async def test_what_contradicts_where_he_was_is_refused_with_a_link_to_it(
    world: World, was: str, how: str, body: dict[str, Any], code: str
) -> None:
    person = await person_in(world.a, None)
    prison = "BXI" if was == "HMP" else None
    there = await came_to(world.a.coordinator, person, day(days=5), was, establishment=prison)
    refused = await moved(world.a.coordinator, person, how, 409, **body)
    assert (refused["code"], refused["links"]["placement"]) == (code, f"/v1/placements/{there['id']}")
    assert len(await placements(world.a.coordinator, person)) == 1


async def test_of_whom_nothing_is_known_anything_can_be_told(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    placed = await moved(by, person, "releases")
    assert (placed["kind"], placed["accommodation"]) == ("RELEASE", "COMMUNITY_NOT_KNOWN")


async def test_a_release_into_custody_is_none(world: World) -> None:
    person = await person_in(world.a, "BXI")
    refused = await moved(world.a.coordinator, person, "releases", 422, accommodation="HMP")
    assert refused["errors"][0]["pointer"] == "/accommodation"


async def test_ten_who_tell_the_same_transfer_at_once_make_one(world: World) -> None:
    by = world.a.coordinator
    engagement, person = await mentored(world.a)
    body = {"on": day(), "establishment": "TSI"}
    answers = await asyncio.gather(*(by.post(f"/v1/people/{person}/transfers", body) for _ in range(10)))
    assert sorted(one.status_code for one in answers) == [201, *([409] * 9)]
    assert len(await reviews(by, person)) == 1
    now = (await by.get(f"/v1/engagements/{engagement['id']}")).json()
    assert now["version"] == engagement["version"]


async def test_a_transfer_that_never_was_asks_nothing_any_more(world: World) -> None:
    by = world.a.coordinator
    _, person = await mentored(world.a)
    placed = await moved(by, person, "transfers", establishment="TSI")
    await changed(by, placed, "withdraw", reason="Somebody else was meant.")
    [review] = await reviews(by, person)
    assert review["open"] is False
    at = f"/v1/move-reviews/{review['id']}"
    refused = await by.step(f"{at}/decide", {"decision": "SAME_MENTOR"}, of=at)
    assert (refused.status_code, refused.json()["code"]) == (409, "MOVE_DECIDED")


async def test_where_he_went_corrected_is_asked_about_where_he_went(world: World) -> None:
    by = world.a.coordinator
    _, person = await mentored(world.a)
    placed = await moved(by, person, "transfers", establishment="TSI")
    placed = await changed(by, placed, "correct", establishment="ISI")
    [review] = await reviews(by, person)
    assert (review["establishment"], review["open"]) == ("ISI", True)
    await stepped(by, f"/v1/move-reviews/{review['id']}/decide", {"decision": "SAME_MENTOR"})
    await changed(by, placed, "correct", establishment="WWI")
    assert [(one["establishment"], one["open"]) for one in await reviews(by, person)] == [("ISI", False), ("WWI", True)]


async def test_who_waits_is_asked_nothing_about(world: World) -> None:
    by = world.a.coordinator
    person = await person_in(world.a, "BXI")
    await moved(by, person, "transfers", establishment="TSI")
    assert await reviews(by, person) == []


async def test_a_record_corrected_to_another_prison_asks_as_a_transfer_does(world: World) -> None:
    by = world.a.coordinator
    _, person = await mentored(world.a)
    at = f"/v1/people/{person}"
    assert (await by.step(at, {"establishment": "TSI"}, method="PATCH", of=at)).status_code == 200
    assert [one["establishment"] for one in await reviews(by, person, open="true")] == ["TSI"]
