"""Notes of sessions: kept as they were sent, with what should be looked at again; seen by whoever was there."""

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from app.domain.kernel.access import Role
from app.domain.sessions.models import NoteWarningCode
from app.domain.sessions.rules import looked_at
from tests.graphql.door import data
from tests.matching.helpers import active_mentor, answered, made, signed_in_mentor, stepped
from tests.security.rows import Rows
from tests.sessions.helpers import at, begun_with, engaged, planned
from tests.world import Caller, CharityWorld, World

W = NoteWarningCode


async def written(by: Caller, engagement: dict[str, Any], words: str = "Went well.", **more: Any) -> dict[str, Any]:
    return await made(by, "/v1/session-notes", {"engagement_id": engagement["id"], "words": words, **more})


async def _seen(by: Caller, engagement: dict[str, Any]) -> set[str]:
    listed = await by.get("/v1/session-notes", params={"engagement_id": engagement["id"], "limit": 100})
    assert listed.status_code == 200, listed.text
    return {one["id"] for one in listed.json()["items"]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("His number is a1234bc now.", W.PRISON_NUMBER, "a1234bc"),
        ("Number A 1234 BC.", W.PRISON_NUMBER, "A 1234 BC"),
        ("Probation has X123456.", W.PROBATION_NUMBER, "X123456"),
        ("Police 02/73319Z.", W.POLICE_NUMBER, "02/73319Z"),
        ("Ring 07700 900123 on Monday.", W.PHONE_NUMBER, "07700 900123"),
        ("Ring +44 7700 900 123.", W.PHONE_NUMBER, "+44 7700 900 123"),
        ("Write to test@example.org please.", W.EMAIL_ADDRESS, "test@example.org"),
        ("She lives in ZZ99 3VZ.", W.POSTCODE, "ZZ99 3VZ"),
        ("Afraid of Specimen O\u2019Sample there.", W.LOOKS_LIKE_A_NAME, "Specimen O\u2019Sample"),
        ("Zo\u00eb \u0141ukasz-Sample said so.", W.LOOKS_LIKE_A_NAME, "Zo\u00eb \u0141ukasz-Sample"),
    ],
)
def test_what_should_perhaps_not_stand_in_a_note_is_found_in_its_own_words(
    words: str, code: NoteWarningCode, said: str
) -> None:
    assert [(one.code, one.words) for one in looked_at(words, own_names=[])] == [(code, said)]


@pytest.mark.parametrize(
    "words",
    [
        "He has a place in Approved Premises from Monday on.",
        "On Friday He spoke of Money Management, 10 to 11 o'clock, 45 minutes.",
        "Testcase Exampleson is well.",
        "Paid 1200 pounds on 2026-11-20; wing A, cell 12.",
        "",
    ],
)
def test_what_every_note_says_is_no_warning(words: str) -> None:
    assert looked_at(words, own_names=["Testcase", "Exampleson"]) == []


async def test_a_note_is_kept_as_it_was_sent_and_tells_what_to_look_at_again(world: World) -> None:
    engagement = await engaged(world.a)
    session = await planned(world.a.coordinator, engagement, at(minutes=30))
    words = "He wants A1234BC moved.\nHe has \u201chad enough\u201d."
    note = await written(world.a.coordinator, engagement, words, session_id=session["id"])
    assert (note["words"], note["session_id"], note["person_id"]) == (words, session["id"], engagement["person_id"])
    assert note["warnings"] == [{"code": "PRISON_NUMBER", "words": "A1234BC"}]
    longest = await written(world.a.coordinator, engagement, "\u00e4" * 4000)
    assert len(longest["words"]) == 4000
    body = {"engagement_id": engagement["id"], "words": "x" * 4001}
    [error] = (await made(world.a.coordinator, "/v1/session-notes", body, 422))["errors"]
    assert error["pointer"] == "/words"


