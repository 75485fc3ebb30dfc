"""What is done through this door: each mutation done once and refused once, as REST would; each in its own transaction."""

import asyncio
import dataclasses
import random
import string
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type

from app.domain.kernel.access import Role
from app.graphql.roots import MUTATIONS
from app.graphql.schema import schema
from tests.graphql import (
    directory,
    feedback,
    mentoring,
    outcomes,
    safeguarding,
    sessions,
    signposting,
    support,
    through_the_gate,
)
from tests.graphql.door import PROBLEM, answer, ask, data
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import PASSWORD, THREE_MONTHS, Caller, CharityWorld, World, build_charity

Variables = dict[str, Any]
SHORT = {"custody": {"legal_status": "SENTENCED", "conditional_release_date": "2026-12-01"}}
SENT: Variables = {
    "source": "self_wing",
    "receivedOn": "2026-11-01",
    "person": {"givenName": "Testcase", "familyName": "Exampleson", "dateOfBirth": "1991-02-03"},
    "custody": {"legalStatus": "SENTENCED", "conditionalReleaseDate": "2027-09-30"},
}


def payload_of(name: str) -> tuple[str, str]:
    """The type of a mutation's payload, and its one field."""
    union = get_named_type(schema().mutation_type.fields[name].type)  # type: ignore[union-attr]
    assert isinstance(union, GraphQLUnionType)
    payload = union.types[0]
    assert isinstance(payload, GraphQLObjectType)
    return payload.name, next(iter(payload.fields))


def document(name: str, variables: Variables, wanted: str | None = None) -> str:
    arguments = schema().mutation_type.fields[name].args  # type: ignore[union-attr]
    payload, key = payload_of(name)
    fields = get_named_type(schema().get_type(payload).fields[key].type).fields  # type: ignore[union-attr]
    wanted = wanted or next((one for one in ("id", "personId", "clientId") if one in fields), "__typename")
    given = [one for one in arguments if one in variables]
    head = ", ".join(f"${one}: {arguments[one].type}" for one in given)
    body = ", ".join(f"{one}: ${one}" for one in given)
    head, body = (f"({one})" if one else "" for one in (head, body))
    return (
        f"mutation{head} {{ it: {name}{body} {{ __typename ... on {payload} {{ {key} {{ {wanted} }} }} {PROBLEM} }} }}"
    )


async def do(by: Caller, name: str, wanted: str | None = None, **variables: Any) -> dict[str, Any]:
    """What came of a mutation."""
    found: dict[str, Any] = (await data(by, document(name, variables, wanted), **variables))["it"]
    return found


async def done(by: Caller, name: str, wanted: str | None = None, **variables: Any) -> dict[str, Any]:
    """What a mutation that succeeds made or changed."""
    found = await do(by, name, wanted, **variables)
    payload, key = payload_of(name)
    assert found["__typename"] == payload, found
    member: dict[str, Any] = found[key]
    return member


async def problem(by: Caller, name: str, **variables: Any) -> tuple[str, list[str]]:
    """The code of a mutation's problem, and its pointers."""
    found = await do(by, name, **variables)
    assert found["__typename"] == "Problem", found
    assert found["type"] == f"/problems/{found['code']}"
    assert found["detail"]
    assert found["suggestedAction"]
    assert found["requestId"]
    return found["code"], [one["pointer"] for one in found["errors"]]


@dataclasses.dataclass
class Place:
    """A charity to do things in."""

    filled: Filled
    operator: Caller

    @property
    def charity(self) -> CharityWorld:
        return self.filled.charity

    async def person(self) -> tuple[str, int]:
        made = (await self.charity.coordinator.post("/v1/people", {"given_name": "Testcase"})).json()
        return made["id"], made["version"]

    async def referral(self, disposition: str, **more: Any) -> tuple[str, int]:
        """A referral that stands there."""
        pushed = await self.charity.push(**(SHORT if disposition == "awaiting_confirmation" else {}), **more)
        if disposition == "allocated":
            await self.charity.coordinator.step(f"/v1/referrals/{pushed['id']}/allocate", {})
        read = (await self.charity.coordinator.get(f"/v1/referrals/{pushed['id']}")).json()
        assert read["disposition"] == disposition, read
        return read["id"], read["version"]

    async def version(self, path: str) -> int:
        version: int = (await self.charity.manager.get(path)).json()["version"]
        return version


