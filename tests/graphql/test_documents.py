"""What a document may ask and what it is answered: members, fragments, directives, pages, filters, orders, scopes."""

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

import pytest
from graphql import is_enum_type

from app.domain.kernel.access import Role
from app.graphql.limits import MAX_ALIASES_OF_ONE
from app.graphql.schema import schema
from tests.graphql.door import answer, ask, data, error
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import Caller, World, build_charity


@pytest.fixture(scope="module")
async def made(world: World, rows: Rows) -> Filled:
    """A charity with 60 referrals."""
    filled = await fill(await build_charity(world.app, world.operator, "DOC"))
    await rows.copies("referral", "programme_id", filled.charity.programme_id, 53)  # type: ignore[arg-type]
    return filled


@pytest.fixture(scope="module")
def manager(made: Filled) -> Caller:
    return made.charity.manager


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


# Members.


async def test_one_connection_twice_with_other_arguments_is_two_answers(manager: Caller) -> None:
    found = await data(
        manager,
        """{
          old: referrals(first: 2, orderBy: RECEIVED_ON_ASC) { edges { node { id } } }
          new: referrals(first: 3, orderBy: RECEIVED_ON_DESC) { edges { node { id } } }
          none: referrals(filter: {reference: "x"}) { edges { node { id } } pageInfo { endCursor hasNextPage } }
        }""",
    )
    assert list(found) == ["old", "new", "none"]
    assert (len(found["old"]["edges"]), len(found["new"]["edges"])) == (2, 3)
    assert found["old"]["edges"] != found["new"]["edges"][:2]
    assert found["none"] == {"edges": [], "pageInfo": {"endCursor": None, "hasNextPage": False}}


async def test_parts_of_a_connection_may_be_named_twice(manager: Caller) -> None:
    found = await data(
        manager,
        """{ referrals(first: 1) {
          a: edges { cursor again: cursor n: node { id } m: node { reference id } }
          b: edges { node { id } }
          p: pageInfo { endCursor } q: pageInfo { hasNextPage }
        } }""",
    )
    connection = found["referrals"]
    (edge,) = connection["a"]
    assert edge["cursor"] == edge["again"] == connection["p"]["endCursor"]
    assert edge["n"]["id"] == edge["m"]["id"] == connection["b"][0]["node"]["id"]
    assert connection["q"] == {"hasNextPage": True}


async def test_a_field_of_two_fragments_is_one_member_with_what_both_want(manager: Caller, made: Filled) -> None:
    found = await data(
        manager,
        """query($id: ID!) { referral(id: $id) { ...A person { id } ...B ... on Referral { person { establishment } } ... { id } } }
        fragment A on Referral { reference person { givenName } eligibility { policy { id } } }
        fragment B on Referral { person { familyName givenName } eligibility { policy { version } outcome } }""",
        id=made.ids["referral_id"],
    )
    referral = found["referral"]
    assert list(referral) == ["reference", "person", "eligibility", "id"]
    assert list(referral["person"]) == ["givenName", "id", "familyName", "establishment"]
    assert list(referral["eligibility"]) == ["policy", "outcome"]
    assert referral["eligibility"]["policy"].keys() == {"id", "version"}


async def test_skip_and_include_decide_by_variable(manager: Caller, made: Filled) -> None:
    query = """query($id: ID!, $yes: Boolean!, $no: Boolean = false) { referral(id: $id) {
        a: id @include(if: $yes) b: id @include(if: $no) c: id @skip(if: $yes) d: id @skip(if: $no)
        ...F @include(if: $no) ... @skip(if: $yes) { f: id } ... @include(if: $yes) { g: id }
        h: id @skip(if: $no) @include(if: $no)
      } members @include(if: $no) { edges { cursor } } }
      fragment F on Referral { e: id }"""
    for yes, keys in ((True, ["a", "d", "g"]), (False, ["c", "d", "f"])):
        found = await data(manager, query, id=made.ids["referral_id"], yes=yes)
        assert list(found) == ["referral"]
        assert list(found["referral"]) == keys


@pytest.mark.parametrize(
    "query",
    [
        "{ referrals { edges @skip(if: true) { cursor } } }",
        "{ referrals { edges { cursor @skip(if: true) } } }",
        "{ referrals { pageInfo { endCursor @skip(if: true) } } }",
        "{ referrals { edges { node { id @skip(if: true) } } } }",
        "{ referrals @skip(if: true) { __typename } }",
    ],
)
async def test_an_object_of_which_nothing_is_left_is_empty(manager: Caller, query: str) -> None:
    assert "null" not in json.dumps(await data(manager, query))


