"""GraphQL over HTTP: methods, media types, statuses, headers; who is refused before anything costs anything."""

import json
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from app.database import Reader
from tests.graphql.door import NEW, answer, ask
from tests.world import Caller, World, client

OLD = "application/json"
PROGRAMMES = "{ programmes { edges { node { name } } } }"
REGISTER = 'mutation { registerPartner(input: {name: "By GET"}) { __typename } }'


async def send(caller: Caller, body: Any, accept: str | None = NEW, **headers: str) -> httpx.Response:
    sent = {**({"Accept": accept} if accept is not None else {}), **headers}
    return await caller.post("/graphql", body, headers=sent)


def codes(answered: httpx.Response) -> list[str]:
    return [one["extensions"]["code"] for one in answered.json()["errors"]]


@pytest.fixture
def manager(world: World) -> Caller:
    return world.a.manager


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (NEW, NEW),
        (f"{NEW}, {OLD};q=0.9", NEW),
        (NEW.title(), NEW),
        (OLD, OLD),
        ("*/*", OLD),
        ("", OLD),
    ],
)
async def test_the_answer_has_the_media_type_that_was_asked_for(manager: Caller, accept: str, media: str) -> None:
    answered = await send(manager, {"query": PROGRAMMES}, accept)
    assert (answered.status_code, answered.headers["content-type"]) == (200, media)


async def test_no_accept_header_is_an_old_client(manager: Caller) -> None:
    async with client(manager.app) as http:
        del http.headers["accept"]
        headers = {"Authorization": f"Bearer {manager.token()}"}
        request = http.build_request("POST", "/graphql", json={"query": "{ __typename }"}, headers=headers)
        assert "accept" not in request.headers
        answered = await http.send(request)
    assert (answered.status_code, answered.headers["content-type"]) == (200, OLD)


async def test_a_query_may_be_sent_by_get_with_its_variables(manager: Caller) -> None:
    query = "query A($n: Int) { programmes(first: $n) { edges { cursor } } } query B { __typename }"
    for variables in ('{"n": 0}', ""):
        answered = await manager.get(
            "/graphql", params={"query": query, "operationName": "A", "variables": variables, "extensions": "{}"}
        )
        assert answered.status_code == 200, answered.text
        assert len(answered.json()["data"]["programmes"]["edges"]) == (0 if variables else 1)


async def test_a_change_by_get_is_not_allowed_and_not_done(manager: Caller) -> None:
    for accept in (NEW, OLD):
        answered = await manager.get("/graphql", params={"query": REGISTER}, headers={"Accept": accept})
        assert (answered.status_code, answered.headers["allow"]) == (405, "POST")
        assert codes(answered) == ["METHOD_NOT_ALLOWED"]
    head = await manager("HEAD", "/graphql", params={"query": REGISTER})
    assert head.status_code == 400
    names = await answer(manager, "{ organisations(first: 100) { edges { node { name } } } }")
    assert "By GET" not in json.dumps(names)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_allowed(manager: Caller, method: str) -> None:
    answered = await manager(method, "/graphql")
    assert answered.status_code == 405
    assert {"GET", "POST"} <= set(answered.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "body",
    [
        [{"query": "{ __typename }"}],
        [],
        "{ __typename }",
        {},
        {"query": None},
        {"query": 1},
        {"query": ["{ __typename }"]},
        {"query": "{ __typename }", "variables": []},
        {"query": "{ __typename }", "variables": "{}"},
        {"query": "{ __typename }", "operationName": 1},
        {"query": "{ __typename }", "extensions": "x"},
        None,
    ],
)
async def test_what_is_no_request_is_malformed_a_batch_too(manager: Caller, body: Any) -> None:
    for accept in (NEW, OLD):
        answered = await send(manager, body, accept)
        assert (answered.status_code, codes(answered)) == (400, ["MALFORMED_REQUEST"]), answered.text


async def test_variables_that_are_no_json_are_malformed(manager: Caller) -> None:
    for variables in ("{", "[]", "1"):
        answered = await manager.get("/graphql", params={"query": "{ __typename }", "variables": variables})
        assert (answered.status_code, codes(answered)) == (400, ["MALFORMED_REQUEST"])


