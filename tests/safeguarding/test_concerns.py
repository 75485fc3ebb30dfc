"""Concerns: never lost, never edited, alarmed at once when nobody was told, and seen by those who must alone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.domain.kernel.access import Role
from tests.graphql.streams import SOON, served, subscribe
from tests.matching.helpers import made, signed_in_mentor, stepped
from tests.safeguarding.helpers import TOLD, alarm_of, person_of, recorded, unreported
from tests.security.rows import Rows
from tests.sessions.helpers import at, begun_with, engaged, planned
from tests.world import Caller, CharityWorld, World


def _lead(charity: CharityWorld) -> Caller:
    return charity.staff[Role.SAFEGUARDING_LEAD]


async def test_a_concern_says_who_was_told_when_and_how_long_that_took(world: World) -> None:
    by, person = world.a.coordinator, await person_of(world.a)
    concern = await recorded(by, person, reported_at=at(minutes=12), acct_opened="YES", **TOLD)
    assert (concern["minutes_to_tell"], concern["told_late"], concern["acct_opened"]) == (18, False, "YES")
    assert (concern["told_at"], concern["reported_to_name"]) == (concern["reported_at"], "Officer Specimen")
    assert "face to face" in concern["notice"]
    late = await recorded(by, person, disclosed_at=at(minutes=90), reported_at=at(minutes=29), **TOLD)
    assert (late["minutes_to_tell"], late["told_late"]) == (61, True)
    just = await recorded(by, person, disclosed_at=at(minutes=90), reported_at=at(minutes=30), **TOLD)
    assert (just["minutes_to_tell"], just["told_late"]) == (60, False)
    listed = (await by.get(f"/v1/concerns?person_id={person}&told_late=true")).json()["items"]
    assert [one["id"] for one in listed] == [late["id"]]


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({}, "/reported_at", "NOT_TOLD"),
        ({"reported_at": at(minutes=5)}, "/reported_to_role", "NOT_TOLD"),
        ({"not_yet_reported": True, "reported_to_role": "HEALTHCARE"}, "/reported_to_role", "ONE_OF"),
        ({"reported_at": at(minutes=31), "reported_to_role": "HEALTHCARE"}, "/reported_at", "OUT_OF_RANGE"),
        ({"reported_at": at(minutes=-30), "reported_to_role": "HEALTHCARE"}, "/reported_at", "IN_THE_FUTURE"),
        ({"not_yet_reported": True, "disclosed_at": at(minutes=-30)}, "/disclosed_at", "IN_THE_FUTURE"),
        ({"not_yet_reported": True, "words": "x" * 4001}, "/words", "STRING_TOO_LONG"),
    ],
)
async def test_what_was_not_said_is_asked_for_by_name(
    world: World, more: dict[str, Any], pointer: str, code: str
) -> None:
    told = await recorded(world.a.coordinator, await person_of(world.a), status=422, **more)
    [error] = told["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    if code == "NOT_TOLD":
        assert "face to face" in error["detail"]


async def test_nobody_told_is_an_alarm_within_the_second(world: World) -> None:
    live = (
        "subscription { concernAlarms(filter: {acknowledged: false}) { edges { node { concernId times reported } } } }"
    )
    person = await person_of(world.b)
    async with served(world.b.coordinator.app) as address, subscribe(address, _lead(world.b), live) as stream:
        before = (await stream.next())["data"]["concernAlarms"]["edges"]
        began = datetime.now(UTC)
        concern = await unreported(world.b.coordinator, person)
        after = (await stream.next())["data"]["concernAlarms"]["edges"]
        assert datetime.now(UTC) - began < timedelta(seconds=SOON), (
            "no timed test: what this says is that it comes by itself"
        )
    [new] = [one["node"] for one in after if one not in before]
    assert new == {"concernId": concern["id"], "times": 1, "reported": False}


async def test_an_alarm_is_told_again_every_quarter_of_an_hour_until_somebody_takes_it_on(
    world: World, rows: Rows
) -> None:
    a = world.a
    concern = await unreported(a.coordinator, await person_of(a))
    alarm = await alarm_of(_lead(a), concern)
    database, raised = a.coordinator.app.state.services.database, datetime.fromisoformat(alarm["told_at"])

    async def times() -> int:
        found: int = (await _lead(a).get(f"/v1/concern-alarms/{alarm['id']}")).json()["times"]
        return found

    await database.remind(raised + timedelta(minutes=14, seconds=59))
    assert await times() == 1
    # Several processes remind at the same time: it is told once more all the same.
    await asyncio.gather(*(database.remind(raised + timedelta(minutes=15)) for _ in range(4)))
    assert await times() == 2
    await database.remind(raised + timedelta(minutes=30))
    assert await times() == 3
    told = "select count(*) from event where type = 'concern_alarm.told_again' and aggregate_id = $1"
    assert await rows.sql.fetchval(told, alarm["id"]) == 2
    await stepped(_lead(a), f"/v1/concern-alarms/{alarm['id']}/acknowledge", {"words": "I have rung the duty manager."})
    await database.remind(raised + timedelta(minutes=60))
    assert await times() == 3
    seen = (await a.coordinator.get(f"/v1/concerns/{concern['id']}?expand=additions")).json()
    assert seen["acknowledged_at"] is not None
    assert [one["kind"] for one in seen["additions"]] == ["ACKNOWLEDGED"]


async def test_an_alarm_is_taken_on_once_and_not_by_whoever_raised_it(world: World) -> None:
    a = world.a
    concern = await unreported(a.coordinator, await person_of(a))
    alarm = await alarm_of(a.coordinator, concern)
    path = f"/v1/concern-alarms/{alarm['id']}/acknowledge"
    assert (await stepped(a.coordinator, path, {}, status=409))["code"] == "ALARM_NOT_YOURS"
    tag = {"If-Match": (await _lead(a).get(f"/v1/concern-alarms/{alarm['id']}")).headers["etag"]}
    answers = await asyncio.gather(*(_lead(a).post(path, {}, headers=tag) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert (await stepped(_lead(a), path, {}, status=409))["code"] == "ALARM_TAKEN"
    # Once staff have been told, its writer may take it on.
    second = await unreported(a.coordinator, await person_of(a))
    told = {"kind": "REPORTED", "reported_at": at(minutes=1), **TOLD}
    await made(a.coordinator, f"/v1/concerns/{second['id']}/additions", told)
    again = await alarm_of(a.coordinator, second)
    assert again["reported"] is True
    await stepped(a.coordinator, f"/v1/concern-alarms/{again['id']}/acknowledge", {})


async def test_what_becomes_known_is_added_and_nothing_that_stands_there_changes(world: World) -> None:
    by = world.a.coordinator
    concern = await unreported(by, await person_of(world.a))
    path = f"/v1/concerns/{concern['id']}/additions"
    assert (concern["told_at"], concern["minutes_to_tell"], concern["told_late"]) == (None, None, False)
    await made(by, path, {"kind": "REPORTED", "reported_at": at(minutes=2), **TOLD})
    await made(by, path, {"kind": "WORDS", "words": "He ate today.", "acct_opened": "ALREADY_OPEN"})
    await made(by, path, {"kind": "FOLLOWED_UP", "followed_up_on": at()[:10]})
    after = (await by.get(f"/v1/concerns/{concern['id']}?expand=additions")).json()
    assert (after["minutes_to_tell"], after["followed_up_on"]) == (28, at()[:10])
    assert after["reported_at"] is None, "the record itself stays as it was written"
    assert [one["kind"] for one in after["additions"]] == ["REPORTED", "WORDS", "FOLLOWED_UP"]
    for body, pointer in (
        ({"kind": "REPORTED"}, "/reported_at"),
        ({"kind": "FOLLOWED_UP"}, "/followed_up_on"),
        ({"kind": "WORDS"}, "/words"),
        ({"kind": "WORDS", "words": "x", "method": "PHONE"}, "/method"),
        ({"kind": "WORDS", "words": "x", "followed_up_on": at()[:10]}, "/followed_up_on"),
        ({"kind": "FOLLOWED_UP", "followed_up_on": at(days=9)[:10]}, "/followed_up_on"),
        ({"kind": "ACKNOWLEDGED"}, "/kind"),
    ):
        assert [one["pointer"] for one in (await made(by, path, body, 422))["errors"]] == [pointer]


@pytest.mark.parametrize("table", ["concern", "concern_addition", "acct_state", "restricted_note"])
async def test_nobody_edits_or_deletes_any_of_it_whatever_his_role(world: World, rows: Rows, table: str) -> None:
    a = world.a
    person = await person_of(a)
    concern = await recorded(a.coordinator, person, reported_at=at(minutes=1), **TOLD)
    await made(a.coordinator, f"/v1/concerns/{concern['id']}/additions", {"kind": "WORDS", "words": "More."})
    await made(a.coordinator, "/v1/acct-states", {"person_id": person, "status": "OPEN", "as_of": at()[:10]})
    await made(a.coordinator, "/v1/restricted-notes", {"person_id": person, "kind": "TRAUMA", "words": "Words."})
    for change in (f"update {table} set charity_id = charity_id", f"delete from {table}", f"truncate {table} cascade"):
        with pytest.raises(asyncpg.PostgresError):
            await rows.sql.execute(change)
    granted = (
        "select count(*) from information_schema.role_table_grants"
        " where table_name = $1 and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE') and grantee like 'tg_%'"
    )
    assert await rows.sql.fetchval(granted, table) == 0


async def test_its_author_the_coordinators_and_the_lead_see_it_and_nobody_else(world: World) -> None:
    a = world.a
    (own, mentor), (other, _) = await signed_in_mentor(a), await signed_in_mentor(a)
    engagement = await begun_with(a, mentor)
    person = engagement["person_id"]
    session = await planned(own, engagement, at(minutes=0))
    mine = await recorded(
        own, person, engagement_id=engagement["id"], session_id=session["id"], reported_at=at(minutes=5), **TOLD
    )
    theirs = await recorded(a.coordinator, person, reported_at=at(minutes=5), **TOLD)
    manager_s = await recorded(a.manager, person, reported_at=at(minutes=5), **TOLD)
    lead_s = await recorded(_lead(a), person, engagement_id=engagement["id"], reported_at=at(minutes=5), **TOLD)
    every = {one["id"] for one in (mine, theirs, manager_s, lead_s)}
    for by, seen in (
        (own, {mine["id"]}),
        (other, set()),
        (a.manager, {manager_s["id"]}),
        (a.coordinator, every),
        (_lead(a), every),
        (world.b.coordinator, set()),
    ):
        listed = (await by.get(f"/v1/concerns?person_id={person}")).json()["items"]
        assert {one["id"] for one in listed} == seen
        for one in every:
            assert (await by.get(f"/v1/concerns/{one}")).status_code == (200 if one in seen else 404)
    for role in (Role.ANALYST, Role.DATA_PROTECTION_LEAD):
        assert (await a.staff[role].get("/v1/concerns")).status_code == 403
    assert (await a.referrer.get("/v1/concerns")).status_code == 403
    refused = await recorded(other, person, status=422, reported_at=at(minutes=5), **TOLD)
    assert refused["errors"][0]["pointer"] == "/person_id"
    # What others add its author learns as a fact, without their words.
    path = f"/v1/concerns/{mine['id']}/additions"
    await made(a.coordinator, path, {"kind": "WORDS", "words": "Between us."})
    await made(
        a.coordinator, path, {"kind": "FOLLOWED_UP", "followed_up_on": at()[:10], "words": "Seen by healthcare."}
    )
    seen_by_author = (await own.get(f"/v1/concerns/{mine['id']}?expand=additions")).json()["additions"]
    assert [(one["kind"], one["words"]) for one in seen_by_author] == [("FOLLOWED_UP", None)]
    told = {"kind": "REPORTED", "reported_at": at(minutes=2), **TOLD, "reported_to_name": "Officer Testcase"}
    await made(a.coordinator, path, told)
    for by, name in ((own, None), (a.coordinator, "Officer Testcase")):
        [*_, last] = (await by.get(f"/v1/concerns/{mine['id']}?expand=additions")).json()["additions"]
        assert (last["reported_to_role"], last["reported_to_name"]) == (TOLD["reported_to_role"], name)


async def test_each_reading_is_kept(world: World, rows: Rows) -> None:
    a = world.a
    person = await person_of(a)
    concern = await recorded(a.coordinator, person, reported_at=at(minutes=1), **TOLD)
    note = await made(_lead(a), "/v1/restricted-notes", {"person_id": person, "kind": "HEALTH", "words": "Words."})
    acct = await made(_lead(a), "/v1/acct-states", {"person_id": person, "status": "OPEN", "as_of": at()[:10]})
    alarm = await alarm_of(a.coordinator, await unreported(a.manager, person))
    read = "select count(*) from audit_entry where action = $1 and object_id = $2 and subject_id = $3"
    for path, action, one in (
        ("concerns", "concern.read", concern),
        ("restricted-notes", "restricted_note.read", note),
        ("acct-states", "acct_state.read", acct),
        ("concern-alarms", "concern_alarm.read", alarm),
    ):
        assert (await _lead(a).get(f"/v1/{path}/{one['id']}")).status_code == 200
        assert await rows.sql.fetchval(read, action, one["id"], _lead(a).id) >= 1


async def test_restricted_notes_and_acct_states_are_for_coordinators_and_the_lead_alone(world: World) -> None:
    a = world.a
    engagement = await engaged(a)
    person = engagement["person_id"]
    note = await made(a.coordinator, "/v1/restricted-notes", {"person_id": person, "kind": "SAFETY", "words": "Words."})
    await made(a.coordinator, "/v1/acct-states", {"person_id": person, "status": "OPEN", "as_of": at(days=9)[:10]})
    closed = await made(
        _lead(a), "/v1/acct-states", {"person_id": person, "status": "CLOSED", "as_of": at(days=1)[:10]}
    )
    newest = (await _lead(a).get(f"/v1/acct-states?person_id={person}&newest=true")).json()["items"]
    assert [one["id"] for one in newest] == [closed["id"]]
    for role, caller in a.staff.items():
        expected = 200 if role in (Role.COORDINATOR, Role.SAFEGUARDING_LEAD) else 403
        assert (await caller.get(f"/v1/restricted-notes/{note['id']}")).status_code == expected
        assert (await caller.get("/v1/acct-states")).status_code == expected
    instead = {"person_id": person, "kind": "SAFETY", "words": "Other words.", "replaces_id": note["id"]}
    answers = await asyncio.gather(*(a.coordinator.post("/v1/restricted-notes", instead) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"RESTRICTED_NOTE_REPLACED"}
