"""Reports that are frozen, and published."""

from typing import Any

from tests.matching.helpers import made
from tests.sessions.helpers import engaged
from tests.world import CharityWorld

QUARTER = {"period_from": "2026-10-01", "period_to": "2026-11-20"}


async def frozen(charity: CharityWorld, status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"programme_id": charity.programme_id, "title": "A period", **QUARTER, **more}
    return await made(charity.coordinator, "/v1/reports", body, status)


async def published(charity: CharityWorld, report: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    return await made(charity.manager, f"/v1/reports/{report['id']}/publish", more, status)


async def agreeing(charity: CharityWorld) -> dict[str, Any]:
    """A relationship with somebody who agrees to a case study."""
    engagement = await engaged(charity)
    agreed = {"purpose": "CASE_STUDY", "given": True, "stated_at": "2026-11-20T10:15:00Z"}
    await made(charity.coordinator, f"/v1/people/{engagement['person_id']}/consents", agreed)
    return engagement


async def told_of(charity: CharityWorld, engagement: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"engagement_id": engagement["id"], "pseudonym": "Jay", "title": "A story", "words": "It helped.", **more}
    return await made(charity.coordinator, "/v1/case-studies", body, status)
