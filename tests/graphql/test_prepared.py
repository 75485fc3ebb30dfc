"""What was made of a document once is used again only for whom, and for what, it would be made again."""

import itertools
from typing import Any

import pytest
from graphql import parse

from app.domain.kernel.access import Role
from app.graphql.prepared import PREPARATIONS, shaping_variables
from tests.world import Caller, World

DOCUMENT = """
query Q($id: ID!, $first: Int, $after: String, $order: ReferralOrder, $sources: [Source!], $with: Boolean!) {
  referral(id: $id) { id version person @include(if: $with) { givenName } }
  referrals(first: $first, after: $after, orderBy: $order, filter: {source: $sources}) {
    edges { cursor node { id receivedOn reference @skip(if: $with) } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture(scope="module")
async def ids(world: World) -> list[str]:
    return [str((await world.a.push(source=source))["id"]) for source in ("family", "family", "chaplaincy")]


async def _asked(caller: Caller, variables: dict[str, Any]) -> Any:
    answer = await caller.post("/graphql", {"query": DOCUMENT, "variables": variables})
    body = answer.json()
    for error in body.get("errors", ()):
        error.get("extensions", {}).pop("requestId", None)
    return answer.status_code, body


async def test_a_second_answer_is_the_first_ones_whatever_was_asked_between(world: World, ids: list[str]) -> None:
    end = (await _asked(world.a.coordinator, {"id": ids[0], "with": True, "first": 1}))[1]
    cursor = end["data"]["referrals"]["pageInfo"]["endCursor"]
    variables: list[dict[str, Any]] = [
        {"id": key, "with": included, **listed}
        for key, included, listed in itertools.product(
            ids[:2],
            (True, False),
            (
                {"first": 1},
                {"first": 2, "order": "RECEIVED_ON_ASC"},
                {"first": 2, "sources": ["chaplaincy"]},
                {"first": 1, "after": cursor},
                {"first": 101},
                {"first": 1, "after": "forged"},
            ),
        )
    ]
    staff = world.a.staff
    callers = [
        world.a.coordinator,
        staff[Role.SAFEGUARDING_LEAD],
        staff[Role.MENTOR],
        world.a.referrer,
        world.b.coordinator,
    ]
    narrowed = Caller(**{**vars(world.a.coordinator), "scopes": frozenset({"referrals:read"})})
    cold = {}
    for n, caller in enumerate([*callers, narrowed]):
        for m, given in enumerate(variables):
            PREPARATIONS.clear()
            cold[n, m] = await _asked(caller, given)
    assert len({str(each) for each in cold.values()}) > 20
    for _ in range(2):
        for n, caller in enumerate([*callers, narrowed]):
            for m, given in enumerate(variables):
                assert await _asked(caller, given) == cold[n, m], (n, given)


@pytest.mark.parametrize(
    ("document", "shaping"),
    [
        ("query($id: ID!) { referral(id: $id) { id } }", set()),
        ("query($id: ID!, $n: Int) { referral(id: $id) { id } referrals(first: $n) { edges { cursor } } }", {"n"}),
        (
            "query($id: ID!) { referral(id: $id) { id } referrals(filter: {personId: $id}) { edges { cursor } } }",
            {"id"},
        ),
        ("query($id: ID!) { ...F } fragment F on Query { referral(id: $id) { id } }", {"id"}),
        ('query($with: Boolean!) { referral(id: "x") { id @include(if: $with) } }', {"with"}),
    ],
)
def test_a_variable_shapes_an_answer_unless_it_is_only_an_id(document: str, shaping: set[str]) -> None:
    assert shaping_variables(parse(document)) == shaping
