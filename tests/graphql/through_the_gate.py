"""Where somebody stays: how each mutation is called so that it is done, and what is computed, once more and plainly (see
`plain`)."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.through_the_gate.helpers import came_to, day, person_in
from tests.world import CharityWorld

Variables = dict[str, Any]
Row = dict[str, Any]


async def _recording(charity: CharityWorld) -> Variables:
    return {"personId": await person_in(charity), "input": {"arrivedOn": day(), "accommodation": "A17"}}


def _changing(**given: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        placement = await came_to(charity.coordinator, await person_in(charity), day(), "A17")
        return {"id": placement["id"], "version": placement["version"], "input": {**given, "reason": "Told wrongly."}}

    return of


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "recordPlacement": _recording,
    "correctPlacement": _changing(accommodation="A02"),
    "withdrawPlacement": _changing(),
}


def _left_on(_: Any, row: Row) -> str | None:
    return None if row["days"] is None or row["days"].upper is None else str(row["days"].upper)


COMPUTED: dict[tuple[str, str], Callable[[Any, Row], Any]] = {
    ("Placement", "leftOn"): _left_on,
    ("Placement", "current"): lambda _, row: row["days"] is not None and row["days"].upper is None,
}
