"""Each root field costs the same number of statements at one row and at fifty, counted on the wire."""

from collections import defaultdict
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.conftest import Clock
from tests.graphql.documents import connections, documents, query_fields
from tests.graphql.door import asker
from tests.graphql.test_isolation import arguments
from tests.security.conftest import as_service
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.security.test_statement_counts import GROWING
from tests.security.wire import Wire
from tests.world import World, build_charity, client

# More than one where a rule needs facts that are asked for one after the other: whether the programme is there and what
# its terms are, then its list; the ledger also asks for its clock. Everything that is compiled: one.
STATEMENTS = {
    "eligibilityPreview": 2,
    "waitingList": 2,
    "countdown": 2,
    "ledger": 3,
    "possibleDuplicates": 2,
    "metric": 2,
}
# An agency is not shown the charity's referrals of a programme.
HIDDEN: dict[str, set[str]] = defaultdict(
    set, {one: {"INSUFFICIENT_SCOPE"} for one in query_fields() if one.startswith("submitted")}
)
GROWS = [name for name in connections() if name not in ("establishments", "submittedReferrals")]


@pytest.fixture(scope="module")
async def wire(database_url: str) -> AsyncIterator[Wire]:
    target = urlsplit(database_url)
    assert target.hostname
    assert target.port
    async with Wire(target.hostname, target.port).open() as opened:
        yield opened


@pytest.fixture(scope="module")
async def counted(
    settings: Settings, database_url: str, clock: Clock, world: World, wire: Wire
) -> AsyncIterator[FastAPI]:
    """A second service on the same database and keys, with one connection that can be listened to."""
    one = settings.model_copy(update={"pool_size": 1})
    application = create_app(one, database_url=as_service(database_url, f"127.0.0.1:{wire.port}"), clock=clock)
    async with application.router.lifespan_context(application):
        yield application


async def cost(http: httpx.AsyncClient, wire: Wire, name: str, filled: Filled) -> tuple[set[int], set[int], int]:
    """Statements, round trips and edges of the same documents sent again, with nothing left to prepare."""
    statements, round_trips, edges = set(), set(), 0
    headers = {"Authorization": f"Bearer {asker(name, filled.charity).token()}"}
    for query, variables in documents(name, {**arguments(name, filled.ids), "first": 50}):
        for _ in range(2):
            before = wire.statements, wire.round_trips
            answered = await http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
            assert {one["extensions"]["code"] for one in answered.json().get("errors", ())} <= HIDDEN[name], (
                answered.text
            )
            spent = wire.statements - before[0], wire.round_trips - before[1]
        statements.add(spent[0])
        round_trips.add(spent[1])
        found = answered.json()["data"][name]
        edges = max(edges, len(found.get("edges", ())) if isinstance(found, dict) else 0)
    return statements, round_trips, edges


async def test_each_root_field_costs_the_same_at_one_row_and_at_fifty(
    counted: FastAPI, world: World, wire: Wire, rows: Rows
) -> None:
    """With everything below it. One statement is one round trip."""
    filled = await fill(await build_charity(world.app, world.operator, "CGQ"))
    expected = {name: {STATEMENTS.get(name, 1)} for name in query_fields()}
    few, many = {}, {}
    async with client(counted) as http:
        for name in query_fields():
            few[name] = await cost(http, wire, name, filled)
        keys = filled.ids | {"charity_id": str(filled.charity.id)}
        for table, column in GROWING.items():
            if table == "person_identifier":
                continue  # nobody has one number fifty times, and scores add up
            await rows.copies(table, column, UUID(keys[column]), 50)
        for name in query_fields():
            many[name] = await cost(http, wire, name, filled)
    assert {name: spent[0] for name, spent in few.items()} == expected
    assert {name: spent[0] for name, spent in many.items()} == expected
    assert {name: spent[1] for name, spent in many.items()} == expected
    assert {name: many[name][2] for name in GROWS} == dict.fromkeys(GROWS, 50)
    assert all(few[name][2] < 50 for name in GROWS if name not in ("auditEntries", "timeline"))


async def test_a_document_of_several_fields_costs_one_statement_for_each(
    counted: FastAPI, filled: tuple[Filled, Filled], wire: Wire
) -> None:
    own = filled[0]
    query = """query($r: ID!, $by: ReferralOrder) {
      a: referral(id: $r) { person { id } history { step } eligibility { reasons { code } } }
      b: referrals(first: 2, orderBy: $by, filter: {disposition: [waiting]}) { edges { cursor node { id } } pageInfo { endCursor } }
      c: referrals(last: 2) { edges { node { history { step } } } }
      __typename }"""
    headers = {"Authorization": f"Bearer {own.charity.manager.token()}"}
    body = {"query": query, "variables": {"r": own.ids["referral_id"]}}
    async with client(counted) as http:
        for _ in range(3):
            before = wire.statements
            answered = await http.post("/graphql", json=body, headers=headers)
            assert answered.json().keys() == {"data"}, answered.text
            spent = wire.statements - before
        assert spent == 3
        before = wire.statements
        await http.post("/graphql", json={"query": "{ __schema { types { name } } }"}, headers=headers)
        refused = await http.post("/graphql", json={"query": "{ nothing }"}, headers=headers)
        assert "errors" in refused.json()
        assert wire.statements == before, "what asks about nobody asks the database nothing"
