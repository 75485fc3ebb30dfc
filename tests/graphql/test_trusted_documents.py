"""Documents that a program registers and then asks by their hash: by whom, for whom, until when."""

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.domain.kernel.access import Role
from app.domain.organisations.documents import MOST_IN_FORCE
from app.graphql import subscriptions
from app.graphql.documents import Kept, parsed
from tests.graphql.door import PROBLEM, answer, data
from tests.graphql.programs import Program, apollo, codes, document_id, program, sha256, text
from tests.graphql.streams import SOON, Stream, served
from tests.graphql.test_statements import counted, wire
from tests.security.rows import Rows
from tests.security.wire import Wire
from tests.world import Caller, World, client

__all__ = ["counted", "wire"]  # fixtures

OLD = "application/json"
FIELDS = "{ id clientId sha256 document name withdrawnAt version }"
REGISTER = f"""mutation($clientId: ID!, $input: RegisterDocumentInput!, $key: String) {{
  it: registerDocument(clientId: $clientId, input: $input, idempotencyKey: $key) {{
    __typename ... on RegisterDocumentPayload {{ trustedDocument {FIELDS} }} {PROBLEM} }} }}"""
WITHDRAW = f"""mutation($id: ID!, $version: Int!) {{ it: withdrawDocument(id: $id, version: $version) {{
    __typename ... on WithdrawDocumentPayload {{ trustedDocument {FIELDS} }} {PROBLEM} }} }}"""
CHARITY_ROLES = [role for role in Role if role is not Role.PLATFORM_OPERATOR]


@pytest.fixture
async def asking(world: World) -> Program:
    return await program(world.a)


async def test_a_registered_document_is_answered_as_its_text_is(asking: Program) -> None:
    """By id and by Apollo's extension, by POST and by GET, in either media type."""
    document = text()
    await asking.trust(document)
    told = (await asking.send({"query": document})).json()
    assert told["data"]["programmes"]["edges"]
    by_id, by_hash = {"documentId": document_id(document)}, {"extensions": apollo(document)}
    for body in (by_id, by_hash, by_id | by_hash, by_id | {"query": None}, by_id | {"query": document}):
        for accept in ("application/graphql-response+json", OLD):
            answered = await asking.send(body, accept=accept)
            assert (answered.status_code, answered.json()) == (200, told), body
    for params in (by_id, {"extensions": json.dumps(apollo(document))}):
        answered = await asking("GET", "/graphql", params=params)
        assert (answered.status_code, answered.json()) == (200, told)


async def test_variables_and_the_name_of_the_operation_are_given_as_with_text(asking: Program) -> None:
    document = text("query A($n: Int) { programmes(first: $n) { edges { cursor } } } query B { b: __typename }")
    await asking.trust(document)
    none = await asking.ask(document, operationName="A", variables={"n": 0})
    assert none.json()["data"]["programmes"]["edges"] == []
    assert (await asking.ask(document, operationName="B")).json() == {"data": {"b": "Query"}}
    assert codes(await asking.ask(document)) == ["MALFORMED_REQUEST"]
    wrong = await asking.ask(document, operationName="A", variables={"n": "many"})
    assert (wrong.status_code, codes(wrong)) == (422, ["GRAPHQL_VALIDATION_FAILED"])


async def test_what_variables_make_of_the_cost_is_judged_when_they_come(asking: Program) -> None:
    lists = " ".join(
        f"a{n}: referrals(first: $n) {{ edges {{ node {{ person {{ id }} history {{ id }} }} }} }}" for n in range(20)
    )
    document = text(f"query($n: Int) {{ {lists} }}")
    await asking.trust(document)
    assert (await asking.ask(document, variables={"n": 1})).status_code == 200
    refused = await asking.ask(document, variables={"n": 100})
    assert (refused.status_code, codes(refused)) == (400, ["GRAPHQL_LIMIT_EXCEEDED"])


async def test_a_registered_change_is_made_by_post_and_not_by_get(asking: Program) -> None:
    document = text(
        "mutation($n: String!) { createPerson(input: {givenName: $n}) { __typename ... on Problem { code } } }"
    )
    await asking.trust(document)
    made = await asking.ask(document, variables={"n": "Testcase"})
    assert made.json()["data"]["createPerson"]["__typename"] == "CreatePersonPayload"
    params = {"documentId": document_id(document), "variables": '{"n": "Testcase"}'}
    by_get = await asking("GET", "/graphql", params=params)
    assert (by_get.status_code, by_get.headers["allow"]) == (405, "POST")


