"""The same document for another id goes a shorter way, which must answer as the long one does, whoever asks for what."""

from typing import Any
from uuid import uuid4

import pytest

from app.domain.kernel.access import Role
from app.graphql.repeated import REPEATED
from tests.world import Caller, World

DOCUMENTS = [
    "query($id: ID!) { referral(id: $id) { id reference person { givenName } history { sequence } } }",
    "query Named($id: ID!) { one: referral(id: $id) { ...F } } fragment F on Referral { id eligibility { outcome } }",
    "query($id: ID!) { submittedReferral(id: $id) { id person } }",
    "query($id: ID!) { person(id: $id) { id familyName establishment } }",
    "query($id: ID!) { programme(id: $id) { id name } }",
]
NOT_REPEATED = [
    "query($id: ID!) { referral(id: $id) { id } second: referral(id: $id) { id } }",
    "query($id: ID!) { ...R } fragment R on Query { referral(id: $id) { id } }",
    "query($id: ID!, $n: Int) { referral(id: $id) { id } referrals(first: $n) { edges { cursor } } }",
    'query($id: ID! = "x") { programme(id: "y") { id } referral(id: $id) { id } }',
    "query($by: ReferralBy!) { referralBy(by: $by) { id } }",
    "query($id: ID!) { node(id: $id) { id } }",
    "subscription($id: ID!) { referral(id: $id) { id } }",
]


async def _asked(caller: Caller, document: str, variables: Any) -> Any:
    answer = await caller.post("/graphql", {"query": document, "variables": variables})
    body = answer.json()
    for error in body.get("errors", ()):
        error.get("extensions", {}).pop("requestId", None)
    return answer.status_code, body


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    REPEATED.clear()


def _kept() -> int:
    return len(REPEATED._kept)


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_the_short_way_answers_as_the_long_one(world: World, document: str) -> None:
    pushed = await world.a.push()
    theirs = await world.b.push()
    pushed_id = {"id": pushed["id"]}
    whom = "query($id: ID!) { referral(id: $id) { person { id } } }"
    _, person = await _asked(world.a.coordinator, whom, pushed_id)
    ids: list[Any] = [
        pushed["id"],
        person["data"]["referral"]["person"]["id"],
        str(world.a.programme_id),
        theirs["id"],
        str(uuid4()),
        str(uuid4()).upper(),
        "{" + str(uuid4()) + "}",
        "x",
        "",
        7,
        None,
        [pushed["id"]],
    ]
    given: list[Any] = [{"id": key} for key in ids] + [{}, {**pushed_id, "more": 1}, {"other": pushed["id"]}]
    narrowed = Caller(**{**vars(world.a.coordinator), "scopes": frozenset({"referrals:read"})})
    callers = [
        world.a.coordinator,
        narrowed,
        world.a.staff[Role.MENTOR],
        world.a.staff[Role.ANALYST],
        world.a.referrer,
        world.b.coordinator,
    ]
    long = {}
    for n, caller in enumerate(callers):
        for m, variables in enumerate(given):
            REPEATED.clear()
            long[n, m] = await _asked(caller, document, variables)
    assert any(body.get("data") and any(body["data"].values()) for _, body in long.values())
    for _ in range(2):
        for n, caller in enumerate(callers):
            for m, variables in enumerate(given):
                assert await _asked(caller, document, variables) == long[n, m], (n, variables)
    assert _kept() > 0


@pytest.mark.parametrize("document", NOT_REPEATED)
async def test_whatever_is_of_another_form_is_not_kept(world: World, document: str) -> None:
    pushed = await world.a.push()
    for variables in ({"id": pushed["id"]}, {"by": {"id": pushed["id"]}}):
        await _asked(world.a.coordinator, document, variables)
    assert _kept() == 0


async def test_who_loses_a_right_loses_it_on_the_short_way_too(world: World) -> None:
    pushed = await world.a.push()
    caller = world.a.coordinator
    for _ in range(2):
        status, _ = await _asked(caller, DOCUMENTS[0], {"id": pushed["id"]})
        assert status == 200
    outdated = Caller(**{**vars(caller), "authority": caller.authority + 1})
    assert _kept() == 1
    status, body = await _asked(outdated, DOCUMENTS[0], {"id": pushed["id"]})
    assert status == 401
    assert "data" not in body