@pytest.fixture(scope="module")
async def place(world: World) -> Place:
    return Place(await fill(await build_charity(world.app, world.operator, "MUT")), world.operator)


async def _step(place: Place, disposition: str, **given: Any) -> Variables:
    referral, version = await place.referral(disposition)
    return {"id": referral, "version": version, "input": given}


async def _of(path: str, key: str, place: Place, **given: Any) -> Variables:
    thing = place.filled.ids[key]
    return {"id": thing, "version": await place.version(f"{path}/{thing}"), "input": given}


async def _person(place: Place, **given: Any) -> Variables:
    person, version = await place.person()
    return {"id": person, "version": version, "input": given}


async def _about(place: Place, **given: Any) -> Variables:
    return {"personId": (await place.person())[0], "input": given}


async def _withdrawn(place: Place) -> Variables:
    pushed = await place.charity.push()
    return {"id": pushed["id"], "version": pushed["version"], "input": {}}


async def _merged(place: Place) -> Variables:
    into, _ = await place.referral("waiting")
    return await _step(place, "waiting", into=into)


async def _reassessed(place: Place) -> Variables:
    referral, version = await place.referral("waiting")
    return {"id": referral, "version": version}


async def _plain(**given: Any) -> Variables:
    return {"input": given}


async def _publishing(place: Place) -> Variables:
    made = (await place.charity.manager.post("/v1/programmes", {"name": f"Programme {uuid4().hex[:8]}"})).json()
    return {"programmeId": made["id"], "input": {"document": THREE_MONTHS, "validFrom": "2026-11-22"}}


async def _protecting(place: Place) -> Variables:
    return {**(await _person(place, ethnicity="W1", ethnicitySource="SELF_DEFINED")), "version": 0}


async def _founding() -> Variables:
    code = "".join(random.choices(string.ascii_uppercase, k=3))
    email = f"{uuid4().hex}@founded.example"
    return await _plain(
        name="Another charity", code=code, managerEmail=email, managerName="Example Manager", managerPassword=PASSWORD
    )


async def _issuing(place: Place) -> Variables:
    return {"clientId": place.filled.ids["client_id"], "input": {"endOthersNow": True}}


async def _registering(place: Place) -> Variables:
    document = f"{{ __typename }} # {uuid4()}"
    return {"clientId": place.filled.ids["client_id"], "input": {"document": document, "name": "Nothing much"}}


async def _withdrawing(place: Place) -> Variables:
    made = await done(place.charity.manager, "registerDocument", "id version", **(await _registering(place)))
    return {"id": made["id"], "version": made["version"]}