async def test_the_hash_is_that_of_the_exact_bytes(asking: Program) -> None:
    document = text("{ __typename } # £ and \U0001f4dc\r\n")
    registered = await asking.trust(document, name="  With a name ")
    assert (registered["sha256"], registered["document"]) == (sha256(document), document)
    assert (registered["name"], registered["withdrawn_at"]) == ("With a name", None)
    assert (await asking.ask(document)).json() == {"data": {"__typename": "Query"}}
    for other in (document.strip(), document + "\n", document.replace("\r\n", "\n"), f"\ufeff{document}"):
        if other != document:
            assert codes(await asking.ask(other)) == ["DOCUMENT_NOT_FOUND"], repr(other)
    read = await asking("GET", f"/v1/trusted-documents/{registered['id']}")
    assert read.json() == registered


@pytest.mark.parametrize("role", CHARITY_ROLES)
async def test_a_program_of_any_role_registers_asks_and_withdraws_for_itself(world: World, role: Role) -> None:
    """Through both doors, with a key for its retries; and its tokens end with the withdrawal, by its own hand too."""
    own = await program(world.a, role)
    first, second = text(), text()
    headers = {"Idempotency-Key": "once"}
    path = f"/v1/clients/{own.id}/trusted-documents"
    made = [await own("POST", path, json={"document": first}, headers=headers) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201], made[0].text
    assert made[1].headers["idempotency-replayed"] == "true"
    variables: dict[str, Any] = {"clientId": own.id, "input": {"document": second, "name": "Second"}, "key": "twice"}
    by_graphql = [(await own.send({"query": REGISTER, "variables": variables})).json() for _ in range(2)]
    assert by_graphql[0] == by_graphql[1]
    registered = by_graphql[0]["data"]["it"]["trustedDocument"]
    assert (registered["clientId"], registered["sha256"], registered["version"]) == (own.id, sha256(second), 1)
    for document in (first, second):
        assert (await own.ask(document)).status_code == 200
    query = "query($of: UUID) { trustedDocuments(filter: {clientId: $of, inForce: true}) { edges { node { id } } } }"
    listed = (await own.send({"query": query, "variables": {"of": own.id}})).json()["data"]["trustedDocuments"]["edges"]
    assert {edge["node"]["id"] for edge in listed} == {made[0].json()["id"], registered["id"]}
    assert [one["id"] for one in (await own("GET", path)).json()["items"]] == [
        edge["node"]["id"] for edge in sorted(listed, key=lambda edge: str(edge["node"]["id"]), reverse=True)
    ]
    step = f"/v1/trusted-documents/{made[0].json()['id']}/withdraw"
    withdrawn = await own("POST", step, headers={"If-Match": made[0].headers["etag"]})
    assert (withdrawn.status_code, withdrawn.json()["version"]) == (200, 2), withdrawn.text
    assert withdrawn.json()["withdrawn_at"]
    assert (await own("GET", path)).status_code == 401
    await own.token(anew=True)
    done = await own.send({"query": WITHDRAW, "variables": {"id": registered["id"], "version": 1}})
    assert done.json()["data"]["it"]["trustedDocument"]["withdrawnAt"], done.text
    assert (await own("GET", path)).status_code == 401
    await own.token(anew=True)
    for document in (first, second):
        assert codes(await own.ask(document)) == ["DOCUMENT_NOT_FOUND"]


async def test_registered_twice_it_is_the_one_that_is_there(asking: Program, rows: Rows) -> None:
    document = text()
    first = await asking.trust(document, name="First")
    again = await asking.register(document, name="Again")
    assert (again.status_code, again.json()) == (201, first)
    assert again.headers["location"] == f"/v1/trusted-documents/{first['id']}"
    by_graphql = await data(
        asking.charity.manager, REGISTER, clientId=asking.id, input={"document": document, "name": "Again"}
    )
    assert by_graphql["it"]["trustedDocument"]["id"] == first["id"]
    deeds = "select count(*) from audit_entry where action = 'trusted_document.registered' and object_id = $1"
    assert await rows.one(deeds, UUID(first["id"])) == 1


