"""Who sees which side of a thing, by this door: lists inside objects, what an agency is not shown, the platform's own
questions, and that writing is no way to read."""

import dataclasses
from typing import Any
from uuid import uuid4

import pytest

from app.auth import credentials
from app.domain.kernel.access import Role
from app.graphql import members
from tests.graphql.door import answer, ask, data, error
from tests.graphql.test_mutations import do, done, problem
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import PASSWORD, Caller, World, build_charity, client

OF_PROGRAMME = """query($id: ID!) { programme(id: $id) { name
  referrals(first: 2, orderBy: RECEIVED_ON_ASC) { edges { cursor node { id reference programme { id } } }
    pageInfo { hasNextPage endCursor } }
  policies { edges { node { policyVersion programme { id } } } } } }"""


@pytest.fixture(scope="module")
async def made(world: World) -> Filled:
    return await fill(await build_charity(world.app, world.operator, "SID"))


async def test_a_list_inside_an_object_is_its_own_part_of_the_list(made: Filled) -> None:
    manager, programme = made.charity.manager, made.charity.programme_id
    found = (await data(manager, OF_PROGRAMME, id=programme))["programme"]
    path = "/v1/referrals"
    rest = await manager.get(path, params={"programme_id": programme, "order": "received_on", "limit": 2})
    listed = rest.json()
    assert [edge["node"]["id"] for edge in found["referrals"]["edges"]] == [one["id"] for one in listed["items"]]
    assert found["referrals"]["pageInfo"]["hasNextPage"] is (listed["next"] is not None) is True
    assert {edge["node"]["programme"]["id"] for edge in found["referrals"]["edges"]} == {programme}
    assert [edge["node"]["policyVersion"] for edge in found["policies"]["edges"]] == [1]
    other = (await manager.post("/v1/programmes", {"name": "Nobody's"})).json()["id"]
    empty = (await data(manager, OF_PROGRAMME, id=other))["programme"]
    assert (empty["referrals"]["edges"], empty["policies"]["edges"]) == ([], [])