_THEN = "2026-10-30T10:15:00Z"
# How each mutation is called so that it succeeds; and by whom, if not by the manager.
_STEPS = {
    **mentoring.CASES,
    **sessions.CASES,
    **safeguarding.CASES,
    **feedback.CASES,
    **support.CASES,
    **signposting.CASES,
    **through_the_gate.CASES,
    **outcomes.CASES,
    **directory.CASES,
}
CASES: dict[str, Callable[[Place], Awaitable[Variables]]] = {
    "publishEligibilityPolicy": _publishing,
    "createCharity": lambda p: _founding(),
    "registerPartner": lambda p: _plain(name="Another agency"),
    "changeOrganisation": lambda p: _of("/v1/organisations", "organisation_id", p, name="Renamed agency"),
    "createProgramme": lambda p: _plain(name="Another programme", establishments=["BXI"]),
    "changeProgramme": lambda p: _of("/v1/programmes", "programme_id", p, capacity=12),
    "setIntake": lambda p: _of("/v1/programmes", "programme_id", p, intake="open"),
    "createMember": lambda p: _plain(
        displayName="Another", email=f"{uuid4().hex}@mut.example", roles=["mentor"], password=PASSWORD
    ),
    "changeMember": lambda p: _of(
        "/v1/members", "member_id", p, displayName="Renamed", roles=["mentor", "coordinator"]
    ),
    "createClient": lambda p: _plain(name="Another program", role="coordinator", scopes=["programmes:read"]),
    "changeClient": lambda p: _of("/v1/clients", "client_id", p, name="Renamed program"),
    "issueSecret": _issuing,
    "registerDocument": _registering,
    "withdrawDocument": _withdrawing,
    "createPerson": lambda p: _plain(givenName="Testcase", dateOfBirth="1990-01-31", riskFlags=["CSU"]),
    "changePerson": lambda p: _person(p, familyName="Corrected", location=None),
    "addIdentifier": lambda p: _person(p, scheme="prison_number", value="A0001AA"),
    "addConviction": lambda p: _person(p, offenceGroup="CRIMINAL_DAMAGE"),
    "recordCustodyFacts": lambda p: _about(p, source="OMU", conditionalReleaseDate="2027-10-01"),
    "recordConsent": lambda p: _about(p, purpose="TAKING_PART", given=True, statedAt=_THEN),
    "recordExplanation": lambda p: _about(p, kind="VOLUNTARY", explainedAt=_THEN),
    "setProtectedCharacteristics": _protecting,
    "submitReferral": lambda p: _plain(programmeId=p.charity.programme_id, **SENT),
    "enterReferral": lambda p: _plain(programmeId=p.charity.programme_id, **SENT),
    "withdrawSubmittedReferral": _withdrawn,
    "changeReferral": lambda p: _step(p, "waiting", reason="Corrected.", needs=["HEALTH"]),
    "reassessReferral": _reassessed,
    "confirmIneligible": lambda p: _step(p, "awaiting_confirmation", reason="Too little time."),
    "overrule": lambda p: _step(p, "awaiting_confirmation", reason="He has time enough."),
    "allocate": lambda p: _step(p, "waiting", effectiveOn="2026-11-20"),
    "decline": lambda p: _step(p, "waiting", reason="He does not want to."),
    "withdrawReferral": lambda p: _step(p, "waiting"),
    "mergeReferral": _merged,
    "recordTransfer": lambda p: _step(p, "waiting"),
    "recordRelease": lambda p: _step(p, "waiting"),
    "reopen": lambda p: _step(p, "allocated", reason="Closed too early."),
    **{name: (lambda p, case=case: case(p.charity)) for name, case in _STEPS.items()},  # type: ignore[misc]
}
BY_THE_AGENCY = {"submitReferral", "withdrawSubmittedReferral"}
OF_MENTORS = {
    "acceptEngagement",
    "declineEngagement",
    "revokeCalendarFeed",
    *sessions.CASES,
    *safeguarding.OF_MENTORS,
    *support.OF_MENTORS,
    *signposting.CASES,
    "agreeEnding",
    "recordClosingReview",
    *outcomes.OF_MENTORS,
}
"""A mentor answers for himself, and finds no engagement that is not his own."""
MAKES_OF_HIS = {
    "planSession",
    "planSessionSeries",
    "writeSessionNote",
    "nameBarrier",
    "recordConcern",
    "giveFeedback",
    *support.BEGINNING,
    "suggestOnwardReferral",
    "recordMeasureResponse",
}
OF_PROGRAMS = {"registerDocument", "withdrawDocument"}
"""For the programs of any role: a member has the scope, and no documents."""


def caller_of(name: str, place: Place) -> Caller:
    if name == "createCharity":
        return place.operator
    if name == "createCalendarFeed":
        return place.charity.staff[Role.MENTOR]
    if name in safeguarding.NOT_OF_MANAGERS:
        return place.charity.coordinator
    return place.charity.machine if name in BY_THE_AGENCY else place.charity.manager


