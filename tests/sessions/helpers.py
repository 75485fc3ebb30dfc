"""Sessions of an engagement, ready to be recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.kernel.access import Role
from tests.matching.helpers import active_mentor, answered, made, proposed, stepped
from tests.world import Caller, CharityWorld


def at(**ago: float) -> str:
    """So long ago, or with a minus so long ahead, on the minute."""
    return (datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def begun_with(charity: CharityWorld, mentor: dict[str, Any], *, explained: bool = True) -> dict[str, Any]:
    """An engagement to which both have said yes, with somebody to whom everything was explained, or nothing yet."""
    consent = {"given": True, "voluntary_explained_at": at(days=9), "confidentiality_explained_at": at(days=9)}
    referral = await charity.push(consent=consent) if explained else await charity.push(consent=None)
    engagement = await proposed(charity, mentor, referral)
    await answered(charity.coordinator, engagement, "MENTOR")
    return await answered(charity.coordinator, engagement, "PERSON")


async def engaged(charity: CharityWorld, *, explained: bool = True, **mentor: Any) -> dict[str, Any]:
    return await begun_with(charity, await active_mentor(charity, **mentor), explained=explained)


async def own_mentor(charity: CharityWorld) -> dict[str, Any]:
    """The record of whoever mentors at the charity's own door, which is made once."""
    who = charity.staff[Role.MENTOR]
    page: dict[str, Any] = {"next": "/v1/mentors?limit=100"}
    while page["next"]:
        page = (await charity.coordinator.get(page["next"])).json()
        for one in page["items"]:
            if one["member_id"] == str(who.id):
                return dict(one)
    return await active_mentor(charity, member_id=str(who.id), capacity=50)


async def handed_over(charity: CharityWorld, engagement: dict[str, Any], heir: dict[str, Any]) -> dict[str, Any]:
    """Somebody else mentors him from today on: both have said yes."""
    by = charity.coordinator
    asked = await stepped(by, f"/v1/engagements/{engagement['id']}/handover", {"mentor_id": heir["id"]})
    return await answered(by, await answered(by, asked, "MENTOR"), "PERSON")


async def planned(by: Caller, engagement: dict[str, Any], starts_at: str, **more: Any) -> dict[str, Any]:
    body = {"engagement_id": engagement["id"], "setting": "IN_PERSON", "starts_at": starts_at, **more}
    return await made(by, "/v1/sessions", body)


async def took(by: Caller, session: dict[str, Any], step: str, body: Any, status: int = 200) -> dict[str, Any]:
    return await stepped(by, f"/v1/sessions/{session['id']}/{step}", body, status=status)


async def moved_to(by: Caller, session: dict[str, Any], starts_at: str, **more: Any) -> dict[str, Any]:
    """The session that takes the place of one that is moved."""
    old = await took(by, session, "reschedule", {"starts_at": starts_at, **more})
    assert old["state"] == "SUPERSEDED"
    found: dict[str, Any] = (await by.get(f"/v1/sessions/{old['superseded_by_id']}")).json()
    return found


async def named_barrier(by: Caller, engagement: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"engagement_id": engagement["id"], "kind": "WORK_OR_EDUCATION", "said_by": "MENTEE", "found_on": at()[:10]}
    return await made(by, "/v1/barriers", {**body, **more})
