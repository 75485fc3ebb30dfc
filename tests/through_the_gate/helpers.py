"""People whose whereabouts are on record."""

from typing import Any

from tests.matching.helpers import active_mentor, made, stepped
from tests.sessions.helpers import begun_with
from tests.support.onward import day
from tests.world import Caller, CharityWorld

__all__ = ["came_to", "changed", "day", "out_for_a_day", "person_in", "placements", "reviewed"]


async def person_in(charity: CharityWorld, establishment: str | None = "BXI", **more: Any) -> str:
    """Somebody who was put on file today."""
    body = {"given_name": "Testcase", "family_name": "Placed", "establishment": establishment, **more}
    found: str = (await made(charity.coordinator, "/v1/people", body))["id"]
    return found


async def came_to(
    by: Caller, person_id: str, arrived_on: str, accommodation: str, status: int = 201, **more: Any
) -> dict[str, Any]:
    body = {"arrived_on": arrived_on, "accommodation": accommodation, **more}
    return await made(by, f"/v1/people/{person_id}/placements", body, status)


async def changed(by: Caller, placement: dict[str, Any], step: str, status: int = 200, **body: Any) -> dict[str, Any]:
    path = f"/v1/placements/{placement['id']}/{step}"
    return await stepped(by, path, {"reason": "Told wrongly.", **body}, status=status)


async def placements(by: Caller, person_id: str) -> list[dict[str, Any]]:
    """Those that count, the earliest first."""
    answer = await by.get(f"/v1/placements?person_id={person_id}&order=arrived_on&counts=true&limit=100")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def out_for_a_day(charity: CharityWorld, person: str | None = None) -> dict[str, Any]:
    """Somebody is out of the prison and comes back."""
    path = f"/v1/people/{person or await person_in(charity)}/temporary-absences"
    return await made(charity.coordinator, path, {"kind": "COURT", "left_on": "2026-11-16"})


async def reviewed(charity: CharityWorld, engagement: dict[str, Any] | None = None) -> dict[str, Any]:
    """The review that a transfer asks for."""
    by = charity.coordinator
    engagement = engagement or await begun_with(charity, await active_mentor(charity))
    person = engagement["person_id"]
    if not await placements(by, person):
        await came_to(by, person, day(), "HMP", establishment="BXI")
    await made(by, f"/v1/people/{person}/transfers", {"on": day(), "establishment": "WWI"})
    [*_, review] = (await by.get("/v1/move-reviews", params={"person_id": person, "open": "true"})).json()["items"]
    found: dict[str, Any] = review
    return found
