"""Sessions by the REST door: planned, in series, recorded once, corrected, moved; no absence ends anything."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.sessions.models import Attendance
from tests.graphql.door import data
from tests.matching.helpers import active_mentor, answered, made, signed_in_mentor, stepped
from tests.sessions.helpers import at, begun_with, engaged, moved_to, planned, took
from tests.world import Caller, World


async def _entries(by: Caller, session: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await by.get(f"/v1/sessions/{session['id']}?expand=entries")).json()["entries"]
    return found


async def test_a_session_is_planned_recorded_later_and_corrected_and_keeps_what_was_said(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    session = await planned(by, engagement, at(minutes=30))
    assert (session["state"], session["mentor_id"]) == ("PLANNED", engagement["mentor_id"])
    held = await took(by, session, "record", {"attendance": "ATTENDED", "minutes": 45, "topics": ["HEALTH"]})
    assert (held["state"], held["minutes"], held["occurred_at"]) == ("HELD", 45, session["starts_at"])
    corrected = {"attendance": "PRISON_CANCELLED", "prison_cause": "LOCK_DOWN", "reason": "The wing was locked down."}
    after = await took(by, session, "correct", corrected)
    assert (after["state"], after["prison_cause"], after["occurred_at"], after["topics"]) == (
        "NOT_HELD",
        "LOCK_DOWN",
        None,
        [],
    )
    entries = await _entries(by, session)
    assert [(one["step"], one["attendance"]) for one in entries] == [
        ("plan", None),
        ("record", "ATTENDED"),
        ("correct", "PRISON_CANCELLED"),
    ]
    assert entries[1]["occurred_at"] < entries[1]["recorded_at"]


async def test_two_recordings_of_one_session_are_one(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    session = await planned(by, engagement, at(minutes=30))
    await took(by, session, "record", {"attendance": "ATTENDED"})
    again = await took(by, session, "record", {"attendance": "ATTENDED"}, 409)
    assert again["code"] == "SESSION_STEP_NOT_OPEN"
    body = {
        "engagement_id": engagement["id"],
        "setting": "IN_PERSON",
        "starts_at": at(minutes=20),
        "recorded": {"attendance": "ATTENDED"},
    }
    told = await made(by, "/v1/sessions", body, 409)
    assert (told["code"], told["links"]) == ("SESSION_THERE", {"session": f"/v1/sessions/{session['id']}"})
    other = {**body, "starts_at": at(days=3)}
    answers = await asyncio.gather(*(by.post("/v1/sessions", other) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


@pytest.mark.parametrize("attendance", [one for one in Attendance if one is not Attendance.ATTENDED])
async def test_no_absence_changes_anything_but_the_session(world: World, attendance: Attendance) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    at_engagement, at_referral = f"/v1/engagements/{engagement['id']}", f"/v1/referrals/{engagement['referral_id']}"
    before = [(await by.get(path)).json() for path in (at_engagement, at_referral)]
    for hours in (2, 26, 50):
        body = {
            "engagement_id": engagement["id"],
            "setting": "IN_PERSON",
            "starts_at": at(hours=hours),
            "recorded": {"attendance": attendance.value},
        }
        session = await made(by, "/v1/sessions", body)
        assert session["state"] == "NOT_HELD"
    assert [(await by.get(path)).json() for path in (at_engagement, at_referral)] == before


async def test_a_first_session_is_not_recorded_before_both_were_explained(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a, explained=False)
    session = await planned(by, engagement, at(minutes=30))
    refused = await took(by, session, "record", {"attendance": "ATTENDED"}, 409)
    assert refused["code"] == "NOT_EXPLAINED"
    absent = await made(
        by,
        "/v1/sessions",
        {
            "engagement_id": engagement["id"],
            "setting": "PHONE",
            "starts_at": at(days=2),
            "recorded": {"attendance": "MENTEE_DECLINED"},
        },
    )
    assert absent["state"] == "NOT_HELD"
    held = await took(by, session, "record", {"attendance": "ATTENDED", "explained": True})
    assert held["state"] == "HELD"
    told = (await by.get(f"/v1/people/{engagement['person_id']}/explanations")).json()["items"]
    assert {one["kind"] for one in told} == {"VOLUNTARY", "CONFIDENTIALITY"}
    second = await planned(by, engagement, at(days=-1))
    moved = await moved_to(by, second, at(minutes=-90))
    assert moved["state"] == "PLANNED"


async def test_a_moved_session_stays_as_superseded_and_a_cancelled_one_has_its_cause(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    session = await planned(by, engagement, at(days=-3))
    moved = await moved_to(by, session, at(days=-4), reason="No escort on Tuesday.")
    assert moved["id"] != session["id"]
    old = (await by.get(f"/v1/sessions/{session['id']}")).json()
    assert (old["state"], old["superseded_by_id"]) == ("SUPERSEDED", moved["id"])
    wrong = await took(by, moved, "cancel", {"because": "ATTENDED"}, 422)
    assert wrong["errors"][0]["pointer"] == "/because"
    wrong = await took(by, moved, "cancel", {"because": "MENTOR_CANCELLED", "prison_cause": "LOCK_DOWN"}, 422)
    assert wrong["errors"][0]["pointer"] == "/prison_cause"
    off = await took(by, moved, "cancel", {"because": "PRISON_CANCELLED"})
    assert (off["state"], off["prison_cause"]) == ("CANCELLED", "NOT_KNOWN")
    assert (await took(by, session, "record", {"attendance": "ATTENDED"}, 409))["code"] == "SESSION_STEP_NOT_OPEN"
    # Nothing is left at either time.
    await planned(by, engagement, session["starts_at"])
    await planned(by, engagement, moved["starts_at"])


async def test_a_series_is_planned_whole_and_ended_from_a_day_on(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    until = (first + timedelta(days=70)).date()
    body = {
        "engagement_id": engagement["id"],
        "setting": "IN_PERSON",
        "interval": "WEEKLY",
        "first_at": first.isoformat().replace("+00:00", "Z"),
        "until": until.isoformat(),
        "skip": [(first + timedelta(days=14)).date().isoformat()],
    }
    series = await made(by, "/v1/session-series", body)
    listed = (await by.get(f"/v1/sessions?series_id={series['id']}&limit=100")).json()["items"]
    assert len(listed) == 10
    assert (await by.post("/v1/session-series", body)).status_code == 409  # all or none, and there are some
    moved = await moved_to(by, listed[0], at(days=-2, hours=-5))
    assert moved["series_id"] == series["id"]
    from_on = date.fromisoformat(listed[5]["starts_at"][:10]).isoformat()
    await stepped(by, f"/v1/session-series/{series['id']}/end", {"from_on": from_on, "because": "MENTEE_DECLINED"})
    states = [
        one["state"] for one in (await by.get(f"/v1/sessions?series_id={series['id']}&limit=100")).json()["items"]
    ]
    assert sorted(states) == ["CANCELLED"] * 5 + ["PLANNED"] * 5 + ["SUPERSEDED"]


async def test_contacts_tell_what_the_prison_prevented_from_the_rest(world: World) -> None:
    by = world.a.coordinator
    engagement = await engaged(world.a)
    became = ["ATTENDED", "PRISON_CANCELLED", "PRISON_CANCELLED", "MENTEE_DID_NOT_ATTEND", "MENTOR_CANCELLED", "OTHER"]
    for days, attendance in enumerate(became, start=1):
        body = {
            "engagement_id": engagement["id"],
            "setting": "IN_PERSON",
            "starts_at": at(days=days),
            "recorded": {"attendance": attendance},
        }
        await made(by, "/v1/sessions", body)
    contact = (await by.get(f"/v1/contacts/{engagement['id']}")).json()
    assert {name: contact[name] for name in ("held", "prison_cancelled", "mentee_absent", "mentor_cancelled")} == {
        "held": 1,
        "prison_cancelled": 2,
        "mentee_absent": 1,
        "mentor_cancelled": 1,
    }
    assert (contact["not_held_otherwise"], contact["every_days"], contact["quiet"]) == (1, 14, False)
    found = await data(by, "query($id: ID!) { contact(id: $id) { held prisonCancelled quiet } }", id=engagement["id"])
    assert found["contact"] == {"held": 1, "prisonCancelled": 2, "quiet": False}


async def test_whoever_has_not_met_for_long_is_found_and_nothing_follows(world: World) -> None:
    by = world.b.coordinator
    mentor = await active_mentor(world.b)
    referral = await world.b.push(received_on=at(days=60)[:10])
    body = {"referral_id": referral["id"], "mentor_id": mentor["id"]}
    engagement = await made(by, "/v1/engagements", body)
    for side in ("MENTOR", "PERSON"):
        step = {"side": side, "effective_on": at(days=40)[:10]}
        await stepped(by, f"/v1/engagements/{engagement['id']}/accept", step)
    quiet = (await by.get("/v1/contacts?quiet=true&limit=100")).json()["items"]
    found = next(one for one in quiet if one["id"] == engagement["id"])
    assert 39 <= found["quiet_days"] <= 41
    assert (await by.get(f"/v1/engagements/{engagement['id']}")).json()["state"] == "ACTIVE"
    held = {"engagement_id": engagement["id"], "setting": "PHONE", "starts_at": at(hours=3)}
    await made(by, "/v1/sessions", {**held, "recorded": {"attendance": "ATTENDED", "explained": True}})
    quiet = (await by.get("/v1/contacts?quiet=true&limit=100")).json()["items"]
    assert engagement["id"] not in {one["id"] for one in quiet}


async def test_a_mentor_plans_and_records_his_own_and_sees_nobody_elses(world: World) -> None:
    by = world.b.coordinator
    own, mentor = await signed_in_mentor(world.b, capacity=3)
    mine, theirs = await begun_with(world.b, mentor, explained=False), await engaged(world.b)
    other = await planned(by, theirs, at(minutes=40))
    session = await planned(own, mine, at(minutes=0))
    assert session["mentor_id"] == mentor["id"]
    assert (await took(own, session, "record", {"attendance": "ATTENDED"}, 409))["code"] == "NOT_EXPLAINED"
    await took(own, session, "record", {"attendance": "ATTENDED", "explained": True})
    assert (await own.get(f"/v1/sessions/{other['id']}")).status_code == 404
    assert {one["id"] for one in (await own.get("/v1/sessions?limit=100")).json()["items"]} == {session["id"]}
    assert [one["id"] for one in (await own.get("/v1/contacts")).json()["items"]] == [mine["id"]]
    refused = {"engagement_id": theirs["id"], "setting": "PHONE", "starts_at": at(days=-2)}
    told = await made(own, "/v1/sessions", refused, 422)
    assert told["errors"][0]["code"] == "UNKNOWN_ENGAGEMENT"
    # Asked to take over, he is not there yet.
    await stepped(by, f"/v1/engagements/{theirs['id']}/handover", {"mentor_id": mentor["id"]})
    assert (await own.get(f"/v1/engagements/{theirs['id']}")).status_code == 200
    assert [one["id"] for one in (await own.get("/v1/contacts")).json()["items"]] == [mine["id"]]
    told = await made(own, "/v1/sessions", refused, 422)
    assert told["errors"][0]["code"] == "NOT_BEGUN"
    # Handed over: he sees his own sessions for thirty days more, and none of his successor's.
    heir = await active_mentor(world.b)
    await stepped(by, f"/v1/engagements/{mine['id']}/handover", {"mentor_id": heir["id"]})
    for side in ("MENTOR", "PERSON"):
        await answered(by, mine, side)
    later = await planned(by, mine, at(days=-2))
    assert later["mentor_id"] == heir["id"]
    assert {one["id"] for one in (await own.get("/v1/sessions?limit=100")).json()["items"]} == {session["id"]}
    assert (await own.get(f"/v1/sessions/{later['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"starts_at": at(days=2)}, "/starts_at"),
        ({"starts_at": at(days=-500)}, "/starts_at"),
        ({"setting": "MEETING_WITH_OTHERS"}, "/meeting"),
        ({"meeting": "ACCT_REVIEW"}, "/meeting"),
        ({"establishment": "OUT"}, "/establishment"),
        ({"starts_at": at(days=-2), "recorded": {"attendance": "ATTENDED"}}, "/recorded/occurred_at"),
        ({"minutes": 0}, "/minutes"),
    ],
)
async def test_what_cannot_be_is_refused_and_named(world: World, body: dict[str, Any], pointer: str) -> None:
    engagement = await engaged(world.a)
    plain = {"engagement_id": engagement["id"], "setting": "IN_PERSON", "starts_at": at(days=-1)}
    told = await made(world.a.coordinator, "/v1/sessions", {**plain, **body}, 422)
    assert [one["pointer"] for one in told["errors"]] == [pointer]


async def test_a_code_that_is_none_is_told_which_there_are(world: World) -> None:
    engagement = await engaged(world.a)
    body = {"engagement_id": engagement["id"], "setting": "PUB", "starts_at": at(days=-1)}
    [error] = (await made(world.a.coordinator, "/v1/sessions", body, 422))["errors"]
    assert error["pointer"] == "/setting"
    assert error["detail"].startswith("Choose one of: IN_PERSON, VISIT, ")
    assert "PUB" not in error["detail"]
