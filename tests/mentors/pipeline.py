"""Mentors for the tests, made and moved on through the public door."""

from typing import Any
from uuid import uuid4

import httpx

from tests.world import Caller

WAY = ("INTERVIEWED", "VETTED", "TRAINED", "CLEARED", "ACTIVE")
APPLIED = "2026-01-05"


async def taken_on(by: Caller, **more: Any) -> str:
    body = {"display_name": f"Example Volunteer {uuid4().hex[:6]}", "applied_on": APPLIED, **more}
    answer = await by.post("/v1/mentors", body)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


async def read(by: Caller, mentor: str) -> dict[str, Any]:
    answer = await by.get(f"/v1/mentors/{mentor}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def recorded(by: Caller, mentor: str, place: str, **body: Any) -> dict[str, Any]:
    answer = await by.post(f"/v1/mentors/{mentor}/{place}", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def vetted(by: Caller, mentor: str, decided_on: str = "2026-02-01", **more: Any) -> dict[str, Any]:
    return await recorded(by, mentor, "checks", kind="VETTING", decided_on=decided_on, **more)


async def cleared(by: Caller, mentor: str, decided_on: str = "2026-02-01", **more: Any) -> dict[str, Any]:
    check = {"kind": "CLEARANCE", "establishment": "BXI", "decided_on": decided_on}
    return await recorded(by, mentor, "checks", **(check | more))


async def trained(by: Caller, mentor: str, completed_on: str = "2026-02-10") -> dict[str, Any]:
    return await recorded(by, mentor, "trainings", module="CORE", completed_on=completed_on)


async def moved(by: Caller, mentor: str, stage: str, **more: Any) -> httpx.Response:
    return await by.step(f"/v1/mentors/{mentor}/stage", {"stage": stage, **more})


async def brought(by: Caller, mentor: str, *stages: str, effective_on: str) -> None:
    for stage in stages:
        answer = await moved(by, mentor, stage, effective_on=effective_on)
        assert answer.status_code == 200, answer.text


async def active(by: Caller, *, since: str = "2026-03-01", **more: Any) -> str:
    """A mentor who is ACTIVE, vetted without an end and trained."""
    mentor = await taken_on(by, **more)
    await vetted(by, mentor)
    await trained(by, mentor)
    await brought(by, mentor, *WAY, effective_on=since)
    return mentor
