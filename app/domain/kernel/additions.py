"""New rows of several tables by one statement: a push adds eight rows, and a round trip for each would cost more than
judging it.

Foreign keys are checked when the statement ends, so the rows' order does not matter. Each row meets the same grants and
row-security policies as one that is added alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
from sqlalchemy import inspect
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.statements import fetch

T = TypeVar("T", bound=SQLModel)
Clocked = Mapping[type[SQLModel], str]

_FIRST_ROWS = 4  # the parameters before them are the audit entry's


class New:
    """A row that is not in the database yet and is not SQLAlchemy's: checked for its columns, as its values were checked
    when they came in. It reads and is changed as a row of its table; what is left out is the column's default in the model.
    Only `add_together` takes it."""

    __slots__ = ("table", "values")

    def __init__(self, table: type[SQLModel], values: Mapping[str, Any]) -> None:
        columns = _columns(table)
        if unknown := values.keys() - columns.keys():  # else a misspelt column would be dropped in silence
            raise AssertionError(f"{table.__name__} has no {', '.join(sorted(unknown))}")
        complete = {name: values[name] if name in values else made() for name, made in columns.items()}
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "values", complete)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.values:
            raise AttributeError(name)
        self.values[name] = value


def drafted(table: type[T], values: Mapping[str, Any]) -> T:
    """A `New`, for whoever reads it as what it will be."""
    return cast(T, New(table, values))


async def add_together(
    session: AsyncSession,
    rows: Sequence[SQLModel | New],
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
        if isinstance(row, New):
            by_table.setdefault(row.table, []).append(row.values)
        else:
            by_table.setdefault(type(row), []).append({name: getattr(row, name) for name in _columns(type(row))})
    shape = tuple((table, (clocked or {}).get(table)) for table in by_table)
    action, object_id, fields = audited
    await fetch(
        session,
        _statement(shape, clock),
        action,
        object_id,
        sorted(set(fields)),
        *(_json(listed) for listed in by_table.values()),
    )


@lru_cache(maxsize=256)
def _statement(shape: tuple[tuple[type[SQLModel], str | None], ...], clock: str | None) -> str:
    parts = [f"clock as materialized (select {clock} as at)"] if clock else []
    for n, (table, clocked) in enumerate(shape):
        name, columns = inspect(table).local_table.name, _columns(table)
        values = ", ".join("(select at from clock)" if column == clocked else f"r.{column}" for column in columns)
        parts.append(  # names of our own tables and columns, never anything that was sent
            f"added{n} as (insert into public.{name} ({', '.join(columns)}) select {values}"  # noqa: S608
            f" from json_populate_recordset(null::public.{name}, ${n + _FIRST_ROWS}::json) as r)"
        )
    return f"with {', '.join(parts)} select throughgate.audit($1::text, $2::uuid, $3::text[], null)"


@lru_cache(maxsize=256)
def _columns(table: type[SQLModel]) -> dict[str, Callable[[], Any]]:
    """What is written, with what makes it where it is left out: everything but what the database itself fills in."""
    names = [column.key for column in inspect(table).local_table.columns if column.server_default is None]
    return {name: _default(table, name) for name in names}


def _default(table: type[SQLModel], name: str) -> Callable[[], Any]:
    field = table.model_fields[name]
    if field.default_factory is not None:
        return cast(Callable[[], Any], field.default_factory)
    default = field.default

    def made() -> Any:
        if field.is_required():
            raise AssertionError(f"{table.__name__} needs its {name}")
        return default

    return made


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