@pytest.mark.parametrize("query", ["", "{", "{ a ", "# nothing", '{ a(b: "\\uD800") }'])
async def test_what_is_no_graphql_is_a_bad_request(manager: Caller, query: str) -> None:
    for accept in (NEW, OLD):
        answered = await send(manager, {"query": query}, accept)
        assert (answered.status_code, codes(answered)) == (400, ["GRAPHQL_SYNTAX_ERROR"])
        assert "data" not in answered.json()
        assert answered.json()["errors"][0]["locations"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ nothing }", {}),
        ("{ programmes }", {}),
        ("{ programmes(first: true) { edges { cursor } } }", {}),
        ("query($n: Int!) { programmes(first: $n) { edges { cursor } } }", {}),
        ("query($n: Int!) { programmes(first: $n) { edges { cursor } } }", {"n": "many"}),
        ("query($n: Int) { programmes(first: $n) { edges { cursor } } }", {"n": 1.5}),
        ("query($f: ProgrammeFilter) { programmes(filter: $f) { edges { cursor } } }", {"f": {"intake": "ajar"}}),
        ("query($f: ProgrammeFilter) { programmes(filter: $f) { edges { cursor } } }", {"f": {"colour": "red"}}),
        ("query($f: Unheard) { programmes { edges { cursor } } }", {}),
        ("{ ...A } fragment A on Nothing { x }", {}),
        ("subscription { programmes { edges { cursor } } }", {}),
        ("mutation { nothing { __typename } }", {}),
    ],
)
async def test_what_the_schema_does_not_have_is_unprocessable(
    manager: Caller, query: str, variables: dict[str, Any]
) -> None:
    """With the old media type 200: its clients take any other status for a broken transport."""
    body = {"query": query, "variables": variables}
    for accept, status in ((NEW, 422), (OLD, 200)):
        answered = await send(manager, body, accept)
        assert answered.status_code == status, answered.text
        assert answered.json().keys() == {"errors"}
        assert all(isinstance(one["message"], str) for one in answered.json()["errors"])


async def test_a_refusal_suggests_no_names(manager: Caller) -> None:
    """What exists is in the schema, which anybody may read; values sent are not quoted back as suggestions."""
    answered = await send(manager, {"query": "{ programme { id } }"})
    assert "Did you mean" not in answered.text


async def test_one_of_several_operations_must_be_named(manager: Caller) -> None:
    several = "query A { __typename } query B { b: __typename }"
    named = await send(manager, {"query": several, "operationName": "B"})
    assert named.json() == {"data": {"b": "Query"}}
    for name in (None, "C", ""):
        answered = await send(manager, {"query": several, "operationName": name})
        assert (answered.status_code, codes(answered)) == (400, ["MALFORMED_REQUEST"])
    unknown = await send(manager, {"query": "query A { __typename }", "operationName": "B"})
    assert unknown.status_code == 400


async def test_without_a_token_nothing_is_told_and_nothing_is_read(world: World) -> None:
    """Not the schema either, nor what is wrong with the document."""
    async with client(world.app) as http:
        for query in (PROGRAMMES, "{ __typename __schema { queryType { name } } }", REGISTER, "{", "{ nothing }"):
            for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}):
                refused = await http.post("/graphql", json={"query": query}, headers={"Accept": NEW, **headers})
                assert (refused.status_code, codes(refused)) == (401, ["UNAUTHENTICATED"])
                assert refused.headers["www-authenticate"].startswith("Bearer")
                assert "data" not in refused.json()


async def test_a_token_that_is_no_good_is_refused_even_for_the_schema(manager: Caller) -> None:
    for query in (PROGRAMMES, "{ __typename }"):
        answered = await send(manager, {"query": query}, Authorization="Bearer not.a.token")
        assert (answered.status_code, codes(answered)) == (401, ["UNAUTHENTICATED"])
        assert "invalid_token" in answered.headers["www-authenticate"]


async def test_a_token_whose_rights_have_ended_is_refused_as_a_whole(world: World) -> None:
    """The signature is good; the database knows better."""
    manager = world.a.manager
    token = manager.token(authority=manager.authority - 1)
    for query in (PROGRAMMES, f"{{ a: {PROGRAMMES[2:-2]} b: {PROGRAMMES[2:-2]} }}", REGISTER):
        answered = await send(manager, {"query": query}, Authorization=f"Bearer {token}")
        assert (answered.status_code, codes(answered)) == (401, ["UNAUTHENTICATED"]), answered.text


