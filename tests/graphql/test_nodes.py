"""Anything by its id, and one thing by exactly one of what finds it: one statement each, nothing told of what may not be
seen, an audit entry where a person is shown and nowhere else."""

import dataclasses
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInterfaceType

from app.domain.kernel.access import Role
from app.graphql.schema import schema
from app.graphql.types import REGISTRY
from tests.graphql.door import answer, ask, data, error
from tests.graphql.plain import NODES
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import Caller, World, build_charity

NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
# What a manager finds by its id, and what others do.
TABLES = {
    **NODES,
    "AuditEntry": "audit_entry",
    "SubmittedReferral": "referral",
    "AcctState": "acct_state",
    "RestrictedNote": "restricted_note",
}


@pytest.fixture(scope="module")
async def made(world: World) -> Filled:
    return await fill(await build_charity(world.app, world.operator, "NOD"))


@pytest.fixture(scope="module")
async def ids(made: Filled, rows: Rows) -> dict[str, str]:
    """One of each type, as its newest row."""
    found = {}
    for name, table in TABLES.items():
        condition = " and partner_id is not null" if table == "referral" else ""
        sql = f"select id::text from {table} where charity_id = $1{condition} order by id desc limit 1"
        found[name] = await rows.one(sql, made.charity.id)
    return found


def reader_of(name: str, made: Filled) -> Caller:
    if name == "AuditEntry":
        return made.charity.staff[Role.DATA_PROTECTION_LEAD]
    if name in ("AcctState", "RestrictedNote"):
        return made.charity.coordinator
    return made.charity.machine if name == "SubmittedReferral" else made.charity.manager


def test_each_type_with_an_id_of_its_own_is_a_node() -> None:
    core = schema()
    node = core.get_type("Node")
    assert isinstance(node, GraphQLInterfaceType)
    assert {one.name for one in core.get_possible_types(node)} == {*REGISTRY.nodes()} == {*TABLES}
    # A summary's id is that of the whole; a decision and an identifier have none.
    assert not {"PersonSummary", "Decision", "Identifier"} & {*TABLES}


@pytest.mark.parametrize("name", TABLES)
async def test_each_is_found_by_its_id_and_only_by_its_own_charity(
    name: str, made: Filled, ids: dict[str, str], world: World
) -> None:
    caller = reader_of(name, made)
    assert ids[name]
    assert await data(caller, NODE, id=ids[name]) == {"node": {"__typename": name, "id": ids[name]}}
    fragment = f"query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ kind: __typename id }} }} }}"
    assert await data(caller, fragment, id=ids[name]) == {"node": {"kind": name, "id": ids[name]}}
    for stranger in (world.b.manager, world.b.machine, world.b.staff[Role.DATA_PROTECTION_LEAD]):
        assert await data(stranger, NODE, id=ids[name]) == {"node": None}
    if name != "Organisation":
        assert await data(world.operator, NODE, id=ids[name]) == {"node": None}


async def test_an_id_is_that_of_the_other_door(made: Filled) -> None:
    manager, referral = made.charity.manager, made.ids["referral_id"]
    query = """query($id: ID!) { node(id: $id) { id ... on Referral { reference version person { id } } }
      referral(id: $id) { id } }"""
    found = await data(manager, query, id=referral)
    rest = (await manager.get(f"/v1/referrals/{referral}")).json()
    person = rest["person"]["id"]
    assert found["node"] == {name: rest[name] for name in ("id", "reference", "version")} | {"person": {"id": person}}
    assert found["referral"]["id"] == found["node"]["id"]
    assert (await data(manager, NODE, id=person))["node"] == {"__typename": "Person", "id": person}


async def test_each_side_finds_its_own_view_of_a_referral(made: Filled) -> None:
    query = """query($id: ID!) { node(id: $id) { __typename ... on Referral { source } ... on SubmittedReferral { person } } }"""
    own = made.ids["referral_id"]
    assert (await data(made.charity.manager, query, id=own))["node"].keys() == {"__typename", "source"}
    found = (await data(made.charity.machine, query, id=own))["node"]
    assert (found["__typename"], found.keys()) == ("SubmittedReferral", {"__typename", "person"})
    assert made.ids["person_id"] not in repr(found)


async def test_only_types_that_are_asked_for_are_looked_at(made: Filled, rows: Rows) -> None:
    manager, person = made.charity.manager, made.ids["person_id"]
    before = await _person_reads(rows, made)
    for query in (
        "query($id: ID!) { node(id: $id) { ... on Referral { id } ... on Programme { id } } }",
        "query($id: ID!) { node(id: $id) { ... on Person @skip(if: true) { id } ... on Referral { id } } }",
        "query($id: ID!) { node(id: $id) { ... on Node @include(if: false) { id } } }",
    ):
        assert await data(manager, query, id=person) == {"node": None}
    assert await _person_reads(rows, made) == before


