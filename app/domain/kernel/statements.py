"""Fixed statements of a write transaction, compiled once and run by the driver itself: where a request is counted in
thousands a minute, composing the same statement anew costs more than running it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg as dialect_module
from sqlmodel.ext.asyncio.session import AsyncSession

DRIVER = "driver"
"""Under which `app.database` keeps the transaction's own connection in `session.info`."""

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]


class Statement:
    """A select with named parameters. Rows that were only added to the session are not seen by it: flush them first."""

    def __init__(self, select: Select[Any]) -> None:
        compiled = select.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self._sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())
        self._constants = {name: compiled.params[name] for name in self._names}

    async def rows(self, session: AsyncSession, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return await fetch(session, self._sql, *({**self._constants, **values}[name] for name in self._names))


async def fetch(session: AsyncSession, sql: str, *values: Any) -> Sequence[Mapping[str, Any]]:
    """Run SQL of our own, with `$1`, `$2`, … for values, as a statement of the session's transaction."""
    rows: Sequence[Mapping[str, Any]] = await session.info[DRIVER].fetch(sql, *values)
    return rows


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE behind an error of asyncpg, or of SQLAlchemy wrapped round one."""
    found = _refusal(error)
    return None if found is None else found.sqlstate


def said(error: BaseException) -> str:
    """What PostgreSQL said, in the words of a trigger of ours."""
    return str(_refusal(error))


def _refusal(error: BaseException) -> Any:
    seen: BaseException | None = error
    while seen is not None and getattr(seen, "sqlstate", None) is None:
        seen = getattr(seen, "orig", None) or seen.__cause__
    return seen