async def test_registered_by_several_at_once_it_is_there_once(asking: Program, rows: Rows) -> None:
    document = text()
    await asking.token()
    both = [asking.register(document), asking.trust(document)] * 4
    found = await asyncio.gather(*both)
    ids = {one["id"] if isinstance(one, dict) else one.json()["id"] for one in found}
    assert len(ids) == 1
    count = "select count(*) from trusted_document where client_id = $1 and sha256 = $2"
    assert await rows.one(count, UUID(asking.id), sha256(document)) == 1
    assert (await asking.ask(document)).status_code == 200


async def test_the_unique_index_stands_behind_the_lock(asking: Program, rows: Rows) -> None:
    made = await asking.trust(text())
    with pytest.raises(asyncpg.UniqueViolationError):
        await rows.sql.execute(
            "insert into trusted_document (id, charity_id, client_id, sha256, document, version, created_at, updated_at)"
            " select uuidv7(), charity_id, client_id, sha256, document, 1, created_at, updated_at from trusted_document"
            " where id = $1",
            UUID(made["id"]),
        )


async def test_what_is_not_registered_is_not_found(asking: Program) -> None:
    unknown = text()
    for body, code in (
        ({"documentId": document_id(unknown)}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": "anything"}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": ""}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": "sha256:" + sha256(unknown).upper()}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": "sha512:" + sha256(unknown)}, "DOCUMENT_NOT_FOUND"),
        ({"documentId": document_id(unknown), "extensions": apollo(unknown)}, "DOCUMENT_NOT_FOUND"),
        ({"extensions": apollo(unknown)}, "PERSISTED_QUERY_NOT_FOUND"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}}, "PERSISTED_QUERY_NOT_FOUND"),
    ):
        for accept, status in (("application/graphql-response+json", 404), (OLD, 200)):
            answered = await asking.send(body, accept=accept)
            assert (answered.status_code, codes(answered)) == (status, [code]), body
            (error,) = answered.json()["errors"]
            assert error["extensions"]["type"] == "/problems/DOCUMENT_NOT_FOUND"
            assert (error["message"] == "PersistedQueryNotFound") is (code == "PERSISTED_QUERY_NOT_FOUND")
            assert answered.json().keys() == {"errors"}


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": 1},
        {"documentId": ["sha256:"]},
        {"documentId": {}},
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {}}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": None}}},
        {"documentId": f"sha256:{'0' * 64}", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "1" * 64}}},
        {"documentId": f"sha256:{'0' * 64}", "query": "{ __typename }"},
        {"documentId": "anything", "query": "{ __typename }"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}, "query": "{ __typename }"},
        {"extensions": {}},
        {"documentId": None},
    ],
)
async def test_ids_that_are_none_or_contradict_the_text_are_malformed(world: World, body: dict[str, Any]) -> None:
    for accept in ("application/graphql-response+json", OLD):
        answered = await world.a.manager.post("/graphql", body, headers={"Accept": accept})
        assert (answered.status_code, codes(answered)) == (400, ["MALFORMED_REQUEST"]), answered.text
    if "extensions" in body:
        params = {**body, "extensions": json.dumps(body["extensions"])}
        assert (await world.a.manager.get("/graphql", params=params)).status_code == 400


async def test_extensions_that_are_no_json_are_malformed(world: World) -> None:
    for extensions in ("{", "1", '"x"', "[1]"):
        answered = await world.a.manager.get("/graphql", params={"query": "{ __typename }", "extensions": extensions})
        assert (answered.status_code, codes(answered)) == (400, ["MALFORMED_REQUEST"])


async def test_asking_with_text_and_hash_registers_nothing(asking: Program, rows: Rows) -> None:
    """What Apollo's clients do when they are told that a document is not found: it is answered, and stays unknown."""
    document = text()
    for more in ({"extensions": apollo(document)}, {"documentId": document_id(document)}):
        answered = await asking.send({"query": document, **more})
        assert answered.json().keys() == {"data"}
        assert codes(await asking.ask(document)) == ["DOCUMENT_NOT_FOUND"]
        assert codes(await asking.send({"extensions": apollo(document)})) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert not await rows.one("select exists (select from trusted_document where sha256 = $1)", sha256(document))