async def test_every_answer_has_its_request_id_and_is_stored_nowhere(manager: Caller) -> None:
    ids = set()
    for body in ({"query": PROGRAMMES}, {"query": "{"}, {"query": "{ nothing }"}, []):
        answered = await send(manager, body)
        ids.add(answered.headers["request-id"])
        assert answered.headers["cache-control"] == "no-store"
        assert answered.headers["x-content-type-options"] == "nosniff"
    assert len(ids) == 4
    refused = await send(manager, {"query": "{ auditEntries { edges { cursor } } }"})
    assert refused.json()["errors"][0]["extensions"]["requestId"] == refused.headers["request-id"]


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{n}: programmes(first: 100) {{ edges {{ node {{ id }} }} }}" for n in range(31)) + " }",
        "{" * 40 + "}" * 40,
        "{ programmes { edges { node { id } } } } " * 11,
        "query { ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A }",
        "{ " + "x " * 2100 + "}",
    ],
    ids=["aliases", "nesting", "operations", "circle", "tokens"],
)
async def test_a_bomb_is_refused_before_it_is_run(manager: Caller, query: str) -> None:
    for accept in (NEW, OLD):
        answered = await send(manager, {"query": query}, accept)
        assert (answered.status_code, codes(answered)) == (400, ["GRAPHQL_LIMIT_EXCEEDED"])
    async with client(manager.app) as http:
        stranger = await http.post("/graphql", json={"query": query})
    assert codes(stranger) == ["UNAUTHENTICATED"]


async def test_a_nul_character_is_malformed_however_it_is_written(manager: Caller) -> None:
    """PostgreSQL's text cannot hold it."""
    inline = 'query { people(filter: {establishment: "a\\u0000b"}) { edges { cursor } } }'
    by_variable = "query($f: PersonFilter) { people(filter: $f) { edges { cursor } } }"
    in_a_key = (
        'mutation { publishEligibilityPolicy(programmeId: "x", input: {document: {name: "\\u0000"}}) { __typename } }'
    )
    for query in (inline, in_a_key):
        answered = await send(manager, {"query": query})
        assert (answered.status_code, codes(answered)) == (400, ["MALFORMED_REQUEST"]), answered.text
    variables = '{"f": {"establishment": "a\\u0000b"}}'
    answered = await manager.get("/graphql", params={"query": by_variable, "variables": variables})
    assert (answered.status_code, codes(answered)) == (400, ["MALFORMED_REQUEST"])


async def test_what_nobody_expected_is_masked_and_spoils_only_its_field(manager: Caller) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of the machine room")

    change = """mutation($name: String!) { registerPartner(input: {name: $name}) {
        ... on RegisterPartnerPayload { organisation { id } } ... on Problem { code requestId }
    } }"""
    with patch.object(Reader, "one", broken):
        query = "query($id: ID!) { programme(id: $id) { name } programmes { edges { cursor } } }"
        answered = await ask(manager, query, id=manager.charity_id.hex)
        changed = await ask(manager, change, name="Rolled back")
    body = answered.json()
    assert body["data"]["programme"] is None
    assert body["data"]["programmes"]["edges"]
    (entry,) = body["errors"]
    assert (entry["path"], entry["extensions"]["code"]) == (["programme"], "INTERNAL_ERROR")
    assert entry["extensions"]["requestId"] == answered.headers["request-id"]
    told = {"code": "INTERNAL_ERROR", "requestId": changed.headers["request-id"]}
    assert changed.json() == {"data": {"registerPartner": told}}
    assert "secret" not in answered.text + changed.text
    names = await answer(manager, "{ organisations(first: 100) { edges { node { name } } } }")
    assert "Rolled back" not in json.dumps(names)


async def test_requests_are_counted_by_the_door_s_own_address(manager: Caller) -> None:
    await send(manager, {"query": "{ __typename }"})
    text = (await manager.get("/metrics")).text
    assert 'http_route="/graphql"' in text
