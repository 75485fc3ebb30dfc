"""A charity's mentors, ready to be matched."""

from typing import Any
from uuid import uuid4

from app.domain.kernel.access import Role
from tests.world import Caller, CharityWorld, new_member

PROFILE = {"languages": ["en"], "interests": ["music"]}


async def made(caller: Caller, path: str, body: Any, status: int = 201) -> dict[str, Any]:
    answer = await caller.post(path, body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def stepped(caller: Caller, path: str, body: Any, *, status: int = 200) -> dict[str, Any]:
    """A step of what stands at the address without its last part, against its present version."""
    of = path.rsplit("/", 1)[0]
    version = (await caller.get(of)).headers["etag"]
    answer = await caller.post(path, body, headers={"If-Match": version})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def active_mentor(charity: CharityWorld, **more: Any) -> dict[str, Any]:
    """Somebody vetted, trained, cleared for BXI, in the programme, active, with a supervisor."""
    by = charity.coordinator
    body = {
        "display_name": "Example Volunteer",
        "programme_ids": [charity.programme_id],
        "supervisor_id": str(charity.manager.id),
        "applied_on": "2026-01-05",
        **more,
    }
    mentor = await made(by, "/v1/mentors", body)
    at = f"/v1/mentors/{mentor['id']}"
    await made(by, f"{at}/checks", {"kind": "VETTING", "decided_on": "2026-02-01"})
    await made(by, f"{at}/checks", {"kind": "CLEARANCE", "establishment": "BXI", "decided_on": "2026-02-01"})
    await made(by, f"{at}/trainings", {"module": "CORE", "cohort": "2026-06", "completed_on": "2026-06-28"})
    for stage in ("INTERVIEWED", "VETTED", "TRAINED", "CLEARED", "ACTIVE"):
        mentor = await stepped(by, f"{at}/stage", {"stage": stage})
    return mentor


async def signed_in_mentor(charity: CharityWorld, **more: Any) -> tuple[Caller, dict[str, Any]]:
    """A mentor who signs in, and the record of him that the charity keeps."""
    own = await new_member(charity.manager, Role.MENTOR, f"mentor-{uuid4().hex}@example.org")
    return own, await active_mentor(charity, member_id=str(own.id), **more)


async def proposed(
    charity: CharityWorld, mentor: dict[str, Any], referral: dict[str, Any] | None = None
) -> dict[str, Any]:
    referral = referral or await charity.push()
    body = {"referral_id": referral["id"], "mentor_id": mentor["id"]}
    return await made(charity.coordinator, "/v1/engagements", body)


async def answered(caller: Caller, engagement: dict[str, Any], side: str, *, status: int = 200) -> dict[str, Any]:
    return await stepped(caller, f"/v1/engagements/{engagement['id']}/accept", {"side": side}, status=status)


async def begun(charity: CharityWorld, mentor: dict[str, Any]) -> dict[str, Any]:
    """An engagement to which both have said yes."""
    engagement = await proposed(charity, mentor)
    await answered(charity.coordinator, engagement, "MENTOR")
    return await answered(charity.coordinator, engagement, "PERSON")


async def programme_of_its_own(charity: CharityWorld) -> CharityWorld:
    """A programme of its own, so that only this test's people wait in it."""
    made_one = await made(
        charity.manager,
        "/v1/programmes",
        {
            "name": "A programme of this test",
            "establishments": ["BXI"],
            "minimum_length": "P8W",
            "time_to_first_session": "P2W",
        },
    )
    at = f"/v1/programmes/{made_one['id']}/eligibility-policies"
    policy = {"name": "Everybody", "all": [{"predicate": "custody_remaining", "op": ">=", "value": "P1D"}]}
    await made(charity.manager, at, {"document": policy, "valid_from": "2020-01-01"})
    return CharityWorld(**{**vars(charity), "programme_id": made_one["id"]})
