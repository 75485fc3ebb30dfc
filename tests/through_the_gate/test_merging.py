"""Two records of one person become one, and a number takes the place of another: nothing of either is lost."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.matching.helpers import active_mentor, begun, made, stepped
from tests.security.rows import Rows
from tests.sessions.helpers import at, engaged, planned
from tests.through_the_gate.helpers import came_to, day, person_in, placements
from tests.world import Caller, CharityWorld, World


async def read(by: Caller, path: str) -> dict[str, Any]:
    answer = await by.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def merged(charity: CharityWorld, into: str, duplicate: str, status: int = 201, **headers: Any) -> dict[str, Any]:
    body = {"duplicate_id": duplicate, "reason": "The same prison number."}
    answer = await charity.coordinator.post(f"/v1/people/{into}/merges", body, **headers)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_everything_of_the_duplicate_goes_over_and_it_stays_as_a_pointer(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    duplicate = engagement["person_id"]
    session = await planned(by, engagement, at(days=-3))
    await made(by, f"/v1/people/{duplicate}/custody-facts", {"legal_status": "SENTENCED", "source": "OMU"})
    said = {"purpose": "CONTACT_AFTER_RELEASE", "given": True, "stated_at": at(hours=2), "wording_version": "1"}
    await made(by, f"/v1/people/{duplicate}/consents", said)
    into = await person_in(world.a, None, given_name="Testcase", family_name="Stays")
    told = await merged(world.a, into, duplicate)
    assert (told["person_id"], told["duplicate_id"]) == (into, duplicate)
    assert told["rows_moved"] >= 6
    assert (await read(by, f"/v1/engagements/{engagement['id']}"))["person_id"] == into
    assert (await read(by, f"/v1/sessions/{session['id']}"))["person_id"] == into
    assert (await read(by, f"/v1/referrals/{engagement['referral_id']}"))["person"]["id"] == into
    [facts, *_] = (await read(by, f"/v1/people/{into}/custody-facts"))["items"]
    assert (facts["legal_status"], facts["current"]) == ("SENTENCED", True)
    consents = (await read(by, f"/v1/people/{into}/consents"))["items"]
    assert {one["purpose"] for one in consents} == {"CONTACT_AFTER_RELEASE", "TAKING_PART"}
    pointer = await read(by, f"/v1/people/{duplicate}")
    assert pointer["merged_into_id"] == into
    listed = (await read(by, "/v1/people?limit=100"))["items"]
    assert duplicate not in [one["id"] for one in listed]
    assert [one["id"] for one in (await read(by, f"/v1/people/{into}/merges"))["items"]] == [told["id"]]


async def test_what_he_lacks_is_filled_and_his_other_name_still_finds_him(world: World) -> None:
    by, name = world.a.coordinator, f"Spelt{uuid4().hex[:8]}"
    into = await person_in(world.a, None, given_name="Testcase", family_name="Kept", sex="M")
    other = await person_in(
        world.a, None, given_name="Tested", family_name=name, known_as=["Testy"], date_of_birth="1990-01-31", sex="F"
    )
    await merged(world.a, into, other)
    person = await read(by, f"/v1/people/{into}")
    assert (person["family_name"], person["sex"], person["date_of_birth"]) == ("Kept", "M", "1990-01-31")
    assert person["known_as"] == [f"Tested {name}", "Testy"]
    found = await by.post("/v1/people/search", {"family_name": name})
    assert [one["person"]["id"] for one in found.json()["items"]] == [into]


async def test_where_he_was_follows_from_what_both_told(world: World) -> None:
    by = world.a.coordinator
    into, other = await person_in(world.a, None), await person_in(world.a, None)
    await came_to(by, into, day(days=30), "HMP", establishment="BXI")
    await came_to(by, other, day(days=20), "HMP", establishment="TSI")
    await came_to(by, into, day(days=10), "A17")
    await merged(world.a, into, other)
    told = [
        (one["arrived_on"], one["left_on"], one["establishment"], one["kind"]) for one in await placements(by, into)
    ]
    assert told[-3:] == [
        (day(days=30), day(days=20), "BXI", told[-3][3]),
        (day(days=20), day(days=10), "TSI", "TRANSFER"),
        (day(days=10), None, None, "RELEASE"),
    ]
    assert await placements(by, other) == []


async def test_what_was_written_once_is_not_changed_but_for_whose_it_is(world: World, rows: Rows) -> None:
    by = world.a.coordinator
    into, other = await person_in(world.a), await person_in(world.a)
    said = {"channel": "PHONE", "permitted": True, "stated_at": at(hours=2), "safe_times": "Before noon"}
    permission = await made(by, f"/v1/people/{other}/contact-permissions", said)
    before = dict(await rows.sql.fetchrow("select * from contact_permission where id = $1", permission["id"]))
    await merged(world.a, into, other)
    after = dict(await rows.sql.fetchrow("select * from contact_permission where id = $1", permission["id"]))
    assert str(after.pop("person_id")) == into
    assert str(before.pop("person_id")) == other
    assert after == before


async def test_a_record_that_was_merged_is_written_no_more(world: World) -> None:
    by = world.a.coordinator
    into, other = await person_in(world.a), await person_in(world.a)
    await merged(world.a, into, other)
    refused = await made(by, f"/v1/people/{other}/custody-facts", {"source": "OMU"}, 409)
    assert (refused["code"], refused["links"]["person"]) == ("RECORD_MERGED", f"/v1/people/{into}")
    again = await merged(world.a, into, other, 409)
    assert again["code"] == "RECORD_MERGED"
    pushed = await by.post("/v1/referrals", {**world.a.referral(), "person": None, "person_id": other})
    assert pushed.status_code == 422


async def test_the_same_request_again_answers_the_same(world: World) -> None:
    into, other = await person_in(world.a), await person_in(world.a)
    key = {"headers": {"Idempotency-Key": f'"{uuid4()}"'}}
    assert await merged(world.a, into, other, **key) == await merged(world.a, into, other, **key)


async def test_what_both_have_of_which_there_is_one_is_settled_first(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, capacity=5)
    first, second = await begun(world.a, mentor), await begun(world.a, mentor)
    for one in (first, second):
        await made(by, f"/v1/people/{one['person_id']}/temporary-absences", {"kind": "COURT", "left_on": day()})
    refused = await merged(world.a, first["person_id"], second["person_id"], 409)
    assert refused["code"] == "RECORDS_CANNOT_MERGE"
    assert [one["code"] for one in refused["errors"]] == ["BOTH_REFERRED", "BOTH_MENTORED", "BOTH_OUT"]
    assert (await read(by, f"/v1/people/{second['person_id']}"))["merged_into_id"] is None


async def test_opposite_merges_at_once_leave_one_record(world: World) -> None:
    one, other = await person_in(world.a), await person_in(world.a)
    path, body = "/v1/people/{}/merges", {"reason": "The same man."}
    both = await asyncio.gather(
        world.a.coordinator.post(path.format(one), {**body, "duplicate_id": other}),
        world.a.coordinator.post(path.format(other), {**body, "duplicate_id": one}),
    )
    assert sorted(answer.status_code for answer in both) == [201, 409]


@pytest.mark.parametrize("other", ["itself", "nobody", "of another charity"])
async def test_only_another_record_of_the_charity_is_merged(world: World, other: str) -> None:
    into = await person_in(world.a)
    ids = {"itself": into, "nobody": str(uuid4()), "of another charity": await person_in(world.b)}
    refused = await merged(world.a, into, ids[other], 422)
    assert [one["pointer"] for one in refused["errors"]] == ["/duplicate_id"]


def number() -> str:
    """A prison number that is visibly made up."""
    return f"A{uuid4().int % 10000:04d}AA"


async def superseded(caller: Caller, person: str, status: int = 200, **body: Any) -> dict[str, Any]:
    at_him = f"/v1/people/{person}"
    answer = await caller.step(f"{at_him}/superseded-identifiers", {"scheme": "prison_number", **body}, of=at_him)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_number_that_was_superseded_still_finds_him(world: World) -> None:
    by, old, new = world.a.coordinator, number(), number()
    person = await person_in(world.a, identifiers=[{"scheme": "prison_number", "value": old}])
    told = await superseded(by, person, value=old.lower(), by=new)
    assert [(one["value"], one["superseded"]) for one in told["identifiers"]] == [(old, True), (new, False)]
    for value in (old, new):
        body = {"identifier": {"scheme": "prison_number", "value": value}}
        found = (await by.post("/v1/people/search", body)).json()["items"]
        assert person in [one["person"]["id"] for one in found]
    refused = await superseded(by, person, 422, value=old, by=number())
    assert [one["pointer"] for one in refused["errors"]] == ["/value"]
    back = await superseded(by, person, value=new, by=old)
    assert [(one["value"], one["superseded"]) for one in back["identifiers"]] == [(old, False), (new, True)]


async def test_a_number_of_somebody_else_is_refused_with_a_link_to_him(world: World) -> None:
    by, old, new = world.a.coordinator, number(), number()
    person = await person_in(world.a, identifiers=[{"scheme": "prison_number", "value": old}])
    other = await person_in(world.a, identifiers=[{"scheme": "prison_number", "value": new}])
    refused = await superseded(by, person, 409, value=old, by=new)
    assert (refused["code"], refused["links"]["person"]) == ("IDENTIFIER_OF_ANOTHER", f"/v1/people/{other}")
    for body, pointer in (({"value": old, "by": old}, "/by"), ({"value": old, "by": "nonsense"}, "/by")):
        wrong = await superseded(by, person, 422, **body)
        assert [one["pointer"] for one in wrong["errors"]] == [pointer]
    await merged(world.a, person, other)
    told = await superseded(by, person, value=old, by=new)
    assert {one["value"]: one["superseded"] for one in told["identifiers"]} == {old: True, new: False}


async def test_only_who_may_write_of_people_merges(world: World) -> None:
    into, other = await person_in(world.a), await person_in(world.a)
    body = {"duplicate_id": other, "reason": "The same man."}
    for role, caller in world.a.staff.items():
        if role.value in ("manager", "coordinator"):
            continue
        assert (await caller.post(f"/v1/people/{into}/merges", body)).status_code in (403, 404), role
    await stepped(world.a.coordinator, f"/v1/people/{into}/superseded-identifiers", {}, status=422)
