"""New rows of several tables by one statement: a push adds eight rows, and a round trip for each would cost more than
judging it.

Foreign keys are checked when the statement ends, so the rows' order does not matter. Each row meets the same grants and
row-security policies as one that is added alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause, inspect, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

Clocked = Mapping[type[SQLModel], str]


async def add_together(
    session: AsyncSession,
    rows: Sequence[SQLModel],
    *,
    audited: tuple[str, UUID, Iterable[str]],
    clock: str | None = None,
    clocked: Clocked | None = None,
) -> None:
    """Insert rows and leave one audit entry (action, object, names of fields).

    `clock` is an SQL expression for an instant, taken once; `clocked` says which column of a table is given it.
    """
    by_table: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append({name: getattr(row, name) for name in _columns(type(row))})
    shape = tuple((table, (clocked or {}).get(table)) for table in by_table)
    action, object_id, fields = audited
    given: dict[str, Any] = {f"rows{n}": _json(listed) for n, listed in enumerate(by_table.values())}
    audit = {"audit_action": action, "audit_object": object_id, "audit_fields": sorted(set(fields))}
    await session.exec(_statement(shape, clock), params={**given, **audit})  # type: ignore[call-overload]


@lru_cache(maxsize=256)
def _statement(shape: tuple[tuple[type[SQLModel], str | None], ...], clock: str | None) -> TextClause:
    parts = [f"clock as materialized (select {clock} as at)"] if clock else []
    for n, (table, clocked) in enumerate(shape):
        name, columns = inspect(table).local_table.name, _columns(table)
        values = ", ".join("(select at from clock)" if column == clocked else f"r.{column}" for column in columns)
        parts.append(  # names of our own tables and columns, never anything that was sent
            f"added{n} as (insert into public.{name} ({', '.join(columns)}) select {values}"  # noqa: S608
            f" from json_populate_recordset(null::public.{name}, cast(:rows{n} as json)) as r)"
        )
    audit = "throughgate.audit(cast(:audit_action as text), :audit_object, cast(:audit_fields as text[]), null)"
    return text(f"with {', '.join(parts)} select {audit}")


@lru_cache(maxsize=256)
def _columns(table: type[SQLModel]) -> tuple[str, ...]:
    """What is written: everything but what the database itself fills in."""
    return tuple(column.key for column in inspect(table).local_table.columns if column.server_default is None)


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