async def test_the_type_s_name_stands_wherever_it_is_asked_for(manager: Caller, made: Filled) -> None:
    found = await data(
        manager,
        """query($id: ID!, $p: UUID!, $f: ReferralFilter) {
          __typename
          referrals(first: 1, filter: $f) { __typename edges { __typename t: __typename node { __typename person { __typename }
            eligibility { __typename reasons { __typename } policy { __typename } } history { __typename } } }
            pageInfo { __typename } }
          referral(id: $id) { __typename }
          ledger(programmeId: $p, from: "2026-01-01", to: "2026-12-31") { __typename dispositions { __typename } }
        }""",
        id=made.ids["referral_id"],
        p=made.charity.programme_id,
        f={"reference": made.person["reference"]},
    )
    assert found["__typename"] == "Query"
    connection = found["referrals"]
    assert connection["__typename"] == "ReferralConnection"
    assert connection["pageInfo"] == {"__typename": "PageInfo"}
    (edge,) = connection["edges"]
    assert edge["__typename"] == edge["t"] == "ReferralEdge"
    node = edge["node"]
    assert node["__typename"] == "Referral"
    assert node["person"] == {"__typename": "PersonSummary"}
    assert node["eligibility"]["policy"] == {"__typename": "PolicyUsed"}
    assert {one["__typename"] for one in node["eligibility"]["reasons"]} == {"Reason"}
    assert {one["__typename"] for one in node["history"]} == {"HistoryEntry"}
    assert found["ledger"]["dispositions"][0] == {"__typename": "DispositionCount"}


async def test_a_connection_s_name_alone_is_an_answer_for_many_rows_and_for_none(manager: Caller) -> None:
    found = await data(manager, '{ a: referrals { __typename } b: referrals(filter: {reference: "x"}) { __typename } }')
    assert found == {"a": {"__typename": "ReferralConnection"}, "b": {"__typename": "ReferralConnection"}}


async def test_a_union_s_name_is_that_of_what_came_of_it(manager: Caller) -> None:
    query = "mutation($n: String!) { registerPartner(input: {name: $n}) { __typename t: __typename } }"
    for name, kind in (("Typed", "RegisterPartnerPayload"), ("", "Problem")):
        found = await data(manager, query, n=name)
        assert found["registerPartner"] == {"__typename": kind, "t": kind}


async def test_an_object_may_have_more_members_than_a_database_function_takes(manager: Caller, made: Filled) -> None:
    every = " ".join(name for name, f in schema().get_type("Referral").fields.items() if _leaf(f))  # type: ignore[union-attr]
    more = " ".join(f"n{n}: id" for n in range(MAX_ALIASES_OF_ONE - 1))
    also = " ".join(f"m{n}: reference" for n in range(MAX_ALIASES_OF_ONE - 1))
    found = await data(
        manager, f"query($id: ID!) {{ referral(id: $id) {{ {every} {more} {also} }} }}", id=made.ids["referral_id"]
    )
    referral = found["referral"]
    assert len(referral) > 75
    assert [*referral] == [*every.split(), *(m.split(":")[0] for m in (more + " " + also).split() if ":" in m)]
    assert {referral[f"n{n}"] for n in range(MAX_ALIASES_OF_ONE - 1)} == {made.ids["referral_id"]}


def _leaf(field: Any) -> bool:
    from graphql import get_named_type, is_leaf_type

    return is_leaf_type(get_named_type(field.type))


async def test_lists_inside_lists_are_answered_in_their_order(manager: Caller, made: Filled) -> None:
    found = await data(
        manager,
        """query($id: ID!) { person(id: $id) {
          knownAs riskFlags identifiers { scheme value verified } convictions { offenceGroup scope }
          custodyFacts { source current conditionalReleaseDate } } }""",
        id=made.ids["person_id"],
    )
    assert found["person"]["identifiers"] == [{"scheme": "prison_number", "value": "A0000AA", "verified": True}]
    assert found["person"]["convictions"][0]["offenceGroup"] == "CRIMINAL_DAMAGE"
    assert [facts["current"] for facts in found["person"]["custodyFacts"]] == [True, False]
    assert found["person"]["custodyFacts"][0]["conditionalReleaseDate"] == "2027-10-01"


