"""The directory: what a charity keeps of it, and what everybody reads without a token."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from app.database import Database
from app.database.connections import Connector
from app.domain.kernel.access import Role
from app.domain.kernel.roles import PUBLIC
from tests.world import Caller, CharityWorld, World, build_charity, client

PROFILE = Path(__file__).parents[1] / "data" / "open_referral_uk"
OPEN = "/directory/v1"
OWN = "/v1/directory/services"
ENTRY = {
    "name": "Testcase Example Advice",
    "description": "Helps with forms.",
    "url": "https://advice.example/help",
    "email": "advice@advice.example",
    "phones": ["0800 000 0000", "+44 20 0000 0000"],
    "fees": "Free.",
    "accreditations": "None.",
    "minimum_age": 18,
    "maximum_age": 99,
    "alert": "Closed on Mondays.",
    "organisation_name": "Example Advice Trust",
}


def schema_of(name: str) -> Draft202012Validator:
    schema = json.loads((PROFILE / f"{name}.schema.json").read_text())
    return Draft202012Validator(schema, format_checker=FormatChecker())


WHOLE, LISTED = schema_of("service"), schema_of("service_list")


@pytest.fixture(scope="module")
async def charity(world: World) -> CharityWorld:
    return await build_charity(world.app, world.operator, "DIR")


@pytest.fixture(scope="module")
async def anybody(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client(world.app) as http:
        yield http


async def added(by: Caller, **more: Any) -> dict[str, Any]:
    answer = await by.post(OWN, {**ENTRY, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def brought(by: Caller, *items: Any) -> list[dict[str, Any]]:
    answer = await by.post("/v1/directory/import", {"contents": list(items)})
    assert answer.status_code == 200, answer.text
    done: list[dict[str, Any]] = answer.json()["items"]
    return done


async def found(http: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await http.get(f"{OPEN}/services", params={"per_page": 100, **query})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def names(page: dict[str, Any]) -> list[str]:
    return [one["name"] for one in page["contents"]]


async def test_what_a_coordinator_adds_everybody_reads_at_once_in_the_profiles_shape(
    charity: CharityWorld, anybody: httpx.AsyncClient
) -> None:
    made = await added(charity.coordinator)
    assert made["organisation_name"] == "Example Advice Trust"
    answer = await anybody.get(f"{OPEN}/services/{made['id']}")
    service = answer.json()
    assert list(WHOLE.iter_errors(service)) == []
    assert {one["number"] for one in service["phones"]} == set(ENTRY["phones"])  # type: ignore[call-overload]
    assert service["organization"]["name"] == "Example Advice Trust"
    assert service["organization"]["description"] == "No description yet."
    assert service["organization"]["id"] not in (made["id"], str(charity.id))
    assert {name for name in ENTRY if name in WHOLE.schema["properties"]} <= service.keys()
    for secret in (str(charity.id), str(charity.coordinator.id), "DIR"):
        assert secret not in answer.text


async def test_every_answer_of_the_open_door_is_valid_and_leaves_out_what_is_empty(
    charity: CharityWorld, anybody: httpx.AsyncClient
) -> None:
    bare = (await charity.coordinator.post(OWN, {"name": "Testcase Bare"})).json()
    service = (await anybody.get(f"{OPEN}/services/{bare['id']}")).json()
    assert service.keys() == {"id", "name", "status", "last_modified", "organization"}
    assert service["organization"]["name"] == "Testcase Bare"
    example = json.loads((PROFILE / "service_list.example.json").read_text())
    page = await found(anybody)
    assert page.keys() == example.keys()
    for one in page["contents"]:
        assert list(LISTED.iter_errors(one)) == []
        assert "phones" not in one, "a list has only what there is one of"
        whole = (await anybody.get(f"{OPEN}/services/{one['id']}")).json()
        assert list(WHOLE.iter_errors(whole)) == []
    about = (await anybody.get(f"{OPEN}/")).json()
    assert about.keys() == {"version", "profile", "openapi_url"}
    assert about["version"].startswith("3.")
    document = (await anybody.get(httpx.URL(about["openapi_url"]).path)).json()
    assert f"{OPEN}/services" in document["paths"]


async def test_any_page_of_any_origin_may_read_it_and_ask_whether_it_has_changed(
    charity: CharityWorld, anybody: httpx.AsyncClient
) -> None:
    made = await added(charity.coordinator)
    for path in (f"{OPEN}/", f"{OPEN}/services", f"{OPEN}/services/{made['id']}"):
        first = await anybody.get(path, headers={"Origin": "https://anywhere.example"})
        assert first.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in first.headers
        assert first.headers["cache-control"].startswith("public")
        again = await anybody.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["access-control-allow-origin"] == "*"
        asked = await anybody.options(
            path, headers={"Origin": "https://anywhere.example", "Access-Control-Request-Headers": "if-none-match"}
        )
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == "*"
    assert (await anybody.get(f"{OPEN}/taxonomies")).status_code == 404
    assert (await anybody.delete(f"{OPEN}/services")).headers["allow"] == "GET"
    before = (await anybody.get(f"{OPEN}/services/{made['id']}")).headers["etag"]
    await charity.coordinator.step(
        f"{OWN}/{made['id']}", {"alert": "Open again."}, method="PATCH", of=f"{OWN}/{made['id']}"
    )
    changed = await anybody.get(f"{OPEN}/services/{made['id']}", headers={"If-None-Match": before})
    assert (changed.status_code, changed.json()["alert"]) == (200, "Open again.")


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": 101},
        {"per_page": 0},
        {"page": 0},
        {"page": 10_001},
        {"search": "x" * 101},
        {"search": "one two three four five six seven eight nine"},
        {"minimum_age": "nan"},
        {"maximum_age": 151},
        {"taxonomy_term_id": "x"},
        {"day": "MO"},
        {"charity_id": "x"},
        {"serach": "x"},
    ],
)
async def test_what_cannot_be_answered_is_refused_by_name_and_never_ignored(
    anybody: httpx.AsyncClient, query: dict[str, Any]
) -> None:
    answer = await anybody.get(f"{OPEN}/services", params=query)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [f"/query/{next(iter(query))}"]
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_all_words_of_a_search_have_to_occur_whatever_signs_they_hold(
    charity: CharityWorld, anybody: httpx.AsyncClient
) -> None:
    await added(charity.coordinator, name="Zebrafish Housing", description="100% of the deposit.")
    await added(charity.coordinator, name="Zebrafish Work", organisation_name="Deposit_Trust")
    assert names(await found(anybody, search="zebrafish")) == ["Zebrafish Housing", "Zebrafish Work"]
    assert names(await found(anybody, search="ZEBRAFISH deposit")) == ["Zebrafish Housing", "Zebrafish Work"]
    assert names(await found(anybody, search="zebrafish 100%")) == ["Zebrafish Housing"]
    assert names(await found(anybody, search="zebrafish t_t")) == ["Zebrafish Work"]
    assert names(await found(anybody, search="zebrafish %")) == ["Zebrafish Housing"]
    assert names(await found(anybody, search="zebrafish ' or 1=1 --")) == []
    one = await found(anybody, search="zebrafish", per_page=1, page=2)
    assert (one["total_items"], one["total_pages"], one["last_page"], names(one)) == (2, 2, True, ["Zebrafish Work"])
    beyond = await found(anybody, search="zebrafish", page=9)
    assert (beyond["empty"], beyond["size"], beyond["total_items"]) == (True, 0, 2)


async def test_ages_are_compared_as_the_profile_says(charity: CharityWorld, anybody: httpx.AsyncClient) -> None:
    await added(charity.coordinator, name="Quokka Young", minimum_age=16, maximum_age=25)
    await added(charity.coordinator, name="Quokka Grown", minimum_age=25, maximum_age=None)
    assert names(await found(anybody, search="quokka", minimum_age=18)) == ["Quokka Grown"]
    assert names(await found(anybody, search="quokka", maximum_age=25.5)) == ["Quokka Young"]


async def test_a_withdrawn_service_is_seen_by_its_charity_alone_and_may_come_back(
    charity: CharityWorld, anybody: httpx.AsyncClient
) -> None:
    made = await added(charity.coordinator, name="Wombat Advice")
    at = f"{OWN}/{made['id']}"
    withdrawn = await charity.manager.step(f"{at}/withdraw")
    assert withdrawn.status_code == 200
    assert (withdrawn.json()["status"], withdrawn.json()["withdrawn_at"] is None) == ("inactive", False)
    gone = await anybody.get(f"{OPEN}/services/{made['id']}")
    absent = await anybody.get(f"{OPEN}/services/{uuid4()}")
    assert (gone.status_code, gone.json() | {"request_id": ""}) == (404, absent.json() | {"request_id": ""})
    assert gone.headers["access-control-allow-origin"] == "*"
    assert names(await found(anybody, search="wombat")) == []
    mentor = charity.staff[Role.MENTOR]
    assert (await mentor.get(at)).json()["name"] == "Wombat Advice"
    own = (await mentor.get(OWN, params={"withdrawn": True, "limit": 100})).json()["items"]
    assert made["id"] in {one["id"] for one in own}
    edited = await charity.coordinator.step(at, {"status": "inactive", "fees": "Ten."}, method="PATCH", of=at)
    assert edited.json()["withdrawn_at"] is not None
    back = await charity.coordinator.step(at, {"status": "active"}, method="PATCH", of=at)
    assert back.json()["withdrawn_at"] is None
    assert names(await found(anybody, search="wombat")) == ["Wombat Advice"]


async def test_only_the_charity_that_keeps_an_entry_changes_it(world: World, charity: CharityWorld) -> None:
    made = await added(charity.coordinator)
    other = world.a.coordinator
    assert (await other.get(f"{OWN}/{made['id']}")).status_code == 404
    for method, path, body in (
        ("PATCH", f"{OWN}/{made['id']}", {"name": "Taken over"}),
        ("POST", f"{OWN}/{made['id']}/withdraw", None),
    ):
        answer = await other(method, path, json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 404
    assert made["id"] not in (await other.get(OWN, params={"limit": 100})).text
    for role in (Role.MENTOR, Role.ANALYST, Role.SAFEGUARDING_LEAD, Role.DATA_PROTECTION_LEAD):
        caller = charity.staff[role]
        assert (await caller.get(f"{OWN}/{made['id']}")).status_code == 200
        assert (await caller.post(OWN, ENTRY)).status_code == 403
    assert (await charity.referrer.get(OWN)).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "Two\r\nlines"}, "/name"),
        ({"name": "Advice \u202eecivda"}, "/name"),
        ({"status": "open"}, "/status"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "https://user@advice.example"}, "/url"),
        ({"email": "nobody"}, "/email"),
        ({"phones": ["call Testcase Example"]}, "/phones/0"),
        ({"phones": ["0800 000 0000"] * 11}, "/phones"),
        ({"minimum_age": 151}, "/minimum_age"),
        ({"minimum_age": 30, "maximum_age": 18}, "/maximum_age"),
        ({"contacts": []}, "/contacts"),
    ],
)
async def test_bad_input_names_the_field(charity: CharityWorld, wrong: dict[str, Any], pointer: str) -> None:
    answer = await charity.coordinator.post(OWN, {**ENTRY, **wrong})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_what_must_be_there_cannot_be_emptied_and_ages_stay_in_order(charity: CharityWorld) -> None:
    made = await added(charity.coordinator)
    at = f"{OWN}/{made['id']}"
    for change, pointers in (
        ({"name": None, "phones": None}, ["/name", "/phones"]),
        ({"maximum_age": 17}, ["/maximum_age"]),
    ):
        answer = await charity.coordinator.step(at, change, method="PATCH", of=at)
        assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, pointers)
    emptied = await charity.coordinator.step(at, {"email": None, "phones": []}, method="PATCH", of=at)
    assert (emptied.json()["email"], emptied.json()["phones"]) == (None, [])


async def test_an_import_answers_item_by_item_and_keeps_all_that_is_good(
    charity: CharityWorld, anybody: httpx.AsyncClient
) -> None:
    example = json.loads((PROFILE / "service.example.json").read_text())
    good = {"id": str(uuid4()), "name": "Numbat Club", "status": "active"}
    done = await brought(charity.coordinator, example, {"name": "No id"}, good, good, {**good, "status": "x"})
    assert [one["outcome"] for one in done] == ["CREATED", "REFUSED", "CREATED", "REFUSED", "REFUSED"]
    assert [one["index"] for one in done] == [0, 1, 2, 3, 4]
    assert {"/contacts", "/assurer_email"} <= {
        left["pointer"] for left in done[0]["left_out"] if left["reason"] == "PERSON"
    }
    assert {fault["code"] for fault in done[1]["faults"]} == {"REQUIRED"}
    assert [fault["code"] for fault in done[3]["faults"]] == ["ID_TWICE"]
    service = (await anybody.get(f"{OPEN}/services/{done[0]['service_id']}")).json()
    assert list(WHOLE.iter_errors(service)) == []
    assert service["organization"]["name"] == example["organization"]["name"]
    assert "contacts" not in service
    assert service["id"] != example["id"], "its own id: another charity may keep an entry of the same service"


async def test_an_import_again_changes_nothing_and_brings_up_to_date_what_it_says(charity: CharityWorld) -> None:
    by, item = charity.coordinator, {"id": str(uuid4()), "name": "Bilby Club", "status": "active", "fees": "Free."}
    [first] = await brought(by, item)
    at = f"{OWN}/{first['service_id']}"
    await by.step(at, {"phones": ["0800 000 0000"]}, method="PATCH", of=at)
    [again] = await brought(by, {**item, "id": item["id"].upper()})
    assert (again["outcome"], again["service_id"]) == ("UNCHANGED", first["service_id"])
    [changed] = await brought(by, {**item, "fees": "Ten pounds."})
    assert changed["outcome"] == "CHANGED"
    now = (await by.get(at)).json()
    assert (now["fees"], now["phones"], now["version"]) == ("Ten pounds.", ["0800 000 0000"], 3)
    await by.step(at, {"minimum_age": 40}, method="PATCH", of=at)
    [refused] = await brought(by, {**item, "maximum_age": 30})
    assert (refused["outcome"], refused["faults"][0]["code"]) == ("REFUSED", "AGES_REVERSED")
    await by.step(f"{at}/withdraw")
    [kept] = await brought(by, item)
    assert (kept["outcome"], kept["service_id"]) == ("WITHDRAWN", first["service_id"])
    assert (await by.get(at)).json()["withdrawn_at"] is not None


async def test_two_imports_at_once_make_one_entry(world: World, charity: CharityWorld) -> None:
    items = [{"id": str(uuid4()), "name": f"Dunnart {n}", "status": "active"} for n in range(5)]
    done = await asyncio.gather(brought(charity.coordinator, *items), brought(charity.manager, *reversed(items)))
    assert sorted(one["outcome"] for both in done for one in both) == ["CREATED"] * 5 + ["UNCHANGED"] * 5
    assert len({one["service_id"] for both in done for one in both}) == 5
    [theirs] = await brought(world.a.coordinator, items[0])
    assert theirs["outcome"] == "CREATED", "another charity's entry of the same service is its own"


async def test_two_changes_at_once_and_the_second_is_told(charity: CharityWorld) -> None:
    made = await added(charity.coordinator)
    tag = {"If-Match": f'"{made["version"]}"'}
    answers = await asyncio.gather(
        charity.coordinator("PATCH", f"{OWN}/{made['id']}", json={"fees": "One."}, headers=tag),
        charity.manager("PATCH", f"{OWN}/{made['id']}", json={"fees": "Two."}, headers=tag),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_what_is_done_is_on_record_and_told(charity: CharityWorld, superuser_url: str) -> None:
    made = await added(charity.coordinator)
    await charity.coordinator.step(f"{OWN}/{made['id']}/withdraw")
    dpl = charity.staff[Role.DATA_PROTECTION_LEAD]
    entries = (await dpl.get("/v1/audit", params={"object_id": made["id"]})).json()["items"]
    assert {one["action"] for one in entries} == {"directory_service.created", "directory_service.withdrawn"}
    connection = await asyncpg.connect(superuser_url)
    told = await connection.fetch("select type from event where aggregate_id = $1 order by sequence", made["id"])
    await connection.close()
    assert [row["type"] for row in told] == ["directory_service.created", "directory_service.withdrawn"]


async def test_the_publics_role_reads_no_other_table_and_changes_nothing(
    charity: CharityWorld, database_url: str
) -> None:
    await added(charity.coordinator)
    connection = await Connector(database_url)(PUBLIC)
    tables = await connection.fetch(
        "select relname as name from pg_class where relkind = 'r' and relname !~ '^(pg_|sql_)'"
    )
    assert len(tables) > 20
    for table in tables:
        if table["name"] != "directory_service":
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select * from {table['name']}")
    assert await connection.fetchval("select count(id) from directory_service") > 0
    for column in ("*", "charity_id", "created_by", "source_id", "withdrawn_at", "version"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"select {column} from directory_service")
    for spoil in ("update directory_service set name = 'x'", "delete from directory_service"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(spoil)
    await connection.close()


async def test_however_many_ask_without_a_token_nobody_who_is_signed_in_waits(database_url: str) -> None:
    database = Database(database_url, pool_size=2)
    slow = [asyncio.create_task(database.fetch_public("select pg_sleep(0.5)")) for _ in range(6)]
    await asyncio.sleep(0.05)
    started = asyncio.get_running_loop().time()
    await database.ping()
    assert asyncio.get_running_loop().time() - started < 0.4
    await asyncio.gather(*slow)
    await database.close()