async def test_a_name_that_is_known_here_is_a_warning_for_coordinators_and_no_oracle_for_mentors(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    other = await world.a.push(person={"given_name": "Wilhelmina", "family_name": "Knownsample"})
    of = (await world.a.coordinator.get(f"/v1/referrals/{other['id']}")).json()["person"]["id"]
    path = f"/v1/people/{of}"
    called = await world.a.coordinator.step(path, {"known_as": ["Tinosample"]}, method="PATCH", of=path)
    assert called.status_code == 200, called.text
    words = "he met wilhelmina knownsample, whom all call Tinosample"
    note = await written(world.a.coordinator, engagement, words)
    assert {(one["code"], one["words"]) for one in note["warnings"]} == {
        ("KNOWN_NAME", "wilhelmina knownsample"),
        ("KNOWN_NAME", "Tinosample"),
    }
    assert (await written(own, engagement, words))["warnings"] == []
    # Nor is he by reading the coordinator's note: what she was told stands apart from it.
    [seen] = [one for one in (await own.get("/v1/session-notes?limit=100")).json()["items"] if one["id"] == note["id"]]
    assert (seen["words"], seen["warnings"]) == (words, [])
    asked = "query ($id: ID!) { node(id: $id) { ... on SessionNote { warnings { code } } } }"
    assert (await data(own, asked, id=note["id"]))["node"] == {"warnings": []}
    # A name that nobody has here gets the mentor the same answer as one that somebody has.
    for name in ("Wilhelmina Knownsample", "Nobody Knownhere"):
        told = (await written(own, engagement, f"met {name} today"))["warnings"]
        assert told == [{"code": "LOOKS_LIKE_A_NAME", "words": name}]


async def test_only_who_may_search_for_people_is_told_of_known_names_and_the_search_is_audited(world: World) -> None:
    by, engagement = world.b.coordinator, await engaged(world.b)
    names = [("Anselmina", "Knowntest"), ("Bertholda", "Knowntest"), ("Cunigunde", "Knowntest")]
    names += [("Dietlinde", "Knowntest"), ("Ermelinda", "Knowntest"), ("Friedlinda", "Knowntest")]
    for given, family in names:
        await world.b.push(person={"given_name": given, "family_name": family})
    words = "; ".join(f"{given} {family}".lower() for given, family in names)
    note = await written(by, engagement, words)
    assert [one["words"] for one in note["warnings"]] == words.split("; ")[:5], "a note is no list of who is known"
    lead = world.b.staff[Role.DATA_PROTECTION_LEAD]
    [entry, *_] = (await lead.get(f"/v1/audit?action=person.searched&subject_id={by.id}")).json()["items"]
    assert entry["at"] >= note["created_at"][:19]
    narrow = replace(by, scopes=frozenset({"notes:read", "notes:write"}))
    assert (await written(narrow, engagement, words))["warnings"] == []


async def test_a_note_is_replaced_once_and_then_shown_to_coordinators_only(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    engagement = await begun_with(world.a, mentor)
    note = await written(own, engagement, "Number A1234BC.")
    instead = {"engagement_id": engagement["id"], "words": "He is well.", "replaces_id": note["id"]}
    answers = await asyncio.gather(*(own.post("/v1/session-notes", instead) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    [new] = [answer.json() for answer in answers if answer.status_code == 201]
    [told, *_] = [answer.json() for answer in answers if answer.status_code == 409]
    assert (told["code"], told["links"]) == ("NOTE_REPLACED", {"replaced_by": f"/v1/session-notes/{new['id']}"})
    seen = (await own.get(f"/v1/session-notes/{note['id']}")).json()
    assert (seen["words"], seen["warnings"], seen["replaced_by_id"]) == (None, [], new["id"])
    kept = (await world.a.coordinator.get(f"/v1/session-notes/{note['id']}")).json()
    assert kept["words"] == "Number A1234BC."
    theirs = await written(world.a.coordinator, engagement, "From the coordinator.")
    [error] = (await made(own, "/v1/session-notes", {**instead, "replaces_id": theirs["id"]}, 422))["errors"]
    assert (error["pointer"], error["code"]) == ("/replaces_id", "NOT_YOURS")


async def test_a_mentor_sees_the_notes_of_his_own_time_only(world: World) -> None:
    a = world.a
    (first, mentor), (second, heir) = await signed_in_mentor(a), await signed_in_mentor(a)
    engagement = await begun_with(a, mentor)
    early = await written(first, engagement, "From the first.")
    assert await _seen(second, engagement) == set()
    await made(second, "/v1/session-notes", {"engagement_id": engagement["id"], "words": "Mine?"}, 422)
    await stepped(a.coordinator, f"/v1/engagements/{engagement['id']}/handover", {"mentor_id": heir["id"]})
    assert await _seen(second, engagement) == set(), "who is only asked to take over reads nothing"
    for side in ("MENTOR", "PERSON"):
        await answered(a.coordinator, engagement, side)
    late = await written(second, engagement, "From the second.")
    # By the day, as the times of mentors are: what was written today belongs to both who had him today.
    assert early["id"] in await _seen(first, engagement)
    assert late["id"] in await _seen(second, engagement)
    assert {early["id"], late["id"]} <= await _seen(a.coordinator, engagement)
    assert (await a.staff[Role.SAFEGUARDING_LEAD].get("/v1/session-notes")).status_code == 403


async def test_what_came_before_or_after_a_mentor_s_time_he_does_not_read(world: World, rows: Rows) -> None:
    a = world.a
    (first, mentor), (second, heir) = await signed_in_mentor(a), await signed_in_mentor(a)
    engagement = await begun_with(a, mentor)
    early = await written(first, engagement, "From the first.")
    await stepped(a.coordinator, f"/v1/engagements/{engagement['id']}/handover", {"mentor_id": heir["id"]})
    for side in ("MENTOR", "PERSON"):
        await answered(a.coordinator, engagement, side)
    # As if he had been handed over ten days ago.
    moved = "update engagement_mentor set until_day = until_day - 10, access_until = access_until - 10"
    await rows.sql.execute(f"{moved} where engagement_id = $1 and until_day is not null", engagement["id"])
    began = "update engagement_mentor set from_day = from_day - 10 where engagement_id = $1 and until_day is null"
    await rows.sql.execute(began, engagement["id"])
    late = await written(a.coordinator, engagement, "From the coordinator, since.")
    assert await _seen(first, engagement) == {early["id"]}
    assert late["id"] in await _seen(second, engagement)
    gone = "update engagement_mentor set access_until = current_date - 1 where engagement_id = $1 and until_day is not null"
    await rows.sql.execute(gone, engagement["id"])
    assert await _seen(first, engagement) == set()
    assert (await first.get(f"/v1/session-notes/{early['id']}")).status_code == 404


async def test_nobody_edits_or_deletes_a_note_and_each_reading_is_kept(world: World, rows: Rows) -> None:
    engagement = await engaged(world.a)
    note = await written(world.a.coordinator, engagement)
    for change in ("update session_note set words = 'x'", "delete from session_note"):
        with pytest.raises(asyncpg.PostgresError):
            await rows.sql.execute(f"{change} where id = $1", note["id"])
    await world.a.manager.get(f"/v1/session-notes/{note['id']}")
    read = "select count(*) from audit_entry where action = 'session_note.read' and object_id = $1 and subject_id = $2"
    assert await rows.sql.fetchval(read, note["id"], world.a.manager.id) == 1


async def test_another_charity_sees_none(world: World) -> None:
    engagement = await engaged(world.a)
    note = await written(world.a.coordinator, engagement)
    other: CharityWorld = world.b
    assert (await other.coordinator.get(f"/v1/session-notes/{note['id']}")).status_code == 404
    body = {"engagement_id": engagement["id"], "words": "x"}
    assert (await made(other.coordinator, "/v1/session-notes", body, 422))["errors"][0]["code"] == "UNKNOWN_ENGAGEMENT"
    theirs = await engaged(other)
    session = await planned(other.coordinator, theirs, at(minutes=30))
    body = {"engagement_id": engagement["id"], "words": "x", "session_id": session["id"]}
    assert (await made(world.a.coordinator, "/v1/session-notes", body, 422))["errors"][0]["pointer"] == "/session_id"
    assert await active_mentor(world.a)
