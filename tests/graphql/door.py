"""How the tests knock at the door."""

from typing import Any

import httpx

from app.domain.kernel.access import Role
from tests.world import Caller, CharityWorld

NEW = "application/graphql-response+json"
PROBLEM = "... on Problem { code status title detail suggestedAction requestId type errors { pointer code detail } }"


def asker(name: str, charity: CharityWorld) -> Caller:
    """Who of a charity sees what a query shows."""
    if name == "auditEntries":
        return charity.staff[Role.DATA_PROTECTION_LEAD]
    if name.startswith(("acct", "restricted")):
        return charity.coordinator
    return charity.machine if name.startswith("submitted") else charity.manager


async def ask(by: Caller, query: str, /, **variables: Any) -> httpx.Response:
    return await by.post("/graphql", {"query": query, "variables": variables}, headers={"Accept": NEW})


async def answer(by: Caller, query: str, /, **variables: Any) -> dict[str, Any]:
    """The whole answer to a document that is run."""
    answered = await ask(by, query, **variables)
    assert answered.status_code == 200, answered.text
    body: dict[str, Any] = answered.json()
    return body


async def data(by: Caller, query: str, /, **variables: Any) -> dict[str, Any]:
    """The data of a document that is run without a complaint."""
    body = await answer(by, query, **variables)
    assert body.keys() == {"data"}, body
    found: dict[str, Any] = body["data"]
    return found


async def error(by: Caller, query: str, /, **variables: Any) -> dict[str, Any]:
    """The one error of a document, with `data` null at its field."""
    body = await answer(by, query, **variables)
    (only,) = body["errors"]
    found: dict[str, Any] = only
    return found
