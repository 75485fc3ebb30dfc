"""Concerns about somebody, ready to be looked at."""

from typing import Any

from tests.matching.helpers import made
from tests.sessions.helpers import at
from tests.world import Caller, CharityWorld

WORDS = "He said: 'I do not see the point any more.'"
TOLD = {"reported_to_role": "WING_OFFICER", "method": "VERBAL_IN_PERSON", "reported_to_name": "Officer Specimen"}


async def person_of(charity: CharityWorld) -> str:
    """Somebody who was referred."""
    referral = await charity.push()
    found: str = (await charity.coordinator.get(f"/v1/referrals/{referral['id']}")).json()["person"]["id"]
    return found


async def recorded(by: Caller, person_id: str, *, status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"person_id": person_id, "type": "SELF_HARM_OR_SUICIDE", "words": WORDS, "disclosed_at": at(minutes=30)}
    return await made(by, "/v1/concerns", {**body, **more}, status)


async def unreported(by: Caller, person_id: str) -> dict[str, Any]:
    return await recorded(by, person_id, not_yet_reported=True)


async def alarm_of(by: Caller, concern: dict[str, Any]) -> dict[str, Any]:
    listed: list[dict[str, Any]] = (await by.get("/v1/concern-alarms?limit=100")).json()["items"]
    return next(one for one in listed if one["concern_id"] == concern["id"])