async def test_a_list_inside_an_object_goes_on_from_its_own_cursor(made: Filled) -> None:
    manager = made.charity.manager
    query = """query($id: ID!, $after: String) { programme(id: $id) {
      referrals(first: 1, after: $after) { edges { node { id } } pageInfo { endCursor hasNextPage hasPreviousPage } } } }"""
    cursor, seen = None, []
    for _ in range(10):
        page = (await data(manager, query, id=made.charity.programme_id, after=cursor))["programme"]["referrals"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is (cursor is not None)
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    rest = await manager.get("/v1/referrals", params={"programme_id": made.charity.programme_id})
    assert seen == [one["id"] for one in rest.json()["items"]]
    told = await error(manager, query, id=made.charity.programme_id, after="x")
    assert (told["path"], told["extensions"]["code"]) == (["programme"], "INVALID_CURSOR")


async def test_a_person_s_lists_are_those_of_the_other_door(made: Filled) -> None:
    query = """query($id: ID!) { person(id: $id) {
      custodyHistory { edges { node { id source } } } consents { edges { node { id purpose given } } }
      explanations { edges { node { id kind } } }
      referrals { edges { node { id decisions { edges { node { outcome } } } } } } } }"""
    person = made.ids["person_id"]
    found = (await data(made.charity.manager, query, id=person))["person"]
    for name, path in (("custodyHistory", "custody-facts"), ("consents", "consents"), ("explanations", "explanations")):
        rest = (await made.charity.manager.get(f"/v1/people/{person}/{path}")).json()["items"]
        assert rest
        assert [edge["node"]["id"] for edge in found[name]["edges"]] == [one["id"] for one in rest], name
    [referral] = [edge["node"] for edge in found["referrals"]["edges"]]
    assert referral["id"] == made.ids["referral_id"]
    rest = (await made.charity.manager.get(f"/v1/referrals/{referral['id']}/eligibility")).json()["items"]
    decided = [edge["node"]["outcome"] for edge in referral["decisions"]["edges"]]
    assert decided == [one["outcome"] for one in rest]
    assert len(decided) > 1


async def test_an_agency_does_not_reach_the_charity_s_referrals_through_a_programme(made: Filled) -> None:
    for agency in (made.charity.machine, made.charity.referrer):
        body = await answer(agency, OF_PROGRAMME, id=made.charity.programme_id)
        found = body["data"]["programme"]
        assert found["name"]
        assert found["referrals"] is None
        assert found["policies"]["edges"]
        [told] = body["errors"]
        assert told["path"] == ["programme", "referrals"]
        assert told["extensions"]["code"] == "INSUFFICIENT_SCOPE"
        assert told["message"] == "This is for the charity's own people."
        query = (
            "{ submittedReferrals { edges { node { reference programme { name referrals { edges { cursor } } } } } } }"
        )
        body = await answer(agency, query)
        nodes = [edge["node"] for edge in body["data"]["submittedReferrals"]["edges"]]
        assert nodes
        assert {node["programme"]["referrals"] for node in nodes} == {None}
        assert [one["path"] for one in body["errors"]] == [
            ["submittedReferrals", "edges", "node", "programme", "referrals"]
        ]


async def test_whose_scopes_do_not_reach_so_far_gets_null_and_an_error_and_the_rest(made: Filled) -> None:
    mentor = made.charity.staff[Role.MENTOR]
    body = await answer(mentor, OF_PROGRAMME, id=made.charity.programme_id)
    assert body["data"]["programme"]["referrals"] is None
    assert "referrals:read" in body["errors"][0]["message"]
    coordinator = made.charity.coordinator
    query = (
        "{ organisations { edges { node { name members { edges { cursor } } referrals { edges { node { id } } } } } } }"
    )
    body = await answer(coordinator, query)
    nodes = [edge["node"] for edge in body["data"]["organisations"]["edges"]]
    assert {node["members"] for node in nodes} == {None}
    assert sum(len(node["referrals"]["edges"]) for node in nodes) == 5
    assert [one["path"][-1] for one in body["errors"]] == ["members"]


async def test_each_side_is_refused_the_other_s_root_fields_and_deeds(made: Filled) -> None:
    own = made.ids["referral_id"]
    for query in ("{ referrals { edges { cursor } } }", f'{{ referral(id: "{own}") {{ id }} }}'):
        assert (await error(made.charity.machine, query))["extensions"]["code"] == "INSUFFICIENT_SCOPE"
    for query in ("{ submittedReferrals { edges { cursor } } }", f'{{ submittedReferral(id: "{own}") {{ id }} }}'):
        assert (await error(made.charity.manager, query))["extensions"]["code"] == "INSUFFICIENT_SCOPE"
    sent = {"programmeId": made.charity.programme_id, "source": "self_wing", "person": {"givenName": "Testcase"}}
    for caller, name in ((made.charity.manager, "submitReferral"), (made.charity.machine, "enterReferral")):
        assert (await problem(caller, name, input=sent))[0] == "INSUFFICIENT_SCOPE", name


async def test_who_may_only_write_reads_nothing_by_changing_nothing(made: Filled, rows: Rows) -> None:
    """As at the other door: what somebody makes he is shown, what he changes takes the scope for reading it."""
    clerk = dataclasses.replace(made.charity.coordinator, scopes=frozenset({"people:write", "referrals:write"}))
    seen = (await made.charity.coordinator.get(f"/v1/people/{made.ids['person_id']}")).json()
    before = await rows.checksum(made.charity.id)
    told = await do(
        clerk,
        "changePerson",
        "familyName",
        id=made.ids["person_id"],
        version=seen["version"],
        input={"location": "C-1"},
    )
    assert (told["__typename"], told["code"]) == ("Problem", "INSUFFICIENT_SCOPE")
    assert await rows.checksum(made.charity.id) == before
    assert await done(clerk, "createPerson", "givenName", input={"givenName": "Testcase"}) == {"givenName": "Testcase"}
    sent = {"programmeId": made.charity.programme_id, "source": "self_wing", "person": {"givenName": "Testcase"}}
    assert (await done(clerk, "enterReferral", "reference", input=sent))["reference"]


# The platform's operator.


async def test_an_operator_sees_every_organisation_and_nobody_in_any(made: Filled, world: World) -> None:
    query = "{ organisations(first: 100, filter: {kind: CHARITY}) { edges { node { id name code } } } }"
    listed = [edge["node"] for edge in (await data(world.operator, query))["organisations"]["edges"]]
    rest = (await world.operator.get("/v1/organisations", params={"limit": 100, "kind": "CHARITY"})).json()["items"]
    assert listed == [{name: one[name] for name in ("id", "name", "code")} for one in rest]
    assert {str(world.a.id), str(world.b.id), str(made.charity.id)} <= {one["id"] for one in listed}
    inside = """query($id: ID!) { organisation(id: $id) { name members { edges { cursor } } clients { edges { cursor } }
      referrals { edges { cursor } } } }"""
    body = await answer(world.operator, inside, id=str(made.charity.id))
    found = body["data"]["organisation"]
    assert found.pop("name")
    assert found == {"members": None, "clients": None, "referrals": None}
    assert {one["path"][-1] for one in body["errors"]} == {*found}
    assert await data(made.charity.manager, inside, id=str(world.b.id)) == {"organisation": None}
    assert (await data(world.operator, "{ establishments { edges { cursor } } }"))["establishments"]["edges"]


async def test_an_operator_creates_a_charity_and_changes_one(world: World, rows: Rows) -> None:
    given = {
        "name": "By this door",
        "code": "GQL",
        "managerEmail": "manager@gql.example",
        "managerName": "Example Manager",
        "managerPassword": PASSWORD,
    }
    made = await done(world.operator, "createCharity", "id name code kind active version", input=given)
    assert made | {"id": "", "version": 1} == {
        "id": "", "name": "By this door", "code": "GQL", "kind": "CHARITY", "active": True, "version": 1,
    }  # fmt: skip
    async with client(world.app) as http:
        form = {"grant_type": "password", "username": "manager@gql.example", "password": PASSWORD}
        assert (await http.post("/oauth/token", data=form)).status_code == 200
    assert (await problem(world.operator, "createCharity", input=given))[0] == "ALREADY_EXISTS"
    changed = await done(
        world.operator, "changeOrganisation", "name", id=made["id"], version=1, input={"name": "Renamed"}
    )
    assert changed == {"name": "Renamed"}
    audited = await rows.sql.fetch("select action from audit_entry where charity_id = $1::uuid order by id", made["id"])
    assert [row["action"] for row in audited][:1] == ["charity.created"]
    assert "organisation.changed" in {row["action"] for row in audited}
    assert (await problem(world.operator, "registerPartner", input={"name": "Anybody's"}))[0] == "INSUFFICIENT_SCOPE"


async def test_nobody_else_creates_a_charity(made: Filled, rows: Rows) -> None:
    given = {
        "name": "x", "code": "NOT", "managerEmail": "x@not.example", "managerName": "x", "managerPassword": PASSWORD,
    }  # fmt: skip
    for caller in made.charity.everybody():
        assert (await problem(caller, "createCharity", input=given))[0] == "INSUFFICIENT_SCOPE"
    assert await rows.one("select count(*) from organisation where code = 'NOT'") == 0


# Secrets and passwords.


async def test_a_secret_is_told_once_and_kept_nowhere(made: Filled, world: World, rows: Rows) -> None:
    manager, program = made.charity.manager, made.ids["client_id"]
    wanted = "clientId clientSecret expiresAt"
    first = await done(manager, "issueSecret", wanted, clientId=program, input={})
    second = await done(manager, "issueSecret", wanted, clientId=program, input={"endOthersNow": True})
    assert first["clientId"] == second["clientId"] == program
    async with client(world.app) as http:
        for secret, status in ((first["clientSecret"], 401), (second["clientSecret"], 200)):
            form = {"grant_type": "client_credentials", "client_id": program, "client_secret": secret}
            assert (await http.post("/oauth/token", data=form)).status_code == status
    kept = await rows.sql.fetch("select body from idempotency_record where charity_id = $1", made.charity.id)
    assert not [row for row in kept if "clientSecret" in row["body"]]
    assert (await problem(made.charity.coordinator, "issueSecret", clientId=program, input={}))[
        0
    ] == "INSUFFICIENT_SCOPE"
    assert (await problem(manager, "issueSecret", clientId=str(uuid4()), input={}))[0] == "NOT_FOUND"
    assert (await problem(manager, "issueSecret", clientId=str(world.b.machine.id), input={}))[0] == "NOT_FOUND"
    keyed = await ask(manager, 'mutation { issueSecret(clientId: "x", input: {}, idempotencyKey: "k") { __typename } }')
    assert keyed.status_code == 422


async def test_a_password_is_hashed_before_a_transaction_begins(
    made: Filled, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digest takes long on purpose: no connection waits for it."""
    busy: list[int] = []

    async def watched(password: str) -> str:
        busy.append(world.app.state.services.database.writing)
        return await credentials.new_password(password)

    monkeypatch.setattr(members, "new_password", watched)
    manager = made.charity.manager
    given = {"displayName": "x", "email": f"{uuid4().hex}@sid.example", "roles": ["mentor"], "password": PASSWORD}
    member = await done(manager, "createMember", "id version", input=given)
    await done(manager, "changeMember", "id", **member, input={"password": "another-password-of-theirs"})
    assert busy == [0, 0]
    monkeypatch.undo()
    await _signs_in(manager, given["email"], "another-password-of-theirs")


async def _signs_in(manager: Caller, email: Any, password: str) -> None:
    async with client(manager.app) as http:
        form = {"grant_type": "password", "username": email, "password": password}
        assert (await http.post("/oauth/token", data=form)).status_code == 200