def test_every_mutation_has_its_case() -> None:
    assert CASES.keys() == MUTATIONS.keys()


@pytest.mark.parametrize("name", MUTATIONS)
async def test_it_is_done_and_answered_from_inside_its_transaction(name: str, place: Place) -> None:
    variables = await CASES[name](place)
    by = caller_of(name, place)
    made = await done(by, name, **variables)
    if "id" in variables and name not in support.OF_ANOTHER:
        assert variables["id"] in made.values()
    # What was changed has moved on: the version that was read is no longer its own.
    if "version" in variables and name not in ("reassessReferral", "setIntake", "setProtectedCharacteristics"):
        assert (await problem(by, name, **variables))[0] == "PRECONDITION_FAILED"


@pytest.mark.parametrize("name", MUTATIONS)
async def test_whoever_may_not_is_told_so_by_a_problem_and_nothing_is_done(name: str, place: Place, rows: Rows) -> None:
    variables = await CASES[name](place)
    before = await rows.checksum(place.charity.id)
    for role in (Role.MENTOR, Role.ANALYST):
        if role is Role.MENTOR and name == "createCalendarFeed":
            continue  # a mentor's own
        code, _ = await problem(place.charity.staff[role], name, **variables)
        if role is Role.MENTOR and name in MAKES_OF_HIS:
            assert code == "VALIDATION_FAILED"  # there is no such engagement of his
            continue
        not_found = name in OF_PROGRAMS or (name in OF_MENTORS and role is Role.MENTOR)
        assert code == ("NOT_FOUND" if not_found else "INSUFFICIENT_SCOPE")
    narrow = dataclasses.replace(caller_of(name, place), scopes=frozenset({"programmes:read"}))
    assert (await problem(narrow, name, **variables))[0] == "INSUFFICIENT_SCOPE"
    assert await rows.checksum(place.charity.id) == before


@pytest.mark.parametrize("name", [name for name, change in MUTATIONS.items() if change.by_id or change.of])
async def test_what_is_not_there_is_not_found(name: str, place: Place, world: World, rows: Rows) -> None:
    """An id of nothing, an id that is none, and the id of another charity's answer alike."""
    variables = await CASES[name](place)
    key = "id" if MUTATIONS[name].by_id else str(MUTATIONS[name].of)
    theirs = str(world.b.programme_id) if key == "programmeId" else str(world.b.partner_id)
    before = await rows.checksum(world.b.id)
    told = []
    for other in (str(uuid4()), "x", "", theirs):
        found = await do(caller_of(name, place), name, **{**variables, key: other})
        told.append({**found, "requestId": None})
    assert told[0]["code"] == "NOT_FOUND"
    assert all(one == told[0] for one in told)
    assert await rows.checksum(world.b.id) == before


@pytest.mark.parametrize("name", [name for name, change in MUTATIONS.items() if change.by_id])
async def test_whoever_was_slower_is_told_so(name: str, place: Place) -> None:
    variables = await CASES[name](place)
    assert await problem(caller_of(name, place), name, **{**variables, "version": 999}) == ("PRECONDITION_FAILED", [])


WRONG: tuple[tuple[str, Variables, list[str]], ...] = (
    ("registerPartner", {"name": ""}, ["/input/name"]),
    ("createProgramme", {"name": "x", "minimumLength": "long"}, ["/input/minimumLength"]),
    ("createMember", {"displayName": "x", "email": "x", "roles": [], "password": "x"}, []),
    ("createClient", {"name": "x", "role": "coordinator", "scopes": ["charities:write"]}, ["/input/scopes"]),
    ("createPerson", {"dateOfBirth": "1990-02-30"}, ["/input/dateOfBirth"]),
    ("createPerson", {"identifiers": [{"scheme": "crn", "value": "!"}]}, []),
    ("submitReferral", {**SENT, "programmeId": str(uuid4())}, ["/input/programmeId"]),
    ("submitReferral", {**SENT, "receivedOn": "2150-01-01"}, ["/input/receivedOn"]),
    ("submitReferral", {**SENT, "person": {"givenName": "x", "dateOfBirth": "soon"}}, ["/input/person/dateOfBirth"]),
    ("enterReferral", {**SENT, "personId": str(uuid4())}, ["/input/person"]),
)