async def test_what_is_not_there_is_no_id_or_may_not_be_seen_is_null_alike(made: Filled, ids: dict[str, str]) -> None:
    mentor = made.charity.staff[Role.MENTOR]
    for given in (str(uuid4()), "x", "", ids["Person"], ids["Referral"], ids["Member"], ids["AuditEntry"]):
        assert await data(mentor, NODE, id=given) == {"node": None}
    assert (await data(mentor, NODE, id=ids["Programme"]))["node"]["__typename"] == "Programme"


async def test_a_type_that_somebody_may_not_see_is_refused_when_he_asks_for_nothing_else(
    made: Filled, ids: dict[str, str]
) -> None:
    mentor = made.charity.staff[Role.MENTOR]
    query = "query($id: ID!) { node(id: $id) { ... on Person { id } ... on Referral { id } } }"
    for given in (ids["Person"], str(uuid4())):
        told = await error(mentor, query, id=given)
        assert (told["path"], told["extensions"]["code"]) == (["node"], "INSUFFICIENT_SCOPE")
    beside = "query($id: ID!) { node(id: $id) { ... on Person { id } ... on Programme { name } } }"
    assert await data(mentor, beside, id=ids["Person"]) == {"node": None}
    several = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Person { id } } }"
    body = await answer(mentor, several, ids=[ids["Person"], "x"])
    assert body["data"] == {"nodes": [None, None]}
    assert [(one["path"], one["extensions"]["code"]) for one in body["errors"]] == [(["nodes"], "INSUFFICIENT_SCOPE")]


async def test_what_is_hidden_is_told_of_what_was_found_alone(made: Filled, ids: dict[str, str]) -> None:
    narrow = dataclasses.replace(made.charity.manager, scopes=frozenset({"referrals:read", "programmes:read"}))
    query = """query($id: ID!) { node(id: $id) { ... on Programme { name } ... on Referral { reference person { id } } } }"""
    assert (await data(narrow, query, id=ids["Programme"]))["node"].keys() == {"name"}
    body = await answer(narrow, query, id=ids["Referral"])
    assert body["data"]["node"]["person"] is None
    assert [one["path"] for one in body["errors"]] == [["node", "person"]]


