"""What the tests of referrals, people and eligibility have in common: facts, programmes, and ways to each disposition."""

from typing import Any

import asyncpg
import httpx

from app.domain.eligibility.rules import Outcome
from app.domain.referrals.models import Disposition
from app.domain.referrals.rules import JUDGED, Step
from tests.world import THREE_MONTHS, Caller, CharityWorld

D = Disposition

# Judged for 1 November 2026 by "three months left to serve".
LONG = {"legal_status": "SENTENCED", "conditional_release_date": "2027-09-30"}
SHORT = {"legal_status": "SENTENCED", "conditional_release_date": "2026-12-24"}
UNKNOWN: dict[str, Any] = {}
REMAND = {"legal_status": "REMAND"}
FACTS: dict[Outcome, dict[str, Any]] = {
    Outcome.ELIGIBLE: LONG,
    Outcome.INELIGIBLE: SHORT,
    Outcome.UNDETERMINED: UNKNOWN,
}

# The steps that have an address, and how to get to each disposition from a push with these facts.
ADDRESSED = tuple(step for step in Step if not step.name.startswith("JUDGED"))
WAYS: dict[Disposition, tuple[Outcome, tuple[Step, ...]]] = {
    D.AWAITING_INFORMATION: (Outcome.UNDETERMINED, ()),
    D.AWAITING_CONFIRMATION: (Outcome.INELIGIBLE, ()),
    D.WAITING: (Outcome.ELIGIBLE, ()),
    D.INELIGIBLE: (Outcome.INELIGIBLE, (Step.CONFIRM_INELIGIBLE,)),
    D.ALLOCATED: (Outcome.ELIGIBLE, (Step.ALLOCATE,)),
    D.DECLINED_BY_PERSON: (Outcome.ELIGIBLE, (Step.DECLINE,)),
    D.WITHDRAWN: (Outcome.UNDETERMINED, (Step.WITHDRAW,)),
    D.DUPLICATE: (Outcome.ELIGIBLE, (Step.MERGE,)),
    D.TRANSFERRED_BEFORE_ALLOCATION: (Outcome.ELIGIBLE, (Step.RECORD_TRANSFER,)),
    D.RELEASED_UNSERVED: (Outcome.ELIGIBLE, (Step.RECORD_RELEASE,)),
}


def end_of(step: Step, newest: Outcome) -> Disposition:
    """Where a step leads; a reopening goes where the newest decision says."""
    if step is Step.REOPEN:
        return JUDGED[newest][1]
    return {
        Step.CONFIRM_INELIGIBLE: D.INELIGIBLE,
        Step.OVERRULE: D.WAITING,
        Step.ALLOCATE: D.ALLOCATED,
        Step.DECLINE: D.DECLINED_BY_PERSON,
        Step.WITHDRAW: D.WITHDRAWN,
        Step.MERGE: D.DUPLICATE,
        Step.RECORD_TRANSFER: D.TRANSFERRED_BEFORE_ALLOCATION,
        Step.RECORD_RELEASE: D.RELEASED_UNSERVED,
    }[step]


async def made(by: Caller, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    answer = await by.post(path, body, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def read(by: Caller, path: str, **more: Any) -> dict[str, Any]:
    answer = await by.get(path, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(by: Caller, path: str, **params: Any) -> list[dict[str, Any]]:
    """Every item of a list, page after page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await read(by, path, params={**params, **({"cursor": cursor} if cursor else {})})
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


async def new_programme(charity: CharityWorld, name: str = "Example programme", **more: Any) -> str:
    """A programme of its own, so that nobody else's referrals are in its lists."""
    programme = await made(charity.manager, "/v1/programmes", {"name": name, **more})
    await made(
        charity.manager,
        f"/v1/programmes/{programme['id']}/eligibility-policies",
        {"document": THREE_MONTHS, "valid_from": "2020-01-01"},
    )
    identity: str = programme["id"]
    return identity


def body_of(step: Step, *, into: str) -> dict[str, Any]:
    return {"reason": f"Because of {step.value}."} | ({"into": into} if step is Step.MERGE else {})


def address(referral: dict[str, Any], step: Step) -> str:
    return f"/v1/referrals/{referral['id']}/{step.value.replace('_', '-')}"


async def take(by: Caller, referral: dict[str, Any], step: Step, *, into: str = "") -> httpx.Response:
    return await by.step(address(referral, step), body_of(step, into=into))


async def stand(charity: CharityWorld, disposition: Disposition, **more: Any) -> dict[str, Any]:
    """A new referral that stands in this disposition, brought there through the door."""
    outcome, steps = WAYS[disposition]
    referral = await charity.push(**{"custody": FACTS[outcome], **more})
    for step in steps:
        into = (await charity.push(**more))["id"] if step is Step.MERGE else ""
        answer = await take(charity.coordinator, referral, step, into=into)
        assert answer.status_code == 200, answer.text
    found = await read(charity.coordinator, f"/v1/referrals/{referral['id']}")
    assert found["disposition"] == disposition
    return found


async def everything_about(by: Caller, referral_id: str) -> tuple[str, str, list[dict[str, Any]], list[dict[str, Any]]]:
    """A referral as anybody could see it: its text, its ETag, its history, its decisions."""
    answer = await by.get(f"/v1/referrals/{referral_id}")
    assert answer.status_code == 200, answer.text
    history = await listed(by, f"/v1/referrals/{referral_id}/history")
    decisions = await listed(by, f"/v1/referrals/{referral_id}/eligibility")
    return answer.text, answer.headers["etag"], history, decisions


async def learn(by: Caller, referral: dict[str, Any], facts: dict[str, Any]) -> None:
    """New custody facts about whom a referral is about."""
    seen = await read(by, f"/v1/referrals/{referral['id']}")
    await made(by, f"/v1/people/{seen['person']['id']}/custody-facts", {**facts, "source": "OMU (example)"})


async def sql(url: str, statement: str, *values: Any) -> list[asyncpg.Record]:
    """What is really in the database, asked as its superuser."""
    connection = await asyncpg.connect(url)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *values)
        return rows
    finally:
        await connection.close()


async def row_counts(url: str) -> dict[str, int]:
    """How many rows there are in every table."""
    tables = [
        row["relname"]
        for row in await sql(
            url, "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
    ]
    parts = [f"select '{table}' as name, count(*) as n from \"{table}\"" for table in sorted(tables)]
    return {row["name"]: row["n"] for row in await sql(url, " union all ".join(parts))}
