"""Plans: SQL ready to run, always behind `enter`.

Every statement has the same outer form:

    select x.* from throughgate.enter(<who asks>) as context(ok)
    cross join lateral (<the compiled select> where context.ok … offset 0) as x

`enter` checks that the holder of the token still has the rights that the token says, and sets the row-security context
for this statement only. Because the select is lateral, refers to `context.ok` and is fenced by OFFSET 0, it cannot start
before `enter` has run; if somebody writes it otherwise, the context is empty and row security shows nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Select, Text, Uuid, bindparam, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module
from sqlalchemy.sql import ColumnElement

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]
_NO_OFFSET: ColumnElement[int] = literal_column("0")


@dataclass(frozen=True)
class Plan:
    """SQL with numbered parameters, the name of each, and the values that are part of the plan itself; `audited` is the
    action that running it leaves in the audit trail."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]
    audited: str | None = None

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        return [values[name] if name in values else self.constants[name] for name in self.names]


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


@cache
def entered() -> Plan:
    """Reads nothing: only whether whoever asks may still ask."""
    return compile_select(lambda: select(literal_column("1").label("one")))


def _sort(sorted_by: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    return sorted_by.desc() if name.startswith("-") else sorted_by