async def test_a_withdrawn_document_is_gone_for_good_with_all_that_remembers_it(asking: Program) -> None:
    document, other = text(), text()
    made = await asking.trust(document)
    await asking.trust(other)
    for _ in range(2):  # from here on this process remembers both
        assert [(await asking.ask(one)).status_code for one in (document, other)] == [200, 200]
    token = await asking.token()
    withdrawn = await asking.charity.manager.step(f"/v1/trusted-documents/{made['id']}/withdraw")
    assert (withdrawn.status_code, withdrawn.json()["withdrawn_at"] is None) == (200, False)
    for one in (document, other):
        refused = await asking.ask(one)
        assert (refused.status_code, codes(refused)) == (401, ["UNAUTHENTICATED"])
    assert await asking.token(anew=True) != token
    assert codes(await asking.ask(document)) == ["DOCUMENT_NOT_FOUND"]
    assert (await asking.ask(other)).status_code == 200
    # It can come back as a new one; the old one's record stays.
    again = await asking.trust(document)
    assert again["id"] != made["id"]
    assert (await asking.ask(document)).status_code == 200
    path = f"/v1/clients/{asking.id}/trusted-documents"
    for query, count in (({}, 3), ({"in_force": "true"}, 2), ({"in_force": "false"}, 1)):
        assert len((await asking("GET", path, params=query)).json()["items"]) == count


async def test_a_document_is_withdrawn_once_and_by_who_has_seen_it(asking: Program) -> None:
    manager = asking.charity.manager
    made = await asking.trust(text())
    step = f"/v1/trusted-documents/{made['id']}/withdraw"
    assert (await manager.post(step)).status_code == 428
    assert (await manager.post(step, headers={"If-Match": '"7"'})).status_code == 412
    stale = await data(manager, WITHDRAW, id=made["id"], version=7)
    assert stale["it"]["code"] == "PRECONDITION_FAILED"
    both = await asyncio.gather(*(data(manager, WITHDRAW, id=made["id"], version=1) for _ in range(2)))
    assert sorted(one["it"].get("code", "") for one in both) == ["", "PRECONDITION_FAILED"]
    assert (await manager.step(step)).json()["code"] == "CONFLICT"
    assert (await data(manager, WITHDRAW, id=made["id"], version=2))["it"]["code"] == "CONFLICT"


async def test_documents_withdrawn_at_once_are_all_counted(asking: Program, rows: Rows) -> None:
    made = [await asking.trust(text()) for _ in range(4)]
    before = await rows.one("select authority from client where id = $1", UUID(asking.id))
    manager = asking.charity.manager
    done = await asyncio.gather(*(data(manager, WITHDRAW, id=one["id"], version=1) for one in made))
    assert all(one["it"]["__typename"] == "WithdrawDocumentPayload" for one in done)
    assert await rows.one("select authority from client where id = $1", UUID(asking.id)) == before + 4


