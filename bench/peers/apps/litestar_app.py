"""Litestar with msgspec structs over asyncpg: a pool, prepared statements, one statement for each answer."""

import datetime
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from litestar import Litestar, get, post
from litestar.datastructures import State
from litestar.exceptions import NotFoundException


class Person(msgspec.Struct):
    id: UUID
    given_name: str | None
    family_name: str | None
    date_of_birth: datetime.date | None
    establishment: str | None


class Decision(msgspec.Struct):
    outcome: str
    reasons: list[dict[str, Any]]
    basis: str | None
    custody_end: datetime.date | None
    threshold: datetime.date | None
    warnings: list[str]
    evaluated_on: datetime.date
    inputs: dict[str, Any]
    policy_id: UUID | None
    policy_version: int | None
    decided_at: datetime.datetime


class Referral(msgspec.Struct):
    id: UUID
    reference: str
    programme_id: UUID
    partner_id: UUID | None
    source: str
    source_detail: str | None
    channel: str | None
    received_on: datetime.date
    reason: str | None
    needs: list[str]
    partner_reference: str | None
    disposition: str
    disposition_since: datetime.datetime
    information_due_on: datetime.date | None
    duplicate_of_id: UUID | None
    received_at: datetime.datetime
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime
    person: Person
    eligibility: Decision


class PushedPerson(msgspec.Struct):
    given_name: str
    family_name: str
    date_of_birth: datetime.date
    establishment: str
    location: str
    sex: str


class PushedCustody(msgspec.Struct):
    legal_status: str
    in_custody: bool
    conditional_release_date: datetime.date


class PushedConsent(msgspec.Struct):
    given: bool


class Push(msgspec.Struct):
    charity_id: UUID
    partner_id: UUID
    client_id: UUID
    programme_id: UUID
    source: str
    reason: str
    needs: list[str]
    partner_reference: str
    person: PushedPerson
    custody: PushedCustody
    consent: PushedConsent


_OF_REFERRAL = [name for name in Referral.__struct_fields__ if name not in ("person", "eligibility")]
_OF_PERSON, _OF_DECISION = Person.__struct_fields__, Decision.__struct_fields__
_SELECT = f"""
select {", ".join(f"r.{name}" for name in _OF_REFERRAL)}, {", ".join(f"p.{name}" for name in _OF_PERSON)},
       {", ".join(f"d.{name}" for name in _OF_DECISION)}
  from referral r
  join person p on p.id = r.person_id
  join lateral (
    select * from eligibility_decision d where d.referral_id = r.id order by d.sequence desc limit 1
  ) d on true
"""
_FIRST, _SECOND = len(_OF_REFERRAL), len(_OF_REFERRAL) + len(_OF_PERSON)


def _referral(row: asyncpg.Record) -> Referral:
    values = tuple(row)
    return Referral(*values[:_FIRST], Person(*values[_FIRST:_SECOND]), Decision(*values[_SECOND:]))


async def _set_up(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="text",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    async with asyncpg.create_pool(min_size=8, max_size=8, init=_set_up) as pool:
        app.state.pool = pool
        yield


@get("/referrals/{referral_id:uuid}")
async def read_referral(state: State, referral_id: UUID) -> Referral:
    row = await state.pool.fetchrow(f"{_SELECT} where r.id = $1", referral_id)
    if row is None:
        raise NotFoundException()
    return _referral(row)


@get("/referrals")
async def list_referrals(
    state: State, charity_id: UUID, programme_id: UUID, received_to: datetime.date, limit: int = 50
) -> list[Referral]:
    rows = await state.pool.fetch(
        f"{_SELECT} where r.charity_id = $1 and r.programme_id = $2 and r.received_on <= $3"
        " order by r.received_on desc, r.id desc limit $4",
        charity_id,
        programme_id,
        received_to,
        limit,
    )
    return [_referral(row) for row in rows]


async def _insert(connection: asyncpg.Connection, table: str, **values: Any) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await connection.execute(f"insert into {table} ({', '.join(values)}) values ({places})", *values.values())


@post("/referrals")
async def push_referral(state: State, data: Push) -> Referral:
    """Eight rows in one transaction. Nobody is judged."""
    now = datetime.datetime.now(datetime.UTC)
    person, custody, referral = uuid4(), uuid4(), uuid4()
    whose = {"charity_id": data.charity_id}
    stamped = {**whose, "version": 1, "created_at": now, "created_by": data.client_id, "updated_at": now}
    recorded = {**whose, "recorded_at": now, "recorded_by": data.client_id}
    async with state.pool.acquire() as connection, connection.transaction():
        given = msgspec.structs.asdict(data.person)
        more = {"known_as": [], "movement": "IN_ESTABLISHMENT", "name_keys": []}
        await _insert(connection, "person", id=person, **given, **more, **stamped)
        held = msgspec.structs.asdict(data.custody)
        own = {"person_id": person, **recorded}
        await _insert(connection, "custody_facts", id=custody, sequence=1, source="partner", **held, **own)
        agreed = {"purpose": "TAKING_PART", "given": data.consent.given, "stated_at": now}
        await _insert(connection, "consent", id=uuid4(), **agreed, **own)
        await _insert(
            connection,
            "referral",
            id=referral,
            programme_id=data.programme_id,
            person_id=person,
            partner_id=data.partner_id,
            reference=data.partner_reference,
            partner_reference=data.partner_reference,
            source=data.source,
            channel="API",
            received_on=now.date(),
            received_at=now,
            reason=data.reason,
            needs=data.needs,
            disposition="waiting",
            disposition_for_partner="waiting",
            disposition_since=now,
            version_for_partner=1,
            submitted=msgspec.to_builtins(data),
            **stamped,
        )
        stands = {"disposition": "waiting", "source": data.source, "step": "judged_eligible"}
        await _insert(
            connection,
            "disposition_change",
            **{"id": uuid4(), "referral_id": referral, "sequence": 1, "effective_on": now.date()},
            **stands,
            **recorded,
        )
        await _insert(
            connection,
            "eligibility_decision",
            id=uuid4(),
            referral_id=referral,
            partner_id=data.partner_id,
            sequence=1,
            outcome="ELIGIBLE",
            reasons=[{"code": "AT_LEAST_THRESHOLD", "predicate": "custody_remaining", "detail": "There is enough."}],
            custody_end=data.custody.conditional_release_date,
            warnings=[],
            evaluated_on=now.date(),
            inputs={},
            custody_facts_id=custody,
            decided_at=now,
            decided_for=data.client_id,
            **whose,
        )
        done = {"action": "referral.submitted", "object_id": referral, "fields": list(Push.__struct_fields__)}
        by = {"subject_id": data.client_id, "role": "referrer", "at": now}
        await _insert(connection, "audit_entry", id=uuid4(), **done, **by, **whose)
        about = {"aggregate_id": referral, "aggregate_version": 1, "partner_id": data.partner_id}
        await _insert(connection, "event", id=uuid4(), type="referral.received", occurred_at=now, **about, **whose)
        return _referral(await connection.fetchrow(f"{_SELECT} where r.id = $1", referral))


app = Litestar(
    [read_referral, list_referrals, push_referral],
    lifespan=[lifespan],
    openapi_config=None,
    debug=os.environ.get("BENCH_DEBUG") == "1",
)
