"""One charity never sees another's: a canary in every text of charity b, and everybody of charity a at every door."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.domain.kernel.access import Role
from tests.security.conftest import Logs
from tests.security.doors import Operation, Request, operations, own_requests, plainly, requests
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import Caller, CharityWorld, World, build_charity, client

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ROLES = [*(role.value for role in Role if role is not Role.PLATFORM_OPERATOR), "machine", "platform_operator"]
# The operator creates charities and switches them off, so it sees and changes these. It sees nothing else of them.
OPERATORS_OWN = {"list_organisations", "read_organisation", "change_organisation"}
# Everybody reads the directory, whoever keeps an entry. Of that charity it holds the entry itself, and nothing else.
FOR_EVERYBODY = {"list_directory_services", "read_directory_service"}


# Codes, days and ids only: the ids are searched for, too.
WITHOUT_WORDS = {
    "calendar_feed",
    "bridging_task",
    "engagement",
    "engagement_mentor",
    "match_exclusion",
    "mentoring_session",
    "session_series",
    "concern_alarm",
    "acct_state",
    "mentor_hours",
    "supervision_contact",
    "supervisor_absence",
    "whereabouts",
    "licence_condition",
    "release_plan",
    "reminder",
    "report_case_study",
}


@dataclass
class Canary:
    """A charity that nobody of charity a may notice, and what to search their answers for."""

    filled: Filled
    text: str
    ids: frozenset[str]
    own: Filled
    doors: list[Operation]

    @property
    def values(self) -> dict[str, Any]:
        known = self.filled.everything
        return {name: value for name, value in known.items() if name not in ("into", "member_id", "client_id")}

    def absent(self) -> dict[str, str]:
        """Ids that nothing has, in place of the ids of charity b."""
        return {name: str(uuid4()) for name in self.filled.ids}

    def found_in(
        self, answer: httpx.Response, *, but: frozenset[str] = frozenset(), published: bool = False
    ) -> set[str]:
        """What of charity b stands in the body or a header."""
        everything = answer.text + "".join(f"\n{name}: {value}" for name, value in answer.headers.items())
        if published:
            everything = everything.replace(f"{self.text}-directory_service-", "")
            but |= {self.filled.ids["service_id"]}
        found = {self.text} if self.text in everything.lower() else set()
        return found | ({*_UUID.findall(everything)} & self.ids - but)


@pytest.fixture(scope="module")
async def canary(world: World, filled: tuple[Filled, Filled], rows: Rows) -> Canary:
    charity = await build_charity(world.app, world.operator, "CAN")
    made = await fill(charity)
    text = await rows.put_canaries(charity.id)
    for name in ("reference", "partner_reference"):
        made.person[name] = await rows.one(f"select {name} from referral where id = $1::uuid", made.ids["referral_id"])
    ids = await rows.ids(charity.id)
    # A calendar's address is its own key: whoever has it is answered, so it is not among what others try.
    doors = [one for one in await operations(world.app) if one.id != "read_calendar"]
    return Canary(made, text, ids, filled[0], doors)


def caller_of(charity: CharityWorld, world: World, name: str) -> Caller:
    if name == "machine":
        return charity.machine
    if name == Role.PLATFORM_OPERATOR:
        return world.operator
    return charity.referrer if name == Role.REFERRER else charity.staff[Role(name)]


async def test_there_is_a_canary_in_every_table_of_the_charity(canary: Canary, rows: Rows) -> None:
    """Else a sweep that finds none would prove nothing."""
    without = {"event", "idempotency_record", "client_secret", *WITHOUT_WORDS}
    for table in await rows.tables():
        found = await rows.one(
            f"select count(*) from {table} as t where charity_id = $1 and t::text like '%' || $2 || '%'",
            canary.filled.charity.id,
            canary.text,
        )
        assert found or table in without, table
    own = await canary.filled.charity.manager.get("/v1/people")
    assert canary.found_in(own) >= {canary.text, canary.filled.ids["person_id"]}


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_finds_anything_of_another_charity_at_any_door(
    canary: Canary, world: World, rows: Rows, logs: Logs, role: str
) -> None:
    """Charity b's ids in the path, in the body and in the filters, at every operation: the answer holds nothing of charity
    b, charity b's rows stay as they are, and the answer is the same, byte for byte, as for ids that nothing has."""
    own, token = canary.own.ids, caller_of(canary.own.charity, world, role).token()
    operator = role == Role.PLATFORM_OPERATOR
    before = await rows.checksum(canary.filled.charity.id)
    leaks: list[str] = []
    differ: list[str] = []
    async with client(world.app) as http:

        async def ask(request: Request) -> httpx.Response:
            answer = await request.send(http, token)
            assert answer.status_code < 500, (request.operation.id, answer.text)
            # What somebody of charity a tried is on charity a's record, under the id that he tried.
            tried = canary.ids if request.operation.id == "read_audit" else frozenset()
            known = tried | (_organisations(canary) if operator else frozenset())
            if canary.found_in(answer, but=known, published=request.operation.id in FOR_EVERYBODY):
                leaks.append(request.operation.id)
            return answer

        for operation in canary.doors:
            if operator and operation.id in OPERATORS_OWN:
                continue
            absent = canary.absent()
            theirs = requests(operation, own, canary.filled.ids, canary.values)
            nobodys = requests(operation, own, absent, _absent_values(canary, absent))
            for request, other in zip(theirs, nobodys, strict=True):
                same = plainly(await ask(request)) == plainly(await ask(other))
                if not same and operation.id not in {"read_audit", "read_directory_service"}:
                    differ.append(f"{operation.id} {request.query or request.path}")
            for request in own_requests(operation, absent if _spoils(operation) else own):
                await ask(request)
    assert not leaks
    assert not differ
    assert await rows.checksum(canary.filled.charity.id) == before
    assert canary.text not in logs.text().lower()
    assert len(logs.lines) > 50, "there is a line for each request"