async def test_a_json_scalar_is_answered_whole_and_as_it_was_sent(made: Filled) -> None:
    partner = made.charity.machine
    query = "query($id: ID!) { submittedReferral(id: $id) { person eligibility { inputs } } }"
    found = await data(partner, query, id=made.ids["referral_id"])
    rest = (await partner.get(f"/v1/referrals/{made.ids['referral_id']}")).json()
    assert found["submittedReferral"]["person"] == rest["person"]
    assert found["submittedReferral"]["eligibility"]["inputs"] == rest["eligibility"]["inputs"]


async def test_codes_are_those_of_the_other_door(manager: Caller, made: Filled) -> None:
    """Every value of an enum that a field has is the code that REST prints, in and out."""
    found = await data(
        manager,
        """query($id: ID!, $f: ReferralFilter) {
          referral(id: $id) { source channel disposition status needs eligibility { outcome } }
          referrals(first: 1, filter: $f) { edges { node { disposition source } } }
          literal: referrals(first: 1, filter: {disposition: waiting, source: [prison_offender_manager]}) {
            edges { node { disposition source } } } }""",
        id=made.ids["referral_id"],
        f={"disposition": "waiting", "source": ["prison_offender_manager"]},
    )
    rest = (await manager.get(f"/v1/referrals/{made.ids['referral_id']}")).json()
    referral = found["referral"]
    assert referral.pop("eligibility")["outcome"] == rest["eligibility"]["outcome"]
    assert referral == {name: rest[name] for name in referral}
    assert found["referrals"] == found["literal"]
    assert nodes(found["referrals"]) == [{"disposition": "waiting", "source": "prison_offender_manager"}]
    document = (await manager.get("/openapi.json")).json()["components"]["schemas"]
    for name, kind in schema().type_map.items():
        if is_enum_type(kind) and name in document:
            assert list(kind.values) == document[name]["enum"], name


async def test_the_whole_of_a_thing_is_the_same_at_both_doors(manager: Caller, made: Filled) -> None:
    for kind, field, path, key in (
        ("Referral", "referral", "/v1/referrals/{}", "referral_id"),
        ("Person", "person", "/v1/people/{}", "person_id"),
        ("Programme", "programme", "/v1/programmes/{}", "programme_id"),
        ("Member", "member", "/v1/members/{}", "member_id"),
        ("Client", "client", "/v1/clients/{}", "client_id"),
        ("Organisation", "organisation", "/v1/organisations/{}", "organisation_id"),
    ):
        leaves = [name for name, f in schema().get_type(kind).fields.items() if _leaf(f)]  # type: ignore[union-attr]
        query = f"query($id: ID!) {{ {field}(id: $id) {{ {' '.join(leaves)} }} }}"
        found = (await data(manager, query, id=made.ids[key]))[field]
        rest = (await manager.get(path.format(made.ids[key]))).json()
        assert found == {name: rest[_snake(name)] for name in leaves}, kind


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


# Pages.


async def test_a_page_is_fifty_unless_it_says_otherwise(manager: Caller) -> None:
    query = "query($n: Int) { referrals(first: $n) { edges { cursor } pageInfo { hasNextPage } } }"
    for given, count in ({}, 50), ({"n": None}, 50), ({"n": 0}, 0), ({"n": 7}, 7), ({"n": 100}, 60):
        found = await data(manager, query, **given)
        assert len(found["referrals"]["edges"]) == count
        assert found["referrals"]["pageInfo"]["hasNextPage"] is (count != 60)
    default = await data(manager, "query($n: Int = 3) { referrals(first: $n) { edges { cursor } } }")
    assert len(default["referrals"]["edges"]) == 3


@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        ("first: 101", "/first"),
        ("first: -1", "/first"),
        ("last: 101", "/last"),
        ("last: -1", "/last"),
        ("first: 1, last: 1", "/last"),
        ('first: 1, before: "x"', "/before"),
        ('last: 1, after: "x"', "/before"),
        ('after: "x", before: "y"', "/before"),
        ('filter: {programmeId: "x"}', "/filter/programmeId"),
        ('filter: {receivedFrom: "2026-02-30"}', "/filter/receivedFrom"),
    ],
)
async def test_an_argument_out_of_bounds_is_said_to_be(manager: Caller, arguments: str, pointer: str) -> None:
    body = await answer(manager, f"{{ referrals({arguments}) {{ edges {{ cursor }} }} programmes {{ __typename }} }}")
    assert body["data"]["referrals"] is None
    assert body["data"]["programmes"] == {"__typename": "ProgrammeConnection"}
    (entry,) = body["errors"]
    assert (entry["path"], entry["extensions"]["code"]) == (["referrals"], "VALIDATION_FAILED")
    assert [one["pointer"] for one in entry["extensions"]["errors"]] == [pointer]


PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $by: ReferralOrder, $f: ReferralFilter) {
  referrals(first: $first, after: $after, last: $last, before: $before, orderBy: $by, filter: $f) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.mark.parametrize("order", [None, *schema().get_type("ReferralOrder").values])  # type: ignore[union-attr]
async def test_pages_forwards_and_backwards_are_the_list(manager: Caller, order: str | None) -> None:
    whole = (await data(manager, PAGE, first=100, by=order))["referrals"]
    ids = [node["id"] for node in nodes(whole)]
    assert len(set(ids)) == len(ids) == 60
    for size in (1, 7, 25) if order is None else (25,):
        forwards: list[str] = []
        page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
        while page["hasNextPage"]:
            found = (await data(manager, PAGE, first=size, after=page["endCursor"], by=order))["referrals"]
            page = found["pageInfo"]
            assert page["hasPreviousPage"] is bool(forwards)
            assert page["startCursor"] == found["edges"][0]["cursor"]
            assert page["endCursor"] == found["edges"][-1]["cursor"]
            forwards += [node["id"] for node in nodes(found)]
        assert forwards == ids
        backwards: list[str] = []
        page = {"hasPreviousPage": True, "startCursor": None}
        while page["hasPreviousPage"]:
            found = (await data(manager, PAGE, last=size, before=page["startCursor"], by=order))["referrals"]
            page = found["pageInfo"]
            assert page["hasNextPage"] is bool(backwards)
            backwards = [node["id"] for node in nodes(found)] + backwards
        assert backwards == ids
    beginning = (await data(manager, PAGE, before=whole["edges"][10]["cursor"], by=order))["referrals"]
    assert [node["id"] for node in nodes(beginning)] == ids[:10]


async def test_a_cursor_goes_on_at_the_other_door(manager: Caller) -> None:
    rest = (await manager.get("/v1/referrals", params={"limit": 5, "disposition": "waiting"})).json()
    waiting = {"disposition": ["waiting"]}
    here = (await data(manager, PAGE, first=5, f=waiting))["referrals"]
    assert here["pageInfo"]["endCursor"] == rest["next"]
    following = (await data(manager, PAGE, first=5, f=waiting, after=rest["next"]))["referrals"]
    again = (
        await manager.get("/v1/referrals", params={"limit": 5, "disposition": "waiting", "cursor": rest["next"]})
    ).json()
    assert [node["id"] for node in nodes(following)] == [one["id"] for one in again["items"]]


async def test_a_cursor_of_another_order_filter_or_reader_is_refused(manager: Caller, made: Filled) -> None:
    end = (await data(manager, PAGE, first=1))["referrals"]["pageInfo"]["endCursor"]
    refused: Iterable[tuple[Caller, dict[str, Any]]] = (
        (manager, {"by": "RECEIVED_ON_ASC"}),
        (manager, {"f": {"disposition": ["waiting"]}}),
        (made.charity.coordinator, {}),
    )
    for caller, other in refused:
        told = await error(caller, PAGE, first=1, after=end, **other)
        assert (told["path"], told["extensions"]["code"]) == (["referrals"], "INVALID_CURSOR")
    for broken in ("", "x", end[:-1], ("B" if end[0] == "A" else "A") + end[1:]):
        told = await error(manager, PAGE, first=1, after=broken)
        assert told["extensions"]["code"] == "INVALID_CURSOR"


async def test_each_filter_of_each_list_filters(manager: Caller, made: Filled, world: World) -> None:
    """What the thing itself has finds it; another value does not. An explicit null filters nothing."""
    known = {
        "Referral": {
            **{_camel(k): v for k, v in made.everything.items() if k in ("person_id", "programme_id", "partner_id")},
            "reference": made.everything["reference"],
            "partnerReference": made.everything["partner_reference"],
            "disposition": ["waiting", "allocated"],
            "source": ["prison_offender_manager"],
            "receivedFrom": "2026-11-01",
            "receivedTo": "2026-11-01",
        }
    }["Referral"]
    other = {
        **{name: str(world.a.id) for name in ("personId", "programmeId", "partnerId")},
        "reference": "x",
        "partnerReference": "x",
        "disposition": [],
        "source": ["family"],
        "receivedFrom": "2026-11-02",
        "receivedTo": "2026-10-31",
    }
    assert known.keys() == schema().get_type("ReferralFilter").fields.keys()  # type: ignore[union-attr]
    for name, value in known.items():
        found = (await data(manager, PAGE, first=100, f={name: value}))["referrals"]
        assert made.ids["referral_id"] in [node["id"] for node in nodes(found)], name
        assert (await data(manager, PAGE, f={name: other[name]}))["referrals"]["edges"] == [], name
        assert len((await data(manager, PAGE, first=100, f={name: None}))["referrals"]["edges"]) == 60
    for empty in (None, {}):
        assert len((await data(manager, PAGE, first=100, f=empty, by=None))["referrals"]["edges"]) == 60


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


async def test_the_filters_of_the_smaller_lists_filter_too(manager: Caller, made: Filled) -> None:
    found = await data(
        manager,
        """query($o: UUID!) {
          a: people(filter: {establishment: "BXI"}) { edges { node { establishment } } }
          b: people(filter: {establishment: "ZZZ"}) { edges { cursor } }
          c: members(filter: {role: mentor, standing: ACTIVE, organisationId: $o}) { edges { node { roles } } }
          d: clients(filter: {role: coordinator}) { edges { node { role } } }
          e: organisations(filter: {active: false}) { edges { cursor } }
          f: establishments(filter: {kind: MOVEMENT, active: true}) { edges { node { agencyId kind } } }
          g: programmes(filter: {intake: paused}) { edges { cursor } }
        }""",
        o=str(made.charity.id),
    )
    assert {node["establishment"] for node in nodes(found["a"])} == {"BXI"}
    assert not found["b"]["edges"]
    assert all("mentor" in node["roles"] for node in nodes(found["c"]))
    assert len(found["c"]["edges"]) == 2
    assert {node["role"] for node in nodes(found["d"])} == {"coordinator"}
    assert not found["e"]["edges"]
    assert {node["kind"] for node in nodes(found["f"])} == {"MOVEMENT"}
    assert not found["g"]["edges"]
    auditor = made.charity.staff[Role.DATA_PROTECTION_LEAD]
    audit = await data(
        auditor,
        """query($id: UUID!, $s: UUID!) { auditEntries(filter: {action: "referral.submitted", objectId: $id, subjectId: $s}) {
          edges { node { action objectId } } } }""",
        id=made.ids["referral_id"],
        s=str(made.charity.machine.id),
    )
    assert nodes(audit["auditEntries"]) == [{"action": "referral.submitted", "objectId": made.ids["referral_id"]}]


# One thing.


@pytest.mark.parametrize("field", ["organisation", "programme", "member", "client", "person", "referral"])
async def test_an_id_of_nothing_is_null_and_no_error(manager: Caller, field: str) -> None:
    for given in ("x", "", "0", str(manager.id)[:-1], "01900000-0000-7000-8000-000000000000"):
        assert await data(manager, f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}", id=given) == {field: None}


async def test_an_establishment_is_asked_by_its_agency_id(manager: Caller) -> None:
    found = await data(
        manager, '{ a: establishment(agencyId: "bxi") { agencyId kind } b: establishment(agencyId: "ZZZ") { name } }'
    )
    assert found == {"a": {"agencyId": "BXI", "kind": "PRISON"}, "b": None}


async def test_a_person_read_is_audited_at_this_door_too(manager: Caller, made: Filled, rows: Rows) -> None:
    audited = "select count(*) from audit_entry where charity_id = $1 and action like 'person.%' and subject_id = $2"
    before = await rows.one(audited, made.charity.id, manager.id)
    query = "query($id: ID!) { a: person(id: $id) { id } people(first: 1) { edges { node { id } } } }"
    await data(manager, query, id=made.ids["person_id"])
    assert await rows.one(audited, made.charity.id, manager.id) == before + 2


# What a rule makes of facts.


async def test_the_waiting_list_is_that_of_the_other_door(manager: Caller, made: Filled) -> None:
    query = """query($id: UUID!, $n: Int, $after: String) { waitingList(programmeId: $id, first: $n, after: $after) {
      programmeId on rule ruleVersion total next items { position referralId reference receivedOn custodyEnd
      lastUsefulStart daysLeft reason flags person { id givenName familyName dateOfBirth establishment } } } }"""
    path = f"/v1/programmes/{made.charity.programme_id}/waiting-list"
    rest = (await manager.get(path, params={"limit": 2})).json()
    found = (await data(manager, query, id=made.charity.programme_id, n=2))["waitingList"]
    assert _snaked(found) == {name: value for name, value in rest.items() if name != "links"}
    following = (await data(manager, query, id=made.charity.programme_id, n=2, after=found["next"]))["waitingList"]
    assert [one["position"] for one in following["items"]] == [3, 4]
    whole = (await data(manager, query, id=made.charity.programme_id, n=None))["waitingList"]
    assert len(whole["items"]) == min(50, whole["total"])
    told = await error(manager, query, id=made.charity.programme_id, n=101)
    assert [one["pointer"] for one in told["extensions"]["errors"]] == ["/first"]


async def test_the_ledger_is_that_of_the_other_door(manager: Caller, made: Filled) -> None:
    query = """query($id: UUID!, $from: Date!, $to: Date!, $at: DateTime) {
      ledger(programmeId: $id, from: $from, to: $to, asOf: $at) { programmeId periodFrom periodTo asOf received
        dispositions { disposition count } sources { source count } } }"""
    period = {"from": "2026-01-01", "to": "2026-12-31"}
    path = f"/v1/programmes/{made.charity.programme_id}/ledger"
    rest = (await manager.get(path, params=period)).json()
    at = rest["as_of"]
    found = (await data(manager, query, id=made.charity.programme_id, at=at, **period))["ledger"]
    rest["sources"] = [{name: one[name] for name in ("source", "count")} for one in rest["sources"]]
    rest |= {"period_from": rest.pop("from"), "period_to": rest.pop("to")}
    assert _snaked(found) == {name: value for name, value in rest.items() if name != "links"}
    missing = await data(manager, query, id=str(manager.id), **period)
    assert missing == {"ledger": None}
    told = await error(manager, query, id="x", at=None, **period)
    assert told["extensions"]["code"] == "VALIDATION_FAILED"


async def test_people_are_found_and_compared_as_at_the_other_door(manager: Caller, made: Filled) -> None:
    query = """query($i: SearchPeopleInput!, $id: UUID!) {
      searchPeople(input: $i) { items { score reasons person { id givenName familyName dateOfBirth establishment } } }
      possibleDuplicates(personId: $id) { items { person { id } score } } }"""
    search = {"identifier": {"scheme": "prison_number", "value": "A0000AA"}}
    found = await data(manager, query, i=search, id=made.ids["person_id"])
    rest = (await manager.post("/v1/people/search", search)).json()
    assert _snaked(found["searchPeople"])["items"] == rest["items"]
    told = await error(manager, "query($i: SearchPeopleInput!) { searchPeople(input: $i) { __typename } }", i={})
    assert (told["path"], told["extensions"]["code"]) == (["searchPeople"], "VALIDATION_FAILED")


async def test_a_preview_is_that_of_the_other_door(manager: Caller, made: Filled) -> None:
    query = """query($i: PreviewEligibilityInput!) { eligibilityPreview(input: $i) {
      outcome basis custodyEnd threshold warnings evaluatedOn inputs decidedAt reasons { code predicate detail }
      policy { id version } } }"""
    custody = {"legalStatus": "SENTENCED", "conditionalReleaseDate": "2027-09-30"}
    given = {"programmeId": made.charity.programme_id, "custody": custody, "on": "2026-11-22"}
    found = (await data(manager, query, i=given))["eligibilityPreview"]
    rest = (await manager.post("/v1/eligibility/preview", _snaked(given))).json()
    inputs = found.pop("inputs")
    assert inputs == rest.pop("inputs")
    assert _snaked(found) == {name: rest[name] for name in _snaked(found)}


def _snaked(value: Any) -> Any:
    if isinstance(value, dict):
        return {_snake(name): _snaked(inner) for name, inner in value.items()}
    return [_snaked(inner) for inner in value] if isinstance(value, list) else value


# Scopes.


async def test_what_a_token_has_no_scope_for_is_null_and_an_error_names_it_and_the_rest_is_answered(
    manager: Caller, made: Filled
) -> None:
    narrow = dataclasses.replace(manager, scopes=frozenset({"referrals:read", "programmes:read"}))
    body = await answer(
        narrow,
        """query($id: ID!) {
          referral(id: $id) { reference who: person { givenName } eligibility { outcome } }
          referrals(first: 2) { edges { node { id person { id } } } }
          people { edges { cursor } }
          programmes { edges { node { name } } }
        }""",
        id=made.ids["referral_id"],
    )
    found = body["data"]
    assert found["referral"]["reference"] == made.person["reference"]
    assert found["referral"]["who"] is None
    assert found["referral"]["eligibility"]["outcome"] == "ELIGIBLE"
    assert [node["person"] for node in nodes(found["referrals"])] == [None, None]
    assert all(node["id"] for node in nodes(found["referrals"]))
    assert found["people"] is None
    assert found["programmes"]["edges"]
    told = {tuple(one["path"]): one["extensions"]["code"] for one in body["errors"]}
    assert told == dict.fromkeys(
        [("referral", "who"), ("referrals", "edges", "node", "person"), ("people",)], "INSUFFICIENT_SCOPE"
    )
    assert all("people:read" in one["message"] for one in body["errors"])


async def test_nothing_that_may_be_hidden_is_promised_never_to_be_null() -> None:
    """A null where the schema says that there is none would take the whole object with it."""
    from graphql import is_non_null_type

    from app.graphql.types import REGISTRY

    core = schema()
    for name, view in REGISTRY.views.items():
        for member in (*view.edges, *view.connections, *view.hidden):
            kind = core.get_type(name).fields[_camel(member)].type  # type: ignore[union-attr]
            assert not is_non_null_type(kind), f"{name}.{member}"


async def test_variables_reach_every_place_of_an_argument(manager: Caller) -> None:
    query = """query($d: [Disposition!], $one: Disposition = waiting, $from: Date = "2026-01-01", $by: ReferralOrder) {
      a: referrals(first: 1, filter: {disposition: $d, receivedFrom: $from}, orderBy: $by) { edges { node { disposition } } }
      b: referrals(first: 1, filter: {disposition: [$one]}) { edges { node { disposition } } }
      __type(name: "Referral") { name } }"""
    found = await data(manager, query, d=["waiting"], by="RECEIVED_ON_ASC")
    assert nodes(found["a"]) == nodes(found["b"]) == [{"disposition": "waiting"}]
    assert len((await data(manager, query))["a"]["edges"]) == 1


async def test_introspection_knows_its_own_variables_and_fragments(manager: Caller) -> None:
    found = await data(
        manager,
        """query($n: String!, $yes: Boolean!) { kind: __type(name: $n) { ...T fields @include(if: $yes) { name } }
        __schema { queryType { name } mutationType { name } subscriptionType { name } } }
        fragment T on __Type { name kind }""",
        n="Problem",
        yes=False,
    )
    assert found["kind"] == {"name": "Problem", "kind": "OBJECT"}
    assert found["__schema"]["subscriptionType"] == {"name": "Subscription"}


async def test_the_schema_is_asked_for_no_more_than_twice_at_once(manager: Caller) -> None:
    twice = await data(manager, '{ __schema { queryType { name } } __type(name: "Problem") { name } }')
    assert twice["__type"] == {"name": "Problem"}
    asked = "".join(f"a{n}: __schema {{ ...S }} " for n in range(3))
    refused = await ask(manager, f"{{ {asked} }} fragment S on __Schema {{ types {{ name fields {{ name }} }} }}")
    assert refused.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_LIMIT_EXCEEDED"
    assert "introspection fields is 3; the limit is 2" in refused.text


async def test_what_the_schema_says_is_kept_by_what_was_asked(manager: Caller) -> None:
    query = "query($n: String!) { __type(name: $n) { name } }"
    told = [(await data(manager, query, n=name))["__type"] for name in ("Problem", "Referral", "Problem", "Nothing")]
    assert told == [{"name": "Problem"}, {"name": "Referral"}, {"name": "Problem"}, None]


async def test_a_misspelt_document_of_a_partner_is_not_run(made: Filled) -> None:
    answered = await ask(made.charity.machine, "{ submittedReferrals { edges { node { disposition people } } } }")
    assert answered.status_code == 422
    assert "data" not in answered.json()