@pytest.mark.parametrize(("name", "wrong", "pointers"), WRONG, ids=[f"{one[0]}-{n}" for n, one in enumerate(WRONG)])
async def test_what_is_wrong_is_pointed_at_by_this_door_s_names(
    name: str, wrong: Variables, pointers: list[str], place: Place
) -> None:
    if name.endswith("Referral") and "programmeId" not in wrong:
        wrong = {**wrong, "programmeId": place.charity.programme_id}
    code, found = await problem(caller_of(name, place), name, input=wrong)
    assert code == "VALIDATION_FAILED"
    assert found
    assert all(pointer.startswith("/input/") and "_" not in pointer for pointer in found)
    if pointers:
        assert found == pointers


async def test_a_step_that_is_not_allowed_has_the_code_of_the_other_door(place: Place) -> None:
    referral, version = await place.referral("allocated")
    for name, path in (("allocate", "allocate"), ("confirmIneligible", "confirm-ineligible"), ("overrule", "overrule")):
        given = {"reason": "Again."}
        code, _ = await problem(place.charity.manager, name, id=referral, version=version, input=given)
        rest = await place.charity.manager.step(f"/v1/referrals/{referral}/{path}", given)
        assert (code, rest.status_code) == (rest.json()["code"], 409), rest.text
    code, pointers = await problem(
        place.charity.manager,
        "reopen",
        id=referral,
        version=version,
        input={"reason": "x", "effectiveOn": "2001-01-01"},
    )
    assert (code, pointers) == ("VALIDATION_FAILED", ["/input/effectiveOn"])


async def test_a_reference_of_one_s_own_is_taken_once(place: Place) -> None:
    given = {**SENT, "programmeId": place.charity.programme_id, "partnerReference": "OURS-1"}
    await done(place.charity.machine, "submitReferral", input=given)
    assert (await problem(place.charity.machine, "submitReferral", input=given))[0] == "PARTNER_REFERENCE_TAKEN"


async def test_what_is_left_out_stays_and_null_forgets(place: Place) -> None:
    person = await done(
        place.charity.manager,
        "createPerson",
        "id version givenName familyName location",
        input={"givenName": "Kept", "familyName": "Changed", "location": "Forgotten"},
    )
    changed = await done(
        place.charity.manager,
        "changePerson",
        "givenName familyName location version",
        id=person["id"],
        version=person["version"],
        input={"familyName": "New", "location": None},
    )
    assert changed == {"givenName": "Kept", "familyName": "New", "location": None, "version": person["version"] + 1}


async def test_a_policy_in_the_document_itself_is_the_policy_in_a_variable(place: Place) -> None:
    variables = await _publishing(place)
    inline = """mutation($p: ID!) { publishEligibilityPolicy(programmeId: $p, input: {document: {
      name: "Three months left to serve", all: [{predicate: "custody_remaining", op: ">=", value: "P3M"}] } }) {
      ... on PublishEligibilityPolicyPayload { policy { document } } ... on Problem { errors { pointer detail } } } }"""
    found = await data(place.charity.manager, inline, p=variables["programmeId"])
    document_ = found["publishEligibilityPolicy"]["policy"]["document"]
    (criterion,) = document_["all"]
    assert (criterion["predicate"], criterion["op"], criterion["value"]) == ("custody_remaining", ">=", "P3M")


# Exactly once.

PERSON = """mutation($name: String, $key: String) {
  it: createPerson(input: {givenName: $name}, idempotencyKey: $key) {
    __typename ... on CreatePersonPayload { person { id createdAt givenName } } ... on Problem { code } } }"""


