"""Where somebody is and was: told early or late, corrected, withdrawn, never twice on one day and never nowhere."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.matching.helpers import signed_in_mentor
from tests.security.rows import Rows
from tests.sessions.helpers import begun_with
from tests.through_the_gate.helpers import came_to, changed, day, person_in, placements
from tests.world import World


def story(found: list[dict[str, Any]]) -> list[tuple[str, str | None, str, str | None]]:
    return [
        (one["arrived_on"], one["left_on"], one["establishment"] or one["accommodation"], one["kind"]) for one in found
    ]


async def test_whoever_is_put_on_file_is_known_to_be_where_he_was_said_to_be(world: World) -> None:
    person = await person_in(world.a, "BXI", location="C wing, 3-14")
    [found] = await placements(world.a.coordinator, person)
    assert story([found]) == [(day(), None, "BXI", "FIRST_KNOWN")]
    assert (found["accommodation"], found["location"], found["current"]) == ("HMP", "C wing, 3-14", True)


async def test_of_whom_nobody_said_where_he_is_nothing_is_known(world: World) -> None:
    assert await placements(world.a.coordinator, await person_in(world.a, None)) == []


async def test_a_push_puts_him_where_the_agency_says(world: World) -> None:
    said = {"given_name": "Testcase", "family_name": "Pushed", "establishment": "BXI"}
    referral = await world.a.push(person=said)
    person = (await world.a.coordinator.get(f"/v1/referrals/{referral['id']}")).json()["person"]["id"]
    assert [one["establishment"] for one in await placements(world.a.coordinator, person)] == ["BXI"]


async def test_what_becomes_known_late_goes_in_between(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    await came_to(by, person, day(days=200), "HMP", establishment="BXI")
    await came_to(by, person, day(days=20), "A02", release_type="CONDITIONAL")
    await came_to(by, person, day(days=90), "HMP", establishment="TSI")
    assert story(await placements(by, person)) == [
        (day(days=200), day(days=90), "BXI", "FIRST_KNOWN"),
        (day(days=90), day(days=20), "TSI", "TRANSFER"),
        (day(days=20), None, "A02", "RELEASE"),
    ]


async def test_what_stands_with_the_person_follows(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, "BXI", location="C wing, 3-14")
    moved = await came_to(by, person, day(), "HMP", establishment="TSI", location="HB2, 1-01")
    there = (await by.get(f"/v1/people/{person}")).json()
    assert (there["establishment"], there["location"], there["setting"]) == ("TSI", "HB2, 1-01", "CUSTODY")
    await changed(by, moved, "correct", accommodation="A17", establishment=None, location=None)
    there = (await by.get(f"/v1/people/{person}")).json()
    assert (there["establishment"], there["location"], there["setting"]) == (None, None, "RELEASED")
    assert there["movement"] == "OUT"


async def test_the_cell_that_he_left_stays_with_the_prison_that_he_left(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    first = await came_to(by, person, day(days=9), "HMP", establishment="BXI", location="A wing")
    await by.step(f"/v1/people/{person}", {"location": "C wing, 3-14"}, method="PATCH", of=f"/v1/people/{person}")
    await came_to(by, person, day(), "HMP", establishment="TSI")
    assert (await by.get(f"/v1/placements/{first['id']}")).json()["location"] == "C wing, 3-14"
    assert (await by.get(f"/v1/people/{person}")).json()["location"] is None


async def test_a_correction_of_the_record_moves_him_from_today(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    await came_to(by, person, day(days=9), "HMP", establishment="BXI")
    at = f"/v1/people/{person}"
    answer = await by.step(at, {"establishment": "TSI"}, method="PATCH", of=at)
    assert answer.status_code == 200, answer.text
    assert story(await placements(by, person)) == [
        (day(days=9), day(), "BXI", "FIRST_KNOWN"),
        (day(), None, "TSI", "TRANSFER"),
    ]


async def test_a_correction_works_everything_out_anew_and_keeps_what_stood_there(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    await came_to(by, person, day(days=100), "HMP", establishment="BXI")
    moved = await came_to(by, person, day(days=50), "HMP", establishment="TSI")
    await changed(by, moved, "correct", arrived_on=day(days=60), reason="A letter gives the day.")
    assert story(await placements(by, person)) == [
        (day(days=100), day(days=60), "BXI", "FIRST_KNOWN"),
        (day(days=60), None, "TSI", "TRANSFER"),
    ]
    told = (await by.get(f"/v1/placements/{moved['id']}?expand=entries")).json()["entries"]
    assert [(one["step"], one["arrived_on"], one["reason"]) for one in told] == [
        ("record", day(days=50), None),
        ("correct", day(days=60), "A letter gives the day."),
    ]


async def test_what_never_was_counts_for_no_day_and_stays_readable(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, "BXI")
    moved = await came_to(by, person, day(), "HMP", establishment="TSI")
    gone = await changed(by, moved, "withdraw", reason="The van broke down.")
    assert (gone["kind"], gone["left_on"], gone["current"]) == (None, None, False)
    assert story(await placements(by, person)) == [(day(), None, "BXI", "FIRST_KNOWN")]
    assert (await by.get(f"/v1/people/{person}")).json()["establishment"] == "BXI"
    again = await by.step(f"/v1/placements/{moved['id']}/withdraw", {"reason": "Again."})
    assert (again.status_code, again.json()["code"]) == (409, "PLACEMENT_WITHDRAWN")


async def test_even_the_only_one_can_be_withdrawn(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, "BXI")
    [only] = await placements(by, person)
    await changed(by, only, "withdraw")
    assert await placements(by, person) == []
    await came_to(by, person, day(days=3), "HMP", establishment="TSI")
    assert story(await placements(by, person)) == [(day(days=3), None, "TSI", "FIRST_KNOWN")]


async def test_the_same_stay_is_not_told_twice(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    first = await came_to(by, person, day(days=9), "HMP", establishment="BXI")
    again = await came_to(by, person, day(days=3), "HMP", 409, establishment="BXI")
    assert again["code"] == "ALREADY_THERE"
    assert again["links"] == {"placement": f"/v1/placements/{first['id']}"}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"arrived_on": day(days=-1), "accommodation": "HMP"}, "/arrived_on", "IN_THE_FUTURE"),
        ({"arrived_on": "1989-12-31", "accommodation": "HMP"}, "/arrived_on", "BEFORE_BIRTH"),
        ({"accommodation": "HMP", "establishment": "OUT"}, "/establishment", "UNKNOWN_ESTABLISHMENT"),
        ({"accommodation": "A17", "establishment": "BXI"}, "/establishment", "ONLY_IN_CUSTODY"),
        ({"accommodation": "A17", "location": "Room 4"}, "/location", "ONLY_IN_CUSTODY"),
        ({"accommodation": "A17", "custody_reason": "RECALL"}, "/custody_reason", "ONLY_IN_CUSTODY"),
        ({"accommodation": "HMP", "release_type": "PAROLE"}, "/release_type", "ONLY_IN_COMMUNITY"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(world: World, body: dict[str, Any], pointer: str, code: str) -> None:
    person = await person_in(world.a, None, date_of_birth="1990-01-31")
    answer = await world.a.coordinator.post(f"/v1/people/{person}/placements", {"arrived_on": day(days=5), **body})
    assert answer.status_code == 422, answer.text
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]


async def test_eight_at_once_are_all_kept_and_none_overlaps(world: World) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    places = ["HMP", "A15", "A02", "A17", "A08A", "A04", "AT_LARGE", "A01C"]
    await asyncio.gather(*(came_to(by, person, day(days=80 - n), place) for n, place in enumerate(places)))
    found = await placements(by, person)
    assert [one["arrived_on"] for one in found] == [day(days=80 - n) for n in range(8)]
    assert [one["left_on"] for one in found] == [*(day(days=80 - n) for n in range(1, 8)), None]


async def test_postgresql_itself_refuses_an_overlap_and_a_gap(world: World, rows: Rows) -> None:
    by, person = world.a.coordinator, await person_in(world.a, None)
    first = await came_to(by, person, day(days=9), "HMP", establishment="BXI")
    await came_to(by, person, day(days=3), "HMP", establishment="TSI")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await rows.sql.execute(
            "update placement set days = daterange(lower(days), upper(days) + 1) where id = $1", first["id"]
        )
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await rows.sql.execute(
            "update placement set days = daterange(lower(days), upper(days) - 1) where id = $1", first["id"]
        )


async def test_a_mentor_sees_where_his_mentee_is_and_where_nobody_elses_is(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    person = engagement["person_id"]
    await came_to(world.a.coordinator, person, day(), "HMP", establishment="TSI")
    assert [one["establishment"] for one in await placements(own, person)] == ["TSI"]
    other = await person_in(world.a, "BXI")
    assert await placements(own, other) == []
    [hidden] = await placements(world.a.coordinator, other)
    assert (await own.get(f"/v1/placements/{hidden['id']}")).status_code == 404
    refused = await own.post(f"/v1/people/{person}/placements", {"arrived_on": day(), "accommodation": "A17"})
    assert refused.status_code == 403


async def test_the_relationship_is_the_same_wherever_he_is(world: World) -> None:
    _, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    by, person = world.a.coordinator, engagement["person_id"]
    for accommodation in ("A02", "A08A", "AT_LARGE", "HMP", "NOT_KNOWN"):
        await came_to(by, person, day(), accommodation)
        now = (await by.get(f"/v1/engagements/{engagement['id']}")).json()
        assert (now["state"], now["mentor_id"]) == ("ACTIVE", mentor["id"])
