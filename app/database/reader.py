"""What both doors call to read: one thing, or a page of a collection, as JSON that PostgreSQL has already built."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database.transactions import Database
from app.domain.kernel.access import require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import NotFound
from app.domain.kernel.reading import (
    Collection,
    Plan,
    Selection,
    View,
    compile_one,
    compile_page,
    select_fields,
)
from app.domain.kernel.reading.cursors import Cursors

T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """One thing: its JSON as it goes out, and the version that If-Match compares."""

    json: str
    version: int | None


@dataclass(frozen=True)
class Page:
    """Some of a list: the JSON of each item, the cursor after the last, and the cursor after each."""

    items: list[str]
    next: str | None


class Reader:
    """Reads as one actor; inside a write transaction when `session` is given, else in its own round trip."""

    def __init__(
        self,
        database: Database,
        cursors: Cursors,
        actor: Actor,
        *,
        request_id: str | None = None,
        session: AsyncSession | None = None,
    ) -> None:
        self._database = database
        self._cursors = cursors
        self.actor = actor
        self._request_id = request_id
        self._session = session

    def within(self, session: AsyncSession) -> "Reader":
        """The same reader, seeing what this transaction has written so far."""
        return Reader(self._database, self._cursors, self.actor, request_id=self._request_id, session=session)

    async def rows(self, plan: Plan, values: dict[str, Any]) -> list[asyncpg.Record]:
        if self._session is not None:
            return await self._database.fetch_within(
                self._session, plan, values, actor=self.actor, request_id=self._request_id
            )
        return await self._database.fetch(plan, values, actor=self.actor, request_id=self._request_id)

    async def one(self, view: View, key: UUID | str, selection: Selection | None = None) -> Found:
        """One thing by its key. Raises `Forbidden`, `NotFound`."""
        require(self.actor, view.permission)
        plan = compile_one(view, selection or select_fields(view), self.actor.permissions)
        rows = await self.rows(plan, {"key": key})
        if not rows:
            raise NotFound()
        return Found(rows[0]["j"], rows[0]["version"])

    async def page(
        self,
        collection: Collection,
        *,
        limit: int,
        cursor: str | None = None,
        order: str | None = None,
        filters: Mapping[str, Any] | None = None,
        selection: Selection | None = None,
    ) -> Page:
        """A page of a collection. Raises `Forbidden`, `InvalidCursor`."""
        view, given = (
            collection.view,
            {name: value for name, value in (filters or {}).items() if value is not None},
        )
        require(self.actor, view.permission)
        order = order or collection.default_order
        scope = self._scope(collection, order, given)
        after = self._cursors.read(scope, cursor) if cursor else []
        plan = compile_page(
            collection,
            selection or select_fields(view),
            self.actor.permissions,
            frozenset(given),
            order,
            bool(after),
        )
        values: dict[str, Any] = {"page": limit + 1}
        values |= {f"filter_{name}": value for name, value in given.items()}
        values |= {f"after{n}": key for n, key in enumerate(after)}
        rows = await self.rows(plan, values)
        more = len(rows) > limit
        rows = rows[:limit]
        keys = [column for column in rows[0].keys() if column != "j"] if rows else []  # noqa: SIM118 -- a Record
        following = self._cursors.write(scope, [rows[-1][key] for key in keys]) if more else None
        return Page([row["j"] for row in rows], following)

    def slice(
        self, whole: Sequence[T], *, key: Callable[[T], tuple[Any, ...]], scope: str, limit: int, cursor: str | None
    ) -> tuple[Sequence[T], str | None]:
        """A page of a list that was ordered in Python by a unique, ascending key, and the cursor of the next."""
        scope = f"{scope}|{self.actor.organisation_id}|{self.actor.role}"
        after = tuple(self._cursors.read(scope, cursor)) if cursor else None
        rest = [one for one in whole if after is None or key(one) > after]
        shown = rest[:limit]
        return shown, self._cursors.write(scope, list(key(shown[-1]))) if len(rest) > limit else None

    def _scope(self, collection: Collection, order: str, filters: Mapping[str, Any]) -> str:
        described = orjson.dumps(dict(filters), option=orjson.OPT_SORT_KEYS, default=str)
        digest = hashlib.sha256(described).hexdigest()
        return f"{collection.view.name}|{order}|{digest}|{self.actor.organisation_id}|{self.actor.role}"
