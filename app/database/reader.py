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
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import NotFound
from app.domain.kernel.reading import (
    Collection,
    Listing,
    Plan,
    Selection,
    View,
    compile_connection,
    compile_nodes,
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
        last: bool = False,
    ) -> None:
        self._database = database
        self._cursors = cursors
        self.actor = actor
        self._request_id = request_id
        self._session = session
        self._last = last

    def within(self, session: AsyncSession, *, last: bool = False) -> "Reader":
        """The same reader, seeing what this transaction has written so far. `last`: it writes nothing more after this reader
        was used, which saves a round trip."""
        return Reader(
            self._database, self._cursors, self.actor, request_id=self._request_id, session=session, last=last
        )

    async def rows(self, plan: Plan, values: dict[str, Any]) -> list[asyncpg.Record]:
        values = {**values, "ctx_cursor_secret": self._cursors.secret}
        if self._session is not None:
            return await self._database.fetch_within(
                self._session, plan, values, actor=self.actor, request_id=self._request_id, last=self._last
            )
        return await self._database.fetch(plan, values, actor=self.actor, request_id=self._request_id)

    def require(self, view: View, *, granted: bool = False) -> None:
        """Raises `Forbidden` unless the actor's side and permissions show this view."""
        refusal = view.refuses(self.actor.viewer, granted=granted)
        if refusal is not None:
            raise refusal

    async def one(
        self,
        view: View,
        key: UUID | str,
        selection: Selection | None = None,
        values: dict[str, Any] | None = None,
        *,
        granted: bool = False,
    ) -> Found:
        """One thing by its key; `values` are the parameters of listings inside it. `granted`: something else lets
        the actor see it: this very request has made it, or the operation has a scope of its own. A change is no such thing:
        whoever may only write must not read by changing nothing. Raises `Forbidden`, `NotFound`."""
        self.require(view, granted=granted)
        plan = compile_one(view, selection or select_fields(view), self.actor.viewer)
        return await self.planned(plan, {**(values or {}), "key": key})

    async def one_by(
        self, view: View, lookup: str, given: Mapping[str, Any], selection: Selection, values: dict[str, Any]
    ) -> Found:
        """One thing by one of its view's lookups; `given` has a value for each of its columns. Raises `Forbidden`,
        `NotFound`."""
        self.require(view)
        plan = compile_one(view, selection, self.actor.viewer, lookup)
        return await self.planned(plan, values | {f"by_{name}": value for name, value in given.items()})

    async def planned(self, plan: Plan, values: dict[str, Any]) -> Found:
        """One thing by a plan of `compile_one`, whose view was required before. Raises `NotFound`."""
        rows = await self.rows(plan, values)
        if not rows:
            raise NotFound()
        return Found(rows[0]["j"], rows[0]["version"])

    async def nodes(
        self, wanted: Sequence[tuple[View, Selection]], keys: Sequence[UUID], values: dict[str, Any]
    ) -> dict[UUID, tuple[str, str]]:
        """Of these keys, those of things of these views that the actor may see, by one statement: the name of the view and
        the JSON of each. `values` are the parameters of listings inside them. Raises `Forbidden`."""
        for view, _ in wanted:
            self.require(view)
        plan = compile_nodes(tuple(wanted), self.actor.viewer)
        rows = await self.rows(plan, {**values, "keys": list(keys)})
        return {row["key"]: (row["name"], row["j"]) for row in rows}

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
        self.require(view)
        listing = Listing(order or collection.default_order, frozenset(given), cursor=cursor is not None)
        values = self.page_values(collection, listing, limit=limit, cursor=cursor, filters=given)
        plan = compile_page(collection, selection or select_fields(view), self.actor.viewer, listing)
        rows = await self.rows(plan, values)
        shown = rows[:limit]
        following = None
        if len(rows) > limit:
            keys = [name for name in shown[-1].keys() if name != "j"]  # noqa: SIM118 -- a Record
            following = self._cursors.write(values["scope"], [shown[-1][name] for name in keys])
        return Page([row["j"] for row in shown], following)

    async def connection(
        self,
        collection: Collection,
        selection: Selection,
        listing: Listing,
        values: dict[str, Any],
    ) -> str:
        """A connection as JSON; `values` are those of `page_values`, for it and for the listings inside it."""
        self.require(collection.view)
        plan = compile_connection(collection, selection, self.actor.viewer, listing)
        rows = await self.rows(plan, values)
        json: str = rows[0]["j"]
        return json

    def page_values(
        self, collection: Collection, listing: Listing, *, limit: int, cursor: str | None, filters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The parameters of a listing. Raises `InvalidCursor` for a cursor of another list, order, filter or reader."""
        path = listing.path
        scope = self._scope(collection, listing.order, filters)
        values = {f"{path}page": limit + 1, f"{path}scope": scope}
        values |= {f"{path}filter_{name}": value for name, value in filters.items()}
        if cursor is not None:
            keys = self._cursors.read(scope, cursor, collection.key_types(listing.order))
            values |= {f"{path}after{n}": key for n, key in enumerate(keys)}
        return values

    def slice(
        self,
        whole: Sequence[T],
        *,
        key: Callable[[T], tuple[Any, ...]],
        types: Sequence[type],
        scope: str,
        limit: int,
        cursor: str | None,
    ) -> tuple[Sequence[T], str | None]:
        """A page of a list that was ordered in Python by a unique, ascending key, and the cursor of the next."""
        scope = f"{scope}|{self.actor.organisation_id}|{self.actor.role}"
        after = tuple(self._cursors.read(scope, cursor, types)) if cursor else None
        rest = [one for one in whole if after is None or key(one) > after]
        shown = rest[:limit]
        return shown, self._cursors.write(scope, list(key(shown[-1]))) if len(rest) > limit else None

    def _scope(self, collection: Collection, order: str, filters: Mapping[str, Any]) -> str:
        described = orjson.dumps(dict(filters), option=orjson.OPT_SORT_KEYS, default=str)
        digest = hashlib.sha256(described).hexdigest()
        return f"{collection.view.name}|{order}|{digest}|{self.actor.organisation_id}|{self.actor.role}"
