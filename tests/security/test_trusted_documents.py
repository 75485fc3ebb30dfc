"""Whose a trusted document is: nobody else asks it, sees it, adds to it or takes it away, whatever he knows of it."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.domain.kernel.access import Role
from app.domain.kernel.roles import reading_role, writing_role
from tests.graphql.programs import Program, apollo, codes, document_id, program, sha256, text
from tests.security.rows import Rows
from tests.world import World

INSERT = (
    "insert into trusted_document (id, charity_id, client_id, sha256, document, version, created_at, updated_at)"
    " values (uuidv7(), $1, $2, md5(random()::text), '{ a }', 1, now(), now())"
)
ROLES = [role for role in Role if role is not Role.PLATFORM_OPERATOR]


@pytest.fixture
async def own(world: World) -> Program:
    return await program(world.a)


def _plainly(answered: Any) -> tuple[int, str]:
    return answered.status_code, answered.text.replace(answered.headers["request-id"], "REQUEST")


async def test_what_is_registered_for_one_program_is_found_by_its_tokens_alone(world: World, own: Program) -> None:
    """Not by another of the same charity and role, nor by one of its manager's role, nor an agency's, nor another charity's:
    though this process remembers the document, and although each of them may see what it asks for. Each is answered, byte
    for byte, as for a hash that nobody has registered."""
    document, nobodys = text(), text()
    await own.trust(document)
    for _ in range(2):
        assert (await own.ask(document)).status_code == 200
    others = [
        await program(world.a),
        await program(world.a, Role.MANAGER),
        await program(world.a, Role.REFERRER),
        await program(world.b),
        await program(world.a, trusted_documents_only=True),
    ]
    for other in others:
        for named in (lambda one: {"documentId": document_id(one)}, lambda one: {"extensions": apollo(one)}):
            refused = await other.send(named(document))
            assert refused.status_code == 404
            assert _plainly(refused) == _plainly(await other.send(named(nobodys)))
    # Registered for another too, it is another one: the one's withdrawal is not the other's.
    made = await others[0].trust(document)
    assert (await others[0].ask(document)).status_code == 200
    assert (await world.a.manager.step(f"/v1/trusted-documents/{made['id']}/withdraw")).status_code == 200
    await others[0].token(anew=True)
    assert codes(await others[0].ask(document)) == ["DOCUMENT_NOT_FOUND"]
    assert (await own.ask(document)).status_code == 200


async def test_another_s_document_is_not_there_for_whoever_looks_for_it(world: World, own: Program) -> None:
    """At neither door, whether it is read, listed, withdrawn or added to: as for ids that nothing has."""
    made = await own.trust(text())
    absent = str(uuid4())
    query = """query($id: ID!, $of: UUID) { one: trustedDocument(id: $id) { id document }
      many: trustedDocuments(filter: {clientId: $of}) { edges { node { id } } } }"""
    change = """mutation($id: ID!, $of: ID!) {
      w: withdrawDocument(id: $id, version: 1) { __typename ... on Problem { code detail errors { pointer } } }
      r: registerDocument(clientId: $of, input: {document: "{ __typename }"}) {
        __typename ... on Problem { code detail errors { pointer } } } }"""
    stranger, colleague, agency = await program(world.b), await program(world.a), await program(world.a, Role.REFERRER)
    managing = await program(world.b, Role.MANAGER)
    for other in (stranger, colleague, agency, managing):
        told = []
        for key, client_id in ((made["id"], own.id), (absent, absent)):
            step = f"/v1/trusted-documents/{key}/withdraw"
            path = f"/v1/clients/{client_id}/trusted-documents"
            answers = [
                await other("GET", f"/v1/trusted-documents/{key}"),
                await other("POST", step, headers={"If-Match": '"1"'}),
                await other("GET", path),
                await other("POST", path, json={"document": "{ __typename }"}),
                await other.send({"query": query, "variables": {"id": key, "of": client_id}}),
                await other.send({"query": change, "variables": {"id": key, "of": client_id}}),
            ]
            assert [one.status_code for one in answers[:2]] == [404, 404]
            assert answers[2].status_code in (403, 404)
            assert answers[3].status_code == 404
            assert answers[4].json()["data"] == {"one": None, "many": {"edges": []}}
            assert {one["code"] for one in answers[5].json()["data"].values()} == {"NOT_FOUND"}
            told.append([_plainly(one) for one in answers])
        assert told[0] == told[1]
    assert (await own("GET", f"/v1/trusted-documents/{made['id']}")).json() == made


async def test_no_manager_registers_for_another_charity_s_program(world: World, own: Program, rows: Rows) -> None:
    path = f"/v1/clients/{own.id}/trusted-documents"
    before = await rows.checksum(world.a.id)
    assert (await world.b.manager.post(path, {"document": text()})).status_code == 404
    assert (await world.b.manager.get(path)).status_code == 404
    assert await rows.checksum(world.a.id) == before


async def test_the_answers_of_documents_and_of_text_are_under_the_same_rights(world: World) -> None:
    """That a manager registered it gives a program nothing that it may not have."""
    narrow = await program(world.a, scopes=["programmes:read"], trusted_documents_only=True)
    document = text("{ people { edges { node { familyName } } } members { edges { node { email } } } }")
    await narrow.trust(document)
    told = (await narrow.ask(document)).json()
    assert told["data"] == {"people": None, "members": None}
    assert {one["extensions"]["code"] for one in told["errors"]} == {"INSUFFICIENT_SCOPE"}


async def test_every_deed_is_on_record_without_the_text(own: Program, rows: Rows) -> None:
    document = text()
    made = await own.trust(document, name="Recorded")
    await own.register(document)
    await own.charity.manager.step(f"/v1/trusted-documents/{made['id']}/withdraw")
    entries = await rows.sql.fetch(
        "select action, fields, subject_id from audit_entry where object_id = $1 order by id", UUID(made["id"])
    )
    assert [(one["action"], one["fields"]) for one in entries] == [
        ("trusted_document.registered", ["document", "name"]),
        ("trusted_document.withdrawn", ["withdrawn_at"]),
    ]
    assert {one["subject_id"] for one in entries} == {own.charity.manager.id}


@contextlib.asynccontextmanager
async def _acting(rows: Rows, role: str, program: Program, of: Role) -> AsyncIterator[None]:
    """As the service's connection acts for a program; nothing is kept."""
    transaction = rows.sql.transaction()
    await transaction.start()
    try:
        await rows.sql.execute(f"set local role {role}")
        await rows.sql.fetchval("select throughgate.enter($1, $2, 1, null, null, null)", UUID(program.id), of.value)
        yield
    finally:
        await transaction.rollback()


