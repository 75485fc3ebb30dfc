"""What a small request can make the service do, say and remember is bounded, whatever its variables hold."""

import time
from typing import Any

import pytest

from app.graphql import asked, documents, prepared
from tests.world import World


async def test_a_value_that_is_wrong_in_thousands_of_places_is_refused_in_a_few_words(world: World) -> None:
    document = "query($f: ReferralFilter) { referrals(filter: $f) { edges { cursor } } }"
    many = {f"f{n}": 1 for n in range(9_000)}
    began = time.process_time()
    answer = await world.a.coordinator.post("/graphql", {"query": document, "variables": {"f": many}})
    assert time.process_time() - began < 2  # it was six seconds
    assert len(answer.json()["errors"]) <= 21
    assert len(answer.content) < 20_000


async def test_what_an_operation_does_not_define_is_not_remembered(world: World) -> None:
    before = len(documents._judged)
    for n in range(20):
        variables = {f"v{n}_{m}": m for m in range(50)}
        answer = await world.a.coordinator.post("/graphql", {"query": "{ __typename }", "variables": variables})
        assert answer.json() == {"data": {"__typename": "Query"}}
    assert len(documents._judged) <= before + 1


async def test_what_is_large_is_remembered_for_nobody(world: World) -> None:
    prepared.PREPARATIONS.clear()
    document = "query($r: String) { referrals(filter: {sourceDetail: $r}) { edges { cursor } } }"
    named = "query($p: String) { referrals(filter: {partnerReference: $p}) { edges { cursor } } }"
    for query, variables in ((document, {"r": "x" * 100_000}), (named, {"p": "x" * 100_000})):
        await world.a.coordinator.post("/graphql", {"query": query, "variables": variables})
    assert len(prepared.PREPARATIONS._kept) == 0
    said = len(asked._said)
    schema = "query($n: String!) { __type(name: $n) { name } }"
    answer = await world.a.coordinator.post("/graphql", {"query": schema, "variables": {"n": "x" * 100_000}})
    assert answer.json() == {"data": {"__type": None}}
    assert len(asked._said) == said


@pytest.mark.parametrize("deep", [900, 1_000, 20_000])
async def test_what_is_deep_behind_a_name_given_twice_is_refused_as_deep(world: World, deep: int) -> None:
    body = b'{"a":' + b"[" * deep + b"]" * deep + b',"a":1}'
    headers = {"Content-Type": "application/json"}
    answer: Any = await world.a.coordinator("POST", "/v1/referrals", headers=headers, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_REQUEST")
