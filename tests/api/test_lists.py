"""Lists: every row once whatever happens meanwhile, no more and no fewer fields than asked for, one page per problem."""

from collections import Counter
from typing import Any

import pytest

from app.domain.kernel.access import Role
from app.domain.kernel.errors import catalogue
from tests.world import CharityWorld, World, build_charity, client

ROWS = 120
LIMITS = (1, 7, 50, 100)


@pytest.fixture(scope="module")
async def charity(world: World) -> CharityWorld:
    """A charity of this module's own, so that a walk of its lists meets nobody else's rows."""
    return await build_charity(world.app, world.operator, "LST")


@pytest.fixture(scope="module")
async def agencies(charity: CharityWorld) -> set[str]:
    """120 partner agencies, many of the same name: the order's last key has to tell them apart."""
    made = set()
    for n in range(ROWS):
        answer = await charity.manager.post("/v1/organisations", {"name": f"Agency {n % 9}"})
        made.add(answer.json()["id"])
    return made


@pytest.fixture(scope="module")
async def people(charity: CharityWorld) -> set[str]:
    made = set()
    for n in range(ROWS):
        answer = await charity.coordinator.post("/v1/people", {"given_name": f"Testcase {n}"})
        made.add(answer.json()["id"])
    return made


async def walk(by: Any, path: str, limit: int, insert: Any = None) -> list[dict[str, Any]]:
    """Every page in turn; after some of them something new is put in."""
    found: list[dict[str, Any]] = []
    cursor, pages = "", 0
    while True:
        joint = "&" if "?" in path else "?"
        answer = await by.get(f"{path}{joint}limit={limit}{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert set(page) == {"items", "next"}
        assert len(page["items"]) == limit or page["next"] is None
        found += page["items"]
        pages += 1
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
        if insert is not None and pages % max(1, 40 // limit) == 0 and pages <= ROWS:
            assert (await insert()).status_code == 201


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("order", ["name", "-created_at"])
async def test_every_agency_is_met_once(order: str, limit: int, charity: CharityWorld, agencies: set[str]) -> None:
    async def insert() -> Any:
        return await charity.manager.post("/v1/organisations", {"name": "Agency 4"})

    found = await walk(charity.manager, f"/v1/organisations?order={order}", limit, insert)
    met = Counter(item["id"] for item in found)
    assert agencies <= met.keys()
    assert set(met.values()) == {1}
    keys = [item[order.removeprefix("-")] for item in found]
    assert keys == sorted(keys, reverse=order.startswith("-"))


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("order", ["created_at", "-created_at"])
async def test_every_person_is_met_once(order: str, limit: int, charity: CharityWorld, people: set[str]) -> None:
    async def insert() -> Any:
        return await charity.coordinator.post("/v1/people", {"given_name": "Testcase late"})

    found = await walk(charity.coordinator, f"/v1/people?order={order}", limit, insert if limit > 1 else None)
    met = Counter(item["id"] for item in found)
    assert people <= met.keys()
    assert set(met.values()) == {1}
    instants = [item["created_at"] for item in found]
    assert instants == sorted(instants, reverse=order.startswith("-"))


async def test_both_directions_meet_the_same_in_opposite_order(charity: CharityWorld, people: set[str]) -> None:
    up = [item["id"] for item in await walk(charity.coordinator, "/v1/people?order=created_at", 50)]
    down = [item["id"] for item in await walk(charity.coordinator, "/v1/people?order=-created_at", 7)]
    assert people <= set(up)
    assert up == down[::-1]


async def test_the_trail_is_met_once_though_it_grows(charity: CharityWorld, people: set[str]) -> None:
    lead = charity.staff[Role.DATA_PROTECTION_LEAD]
    found = await walk(lead, "/v1/audit?action=person.created", 50)
    assert people <= {entry["object_id"] for entry in found}
    assert max(Counter(entry["id"] for entry in found).values()) == 1


async def test_a_cursor_is_for_its_own_list_order_filters_and_reader(
    world: World, charity: CharityWorld, agencies: set[str]
) -> None:
    assert agencies
    first = (await charity.manager.get("/v1/organisations?limit=2")).json()
    cursor = first["next"]
    for path in ("/v1/organisations?order=-created_at", "/v1/organisations?kind=PARTNER", "/v1/organisations?active=true",
                 "/v1/programmes?", "/v1/members?", "/v1/people?", "/v1/establishments?"):  # fmt: skip
        answer = await charity.manager.get(f"{path}&cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_CURSOR"), path
    for other in (charity.coordinator, world.a.manager, world.operator):
        assert (await other.get(f"/v1/organisations?cursor={cursor}")).status_code == 400
    spoilt = [cursor[:n] + ("A" if cursor[n] != "A" else "B") + cursor[n + 1 :] for n in range(0, len(cursor) - 1, 5)]
    for changed in [*spoilt, cursor[:-4], cursor + "AAAA", cursor * 2]:
        assert (await charity.manager.get("/v1/organisations", params={"cursor": changed})).status_code == 400
    answer = await charity.manager.get(f"/v1/organisations?limit=5&fields=name&cursor={cursor}")
    assert answer.status_code == 200  # another size and other fields are the same walk


async def test_an_empty_list_is_a_page(world: World) -> None:
    answer = await world.b.manager.get("/v1/referrals")
    assert answer.json() == {"items": [], "next": None}


async def test_fields_narrow(charity: CharityWorld, agencies: set[str]) -> None:
    assert agencies
    for fields, kept in (
        ("name", {"id", "name"}),
        ("id", {"id"}),
        (" name , kind ", {"id", "name", "kind"}),
        ("name,name", {"id", "name"}),
        (",", None),
    ):
        page = (await charity.manager.get("/v1/organisations", params={"fields": fields, "limit": 3})).json()
        assert all(kept is None or set(item) == kept for item in page["items"])
        one = await charity.manager.get(f"/v1/organisations/{page['items'][0]['id']}", params={"fields": fields})
        assert kept is None or set(one.json()) == kept


async def test_fields_narrow_what_is_inside_too(charity: CharityWorld) -> None:
    pushed = await charity.push()
    at = f"/v1/referrals/{pushed['id']}"
    assert set((await charity.manager.get(f"{at}?fields=status")).json()) == {"id", "status"}
    assert set((await charity.manager.get(f"{at}?fields=person,reference")).json()) == {"id", "person", "reference"}
    seen = (await charity.machine.get(f"{at}?fields=person")).json()
    assert seen == {"id": pushed["id"], "person": charity.referral()["person"]}


async def test_expand_widens(charity: CharityWorld) -> None:
    pushed = await charity.push()
    at = f"/v1/referrals/{pushed['id']}"
    plain = (await charity.manager.get(at)).json()
    wide = (await charity.manager.get(f"{at}?expand=history")).json()
    assert set(wide) - set(plain) == {"history"}
    assert [entry["disposition"] for entry in wide["history"]] == ["waiting"]
    assert set((await charity.manager.get(f"{at}?fields=status&expand=history")).json()) == {"id", "status", "history"}
    listed = (await charity.manager.get("/v1/referrals?expand=history&limit=1")).json()["items"][0]
    assert listed["history"]
    person = f"/v1/people/{plain['person']['id']}"
    assert (await charity.manager.get(f"{person}?expand=custody_facts")).json()["custody_facts"]


@pytest.mark.parametrize("query", ["fields=secret", "expand=person", "expand=history,nothing", "order=reference"])
async def test_what_is_not_there_is_named_with_what_is(query: str, charity: CharityWorld) -> None:
    answer = await charity.manager.get(f"/v1/referrals?{query}")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == f"/query/{query.partition('=')[0]}"
    assert error["detail"].startswith("Choose from: ")


async def test_a_partner_cannot_expand_what_is_the_charitys(charity: CharityWorld) -> None:
    for query in ("expand=history", "fields=partner_id", "fields=duplicate_of_id", "order=disposition_since"):
        assert (await charity.machine.get(f"/v1/referrals?{query}")).status_code == 422


@pytest.mark.parametrize("kind", list(catalogue()), ids=lambda kind: kind.code)
async def test_every_problem_has_its_page(kind: Any, world: World) -> None:
    async with client(world.app) as http:
        as_json = await http.get(f"/problems/{kind.code}")
        page = as_json.json()
        assert page["code"] == kind.code
        assert page["status"] == kind.status
        assert page["meaning"]
        assert page["suggested_action"]
        as_html = await http.get(f"/problems/{kind.code}", headers={"Accept": "text/html,application/xhtml+xml"})
        assert as_html.headers["content-type"].startswith("text/html")
        assert kind.code in as_html.text
        for answer in (as_json, as_html):
            assert answer.status_code == 200
            assert answer.headers["vary"] == "Accept"
            assert answer.headers["cache-control"] == "public, max-age=3600"
        listed = (await http.get("/problems")).json()["items"]
        assert page in listed