async def test_a_repeat_is_answered_byte_for_byte_and_does_nothing(place: Place, rows: Rows) -> None:
    key, by = uuid4().hex, place.charity.coordinator
    first = await ask(by, PERSON, name="Once", key=key)
    before = await rows.checksum(place.charity.id)
    again = await ask(by, PERSON, name="Once", key=key)
    quoted = await ask(by, PERSON.replace("\n", " "), name="Once", key=f'"{key}"')
    assert first.status_code == 200
    assert first.json()["data"]["it"]["person"]["givenName"] == "Once"
    assert again.content == quoted.content == first.content
    assert await rows.checksum(place.charity.id) == before


async def test_a_repeat_hides_what_the_first_answer_hid(place: Place) -> None:
    narrow = dataclasses.replace(place.charity.manager, scopes=frozenset({"referrals:manage", "referrals:write"}))
    query = """mutation($i: SubmitReferralInput!, $key: String) { enterReferral(input: $i, idempotencyKey: $key) {
      ... on EnterReferralPayload { referral { id person { givenName } history { step } } } ... on Problem { code } } }"""
    given = {**SENT, "programmeId": place.charity.programme_id}
    bodies = [await answer(narrow, query, i=given, key="hidden-twice") for _ in range(2)]
    for body in bodies:
        assert body["data"]["enterReferral"]["referral"]["person"] is None
        assert ["enterReferral", "referral", "person"] in [one["path"] for one in body["errors"]]
    assert bodies[0]["data"] == bodies[1]["data"]
    assert [one["path"] for one in bodies[0]["errors"]] == [one["path"] for one in bodies[1]["errors"]]


async def test_a_key_belongs_to_one_input_and_one_answer(place: Place) -> None:
    key, by = uuid4().hex, place.charity.coordinator
    await data(by, PERSON, name="Once", key=key)
    for query, name in (
        (PERSON, "Other"),
        (PERSON.replace("createdAt", "updatedAt"), "Once"),
        (PERSON.replace("id createdAt", "...F") + " fragment F on Person { version }", "Once"),
    ):
        assert (await data(by, query, name=name, key=key))["it"] == {
            "__typename": "Problem",
            "code": "IDEMPOTENCY_KEY_REUSED",
        }
    other = await data(place.charity.manager, PERSON, name="Other", key=key)
    assert other["it"]["__typename"] == "CreatePersonPayload", "a key is its caller's own"


async def test_two_at_once_do_it_once(place: Place, rows: Rows) -> None:
    key, by, name = uuid4().hex, place.charity.coordinator, uuid4().hex
    answers = await asyncio.gather(*(data(by, PERSON, name=name, key=key) for _ in range(4)))
    kinds = [one["it"].get("code", "done") for one in answers]
    assert set(kinds) <= {"done", "IDEMPOTENCY_KEY_IN_USE"}
    assert "done" in kinds
    assert await rows.one("select count(*) from person where given_name = $1", name) == 1


@pytest.mark.parametrize("key", ["", "with space", "ü", "x" * 256, '"', "a\nb"])
async def test_a_key_that_the_other_door_would_refuse_is_refused(place: Place, key: str) -> None:
    found = (await data(place.charity.coordinator, PERSON, name="Never", key=key))["it"]
    assert found == {"__typename": "Problem", "code": "VALIDATION_FAILED"}


async def test_a_refused_attempt_does_not_use_the_key_up(place: Place) -> None:
    key, by = uuid4().hex, place.charity.manager
    assert (await problem(by, "registerPartner", input={"name": ""}, idempotencyKey=key))[0] == "VALIDATION_FAILED"
    await done(by, "registerPartner", input={"name": "Second try"}, idempotencyKey=key)


# Nothing kept, and each by itself.


