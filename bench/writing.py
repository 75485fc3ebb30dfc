"""The rows of one real push, turned into a script: the same INSERTs with new ids, in one transaction."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlmodel import SQLModel

from bench.cases import Case, Push
from bench.dataset import CHARITIES, CHARITY, CLIENT, PARTNER, PARTNERS, POLICY, PROGRAMME, PROGRAMMES, uid
from bench.ours import Ours

# Values of which there may be only one: made of an id that is new.
_UNIQUE = {("referral", "reference"), ("referral", "partner_reference"), ("idempotency_record", "key")}
_WHOSE = {CHARITY: "charity", PARTNER: "p", CLIENT: "p", PROGRAMME: "programme", POLICY: "programme"}
_HEAD = f"""\
\\set p random(0, {PARTNERS - 1})
\\set charity :p * {CHARITIES} / {PARTNERS}
\\set programme :charity * {PROGRAMMES // CHARITIES} + :p % {PROGRAMMES // CHARITIES}
begin;
"""


async def written_by_a_push(pusher: Ours, case: Case) -> str:
    """Push once through the service, and write down what it left in the database."""
    question = Push(0)
    number = 900_000_000_000 + sum(map(ord, case.key))
    request = pusher.request(case, question).numbered(number)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{pusher.port}") as http:
        answer = await http.post(
            request.path, content=request.body, headers={**request.headers, "Content-Type": "application/json"}
        )
    if answer.status_code != request.expects:
        raise RuntimeError(f"a push was answered {answer.status_code}: {answer.text[:300]}")
    connection = await asyncpg.connect(pusher.dsn)
    try:
        return await _script(connection, f"PUSH-{number:012d}")
    finally:
        await connection.close()


async def _script(connection: asyncpg.Connection, partner_reference: str) -> str:
    transaction = await connection.fetchval(
        "select xmin::text from referral where partner_reference = $1", partner_reference
    )
    inserted: list[tuple[str, dict[str, tuple[str, Any]]]] = []
    for table in SQLModel.metadata.sorted_tables:
        columns = await connection.fetch(
            "select attname, atttypid::regtype::text as type from pg_attribute"
            # Numbers and transactions are PostgreSQL's own to give.
            " where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = ''"
            " and atttypid <> 'xid8'::regtype",
            table.name,
        )
        texts = ", ".join(f'"{column["attname"]}"::text' for column in columns)
        for row in await connection.fetch(f"select {texts} from {table.name} where xmin::text = $1", transaction):
            kinds = {column["attname"]: column["type"] for column in columns}
            inserted.append((table.name, {name: (kinds[name], row[name]) for name in kinds if row[name] is not None}))
    made = {row["id"][1]: f"i{number}" for number, (_, row) in enumerate(inserted) if "id" in row}
    new = ", ".join(f"uuidv7() as {name}" for name in made.values())
    statements = []
    for name_of_table, row in inserted:
        columns_given = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(_value(name_of_table, name, row, made) for name in row)
        statements.append(f"insert into {name_of_table} ({columns_given})\nvalues ({values});")
    return f"{_HEAD}select {new} \\gset\n" + "\n".join(statements) + "\ncommit;\n"


def _value(table: str, name: str, row: dict[str, tuple[str, Any]], made: dict[str, str]) -> str:
    kind, value = row[name]
    if (table, name) in _UNIQUE:
        return f"'BN-' || :{made[row['id'][1]]}::text"
    if value in made:
        return f":{made[value]}::uuid"
    if kind == "uuid":
        return _of_the_data(UUID(value))
    if kind == "timestamp with time zone":
        return "now()"
    text = value.replace("\\", "\\\\").replace("'", "''").replace(":", r"\x3a")
    return f"E'{text}'::{kind}"


def _of_the_data(value: UUID) -> str:
    """Whose it is, for the agency that this call is about."""
    prefix = str(value)[:24]
    for kind, variable in _WHOSE.items():
        if prefix == str(uid(kind, 0))[:24]:
            return f"('{prefix}' || lpad(to_hex(:{variable}::bigint), 12, '0'))::uuid"
    raise RuntimeError(f"a push has written an id of which nothing is known: {value}")