async def test_several_come_in_the_order_asked_with_null_for_what_is_not_there(
    made: Filled, ids: dict[str, str]
) -> None:
    asked = [ids["Referral"], "x", ids["Programme"], str(uuid4()), ids["Person"], ids["Referral"], ids["AuditEntry"]]
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Person { familyName }
      ... on Referral { reference decisions(first: 1) { edges { node { outcome } } } } } }"""
    found = (await data(made.charity.manager, query, ids=asked))["nodes"]
    kinds = ["Referral", None, "Programme", None, "Person", "Referral", None]
    assert [one and one["__typename"] for one in found] == kinds
    assert [one and one["id"] for one in found] == [
        given if kind else None for given, kind in zip(asked, kinds, strict=True)
    ]
    assert found[0] == found[5]
    assert found[0]["decisions"]["edges"]
    assert found[4].keys() == {"__typename", "id", "familyName"}
    assert (await data(made.charity.manager, query, ids=[]))["nodes"] == []


async def test_of_a_hundred_at_most(made: Filled) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert len((await data(made.charity.manager, query, ids=["x"] * 100))["nodes"]) == 100
    inline = f"{{ nodes(ids: {['x'] * 101}) {{ id }} }}".replace("'", '"')
    default = f"query($ids: [ID!]! = {['x'] * 101}) {{ nodes(ids: $ids) {{ id }} }}".replace("'", '"')
    for text, given in ((query, {"ids": ["x"] * 101}), (inline, {}), (default, {})):
        refused = await ask(made.charity.manager, text, **given)
        assert refused.status_code == 400, text
        assert "number of ids in one place is 101; the limit is 100" in refused.json()["errors"][0]["message"]
    # What is below them is counted for each.
    deep = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Programme { referrals(first: 60) { edges { node { id } } } } } }"
    refused = await ask(made.charity.manager, deep, ids=["x"] * 100)
    assert "cost, in expected rows" in refused.json()["errors"][0]["message"]
    assert (await data(made.charity.manager, deep, ids=["x"] * 3))["nodes"] == [None] * 3


async def _person_reads(rows: Rows, made: Filled) -> list[tuple[str, str]]:
    found = await rows.sql.fetch(
        "select action, object_id::text from audit_entry where charity_id = $1 and subject_id = $2"
        " and action like 'person.%' order by id",
        made.charity.id,
        made.charity.manager.id,
    )
    return [(row["action"], row["object_id"]) for row in found]


async def test_a_person_that_is_shown_leaves_one_entry_and_one_that_is_not_leaves_none(
    made: Filled, ids: dict[str, str], rows: Rows, world: World
) -> None:
    manager, person = made.charity.manager, ids["Person"]
    others = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Person { familyName } } }"

    async def left(query: str, **given: Any) -> list[tuple[str, str]]:
        before = await _person_reads(rows, made)
        await data(manager, query, **given)
        return (await _person_reads(rows, made))[len(before) :]

    stranger = await rows.one("select id::text from person where charity_id = $1 limit 1", world.b.id)
    assert await left(NODE, id=person) == [("person.read", person)]
    assert await left(others, ids=[person, person, ids["Programme"], str(uuid4())]) == [("person.read", person)]
    assert await left(NODE, id=ids["Referral"]) == []
    assert await left(NODE, id=str(uuid4())) == []
    assert stranger is None or await left(NODE, id=stranger) == []
    # A part of his record is read with the record, whichever way it is reached.
    for part in ("Consent", "CustodyFacts", "Explanation"):
        owner = await rows.one(f"select person_id::text from {TABLES[part]} where id = $1::uuid", ids[part])
        assert await left(NODE, id=ids[part]) == [("person.read", owner)]


# By exactly one of what finds it.

BY = "query($by: ReferralBy!) { referralBy(by: $by) { id } }"


async def test_a_referral_is_found_by_its_id_or_by_either_reference(made: Filled) -> None:
    own, partner = made.ids["referral_id"], str(made.charity.partner_id)
    ways: list[dict[str, Any]] = [
        {"id": own},
        {"reference": made.person["reference"]},
        {"partnerReference": {"partnerId": partner, "partnerReference": made.person["partner_reference"]}},
    ]
    for by in ways:
        assert await data(made.charity.manager, BY, by=by) == {"referralBy": {"id": own}}
    inline = "query($r: String!) { referralBy(by: {reference: $r}) { id } }"
    assert (await data(made.charity.manager, inline, r=made.person["reference"]))["referralBy"]["id"] == own
    agency = "query($by: SubmittedReferralBy!) { submittedReferralBy(by: $by) { id } }"
    for by in ({"reference": made.person["reference"]}, {"partnerReference": made.person["partner_reference"]}):
        assert await data(made.charity.machine, agency, by=by) == {"submittedReferralBy": {"id": own}}


async def test_what_nothing_has_and_what_is_another_charity_s_find_nothing(made: Filled, world: World) -> None:
    ways: list[dict[str, Any]] = [{"id": "x"}, {"id": str(uuid4())}, {"reference": "x"}]
    ways += [{"partnerReference": {"partnerId": str(uuid4()), "partnerReference": "x"}}]
    ways += [{"id": made.ids["referral_id"]}, {"reference": made.person["reference"]}]
    for by in ways:
        assert await data(world.b.manager, BY, by=by) == {"referralBy": None}
    told = await error(made.charity.machine, BY, by={"reference": "x"})
    assert (told["path"], told["extensions"]["code"]) == (["referralBy"], "INSUFFICIENT_SCOPE")


async def test_organisations_and_members_are_found_by_what_is_theirs_alone(made: Filled, world: World) -> None:
    by_code = "query($c: String!) { organisationBy(by: {code: $c}) { id } }"
    assert await data(world.operator, by_code, c="NOD") == {"organisationBy": {"id": str(made.charity.id)}}
    assert await data(made.charity.manager, by_code, c="NOD") == {"organisationBy": {"id": str(made.charity.id)}}
    assert await data(world.b.manager, by_code, c="NOD") == {"organisationBy": None}
    by_email = "query($e: String!) { memberBy(by: {email: $e}) { id } }"
    assert await data(made.charity.manager, by_email, e=" Manager@NOD.example ") == {
        "memberBy": {"id": str(made.charity.manager.id)}
    }
    told = await error(made.charity.manager, by_email, e="no address")
    assert [one["pointer"] for one in told["extensions"]["errors"]] == ["/by/email"]
    wrong = {"partnerReference": {"partnerId": "x", "partnerReference": "y"}}
    told = await error(made.charity.manager, BY, by=wrong)
    assert [one["pointer"] for one in told["extensions"]["errors"]] == ["/by/partnerReference/partnerId"]


@pytest.mark.parametrize(
    ("query", "given"),
    [
        (BY, {"by": {}}),
        (BY, {"by": {"id": "x", "reference": "y"}}),
        (BY, {"by": {"reference": None}}),
        ("{ referralBy(by: {}) { id } }", {}),
        ('{ referralBy(by: {id: "x", reference: "y"}) { id } }', {}),
        ("{ referralBy(by: {reference: null}) { id } }", {}),
        ("query($r: String) { referralBy(by: {reference: $r}) { id } }", {"r": None}),
        ("query($r: String) { referralBy(by: {reference: $r}) { id } }", {}),
    ],
)
async def test_exactly_one_and_not_null_is_said_clearly(made: Filled, query: str, given: dict[str, Any]) -> None:
    answered = await ask(made.charity.manager, query, **given)
    assert answered.status_code == 422
    [told] = answered.json()["errors"]
    assert told["message"] == "Give exactly one of the fields of ReferralBy, and not null."
    assert told["extensions"]["code"] in ("GRAPHQL_VALIDATION_FAILED", "VALIDATION_FAILED")


async def test_a_null_that_only_the_variables_show_is_no_fault_of_the_service(made: Filled) -> None:
    """A default lets a nullable variable stand where null may not."""
    query = 'query($id: ID = "x") { referral(id: $id) { id } }'
    assert await data(made.charity.manager, query) == {"referral": None}
    refused = await ask(made.charity.manager, query, id=None)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (422, "VALIDATION_FAILED")