@pytest.mark.parametrize("name", [name for name, change in MUTATIONS.items() if change.dry_run])
async def test_a_dry_run_is_answered_and_keeps_nothing(name: str, place: Place, rows: Rows) -> None:
    before = await rows.checksum(place.charity.id)
    by = caller_of(name, place)
    given = {**SENT, "programmeId": place.charity.programme_id}
    wanted = "id reference disposition eligibility { outcome }"
    tried = await done(by, name, wanted, input=given, dryRun=True, idempotencyKey=f"dry-{name}")
    assert (tried["disposition"], tried["eligibility"]["outcome"]) == ("waiting", "ELIGIBLE")
    assert await rows.checksum(place.charity.id) == before
    kept = await done(by, name, wanted, input=given, dryRun=None, idempotencyKey=f"dry-{name}")
    assert kept["id"] != tried["id"], "the key was not used up"
    assert await rows.checksum(place.charity.id) != before


async def test_of_three_in_a_document_the_one_that_fails_takes_only_itself_back(place: Place, rows: Rows) -> None:
    referral, version = await place.referral("waiting")
    into, _ = await place.referral("waiting")
    found = await data(
        place.charity.manager,
        """mutation($id: ID!, $v: Int!, $next: Int!, $into: UUID!) {
          first: changeReferral(id: $id, version: $v, input: {reason: "First."}) { ...C }
          second: mergeReferral(id: $id, version: $v, input: {into: $into}) { ... on Problem { code } }
          third: changeReferral(id: $id, version: $next, input: {needs: [HEALTH]}) { ...C }
        }
        fragment C on ChangeReferralResult { ... on ChangeReferralPayload { referral { version reason needs } }
          ... on Problem { code } }""",
        id=referral,
        v=version,
        next=version + 1,
        into=into,
    )
    assert list(found) == ["first", "second", "third"], "in the order of the document"
    assert found["first"]["referral"] == {"version": version + 1, "reason": "First.", "needs": []}
    assert found["second"] == {"code": "PRECONDITION_FAILED"}
    assert found["third"]["referral"] == {"version": version + 2, "reason": "First.", "needs": ["HEALTH"]}
    read = (await place.charity.manager.get(f"/v1/referrals/{referral}")).json()
    assert (read["disposition"], read["version"]) == ("waiting", version + 2)


async def test_a_database_s_refusal_in_the_middle_leaves_nothing_of_it(place: Place, rows: Rows) -> None:
    email = f"{uuid4().hex}@mut.example"
    member = {"displayName": "Twice", "email": email, "roles": ["mentor"], "password": PASSWORD}
    query = """mutation($m: CreateMemberInput!) {
      a: createMember(input: $m) { ...M } b: createMember(input: $m) { ...M }
      c: registerPartner(input: {name: "After the refusal"}) { __typename } }
      fragment M on CreateMemberResult { __typename ... on Problem { code } }"""
    found = await data(place.charity.manager, query, m=member)
    assert found["a"] == {"__typename": "CreateMemberPayload"}
    assert found["b"] == {"__typename": "Problem", "code": "ALREADY_EXISTS"}
    assert found["c"] == {"__typename": "RegisterPartnerPayload"}
    assert await rows.one("select count(*) from member where email = $1", email) == 1
    entries = "select count(*) from audit_entry where charity_id = $1 and action = 'member.created'"
    assert await rows.one(entries, place.charity.id) >= 1


async def test_a_skipped_mutation_is_not_done(place: Place, rows: Rows) -> None:
    before = await rows.checksum(place.charity.id)
    query = """mutation($yes: Boolean!) { __typename
      registerPartner(input: {name: "Skipped"}) @skip(if: $yes) { __typename } }"""
    assert await data(place.charity.manager, query, yes=True) == {"__typename": "Mutation"}
    assert await rows.checksum(place.charity.id) == before


async def test_the_same_mutation_twice_under_one_name_is_one(place: Place, rows: Rows) -> None:
    query = """mutation { registerPartner(input: {name: "Merged fields"}) { __typename }
      registerPartner(input: {name: "Merged fields"}) { ... on RegisterPartnerPayload { organisation { name } } } }"""
    found = await data(place.charity.manager, query)
    assert found["registerPartner"] == {
        "__typename": "RegisterPartnerPayload",
        "organisation": {"name": "Merged fields"},
    }
    assert await rows.one("select count(*) from organisation where name = 'Merged fields'") == 1