async def test_the_database_itself_ends_tokens_with_a_withdrawal_and_changes_nothing_else(
    asking: Program, rows: Rows
) -> None:
    made = await asking.trust(text())
    key, charity = UUID(made["id"]), str(asking.charity.id)
    for spoil in (
        "update trusted_document set document = document || ' ' where id = $1",
        "update trusted_document set sha256 = repeat('0', 64) where id = $1",
        "update trusted_document set client_id = charity_id where id = $1",
        "delete from trusted_document where id = $1",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await rows.sql.execute(spoil, key)
    withdraw = "update trusted_document set withdrawn_at = now() where id = $1"
    with pytest.raises(asyncpg.RestrictViolationError):
        await rows.sql.execute(withdraw, key)  # nobody is signed in, so no client is in sight whose count could go up
    authority = "select authority from client where id = $1"
    before = await rows.one(authority, UUID(asking.id))
    async with rows.sql.transaction():
        await rows.sql.execute("select set_config('app.charity', $1, true)", charity)
        await rows.sql.execute(withdraw, key)
        assert await rows.one(authority, UUID(asking.id)) == before, "at the end of the transaction, not before"
    assert await rows.one(authority, UUID(asking.id)) == before + 1
    with pytest.raises(asyncpg.RestrictViolationError):
        await rows.sql.execute("update trusted_document set withdrawn_at = null where id = $1", key)


async def test_a_client_has_so_many_documents_in_force_and_no_more(asking: Program, rows: Rows) -> None:
    made = await asking.trust(text())
    await rows.copies("trusted_document", "client_id", UUID(asking.id), MOST_IN_FORCE - 2)
    await asking.token()
    two = await asyncio.gather(asking.register(text()), asking.register(text()))
    assert sorted(one.status_code for one in two) == [201, 409]
    refused = next(one for one in two if one.status_code == 409)
    assert (refused.json()["code"], "1,000" in refused.json()["detail"]) == ("CONFLICT", True)
    assert (await asking.register(made["document"])).status_code == 201, "what is there is answered"
    assert (await asking.charity.manager.step(f"/v1/trusted-documents/{made['id']}/withdraw")).status_code == 200
    await asking.token(anew=True)
    assert (await asking.register(text())).status_code == 201


async def test_nothing_is_registered_for_a_client_that_is_revoked(world: World) -> None:
    gone = await program(world.a)
    made = await gone.trust(text())
    assert (await gone.change(standing="REVOKED")).status_code == 200
    path = f"/v1/clients/{gone.id}/trusted-documents"
    refused = await world.a.manager.post(path, {"document": text()})
    assert (refused.status_code, refused.json()["code"]) == (409, "CONFLICT")
    assert (await world.a.manager.step(f"/v1/trusted-documents/{made['id']}/withdraw")).status_code == 200


BOMB = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
HOSTILE: dict[str, tuple[str, int, str]] = {
    "no GraphQL": ("{", 422, "GRAPHQL_SYNTAX_ERROR"),
    "nothing asked": ("# nothing", 422, "GRAPHQL_SYNTAX_ERROR"),
    "a schema": ("type Query { a: Int }", 422, "GRAPHQL_VALIDATION_FAILED"),
    "a field that is not there": ("{ nothing }", 422, "GRAPHQL_VALIDATION_FAILED"),
    "a wrong argument": ("{ programmes(first: true) { edges { cursor } } }", 422, "GRAPHQL_VALIDATION_FAILED"),
    "a bomb": (f"{{ ...F0 }} {BOMB} fragment F40 on Query {{ __typename }}", 400, "GRAPHQL_LIMIT_EXCEEDED"),
    "a circle": ("{ ...A } fragment A on Query { ...A }", 400, "GRAPHQL_LIMIT_EXCEEDED"),
    "too many tokens": ("{ " + "a " * 3_000 + "}", 400, "GRAPHQL_LIMIT_EXCEEDED"),
    "too many bytes": ("{ __typename } # " + "é" * 60_000, 400, "GRAPHQL_LIMIT_EXCEEDED"),
    "too many rows, by an operation of several": (
        "query A { __typename } query B {"
        + " ".join(
            f"a{n}: referrals(first: 100) {{ edges {{ node {{ person {{ id }} history {{ id }} }} }} }}"
            for n in range(20)
        )
        + "}",
        400,
        "GRAPHQL_LIMIT_EXCEEDED",
    ),
    "too long": ("{ __typename } #" + "x" * 110_000, 422, "STRING_TOO_LONG"),
    "empty": ("", 422, "STRING_TOO_SHORT"),
    "a NUL": ("{ __typename } # \x00", 400, "MALFORMED_REQUEST"),
    "a mebibyte": ("{ __typename } #" + "x" * 2**20, 413, "PAYLOAD_TOO_LARGE"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_would_not_be_answered_is_not_registered(asking: Program, rows: Rows, name: str) -> None:
    document, status, code = HOSTILE[name]
    refused = await asking.register(document)
    assert (refused.status_code, code in refused.text) == (status, True), refused.text[:500]
    if status == 422:
        assert {one["pointer"] for one in refused.json()["errors"]} == {"/document"}
    by_graphql = await asking.send(
        {"query": REGISTER, "variables": {"clientId": asking.id, "input": {"document": document}}}
    )
    assert code in by_graphql.text
    if status == 422:
        assert {one["pointer"] for one in by_graphql.json()["data"]["it"]["errors"]} == {"/input/document"}
    count = "select count(*) from trusted_document where client_id = $1"
    assert await rows.one(count, UUID(asking.id)) == 0


async def test_a_refusal_says_where_and_repeats_no_value(asking: Program) -> None:
    refused = await asking.register('{\n  person(id: "Named Exampleson") { nothing } programmes(first: "Exampleson") }')
    told = [one["detail"] for one in refused.json()["errors"]]
    assert any(one.startswith("At line 2, column ") for one in told)
    assert "Exampleson" not in refused.text


async def test_a_nul_that_is_written_as_an_escape_is_refused_by_the_other_door_too(asking: Program) -> None:
    literal = f'mutation {{ registerDocument(clientId: "{asking.id}", input: {{document: "{{ a }} \\u0000"}}) {{ __typename }} }}'
    assert codes(await asking.send({"query": literal})) == ["MALFORMED_REQUEST"]


@pytest.fixture
async def limited(world: World) -> Program:
    return await program(world.a, trusted_documents_only=True)


async def test_a_limited_program_asks_what_is_registered_and_no_text_of_its_own(limited: Program) -> None:
    """Refused before anything looks at the text: what is no GraphQL, or too much of it, is told the same."""
    document = text()
    await limited.trust(document)
    assert (await limited.ask(document)).json()["data"]["programmes"]["edges"]
    assert (await limited.send({"extensions": apollo(document)})).status_code == 200
    assert codes(await limited.ask(text())) == ["DOCUMENT_NOT_FOUND"]
    for query in (document, "{ __typename }", "{ __schema { types { name } } }", "{", "", "(" * 200_000, BOMB):
        for more in ({}, {"documentId": document_id(query)}, {"extensions": apollo(query)}):
            for accept in ("application/graphql-response+json", OLD):
                refused = await limited.send({"query": query, **more}, accept=accept)
                assert (refused.status_code, codes(refused)) == (403, ["TRUSTED_DOCUMENTS_ONLY"])
    by_get = await limited("GET", "/graphql", params={"query": "{ __typename }"})
    assert (by_get.status_code, codes(by_get)) == (403, ["TRUSTED_DOCUMENTS_ONLY"])
    assert codes(await limited.send({})) == ["MALFORMED_REQUEST"]


async def test_the_limit_is_graphql_s_alone(limited: Program) -> None:
    """REST is a fixed list of operations, each with its own permission: there is no text of one's own to limit."""
    listed = await limited("GET", "/v1/programmes")
    assert (listed.status_code, len(listed.json()["items"]) > 0) == (200, True)
    assert (await limited("POST", "/v1/people", json={"given_name": "Testcase"})).status_code == 201


async def test_a_limited_program_registers_and_withdraws_nothing_itself(world: World) -> None:
    """Nor with the scope to manage clients: what it could lift itself would be no limit."""
    managing = ["trusted-documents:read", "trusted-documents:write", "clients:read", "clients:write", "programmes:read"]
    for limited in (
        await program(world.a, trusted_documents_only=True),
        await program(world.a, Role.MANAGER, trusted_documents_only=True, scopes=managing),
    ):
        made = await limited.trust(text())
        register = text(REGISTER)
        await limited.trust(register)
        refused = [
            await limited.register(text()),
            await limited("POST", f"/v1/trusted-documents/{made['id']}/withdraw", headers={"If-Match": '"1"'}),
        ]
        for one in refused:
            assert one.json()["code"] in ("TRUSTED_DOCUMENTS_ONLY", "PRECONDITION_FAILED"), one.text
            assert one.status_code in (403, 412)
        tag = (await limited("GET", f"/v1/trusted-documents/{made['id']}")).headers["etag"]
        step = await limited("POST", f"/v1/trusted-documents/{made['id']}/withdraw", headers={"If-Match": tag})
        assert (step.status_code, step.json()["code"]) == (403, "TRUSTED_DOCUMENTS_ONLY")
        told = await limited.ask(register, variables={"clientId": limited.id, "input": {"document": text()}})
        assert told.json()["data"]["it"]["code"] == "TRUSTED_DOCUMENTS_ONLY"


async def test_setting_and_lifting_the_limit_ends_the_tokens_before(asking: Program) -> None:
    document = text()
    await asking.trust(document)
    assert (await asking.send({"query": "{ __typename }"})).status_code == 200
    for limit in (True, False):
        changed = await asking.change(trusted_documents_only=limit)
        assert (changed.status_code, changed.json()["trusted_documents_only"]) == (200, limit)
        assert (await asking("GET", "/v1/programmes")).status_code == 401
        assert (await asking.ask(document)).status_code == 401
        await asking.token(anew=True)
        assert (await asking.ask(document)).status_code == 200
        assert (await asking.send({"query": document})).status_code == (403 if limit else 200)
    same = await asking.change(trusted_documents_only=False)
    assert same.status_code == 200
    assert (await asking("GET", "/v1/programmes")).status_code == 200, "nothing changed, nothing ended"


async def test_the_limit_is_set_and_shown_by_graphql_too(world: World) -> None:
    manager = world.a.manager
    create = """mutation($input: CreateClientInput!) { createClient(input: $input) {
      ... on CreateClientPayload { client { id version trustedDocumentsOnly } } } }"""
    body = {"name": "Limited", "role": "coordinator", "scopes": ["programmes:read"], "trustedDocumentsOnly": True}
    made = (await data(manager, create, input=body))["createClient"]["client"]
    assert made["trustedDocumentsOnly"] is True
    change = """mutation($id: ID!, $v: Int!) { changeClient(id: $id, version: $v, input: {trustedDocumentsOnly: false}) {
      ... on ChangeClientPayload { client { trustedDocumentsOnly } } } }"""
    changed = await data(manager, change, id=made["id"], v=made["version"])
    assert changed["changeClient"]["client"] == {"trustedDocumentsOnly": False}


async def test_the_limit_is_said_by_the_token_and_older_tokens_say_nothing(world: World, limited: Program) -> None:
    tokens = world.app.state.services.tokens
    clock = world.app.state.services.clock
    said = tokens.check(await limited.token(), now=clock())
    assert (said.claims.documents_only, said.actor.documents_only) == (True, True)
    old = tokens.check(world.a.machine.token(), now=clock())
    assert (old.claims.documents_only, old.actor.documents_only) == (False, False)
    assert await data(world.a.machine, "{ __typename }") == {"__typename": "Query"}


async def test_a_document_costs_a_statement_the_first_time_and_none_after(
    counted: FastAPI, asking: Program, wire: Wire
) -> None:
    """Beyond what it asks. What it asks is one statement; two fields are two."""
    one, two, nothing = (
        text(),
        text("{ a: programmes { edges { cursor } } b: people { edges { cursor } } }"),
        text("{ __typename }"),
    )
    for document in (one, two, nothing):
        await asking.trust(document)
    there = replace(asking, app=counted)
    assert (await there.send({"query": one})).status_code == 200  # opens the connection, prepares the statement

    async def spent(body: dict[str, Any]) -> tuple[int, int]:
        before = wire.statements, wire.round_trips
        answered = await there.send(body)
        assert answered.json().keys() == {"data"}, answered.text
        return wire.statements - before[0], wire.round_trips - before[1]

    assert await spent({"query": one}) == (1, 1)
    first = await spent({"documentId": document_id(one)})
    assert first[0] == 2
    for body in ({"documentId": document_id(one)}, {"extensions": apollo(one)}, {"documentId": document_id(one)}):
        assert await spent(body) == (1, 1)
    assert (await spent({"documentId": document_id(two)}))[0] == 3
    assert (await spent({"documentId": document_id(two)}))[0] == 2
    assert (await spent({"documentId": document_id(nothing)}))[0] == 1
    assert (await spent({"documentId": document_id(nothing)}))[0] == 0
    before = wire.statements
    refused = await there.send({"documentId": "anything"})
    assert (codes(refused), wire.statements) == (["DOCUMENT_NOT_FOUND"], before)


async def test_a_limited_program_s_text_costs_no_statement(counted: FastAPI, limited: Program, wire: Wire) -> None:
    there = replace(limited, app=counted)
    await there.token()
    before = wire.statements
    assert codes(await there.send({"query": text()})) == ["TRUSTED_DOCUMENTS_ONLY"]
    assert wire.statements == before


async def test_a_registered_subscription_is_followed_by_its_hash_until_it_is_withdrawn(
    world: World, limited: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "HEARTBEAT_SECONDS", 0.1)
    document = text("subscription { referrals(first: 1) { edges { cursor } } }")
    made = await limited.trust(document)
    async with served(world.app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {await limited.token()}", "Accept": "text/event-stream"}
        refused = await http.post("/graphql", json={"query": document}, headers=headers)
        assert "TRUSTED_DOCUMENTS_ONLY" in refused.text
        body = {"documentId": document_id(document)}
        async with http.stream("POST", "/graphql", json=body, headers=headers, timeout=SOON) as answered:
            assert answered.status_code == 200
            stream = Stream(answered)
            reading = asyncio.create_task(stream.read())
            assert "edges" in (await stream.next())["data"]["referrals"]
            withdrawn = await limited.charity.manager.step(f"/v1/trusted-documents/{made['id']}/withdraw")
            assert withdrawn.status_code == 200
            while (await stream.event())[0] != "closed":
                pass
            await reading


async def test_members_have_no_documents(world: World, asking: Program) -> None:
    """A manager sees a client's, and neither he nor anybody else asks by its hash."""
    document = text()
    await asking.trust(document)
    for caller in world.a.everybody():
        asked = await caller.post("/graphql", {"documentId": document_id(document)})
        assert codes(asked) == ["DOCUMENT_NOT_FOUND"]
    path = f"/v1/clients/{world.a.manager.id}/trusted-documents"
    assert (await world.a.manager.post(path, {"document": text()})).status_code == 404
    for role, member in world.a.staff.items():
        if role is not Role.MANAGER:
            for client_id in (member.id, asking.id):
                refused = await member.post(f"/v1/clients/{client_id}/trusted-documents", {"document": text()})
                assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")


async def test_a_manager_needs_the_scope_for_clients_to_see_to_theirs(world: World, asking: Program) -> None:
    manager = world.a.manager
    path = f"/v1/clients/{asking.id}/trusted-documents"
    async with client(world.app) as http:
        for scopes, status in (
            ({"trusted-documents:write"}, 404),
            ({"clients:write"}, 403),
            ({"trusted-documents:write", "clients:write"}, 201),
        ):
            headers = {"Authorization": f"Bearer {manager.token(scopes=scopes)}"}
            answered = await http.post(path, json={"document": text()}, headers=headers)
            assert answered.status_code == status, scopes


async def test_a_manager_sees_what_each_program_asks(world: World, asking: Program) -> None:
    other = await program(world.a)
    first, second = await asking.trust(text()), await other.trust(text())
    query = """query($of: UUID) { trustedDocuments(first: 100, filter: {clientId: $of}) { edges { node { id clientId } } } }"""
    everything = {edge["node"]["id"] for edge in (await _edges(world.a.manager, query))}
    assert {first["id"], second["id"]} <= everything
    assert [edge["node"]["id"] for edge in await _edges(world.a.manager, query, of=other.id)] == [second["id"]]
    one = "query($id: ID!) { trustedDocument(id: $id) { document sha256 } }"
    shown = (await data(world.a.manager, one, id=first["id"]))["trustedDocument"]
    assert shown == {"document": first["document"], "sha256": first["sha256"]}
    assert (await answer(world.a.coordinator, one, id=first["id"]))["data"] == {"trustedDocument": None}


async def _edges(caller: Caller, query: str, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await data(caller, query, **variables))["trustedDocuments"]["edges"]
    return found


def test_what_is_kept_is_bounded_in_number_and_in_size() -> None:
    """The least recently asked goes first; nothing is counted twice."""
    kept, someone = Kept(3, 40), UUID(int=1)
    small, large = parsed("{ a }"), parsed("{ " + "b " * 30 + "}")
    for name in "pqr":
        kept.keep((someone, 1, name), small)
    assert kept.find((someone, 1, "p")) is small
    kept.keep((someone, 1, "s"), small)
    kept.keep((someone, 1, "s"), small)
    assert [kept.find((someone, 1, name)) is not None for name in "pqrs"] == [True, False, True, True]
    kept.keep((someone, 1, "t"), large)
    assert len(kept) == 2
    kept.keep((someone, 1, "u"), parsed("{ " + "c " * 60 + "}"))
    assert len(kept) == 0, "what is larger than all that may be kept is not kept"
    kept.keep((someone, 2, "p"), small)
    assert kept.find((someone, 1, "p")) is None
