"""What stood in a database before a step stands there after it, where the step has it stand."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from app.postgres import EmbeddedPostgres
from tests.architecture.test_migrations import ROOT

Filled = Callable[[asyncpg.Connection], Any]

CHARITY, HIS, HIS_HEIRS = (UUID(int=n) for n in range(1, 4))


def _config(dsn: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.attributes["dsn"] = dsn
    return config


@pytest.fixture
def upgraded(server: EmbeddedPostgres) -> Callable[[str, Filled, Filled], None]:
    """Fills a database as it was before a step, takes the step, and looks."""

    def upgrade(revision: str, fill: Filled, look: Filled) -> None:
        name = f"before_{revision}_{uuid4().hex[:8]}"
        server.create_database(name)
        dsn = server.url(name)

        async def doing(what: Filled) -> None:
            connection = await asyncpg.connect(dsn)
            await what(connection)
            await connection.close()

        command.upgrade(_config(dsn), f"{int(revision) - 1:04}")
        asyncio.run(doing(fill))
        command.upgrade(_config(dsn), revision)
        asyncio.run(doing(look))

    return upgrade


async def put(connection: asyncpg.Connection, table: str, **given: Any) -> UUID:
    """A row with these values, and anything in what else must not be empty: what it refers to need not be there."""
    columns = await connection.fetch(
        "select column_name as name, data_type as type from information_schema.columns"
        " where table_name = $1 and is_nullable = 'NO' and column_default is null",
        table,
    )
    anything = {
        "uuid": "uuidv7()",
        "bigint": "1",
        "boolean": "false",
        "timestamp with time zone": "now()",
        "date": "current_date",
        "ARRAY": "'{}'",
        "jsonb": "'[]'",
    }
    values = {row["name"]: anything.get(row["type"], "'x'") for row in columns} | given
    id_ = given.get("id", uuid4())
    values["id"] = id_
    literals = [value if isinstance(value, str) else f"'{value}'" for value in values.values()]
    await connection.execute("set session_replication_role = replica")  # no triggers, nothing to refer to
    await connection.execute(f"insert into {table} ({', '.join(values)}) values ({', '.join(literals)})")
    await connection.execute("set session_replication_role = origin")
    return UUID(str(id_))


def test_known_names_leave_the_notes_that_mentors_read(upgraded: Callable[[str, Filled, Filled], None]) -> None:
    number, name = {"code": "PRISON_NUMBER", "words": "A0000AA"}, {"code": "KNOWN_NAME", "words": "Somebody Testcase"}
    notes: dict[str, UUID] = {}

    async def fill(connection: asyncpg.Connection) -> None:
        await put(connection, "organisation", id=CHARITY)
        for what, warnings in (("both", [number, name]), ("name", [name]), ("number", [number]), ("none", [])):
            notes[what] = await put(
                connection, "session_note", warnings=f"'{json.dumps(warnings)}'", charity_id=CHARITY
            )

    async def look(connection: asyncpg.Connection) -> None:
        left = {row["id"]: json.loads(row["warnings"]) for row in await connection.fetch("select * from session_note")}
        assert left == {notes["both"]: [number], notes["name"]: [], notes["number"]: [number], notes["none"]: []}
        apart = await connection.fetch("select * from session_note_known_name")
        assert {row["note_id"]: json.loads(row["found"]) for row in apart} == {
            notes["both"]: [name],
            notes["name"]: [name],
        }
        with pytest.raises(asyncpg.RestrictViolationError):  # and are kept as before
            await connection.execute("update session_note set words = ''")

    upgraded("0017", fill, look)


def test_what_was_still_planned_for_somebody_who_was_succeeded_is_his_successors(
    upgraded: Callable[[str, Filled, Filled], None],
) -> None:
    found: dict[str, UUID] = {}

    async def fill(connection: asyncpg.Connection) -> None:
        await put(connection, "mentor", id=HIS_HEIRS)
        engagement = await put(connection, "engagement", mentor_id=HIS_HEIRS, state="'ACTIVE'", charity_id=CHARITY)
        of = {"engagement_id": engagement, "charity_id": CHARITY, "mentor_id": HIS}
        for what, state, when in (
            ("ahead", "PLANNED", "now() + interval '2 days'"),
            ("been", "PLANNED", "now() - interval '2 days'"),
            ("held", "HELD", "now() - interval '9 days'"),
        ):
            found[what] = await put(connection, "mentoring_session", state=f"'{state}'", starts_at=when, **of)
        found["series"] = await put(connection, "session_series", until="current_date + 9", **of)

    async def look(connection: asyncpg.Connection) -> None:
        rows = await connection.fetch(
            "select id, mentor_id from mentoring_session union all select id, mentor_id from session_series"
        )
        whose = {row["id"]: row["mentor_id"] for row in rows}
        assert {what: whose[id_] for what, id_ in found.items()} == {
            "ahead": HIS_HEIRS,
            "been": HIS,
            "held": HIS,
            "series": HIS_HEIRS,
        }

    upgraded("0017", fill, look)


def test_whoever_was_on_file_is_known_to_be_where_he_was_said_to_be(
    upgraded: Callable[[str, Filled, Filled], None],
) -> None:
    found: dict[str, UUID] = {}

    async def fill(connection: asyncpg.Connection) -> None:
        await put(connection, "organisation", id=CHARITY)
        for what, establishment, movement, setting in (
            ("inside", "'BXI'", "'IN_ESTABLISHMENT'", "'CUSTODY'"),
            ("somewhere", "null", "'TRN'", "null"),
            ("out", "null", "'OUT'", "null"),
            ("nobody knows", "null", "'UNKNOWN'", "null"),
        ):
            found[what] = await put(
                connection,
                "person",
                charity_id=CHARITY,
                establishment=establishment,
                location="'C wing'",
                movement=movement,
                setting=setting,
                created_at="'2026-06-30T23:30:00Z'",  # the first of July in London
            )

    async def look(connection: asyncpg.Connection) -> None:
        rows = await connection.fetch(
            "select p.*, lower(w.days)::text as since, e.step from placement p join whereabouts w using (person_id)"
            " join placement_entry e on e.placement_id = p.id"
        )
        told = {
            row["person_id"]: (row["accommodation"], row["establishment"], row["location"], row["since"], row["step"])
            for row in rows
        }
        assert told == {
            found["inside"]: ("HMP", "BXI", "C wing", "2026-07-01", "record"),
            found["somewhere"]: ("HMP", None, "C wing", "2026-07-01", "record"),
            found["out"]: ("COMMUNITY_NOT_KNOWN", None, None, "2026-07-01", "record"),
        }

    upgraded("0018", fill, look)
