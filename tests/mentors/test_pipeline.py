"""The pipeline and its alarms by the REST door: arrows, what ACTIVE takes, and days at their boundaries."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kernel.access import Role
from app.domain.mentors.models import Stage
from app.domain.mentors.rules import FOLLOWS, lacks
from tests.matching.helpers import active_mentor, made, stepped
from tests.world import CharityWorld, World

TODAY = datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date()


def test_every_stage_leads_on_and_leaving_is_open_from_each() -> None:
    assert FOLLOWS.keys() == set(Stage)
    for stage, following in FOLLOWS.items():
        assert stage not in following
        assert (Stage.LEFT in following) is (stage is not Stage.LEFT)
    # There is a way to mentoring from everywhere, and none that goes past the training.
    for path in ("APPLIED INTERVIEWED VETTED TRAINED CLEARED ACTIVE", "VETTED CLEARED TRAINED ACTIVE", "LEFT APPLIED"):
        for one, other in pairwise(path.split()):
            assert Stage(other) in FOLLOWS[Stage(one)]


@given(st.sampled_from(Stage), st.booleans(), st.booleans(), st.none() | st.integers(-3, 3))
def test_only_active_takes_anything_and_a_vetting_counts_on_its_last_day(
    stage: Stage, vetted: bool, trained: bool, days: int | None
) -> None:
    until = None if days is None else TODAY + timedelta(days=days)
    missing = lacks(stage, vetted=vetted, vetted_until=until, trained=trained, on=TODAY)
    sound = vetted and trained and (days is None or days >= 0)
    assert (missing == []) is (stage is not Stage.ACTIVE or sound)


async def _mentor(charity: CharityWorld, **more: Any) -> str:
    body = {"display_name": "Example Volunteer", "applied_on": "2026-01-05", **more}
    key: str = (await made(charity.coordinator, "/v1/mentors", body))["id"]
    return key


async def test_active_takes_a_vetting_and_the_core_training_and_says_which_is_missing(world: World) -> None:
    by = world.a.coordinator
    key = await _mentor(world.a)
    at = f"/v1/mentors/{key}"
    for stage in ("INTERVIEWED", "VETTED", "TRAINED"):
        await stepped(by, f"{at}/stage", {"stage": stage})
    skipped = await stepped(by, f"{at}/stage", {"stage": "APPLIED"}, status=409)
    assert (skipped["code"], skipped["detail"]) == (
        "MENTOR_STAGE_NOT_OPEN",
        "A mentor who is TRAINED can become: ACTIVE, CLEARED, LEFT.",
    )
    refused = await stepped(by, f"{at}/stage", {"stage": "ACTIVE"}, status=409)
    assert "vetting" in refused["detail"]
    assert "core training" in refused["detail"]
    await made(by, f"{at}/checks", {"kind": "VETTING", "decided_on": "2026-02-01"})
    await made(by, f"{at}/trainings", {"completed_on": "2026-06-28"})
    active = await stepped(by, f"{at}/stage", {"stage": "ACTIVE"})
    assert (active["stage"], active["trained_on"]) == ("ACTIVE", "2026-06-28")
    assert active["alarms"] == ["NO_SUPERVISOR", "NO_CLEARANCE"]
    steps = (await by.get(f"{at}/steps")).json()["items"]
    assert [one["stage"] for one in steps] == ["APPLIED", "INTERVIEWED", "VETTED", "TRAINED", "ACTIVE"]


async def test_of_two_moves_at_once_one_is_made(world: World) -> None:
    by = world.a.coordinator
    key = await _mentor(world.a)
    tag = (await by.get(f"/v1/mentors/{key}")).headers["etag"]
    sent = [by.post(f"/v1/mentors/{key}/stage", {"stage": "INTERVIEWED"}, headers={"If-Match": tag}) for _ in range(6)]
    answers = await asyncio.gather(*sent)
    assert sorted(one.status_code for one in answers) == [200, *[412] * 5]


@pytest.mark.parametrize(
    ("days", "alarms"),
    [
        (-1, ["VETTING_EXPIRED"]),
        (0, ["VETTING_EXPIRES_SOON"]),
        (60, ["VETTING_EXPIRES_SOON"]),
        (61, []),
    ],
)
async def test_a_vetting_warns_sixty_days_ahead_and_counts_on_its_last_day(
    world: World, days: int, alarms: list[str]
) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a)
    at, ends = f"/v1/mentors/{mentor['id']}", TODAY + timedelta(days=days)
    check = {"kind": "VETTING", "decided_on": "2026-03-01", "expires_on": ends.isoformat()}
    await made(by, f"{at}/checks", check)
    found = (await by.get(at)).json()
    assert found["alarms"] == alarms
    assert found["vetted_until"] == (None if days < 0 else ends.isoformat())
    assert found["stage"] == "ACTIVE"  # nothing ends by itself
    if alarms:
        listed = (await by.get(f"/v1/mentors?alarm={alarms[0]}&limit=100")).json()["items"]
        assert mentor["id"] in {one["id"] for one in listed}


async def test_a_supervisor_who_is_away_is_an_alarm_until_somebody_stands_in(world: World) -> None:
    by = world.b.coordinator
    mentor = await active_mentor(world.b)
    away = {"supervisor_id": str(world.b.manager.id), "away_from": "2026-01-01", "away_until": "2200-01-01"}
    await made(by, "/v1/supervisor-absences", away)
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["alarms"] == ["SUPERVISOR_AWAY"]
    await made(by, "/v1/supervisor-absences", {**away, "covered_by": str(by.id)})
    assert (await by.get(f"/v1/mentors/{mentor['id']}")).json()["alarms"] == []


async def test_who_covers_is_who_held_the_contact_unless_another_is_named(world: World) -> None:
    by = world.b.coordinator
    manager, lead = str(world.b.manager.id), str(world.b.staff[Role.SAFEGUARDING_LEAD].id)
    mentor = await active_mentor(world.b, supervisor_id=lead)
    away = {"supervisor_id": lead, "away_from": "2026-01-05", "away_until": "2026-01-09", "covered_by": manager}
    await made(by, "/v1/supervisor-absences", away)

    async def held_by(day: str, **more: Any) -> Any:
        contact = {"kind": "PHONE", "held_on": day, **more}
        return (await made(by, f"/v1/mentors/{mentor['id']}/supervisions", contact))["supervisor_id"]

    assert [await held_by(f"2026-01-{day}") for day in ("04", "05", "09", "10")] == [lead, manager, manager, lead]
    assert await held_by("2026-01-06", supervisor_id=str(by.id)) == str(by.id)


async def test_training_and_clearance_come_in_either_order_and_once(world: World) -> None:
    by = world.a.coordinator
    at = f"/v1/mentors/{await _mentor(world.a)}/stage"
    for stage in ("INTERVIEWED", "VETTED", "CLEARED", "TRAINED"):
        await stepped(by, at, {"stage": stage})
    again = await stepped(by, at, {"stage": "CLEARED"}, status=409)
    assert again["code"] == "MENTOR_STAGE_NOT_OPEN"
    assert "CLEARED already" in again["detail"]
    await stepped(by, at, {"stage": "LEFT", "reason": "Moved away."})
    for stage in ("APPLIED", "INTERVIEWED", "VETTED", "CLEARED"):  # who comes back begins again
        await stepped(by, at, {"stage": stage})


async def test_a_coordinator_finds_whom_to_name(world: World) -> None:
    await made(
        world.a.coordinator,
        "/v1/mentors",
        {"display_name": "Example Volunteer", "offers": {"SEX": ["F"] * 21}},
        status=422,
    )
    found = (await world.a.coordinator.get("/v1/colleagues?limit=100")).json()["items"]
    assert {str(world.a.manager.id), str(world.a.coordinator.id)} <= {one["id"] for one in found}
    assert str(world.a.referrer.id) not in {one["id"] for one in found}  # an agency's
    assert all(one.keys() == {"id", "display_name", "roles"} for one in found)
    only = (await world.a.coordinator.get("/v1/colleagues?role=manager")).json()["items"]
    assert [one["id"] for one in only] == [str(world.a.manager.id)]


async def test_supervision_that_is_overdue_is_an_alarm(world: World) -> None:
    by = world.a.coordinator
    mentor = await active_mentor(world.a, supervision_every_days=7)
    assert mentor["alarms"] == []
    at = f"/v1/mentors/{mentor['id']}"
    held = {"kind": "PHONE", "held_on": (TODAY - timedelta(days=3)).isoformat()}
    await made(by, f"{at}/supervisions", held)
    assert (await by.get(at)).json()["supervised_on"] == held["held_on"]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("checks", {"kind": "CLEARANCE", "decided_on": "2026-01-01"}, "/establishment"),
        ("checks", {"kind": "VETTING", "establishment": "BXI", "decided_on": "2026-01-01"}, "/establishment"),
        ("checks", {"kind": "VETTING", "decided_on": "2199-01-01"}, "/decided_on"),
        ("checks", {"kind": "CLEARANCE", "establishment": "OUT", "decided_on": "2026-01-01"}, "/establishment"),
        ("checks", {"kind": "CLEARANCE", "establishment": "ZZZZ", "decided_on": "2026-01-01"}, "/establishment"),
        ("checks", {"kind": "VETTING", "decided_on": "2026-01-02", "expires_on": "2026-01-01"}, "/expires_on"),
        ("trainings", {"completed_on": "2199-01-01"}, "/completed_on"),
        ("hours", {"given_on": "2026-01-01", "minutes": 0}, "/minutes"),
    ],
)
async def test_what_cannot_be_is_refused_and_named(world: World, path: str, body: dict[str, Any], pointer: str) -> None:
    key = await _mentor(world.a)
    told = await made(world.a.coordinator, f"/v1/mentors/{key}/{path}", body, status=422)
    assert [one["pointer"] for one in told["errors"]] == [pointer]


async def test_names_of_another_charity_are_unknown_here(world: World) -> None:
    body = {"display_name": "Example Volunteer", "supervisor_id": str(world.b.manager.id)}
    told = await made(world.a.coordinator, "/v1/mentors", body, status=422)
    assert told["errors"][0]["code"] == "UNKNOWN_MEMBER"
    body = {"display_name": "Example Volunteer", "programme_ids": [world.b.programme_id]}
    told = await made(world.a.coordinator, "/v1/mentors", body, status=422)
    assert told["errors"][0]["code"] == "UNKNOWN_PROGRAMME"
    assert (await world.a.staff[Role.MENTOR].get("/v1/mentors")).status_code == 403


async def test_nobody_mentors_twice_or_supervises_himself(world: World) -> None:
    by, member = world.a.coordinator, str(world.a.staff[Role.ANALYST].id)
    key = await _mentor(world.a, member_id=member)
    again = await made(by, "/v1/mentors", {"display_name": "Example Volunteer", "member_id": member}, status=422)
    assert again["errors"][0]["code"] == "MENTORS_ALREADY"
    agency = {"display_name": "Example Volunteer", "supervisor_id": str(world.a.referrer.id)}
    told = await made(by, "/v1/mentors", agency, status=422)
    assert told["errors"][0]["code"] == "UNKNOWN_MEMBER"
    tag = (await by.get(f"/v1/mentors/{key}")).headers["etag"]
    himself = await by("PATCH", f"/v1/mentors/{key}", json={"supervisor_id": member}, headers={"If-Match": tag})
    assert (himself.status_code, himself.json()["errors"][0]["code"]) == (422, "SAME_MEMBER")
