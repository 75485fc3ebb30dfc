"""Support through the gate: each state counted by itself, its time always that of his placements, and ended by a person alone."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.eligibility.dates import add_months
from tests.matching.helpers import made, signed_in_mentor
from tests.sessions.helpers import begun_with, engaged
from tests.through_the_gate.helpers import came_to, changed, day, placements
from tests.through_the_gate.support import eligible, gone_through, step
from tests.world import World


async def test_from_eligible_to_an_end_each_with_its_own_day(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    support = await eligible(world.a, engagement)
    assert (support["state"], support["ends_on"]) == ("ELIGIBLE", None)
    support = await step(by, support, "OFFER")
    support = await step(by, support, "ACCEPT")
    assert (support["state"], support["offered_on"], support["accepted_on"]) == ("ACCEPTED", day(), day())
    person = engagement["person_id"]
    await made(by, f"/v1/people/{person}/releases", {"on": day(), "accommodation": "A02"})
    support = await step(by, support, "FIRST_CONTACT", by="APPROVED_PREMISES_STAFF")
    support = await step(by, support, "SUPPORT")
    six = add_months(date.fromisoformat(day()), 6).isoformat()
    assert (support["state"], support["released_on"], support["ends_on"]) == ("SUPPORTED", day(), six)
    assert support["three_month_review_due_on"] == add_months(date.fromisoformat(day()), 3).isoformat()
    assert support["six_month_review_due_on"] == six
    support = await step(by, support, "SUSTAIN")
    support = await step(by, support, "END", end_reason="AGREED_END", planned=True)
    assert (support["state"], support["end_reason"], support["planned_end"]) == ("ENDED", "AGREED_END", True)
    whole = (await by.get(f"/v1/gate-support/{support['id']}?expand=steps")).json()
    steps = ["OFFER", "ACCEPT", "FIRST_CONTACT", "SUPPORT", "SUSTAIN", "END"]
    assert [one["step"] for one in whole["steps"]] == steps


async def test_each_state_is_counted_by_itself(world: World) -> None:
    by, at = world.a.coordinator, f"/v1/programmes/{world.a.programme_id}/gate-support"
    before = (await by.get(at)).json()
    await gone_through(world.a, "OFFER")
    await gone_through(world.a, "OFFER", "DECLINE")
    await gone_through(world.a, "OFFER", "ACCEPT")
    await gone_through(world.a, "OFFER", "ACCEPT", "FIRST_CONTACT", "SUPPORT", to="A02")
    await gone_through(world.a, "OFFER", "ACCEPT", "FIRST_CONTACT", "SUPPORT", "SUSTAIN", to="A17")
    after = (await by.get(at)).json()
    grew = {name: after[name] - before[name] for name in before if name != "id"}
    assert grew == {
        "eligible": 5,
        "offered": 5,
        "accepted": 3,
        "declined": 1,
        "first_contact": 2,
        "supported": 2,
        "sustained": 1,
        "ended": 0,
        "supported_to_approved_premises": 1,
        "supported_in_multiple_prisons": 0,
    }


async def test_who_was_visited_in_two_prisons_is_counted_once(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    at = f"/v1/programmes/{engagement['programme_id']}/gate-support"
    before = (await by.get(at)).json()["supported_in_multiple_prisons"]
    for hour, prison in enumerate(("BXI", "TSI", "TSI")):
        body = {
            "engagement_id": engagement["id"],
            "setting": "VISIT",
            "establishment": prison,
            "starts_at": f"{day(days=1)}T{hour + 8:02}:00:00Z",
            "recorded": {"attendance": "ATTENDED"},
        }
        await made(by, "/v1/sessions", body)
    assert (await by.get(at)).json()["supported_in_multiple_prisons"] == before + 1


async def test_it_stops_on_recall_goes_on_with_the_next_release_and_keeps_all_that_was_reached(world: World) -> None:
    by = world.a.coordinator
    support = await gone_through(world.a, "OFFER", "ACCEPT", "FIRST_CONTACT", "SUPPORT")
    person, at = support["person_id"], f"/v1/gate-support/{support['id']}"
    await made(by, f"/v1/people/{person}/recalls", {"on": day(days=1)})
    stopped = (await by.get(at)).json()
    assert (stopped["state"], stopped["stopped_on"], stopped["ends_on"]) == ("STOPPED", day(days=1), None)
    assert stopped["supported_on"] == support["supported_on"]
    await made(by, f"/v1/people/{person}/releases", {"on": day()})
    again = (await by.get(at)).json()
    assert (again["state"], again["released_on"], again["stopped_on"]) == ("SUPPORTED", day(), None)
    assert again["ends_on"] == add_months(date.fromisoformat(day()), 6).isoformat()


async def test_a_release_that_was_told_wrongly_moves_the_end(world: World) -> None:
    by = world.a.coordinator
    support = await gone_through(world.a, "OFFER", "ACCEPT")
    [*_, released] = await placements(by, support["person_id"])
    earlier = (date.fromisoformat(released["arrived_on"]) - timedelta(days=2)).isoformat()
    released = await changed(by, released, "correct", arrived_on=earlier)
    now = (await by.get(f"/v1/gate-support/{support['id']}")).json()
    assert (now["released_on"], now["ends_on"]) == (earlier, add_months(date.fromisoformat(earlier), 6).isoformat())
    await changed(by, released, "withdraw")
    now = (await by.get(f"/v1/gate-support/{support['id']}")).json()
    assert (now["released_on"], now["ends_on"], now["state"]) == (None, None, "ACCEPTED")


async def test_it_is_extended_with_a_reason_and_within_a_year(world: World) -> None:
    by = world.a.coordinator
    support = await gone_through(world.a, "OFFER", "ACCEPT")
    released = date.fromisoformat(support["released_on"])
    for until, words, pointer in (
        (add_months(released, 8), None, "/words"),
        (add_months(released, 6), "He asked.", "/until"),
        (add_months(released, 12) + timedelta(days=1), "He asked.", "/until"),
    ):
        refused = await step(by, support, "EXTEND", status=422, until=until.isoformat(), words=words)
        assert [one["pointer"] for one in refused["errors"]] == [pointer]
    until = add_months(released, 8).isoformat()
    support = await step(by, support, "EXTEND", until=until, words="He starts work in the eighth month.")
    assert (support["ends_on"], support["extended_until"]) == (until, until)


@pytest.mark.parametrize(
    ("before", "wanted", "more"),
    [
        ((), "ACCEPT", {}),
        (("OFFER", "ACCEPT"), "SUPPORT", {}),
        (("OFFER",), "FIRST_CONTACT", {"by": "MENTEE"}),
        (("OFFER", "DECLINE"), "FIRST_CONTACT", {"by": "MENTEE"}),
        (("OFFER", "ACCEPT", "FIRST_CONTACT"), "SUSTAIN", {}),
        (("OFFER",), "REOPEN", {}),
        (("OFFER", "END"), "ACCEPT", {}),
    ],
)
async def test_a_step_comes_after_another(
    world: World, before: tuple[str, ...], wanted: str, more: dict[str, Any]
) -> None:
    support = await gone_through(world.a, *before)
    refused = await step(world.a.coordinator, support, wanted, status=409, **more)
    assert refused["code"] == "GATE_STEP_NOT_OPEN"


@pytest.mark.parametrize(
    ("wanted", "more", "pointer"),
    [
        ("OFFER", {"by": "MENTEE"}, "/by"),
        ("OFFER", {"until": day()}, "/until"),
        ("OFFER", {"on": day(days=-1)}, "/on"),
        ("OFFER", {"on": "2020-01-01"}, "/on"),
        ("END", {"planned": True}, "/end_reason"),
        ("END", {"end_reason": "OTHER"}, "/planned"),
        ("OFFER", {"end_reason": "OTHER"}, "/end_reason"),
        ("FIRST_CONTACT", {"by": "MENTOR"}, "/by"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(world: World, wanted: str, more: dict[str, Any], pointer: str) -> None:
    support = await gone_through(world.a)
    refused = await step(world.a.coordinator, support, wanted, status=422, **more)
    assert [one["pointer"] for one in refused["errors"]] == [pointer]


async def test_he_may_change_his_mind_and_it_may_begin_again(world: World) -> None:
    by = world.a.coordinator
    support = await gone_through(world.a, "OFFER", "DECLINE")
    support = await step(by, support, "ACCEPT")
    assert (support["state"], support["declined_on"]) == ("ACCEPTED", None)
    support = await step(by, support, "END", end_reason="PERSON_DECIDED", planned=False)
    support = await step(by, support, "REOPEN")
    assert (support["state"], support["ended_on"], support["accepted_on"]) == ("ACCEPTED", None, day())


async def test_two_at_once_find_him_eligible_once(world: World) -> None:
    by, engagement = world.a.coordinator, await engaged(world.a)
    body = {"engagement_id": engagement["id"], "eligible_on": day()}
    answers = await asyncio.gather(*(by.post("/v1/gate-support", body) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [201, *([409] * 5)]
    [there] = {one.json()["links"]["gate_support"] for one in answers if one.status_code == 409}
    assert (await by.get(there)).json()["engagement_id"] == engagement["id"]


async def test_a_release_and_a_step_at_once_are_both_kept(world: World) -> None:
    by = world.a.coordinator
    for _ in range(4):
        support = await eligible(world.a, await engaged(world.a))
        person, at = support["person_id"], f"/v1/gate-support/{support['id']}"
        taken, released = await asyncio.gather(
            by.step(f"{at}/steps", {"step": "OFFER", "on": day()}, of=at),
            by.post(f"/v1/people/{person}/releases", {"on": day()}),
        )
        assert released.status_code == 201, released.text
        assert taken.status_code in (200, 412), taken.text
        now = (await by.get(at)).json()
        assert (now["released_on"], now["offered_on"]) == (day(), day() if taken.status_code == 200 else None)


async def test_a_mentor_sees_his_mentees_and_nobody_elses(world: World) -> None:
    own, mentor = await signed_in_mentor(world.a)
    his = await eligible(world.a, await begun_with(world.a, mentor))
    other = await eligible(world.a, await engaged(world.a))
    seen = (await own.get("/v1/gate-support?limit=100")).json()["items"]
    assert his["id"] in {one["id"] for one in seen}
    assert other["id"] not in {one["id"] for one in seen}
    assert (await own.get(f"/v1/gate-support/{other['id']}")).status_code == 404
    assert (await own.get(f"/v1/programmes/{world.a.programme_id}/gate-support")).status_code == 403


async def test_nothing_but_a_person_ends_it(world: World) -> None:
    by = world.a.coordinator
    support = await gone_through(world.a, "OFFER", "ACCEPT", "FIRST_CONTACT", "SUPPORT")
    person = support["person_id"]
    for hour in (8, 9, 10):
        body = {
            "engagement_id": support["engagement_id"],
            "setting": "PHONE",
            "starts_at": f"{day(days=1)}T{hour:02}:00:00Z",
            "recorded": {"attendance": "MENTEE_DID_NOT_ATTEND"},
        }
        await made(by, "/v1/sessions", body)
    for place in ("A08A", "AT_LARGE", "NOT_KNOWN"):
        await came_to(by, person, day(), place)
    now = (await by.get(f"/v1/gate-support/{support['id']}")).json()
    assert (now["state"], now["ended_on"]) == ("SUPPORTED", None)
