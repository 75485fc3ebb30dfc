"""A day in court, in hospital, on temporary licence: out of the prison, and neither released nor moved."""

import asyncio
from typing import Any

import pytest

from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.sessions.helpers import begun_with
from tests.through_the_gate.helpers import came_to, day, person_in, placements
from tests.world import Caller, World


async def out(by: Caller, person: str, status: int = 201, **body: Any) -> dict[str, Any]:
    said = {"kind": "COURT", "left_on": day(), **body}
    return await made(by, f"/v1/people/{person}/temporary-absences", said, status)


async def test_a_day_in_court_is_no_release(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, "BXI")
    before = await placements(by, person)
    absence = await out(by, person, expected_on=day())
    assert (absence["kind"], absence["ended_on"], absence["came_back"]) == ("COURT", None, None)
    assert await placements(by, person) == before
    there = (await by.get(f"/v1/people/{person}")).json()
    assert (there["establishment"], there["setting"]) == ("BXI", None)
    back = await stepped(by, f"/v1/temporary-absences/{absence['id']}/return", {"returned_on": day()})
    assert (back["ended_on"], back["came_back"]) == (day(), True)


@pytest.mark.parametrize(("how", "body"), [("releases", {}), ("transfers", {"establishment": "TSI"})])
async def test_who_does_not_come_back_from_it_has_moved(world: World, how: str, body: dict[str, Any]) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    await came_to(by, person, day(days=9), "HMP", establishment="BXI")
    absence = await out(by, person, left_on=day(days=1))
    await made(by, f"/v1/people/{person}/{how}", {"on": day(), **body})
    ended = (await by.get(f"/v1/temporary-absences/{absence['id']}")).json()
    assert (ended["ended_on"], ended["came_back"]) == (day(), False)


async def test_one_to_come_stays_when_he_moves_before_it(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    await came_to(by, person, day(days=9), "HMP", establishment="BXI")
    absence = await out(by, person, left_on=day(days=-30))
    await made(by, f"/v1/people/{person}/transfers", {"on": day(), "establishment": "TSI"})
    assert (await by.get(f"/v1/temporary-absences/{absence['id']}")).json()["ended_on"] is None


async def test_he_is_out_once_at_a_time_also_by_two_at_once(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, "BXI")
    said = {"kind": "RDR", "left_on": day()}
    answers = await asyncio.gather(*(by.post(f"/v1/people/{person}/temporary-absences", said) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [201, *([409] * 5)]
    [first] = [one.json() for one in answers if one.status_code == 201]
    for one in answers:
        if one.status_code == 409:
            assert one.json()["code"] == "AWAY_ALREADY"
            assert one.json()["links"] == {"temporary_absence": f"/v1/temporary-absences/{first['id']}"}


async def test_one_that_is_over_can_be_told_beside_one_that_is_open(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    await came_to(by, person, day(days=90), "HMP", establishment="BXI")
    await out(by, person)
    past = await out(by, person, left_on=day(days=30), returned_on=day(days=29))
    assert past["came_back"] is True
    answer = await by.get(f"/v1/temporary-absences?person_id={person}&open=false")
    assert [one["id"] for one in answer.json()["items"]] == [past["id"]]


async def test_nobody_in_a_flat_is_out_on_licence(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    there = await came_to(by, person, day(days=9), "A17")
    refused = await out(by, person, 409)
    assert (refused["code"], refused["links"]) == ("NOT_IN_CUSTODY", {"placement": f"/v1/placements/{there['id']}"})


async def test_what_never_was_stays_readable_and_is_over(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, "BXI")
    absence = await out(by, person)
    at = f"/v1/temporary-absences/{absence['id']}"
    gone = await stepped(by, f"{at}/withdraw", {"reason": "By video link."})
    assert (gone["withdrawn_because"], gone["ended_on"]) == ("By video link.", None)
    for step, body in (("withdraw", {"reason": "Again."}), ("return", {"returned_on": day()})):
        refused = await by.step(f"{at}/{step}", body, of=at)
        assert (refused.status_code, refused.json()["code"]) == (409, "ABSENCE_NOT_OPEN")
    await out(by, person)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"expected_on": day(days=1)}, "/expected_on"),
        ({"returned_on": day(days=1)}, "/returned_on"),
        ({"returned_on": day(days=-1)}, "/returned_on"),
        ({"left_on": "1980-01-01"}, "/left_on"),
        ({"kind": "RELEASE"}, "/kind"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(world: World, body: dict[str, Any], pointer: str) -> None:
    person = await person_in(world.a, None, date_of_birth="1990-01-31")
    refused = await out(world.a.coordinator, person, 422, **body)
    assert [one["pointer"] for one in refused["errors"]] == [pointer]


async def test_a_mentor_sees_when_his_mentee_is_out_and_nobody_elses(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    by = world.a.coordinator
    his = await out(by, engagement["person_id"])
    other = await out(by, await person_in(world.a, "BXI"))
    seen = (await own.get("/v1/temporary-absences")).json()["items"]
    assert [one["id"] for one in seen] == [his["id"]]
    assert (await own.get(f"/v1/temporary-absences/{other['id']}")).status_code == 404
    assert (await own.get("/v1/move-reviews")).status_code == 403
