"""Each mutation about the directory: what it is called with so that it is done."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.world import CharityWorld

Variables = dict[str, Any]


async def _creating(_: CharityWorld) -> Variables:
    return {"input": {"name": "Testcase Example Service", "phones": ["0800 000 0000"]}}


async def _importing(_: CharityWorld) -> Variables:
    return {"input": {"contents": [{"id": str(uuid4()), "name": "Testcase Example Service", "status": "active"}]}}


def _on(**more: Any) -> Callable[[CharityWorld], Awaitable[Variables]]:
    async def of(charity: CharityWorld) -> Variables:
        service = (
            await charity.coordinator.post("/v1/directory/services", {"name": "Testcase Example Service"})
        ).json()
        return {"id": service["id"], "version": service["version"], **more}

    return of


CASES: dict[str, Callable[[CharityWorld], Awaitable[Variables]]] = {
    "createService": _creating,
    "importServices": _importing,
    "changeService": _on(input={"status": "temporarily closed"}),
    "withdrawService": _on(),
}
