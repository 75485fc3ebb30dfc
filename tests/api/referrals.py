"""Referrals that stand where a step can be taken."""

from collections.abc import Awaitable, Callable

from tests.api.operations import Operation
from tests.world import World

IMMINENT = {"legal_status": "SENTENCED", "conditional_release_date": "2026-11-20"}


async def waiting(world: World) -> str:
    key: str = (await world.a.push())["id"]
    return key


async def to_be_confirmed(world: World) -> str:
    pushed = await world.a.push(custody=IMMINENT)
    assert pushed["disposition"] == "awaiting_confirmation"
    key: str = pushed["id"]
    return key


async def declined(world: World) -> str:
    key = await waiting(world)
    answer = await world.a.manager.step(f"/v1/referrals/{key}/decline", {})
    assert answer.json()["disposition"] == "declined_by_person"
    return key


_START: dict[str, Callable[[World], Awaitable[str]]] = {
    "confirm_ineligible": to_be_confirmed,
    "overrule": to_be_confirmed,
    "reopen": declined,
}


async def ready_for(op: Operation, world: World) -> str:
    """The id of a new referral from which the step is allowed."""
    return await _START.get(op.id, waiting)(world)
