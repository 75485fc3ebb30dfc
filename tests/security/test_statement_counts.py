"""A list costs the same number of statements at one row and at fifty: what does not is slow when it matters, and somebody
who can make it slow has a weapon. Counted on the wire."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.domain.kernel.access import ROLE_PERMISSIONS, Role
from app.main import create_app
from app.settings import Settings
from tests.conftest import Clock
from tests.security.conftest import as_service
from tests.security.doors import Operation, operations
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.security.wire import Wire
from tests.world import World, build_charity, client

# Statements of each GET. More than one: the first finds out whether the thing that the list belongs to is there for the
# caller; the ledger also asks for its clock. Without an entry: one.
STATEMENTS = {
    "read_history": 2,
    "read_decisions": 2,
    "possible_duplicates": 2,
    "list_custody_facts": 2,
    "list_consents": 2,
    "list_explanations": 2,
    "list_policies": 2,
    "list_trusted_documents": 2,
    "read_waiting_list": 2,
    "read_ledger": 3,
    "read_countdown": 2,
    **dict.fromkeys(
        (
            "list_mentor_steps",
            "list_mentor_checks",
            "list_mentor_trainings",
            "list_supervisions",
            "list_mentor_hours",
            "list_match_lines",
        ),
        2,
    ),
    **dict.fromkeys(
        ("jwks", "metadata", "list_problems", "read_problem", "liveness", "metrics", "directory_metadata"), 0
    ),
}
# What grows, and by which column it is the charity's, the person's, the referral's, the programme's.
GROWING = {
    "organisation": "charity_id",
    "programme": "charity_id",
    "member": "charity_id",
    "client": "charity_id",
    "trusted_document": "client_id",
    "person": "charity_id",
    "referral": "charity_id",
    "audit_entry": "charity_id",
    "person_identifier": "person_id",
    "conviction": "person_id",
    "custody_facts": "person_id",
    "consent": "person_id",
    "explanation": "person_id",
    "disposition_change": "referral_id",
    "eligibility_decision": "referral_id",
    "eligibility_policy": "programme_id",
    "mentor": "charity_id",
    "supervisor_absence": "charity_id",
    **dict.fromkeys(
        ("mentor_step", "mentor_check", "mentor_training", "supervision_contact", "mentor_hours"), "mentor_id"
    ),
    "match_profile": "person_id",
    "match_exclusion": "charity_id",
    "matching_policy": "programme_id",
    "match_run": "charity_id",
    "match_line": "run_id",
    "engagement": "charity_id",
    "engagement_change": "engagement_id",
    "engagement_mentor": "engagement_id",
    "bridging_task": "charity_id",
    "mentoring_session": "engagement_id",
    "session_entry": "session_id",
    "session_series": "engagement_id",
    "session_note": "engagement_id",
    "action_plan": "engagement_id",
    "toolkit": "charity_id",
    "toolkit_progress": "engagement_id",
    "barrier": "engagement_id",
    "barrier_attempt": "barrier_id",
    "concern": "charity_id",
    "concern_addition": "concern_id",
    "concern_alarm": "charity_id",
    "acct_state": "charity_id",
    "restricted_note": "charity_id",
    "calendar_feed": "charity_id",
    "feedback": "charity_id",
    "feedback_form": "charity_id",
    "plan_review": "plan_id",
    "goal": "engagement_id",
    "goal_step": "goal_id",
    "goal_entry": "goal_id",
    "progress_unit": "progress_id",
    "progress_entry": "progress_id",
    "onward_referral": "engagement_id",
    "onward_referral_entry": "onward_referral_id",
    "placement": "person_id",
    "placement_entry": "placement_id",
    "temporary_absence": "charity_id",
    "move_review": "charity_id",
    "gate_support": "charity_id",
    "reconnect_card": "support_id",
    "contact_permission": "person_id",
    "professional_contact": "person_id",
    "person_merge": "person_id",
    "reminder": "charity_id",
    "ending_agreement": "engagement_id",
    "closing_review": "engagement_id",
    "outcome_judgement": "engagement_id",
    "report": "charity_id",
    "publication": "charity_id",
    "case_study": "engagement_id",
    "measure": "charity_id",
    "measure_response": "engagement_id",
    "death": "charity_id",
    "licence_condition": "person_id",
    "release_plan": "programme_id",
    "release_plan_item": "plan_id",
    "release_plan_entry": "plan_id",
    "gate_support_step": "support_id",
    "directory_service": "charity_id",
}


@pytest.fixture(scope="module")
async def wire(database_url: str) -> AsyncIterator[Wire]:
    target = urlsplit(database_url)
    assert target.hostname
    assert target.port
    async with Wire(target.hostname, target.port).open() as opened:
        yield opened


@pytest.fixture(scope="module")
async def counted(
    settings: Settings, database_url: str, clock: Clock, world: World, wire: Wire
) -> AsyncIterator[FastAPI]:
    """A second service on the same database and keys, with one connection that can be listened to."""
    one = settings.model_copy(update={"pool_size": 1})
    application = create_app(one, database_url=as_service(database_url, f"127.0.0.1:{wire.port}"), clock=clock)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="module")
async def counting(world: World) -> Filled:
    return await fill(await build_charity(world.app, world.operator, "CNT"))


def token_for(operation: Operation, filled: Filled, world: World) -> str:
    role = next(
        role
        for role in (Role.MANAGER, Role.COORDINATOR, Role.DATA_PROTECTION_LEAD)
        if operation.permission is None or operation.permission in ROLE_PERMISSIONS[role]
    )
    return filled.charity.staff[role].token()


async def cost(http: httpx.AsyncClient, wire: Wire, operation: Operation, token: str, filled: Filled) -> list[int]:
    """Statements and round trips of the same call made again: what it costs in service, with nothing left to prepare."""
    headers = {"Authorization": f"Bearer {token}"}
    query = {**operation.required(), **operation.needed(filled.ids)}
    if "limit" in operation.parameters("query"):
        query["limit"] = "100"
    for _ in range(2):
        before = wire.statements, wire.round_trips
        answer = await http.get(operation.at(filled.ids), params=query, headers=headers)
        assert answer.status_code == 200, (operation.id, answer.text)
        spent = [wire.statements - before[0], wire.round_trips - before[1]]
    return [*spent, len(answer.json().get("items", ())) if "json" in answer.headers["content-type"] else 0]


async def test_each_get_costs_the_same_at_one_row_and_at_fifty(
    counted: FastAPI, counting: Filled, world: World, wire: Wire, rows: Rows
) -> None:
    """With `expand`, too. One statement is one round trip."""
    gets = [
        operation
        for operation in await operations(counted)
        if operation.method == "GET" and operation.id != "read_calendar"
    ]
    few, many = {}, {}
    async with client(counted) as http:
        for operation in gets:
            few[operation.id] = await cost(http, wire, operation, token_for(operation, counting, world), counting)
        keys = counting.ids | {"charity_id": str(counting.charity.id)}
        for table, column in GROWING.items():
            await rows.copies(table, column, UUID(keys[column]), 50)
        for operation in gets:
            many[operation.id] = await cost(http, wire, operation, token_for(operation, counting, world), counting)
    expected = {operation.id: STATEMENTS.get(operation.id, 1) for operation in gets}
    assert {name: spent[0] for name, spent in few.items()} == expected
    assert {name: spent[0] for name, spent in many.items()} == expected
    assert {name: spent[1] for name, spent in many.items()} == expected
    lists = {
        operation.id
        for operation in gets
        if "limit" in operation.parameters("query") and operation.id != "list_establishments"
    }
    short = {name: (few[name][2], many[name][2]) for name in lists if many[name][2] < few[name][2] + 50 > 0}
    assert not {name: counts for name, counts in short.items() if counts[1] < 50}


async def test_more_in_the_answer_is_no_more_statements(counted: FastAPI, counting: Filled, wire: Wire) -> None:
    """`expand`, `fields`, filters, another order and a cursor all stay within the one statement."""
    headers = {"Authorization": f"Bearer {counting.charity.manager.token()}"}
    async with client(counted) as http:
        following = (await http.get("/v1/referrals", params={"limit": 1}, headers=headers)).json()["next"]
        for path, query in (
            ("/v1/referrals", {"expand": "history", "limit": 100}),
            ("/v1/referrals", {"fields": "reference,person", "order": "disposition_since"}),
            ("/v1/referrals", {"disposition": "waiting", "source": "prison_offender_manager"}),
            ("/v1/referrals", {"limit": 1, "cursor": following}),
            ("/v1/people", {"expand": "custody_facts", "limit": 100}),
            (f"/v1/people/{counting.ids['person_id']}", {"expand": "custody_facts"}),
        ):
            spent = []
            for _ in range(2):
                before = wire.statements, wire.round_trips
                answer = await http.get(path, params=query, headers=headers)
                assert answer.status_code == 200, answer.text
                spent = [wire.statements - before[0], wire.round_trips - before[1]]
            assert spent == [1, 1], (path, query)


async def test_the_wire_counts_what_goes_over_it(wire: Wire, database_url: str) -> None:
    """Else nought would be nought for the wrong reason."""
    import asyncpg

    connection = await asyncpg.connect(as_service(database_url, f"127.0.0.1:{wire.port}"))
    before = wire.statements, wire.round_trips
    await connection.execute("select 1")
    assert (wire.statements - before[0], wire.round_trips - before[1]) == (1, 1)
    for _ in range(3):
        before = wire.statements, wire.round_trips
        assert await connection.fetchval("select $1::int", 1) == 1
    assert (wire.statements - before[0], wire.round_trips - before[1]) == (1, 1)
    await connection.close()