def _organisations(canary: Canary) -> frozenset[str]:
    charity, spare = canary.filled.charity, canary.filled.ids["organisation_id"]
    return frozenset({str(charity.id), str(charity.partner_id), spare})


def _spoils(operation: Operation) -> bool:
    """Whether the example would take the caller's own rights away."""
    return operation.id in {"change_member", "change_client", "issue_secret", "create_charity"}


def _absent_values(canary: Canary, absent: dict[str, str]) -> dict[str, Any]:
    return {name: absent.get(name, str(uuid4())) for name in canary.values}


async def test_the_operator_sees_of_a_charity_that_it_is_there_and_nothing_about_anybody(
    canary: Canary, world: World, rows: Rows
) -> None:
    for operation in canary.doors:
        person_free = {"organisation", *(["directory_service"] if operation.id in FOR_EVERYBODY else [])}
        for request in requests(operation, canary.filled.ids, canary.filled.ids, {}):
            if operation.method != "GET":
                continue
            answer = await world.operator.get(request.path, params={**request.operation.required(), **request.query})
            for table in await rows.tables():
                if table not in person_free:
                    assert f"{canary.text}-{table}-" not in answer.text, operation.id


async def test_an_idempotency_key_of_another_charity_replays_nothing(canary: Canary) -> None:
    theirs, own = canary.filled.charity, canary.own.charity
    key = {"Idempotency-Key": "the-same-key-everywhere"}
    body = {"given_name": "Canarysearched"}
    first = await theirs.coordinator.post("/v1/people", body, headers=key)
    second = await own.coordinator.post("/v1/people", body, headers=key)
    third = await own.manager.post("/v1/people", body, headers=key)
    assert [answer.status_code for answer in (first, second, third)] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in (first, second, third)}) == 3
    assert "idempotency-replayed" not in second.headers


async def test_a_cursor_of_another_charity_is_refused(canary: Canary) -> None:
    theirs, own = canary.filled.charity, canary.own.charity
    page = (await theirs.manager.get("/v1/referrals", params={"limit": 1})).json()
    assert page["next"]
    answer = await own.manager.get("/v1/referrals", params={"limit": 1, "cursor": page["next"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_CURSOR")


async def test_searching_for_somebody_of_another_charity_finds_only_ones_own(canary: Canary, world: World) -> None:
    """He has the same prison number, name and birth in both charities."""
    b, own = world.b, canary.own
    same = {
        "given_name": "Searchedfor",
        "family_name": "Everywhere",
        "date_of_birth": "1977-07-07",
        "identifiers": [{"scheme": "crn", "value": "X777777"}],
    }
    theirs = (await b.manager.post("/v1/people", same)).json()["id"]
    for body in (
        {"identifier": {"scheme": "crn", "value": "X777777"}},
        {"given_name": "Searchedfor", "family_name": "Everywhere", "date_of_birth": "1977-07-07"},
    ):
        answer = await own.charity.manager.post("/v1/people/search", body)
        assert answer.json() == {"items": []}
    ours = (await own.charity.manager.post("/v1/people", same)).json()["id"]
    answer = await own.charity.manager.post("/v1/people/search", {"identifier": same["identifiers"][0]})
    assert [match["person"]["id"] for match in answer.json()["items"]] == [ours]
    answer = await own.charity.manager.get(f"/v1/people/{ours}/possible-duplicates")
    assert theirs not in answer.text


def test_the_sweep_would_notice(canary: Canary) -> None:
    def answer(text: str, **headers: str) -> httpx.Response:
        return httpx.Response(200, text=text, headers=headers)

    some = next(iter(canary.ids & frozenset(one for one in canary.ids if _UUID.fullmatch(one))))
    assert canary.found_in(answer(f"… {canary.text.upper()} …"))
    assert canary.found_in(answer(f'{{"id": "{some}"}}'))
    assert canary.found_in(answer("", location=f"/v1/people/{some}"))
    assert not canary.found_in(answer(f'{{"id": "{uuid4()}"}}'))
