"""Support through the gate as far as a test needs it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.matching.helpers import made
from tests.sessions.helpers import engaged
from tests.through_the_gate.helpers import came_to, day
from tests.world import Caller, CharityWorld

GIVEN: dict[str, dict[str, Any]] = {
    "FIRST_CONTACT": {"by": "MENTEE"},
    "END": {"end_reason": "AGREED_END", "planned": True},
}


async def eligible(charity: CharityWorld, engagement: dict[str, Any]) -> dict[str, Any]:
    body = {"engagement_id": engagement["id"], "eligible_on": "2026-11-16"}
    return await made(charity.coordinator, "/v1/gate-support", body)


async def step(who: Caller, support: dict[str, Any], name: str, /, status: int = 200, **body: Any) -> dict[str, Any]:
    at = f"/v1/gate-support/{support['id']}"
    answer = await who.step(f"{at}/steps", {"step": name, "on": day(), **body}, of=at)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def gone_through(charity: CharityWorld, *steps: str, to: str = "A02") -> dict[str, Any]:
    """Somebody who was released the day before yesterday, and these steps."""
    engagement = await engaged(charity)
    support = await eligible(charity, engagement)
    await came_to(charity.coordinator, engagement["person_id"], day(days=30), "HMP", establishment="BXI")
    await made(
        charity.coordinator, f"/v1/people/{engagement['person_id']}/releases", {"on": day(days=2), "accommodation": to}
    )
    support = (await charity.coordinator.get(f"/v1/gate-support/{support['id']}")).json()
    for name in steps:
        support = await step(charity.coordinator, support, name, **GIVEN.get(name, {}))
    return support


async def planned_for(charity: CharityWorld, engagement: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A release plan with its items."""
    by = charity.coordinator
    plan = await made(by, "/v1/release-plans", {"engagement_id": engagement["id"], **more})
    found: dict[str, Any] = (await by.get(f"/v1/release-plans/{plan['id']}?expand=items")).json()
    return found


async def reminded(charity: CharityWorld, engagement: dict[str, Any] | None = None) -> dict[str, Any]:
    """A reminder of a release that is due today."""
    engagement = engagement or await engaged(charity)
    await planned_for(charity, engagement, expected_on="2026-11-20")
    await charity.coordinator.app.state.services.database.remind(datetime.now(UTC))
    query = {"engagement_id": engagement["id"], "kind": "RELEASE_DUE"}
    [found] = (await charity.coordinator.get("/v1/reminders", params=query)).json()["items"]
    reminder: dict[str, Any] = found
    return reminder


async def card_for(charity: CharityWorld, support: dict[str, Any], *, status: int = 201, **more: Any) -> dict[str, Any]:
    """A card with its code, for somebody who has accepted."""
    body = {
        "support_id": support["id"],
        "way_of_contact": "Ring 020 7946 0000 on weekdays from 10 to 4.",
        "expires_on": (date.fromisoformat(day()) + timedelta(days=300)).isoformat(),
        **more,
    }
    return await made(charity.coordinator, "/v1/reconnect-cards", body, status)