async def _refused(rows: Rows, sql: str, *values: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with rows.sql.transaction():
            await rows.sql.execute(sql, *values)


@pytest.mark.parametrize("role", ROLES)
async def test_row_security_alone_holds_each_program_to_its_own(world: World, rows: Rows, role: Role) -> None:
    """What the queries and operations say, once more in the database."""
    mine, another, theirs = await program(world.a, role), await program(world.a), await program(world.b)
    made = [UUID((await one.trust(text()))["id"]) for one in (mine, another, theirs)]
    manages = role is Role.MANAGER
    async with _acting(rows, reading_role(role), mine, role):
        seen = {row["id"] for row in await rows.sql.fetch("select id from trusted_document")}
        assert made[0] in seen
        assert (made[1] in seen, made[2] in seen, len(seen) > 1) == (manages, False, manages)
    async with _acting(rows, writing_role(role), mine, role):
        everybody = [(world.a.id, mine), (world.a.id, another), (world.b.id, theirs)]
        may = 2 if manages else 1
        for charity, one in everybody[:may]:
            await rows.sql.execute(INSERT, charity, UUID(one.id))
        for charity, one in everybody[may:]:
            await _refused(rows, INSERT, charity, UUID(one.id))
        await _refused(rows, INSERT, world.a.id, UUID(theirs.id))
        for column in ("document", "sha256", "name"):
            await _refused(rows, f"update trusted_document set {column} = 'x'")
        await _refused(rows, "update trusted_document set client_id = $1", UUID(another.id))
        await _refused(rows, "delete from trusted_document")
        withdrawn = await rows.sql.fetch(
            "update trusted_document set withdrawn_at = now() where id = any($1) returning id", made
        )
        assert {row["id"] for row in withdrawn} == {*made[:may]}
        if not manages:
            await _refused(rows, "update client set trusted_documents_only = false")
            await _refused(rows, "update client set authority = 1")


async def test_nobody_without_a_checked_holder_sees_a_document(rows: Rows, own: Program) -> None:
    await own.trust(text())
    for role in ROLES:
        async with rows.sql.transaction():
            await rows.sql.execute(f"set local role {reading_role(role)}")
            assert not await rows.sql.fetch("select id from trusted_document")
    async with rows.sql.transaction():
        await rows.sql.execute("set local role tg_platform_operator")
        await _refused(rows, "select id from trusted_document")


async def test_a_hash_in_the_text_of_a_document_is_no_way_in(own: Program, rows: Rows) -> None:
    """A hash is a parameter of one statement and nothing else, whatever stands in its place."""
    document = text()
    await own.trust(document)
    for hostile in (
        f"sha256:{sha256(document)}' or '1'='1",
        f"sha256:{sha256(document)}\n",
        f" sha256:{sha256(document)}",
        f"sha256:{sha256(document)[:63]}\u0661",
        "sha256:" + "%" * 64,
        "sha256:" + "0" * 1_000_000,
    ):
        assert codes(await own.send({"documentId": hostile})) == ["DOCUMENT_NOT_FOUND"], hostile[:80]
    assert (await own.send({"documentId": "sha256:\x00"})).status_code == 400
