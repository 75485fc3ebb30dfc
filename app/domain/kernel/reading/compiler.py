"""A view, a selection and an actor's permissions become one SQL statement that builds the JSON in PostgreSQL.

Every statement has the same outer form:

    select x.* from throughgate.enter(<who asks>) as context(ok)
    cross join lateral (<the compiled select> where context.ok …) as x

`enter` checks that the holder of the token still has the rights that the token says, and sets the row-security context
for this statement only. Because the select is lateral and refers to `context.ok`, it cannot start before `enter` has
run; if somebody writes it otherwise, the context is empty and row security shows nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.domain.kernel.access import Permission
from app.domain.kernel.reading.selection import Selection
from app.domain.kernel.reading.views import Collection, Edge, Row, View

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]
_NO_OFFSET = literal_column("0")
_LIMIT_ONE = literal_column("1")  # limits are part of the SQL text, so that the planner knows them
_MAX_PAIRS = 50  # a PostgreSQL function takes at most 100 arguments

_UTC: ColumnElement[str] = literal_column("'UTC'")
_INSTANT_FORMAT: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")


@dataclass(frozen=True)
class Plan:
    """SQL with numbered parameters, the name of each, and the values that are part of the plan itself."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]
    audited: str | None = None

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        return [values[name] if name in values else self.constants[name] for name in self.names]


def render(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as it stands in JSON: instants in UTC with `Z`, everything else as PostgreSQL writes it."""
    if isinstance(value.type, DateTime):
        return func.to_char(func.timezone(_UTC, value), _INSTANT_FORMAT)
    return value


def _json(view: View, selection: Selection, row: Row, permissions: frozenset[Permission]) -> ColumnElement[Any]:
    parts: list[ColumnElement[Any]] = []
    for name in selection.fields:
        needed = view.hidden.get(name)
        if needed is None or needed in permissions:
            parts += [literal_column(f"'{name}'"), render(view.column(name, row))]
    for name, inner in selection.edges:
        edge = view.edges[name]
        if edge.target().permission in permissions:
            parts += [literal_column(f"'{name}'"), _edge(edge, inner, row, permissions)]
    if len(parts) > 2 * _MAX_PAIRS:
        raise AssertionError(f"the view {view.name} has more than {_MAX_PAIRS} fields")
    return func.json_build_object(*parts)


def _text(view: View, selection: Selection, row: Row, permissions: frozenset[Permission]) -> ColumnElement[Any]:
    """As text, so that no driver decodes what is only to be passed on."""
    return cast(_json(view, selection, row, permissions), Text).label("j")


def _edge(edge: Edge, selection: Selection, row: Row, permissions: frozenset[Permission]) -> ColumnElement[Any]:
    view = edge.target()
    target = aliased(view.row)
    rows = (
        select(_json(view, selection, target, permissions).label("j"))
        .where(edge.on(row, target), *view.scope(target))
        .correlate_except(target)
    )
    if not edge.many:
        return rows.limit(_LIMIT_ONE).scalar_subquery()
    if edge.order is not None:
        rows = rows.order_by(*edge.order(target))
    listed = rows.limit(literal_column(str(edge.limit))).lateral()
    return select(func.coalesce(func.json_agg(listed.c.j), literal_column("'[]'::json"))).scalar_subquery()


def compile_select(build: Callable[[], Select[Any]], order: Sequence[str] = (), audited: str | None = None) -> Plan:
    """Put any select behind `enter`. `order` names its columns to sort by: the outer statement promises no order."""
    context = (
        func.throughgate.enter(
            bindparam("ctx_subject", type_=Uuid()),
            bindparam("ctx_role", type_=Text()),
            bindparam("ctx_authority", type_=BigInteger()),
            bindparam("ctx_request", type_=Text()),
            bindparam("ctx_audit_action", type_=Text()),
            bindparam("ctx_audit_object", type_=Uuid()),
        )
        .table_valued(column("ok", Boolean))
        .render_derived(name="context")
    )
    # OFFSET 0 keeps the planner from flattening the lateral select, after which it could run the tables before `enter`.
    inner = build().where(context.c.ok).offset(_NO_OFFSET).correlate(context).lateral("x")
    statement = select(inner).select_from(context.join(inner, true()))
    if order:
        statement = statement.order_by(*(_sort(inner.c[name.removeprefix("-")], name) for name in order))
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    names = tuple(compiled.positiontup or ())
    constants = {name: compiled.params[name] for name in names if compiled.params.get(name) is not None}
    return Plan(sql=str(compiled), names=names, constants=constants, audited=audited)


def _sort(sorted_by: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    return sorted_by.desc() if name.startswith("-") else sorted_by


@lru_cache(maxsize=2048)
def compile_one(view: View, selection: Selection, permissions: frozenset[Permission]) -> Plan:
    """One thing by its key (parameter `key`): columns `j` (its JSON) and `version` (null where it never changes)."""

    def build() -> Select[Any]:
        row = aliased(view.row)
        version = row.version if view.versioned else literal_column("null::bigint")
        return select(_text(view, selection, row, permissions), version.label("version")).where(
            getattr(row, view.key) == bindparam("key", type_=getattr(view.row, view.key).type),
            *view.scope(row),
        )

    return compile_select(build, audited=view.name if view.audited else None)


@lru_cache(maxsize=4096)
def compile_page(
    collection: Collection,
    selection: Selection,
    permissions: frozenset[Permission],
    filters: frozenset[str],
    order: str,
    after: bool,
) -> Plan:
    """A page by keyset: columns `j` and the order's keys `k0`, `k1`, …; parameters `page` (rows to fetch), one for each
    filter, and `after0`, … when it goes on from a cursor."""

    view, chosen = collection.view, collection.orders[order]
    row_type = aliased(view.row)
    keys = [*chosen.by(row_type), getattr(row_type, view.key)]

    def build() -> Select[Any]:
        labelled = [key.label(f"k{n}") for n, key in enumerate(keys)]
        statement = select(_text(view, selection, row_type, permissions), *labelled)
        statement = statement.where(*view.scope(row_type), *collection.always(row_type))
        for name in sorted(filters):
            bound = bindparam(f"filter_{name}", type_=collection.filter_types.get(name, Text()))
            statement = statement.where(collection.filters[name](row_type, bound))
        if after:
            here = tuple_(*keys)
            there = tuple_(*(bindparam(f"after{n}", type_=key.type) for n, key in enumerate(keys)))
            statement = statement.where(here < there if chosen.descending else here > there)
        statement = statement.order_by(*(key.desc() if chosen.descending else key.asc() for key in keys))
        return statement.limit(bindparam("page", type_=BigInteger()))

    sign = "-" if chosen.descending else ""
    return compile_select(build, order=[f"{sign}k{n}" for n in range(len(keys))])
