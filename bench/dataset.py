"""The data that everybody is asked for: made once in sets, kept as a database that each run copies."""

import asyncio
import hashlib
import json
import time
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from alembic import command
from alembic.config import Config

from app.domain.eligibility.operations import facts, judge
from app.domain.eligibility.seeded import load
from app.domain.people.codes import LegalStatus
from app.domain.people.models import CustodyInput, PersonInput
from app.domain.referrals.models import Source
from app.postgres import EmbeddedPostgres

HERE = Path(__file__).parent
ROOT = HERE.parent
KEPT = ROOT / ".bench"
HISTORY = 10
"""Rows of history of each referral."""
FEWEST, FULL = 5_000, 100_000
CHARITIES, PARTNERS, PROGRAMMES = 8, 32, 40
FIRST_DAY, DAYS = date(2023, 1, 2), 1000
RUN = "bench_run"

# A server for writes that count: durable as in production, with memory and log enough that no checkpoint falls into a
# short measurement by chance.
SERVER = {
    "max_connections": "200",
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "effective_cache_size": "6GB",
    "random_page_cost": "1.1",
}


def uid(kind: int, number: int) -> UUID:
    """The id that dataset.sql gives."""
    return UUID(f"01900000-{kind:04x}-7000-8000-{number:012x}")


CHARITY, PARTNER, MEMBER, CLIENT, PROGRAMME, POLICY, REFERRAL = 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x11


def server() -> EmbeddedPostgres:
    return EmbeddedPostgres(KEPT / "postgres", settings=SERVER)


def _stamp() -> str:
    """What the data was made by: another schema, or another script, and it is made anew."""
    digest = hashlib.sha256()
    for path in (*sorted((ROOT / "migrations").rglob("*.py")), HERE / "dataset.sql"):
        digest.update(path.read_bytes())
    digest.update(json.dumps(_settings()).encode())
    return digest.hexdigest()


def prepare(running: EmbeddedPostgres, referrals: int) -> None:
    """Make the data set of this size unless it is there, and a fresh copy of it for this run."""
    name = f"bench_{referrals}"
    if not asyncio.run(_is_there(running.url("postgres"), name)):
        started = time.monotonic()
        print(f"Loading {referrals:,} referrals with {referrals * HISTORY:,} rows of history …", flush=True)
        asyncio.run(_statements(running.url("postgres"), f"drop database if exists {name} with (force)"))
        running.create_database(name)
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
        config.attributes["dsn"] = running.url(name)
        command.upgrade(config, "head")
        asyncio.run(_fill(running.url(name), referrals))
        asyncio.run(_statements(running.url("postgres"), f"comment on database {name} is '{_stamp()}'"))
        print(f"… loaded in {time.monotonic() - started:.0f} s; kept in {KEPT.name}/ for the next run.", flush=True)
    asyncio.run(
        _statements(
            running.url("postgres"),
            f"drop database if exists {RUN} with (force)",
            f"create database {RUN} template {name} strategy file_copy",
            "checkpoint",
        )
    )


def add(url: str, script: Path) -> None:
    """More rows for one benchmark, by a script that is told what dataset.sql is told."""

    statements = script.read_text(encoding="utf-8")

    async def execute() -> None:
        connection = await asyncpg.connect(url)
        try:
            for name, value in _settings().items():
                await connection.fetchval("select set_config($1, $2, false)", name, value)
            await connection.execute(statements)
        finally:
            await connection.close()

    asyncio.run(execute())


def discard(running: EmbeddedPostgres) -> None:
    asyncio.run(_statements(running.url("postgres"), f"drop database if exists {RUN} with (force)"))


async def _is_there(url: str, name: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetchval(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = $1", name
        )
        return bool(found == _stamp())
    finally:
        await connection.close()


async def _statements(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _fill(url: str, referrals: int) -> None:
    connection = await asyncpg.connect(url, server_settings={"work_mem": "256MB", "maintenance_work_mem": "512MB"})
    try:
        for name, value in {"bench.referrals": str(referrals), **_settings()}.items():
            await connection.fetchval("select set_config($1, $2, false)", name, value)
        async with connection.transaction():
            await connection.execute((HERE / "dataset.sql").read_text(encoding="utf-8"))
        await connection.execute("vacuum (freeze, analyze)")
    finally:
        await connection.close()


def _settings() -> dict[str, str]:
    """What the script is told besides the size."""
    return {
        "bench.decisions": json.dumps(_decisions()),
        "bench.policy": load("belong-brixton").model_dump_json(by_alias=True),
    }


def _decisions() -> dict[str, Any]:
    """A decision of each outcome, as the service itself judges: its reasons, basis and inputs."""
    day = FIRST_DAY
    policy, person = load("belong-brixton"), PersonInput(given_name="Testcase", establishment="BXI")
    custody = {
        "ELIGIBLE": CustodyInput(legal_status=LegalStatus.SENTENCED, conditional_release_date=date(2023, 9, 30)),
        "UNDETERMINED": CustodyInput(legal_status=LegalStatus.SENTENCED),
        "INELIGIBLE": CustodyInput(legal_status=LegalStatus.SENTENCED, conditional_release_date=date(2023, 1, 30)),
    }
    made = {}
    for outcome, known in custody.items():
        given = facts(person, custody=known, route=Source.PRISON_OFFENDER_MANAGER, consent_given=True)
        decision = judge(policy, given, evaluated_on=day).model_dump(mode="json")
        if decision["outcome"] != outcome:
            raise RuntimeError(f"judged {decision['outcome']}, not {outcome}")
        made[outcome] = {name: decision[name] for name in ("reasons", "basis", "inputs")}
    return made
