"""A connection is one statement: the same rows as REST's pages, in either direction, with the same cursors."""

import json
from typing import Any

import pytest

from app.database import Reader
from app.domain.kernel.errors import InvalidCursor
from app.domain.kernel.reading import Entry, Listing, Selection
from app.domain.referrals.queries import REFERRALS_LIST
from tests.world import CharityWorld, World, build_charity

_NODE = Selection(
    (
        Entry("ref", "reference"),
        Entry("kind", "__typename", constant="Referral"),
        Entry("person", "person", Selection((Entry("givenName", "given_name"),))),
        Entry(
            "eligibility",
            "eligibility",
            Selection((Entry("outcome", "outcome"), Entry("why", "reasons", Selection((Entry("because", "code"),))))),
        ),
        Entry("hidden", "disposition", absent=True),
    )
)
_INFO = ("has_next_page", "has_previous_page", "start_cursor", "end_cursor")
_WHOLE = Selection(
    (
        Entry("edges", "edges", Selection((Entry("cursor", "cursor"), Entry("node", "node", _NODE)))),
        Entry("again", "edges", Selection((Entry("n", "node", Selection((Entry("id", "id"),))),))),
        Entry("info", "page_info", Selection(tuple(Entry(name, name) for name in _INFO))),
    )
)


@pytest.fixture(scope="module")
async def charity(world: World) -> CharityWorld:
    made = await build_charity(world.app, world.operator, "CNX")
    for day in range(1, 8):
        # Two of each day, so that only the key of the row decides between them.
        await made.push(received_on=f"2026-10-0{day}")
        await made.push(received_on=f"2026-10-0{day}")
    return made


@pytest.fixture
def reader(charity: CharityWorld) -> Reader:
    services = charity.coordinator.app.state.services
    actor = services.tokens.check(charity.coordinator.token(), now=services.clock()).actor
    return Reader(services.database, services.cursors, actor)


async def _ask(reader: Reader, listing: Listing, limit: int, cursor: str | None = None, **filters: Any) -> Any:
    values = reader.page_values(REFERRALS_LIST, listing, limit=limit, cursor=cursor, filters=filters)
    return json.loads(await reader.connection(REFERRALS_LIST, _WHOLE, listing, values))


def _references(answer: Any) -> list[str]:
    return [edge["node"]["ref"] for edge in answer["edges"]]


@pytest.mark.parametrize("order", ["-received_on", "received_on"])
async def test_a_walk_forwards_visits_what_rest_visits_and_goes_on_from_its_cursors(
    charity: CharityWorld, reader: Reader, order: str
) -> None:
    cursor, visited = None, []
    for _ in range(5):
        page = (
            await charity.coordinator.get(
                "/v1/referrals", params={"limit": 3, "order": order} | ({"cursor": cursor} if cursor else {})
            )
        ).json()
        answer = await _ask(reader, Listing(order, cursor=cursor is not None), 3, cursor)
        assert _references(answer) == [item["reference"] for item in page["items"]]
        assert answer["info"]["has_next_page"] is (page["next"] is not None)
        assert answer["info"]["has_previous_page"] is (cursor is not None)
        assert answer["info"]["end_cursor"] == answer["edges"][-1]["cursor"]
        assert page["next"] in (None, answer["info"]["end_cursor"])
        visited += _references(answer)
        cursor = page["next"]
    assert cursor is None
    assert len(set(visited)) == len(visited) == 14


async def test_a_walk_backwards_is_the_walk_forwards_reversed(reader: Reader) -> None:
    whole = _references(await _ask(reader, Listing("received_on"), 100))
    cursor, visited = None, []
    for _ in range(5):
        answer = await _ask(reader, Listing("received_on", cursor=cursor is not None, backwards=True), 3, cursor)
        visited = _references(answer) + visited
        assert answer["info"]["start_cursor"] == answer["edges"][0]["cursor"]
        assert answer["info"]["end_cursor"] == answer["edges"][-1]["cursor"]
        cursor = answer["info"]["start_cursor"]
        assert answer["info"]["has_previous_page"] is (len(visited) < 14)
    assert visited == whole


async def test_a_node_holds_what_was_wanted_under_the_names_wanted(reader: Reader) -> None:
    answer = await _ask(reader, Listing("received_on"), 1)
    [edge], [again] = answer["edges"], answer["again"]
    assert list(edge["node"]) == ["ref", "kind", "person", "eligibility", "hidden"]
    assert edge["node"]["kind"] == "Referral"
    assert edge["node"]["person"] == {"givenName": "Testcase"}
    assert edge["node"]["eligibility"] == {"outcome": "ELIGIBLE", "why": [{"because": "AT_LEAST_THRESHOLD"}]}
    assert edge["node"]["hidden"] is None
    assert set(again["n"]) == {"id"}


async def test_an_empty_page_has_no_cursors_and_nothing_more(reader: Reader) -> None:
    nobody = await _ask(reader, Listing("received_on", frozenset({"reference"})), 5, reference="CNX-NONE-NONE")
    assert nobody == {"edges": [], "again": [], "info": dict.fromkeys(_INFO[:2], False) | dict.fromkeys(_INFO[2:])}
    none = await _ask(reader, Listing("received_on"), 0)
    assert none["edges"] == []
    assert none["info"] == {"has_next_page": True, "has_previous_page": False, "start_cursor": None, "end_cursor": None}


async def test_a_cursor_belongs_to_its_list_order_and_filters(reader: Reader) -> None:
    cursor = (await _ask(reader, Listing("received_on"), 2))["info"]["end_cursor"]
    with pytest.raises(InvalidCursor):
        await _ask(reader, Listing("-received_on", cursor=True), 2, cursor)
    with pytest.raises(InvalidCursor):
        await _ask(reader, Listing("received_on", frozenset({"reference"}), cursor=True), 2, cursor, reference="x")
    with pytest.raises(InvalidCursor):
        await _ask(reader, Listing("received_on", cursor=True), 2, cursor[:-2] + "AA")
