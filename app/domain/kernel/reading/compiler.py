"""A view, a selection and an actor's permissions become one SQL statement that builds the JSON in PostgreSQL.

An object is `json_build_object`, an edge a correlated subselect, a connection (a paged list inside an object, or the
root of a GraphQL field) a subselect over its page. What the actor may not see is not in the statement.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Select, Text, bindparam, case, cast, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.domain.kernel.access import Permission
from app.domain.kernel.reading.cursors import cursor_expression
from app.domain.kernel.reading.plans import Plan, compile_select
from app.domain.kernel.reading.selection import Entry, Listing, Selection
from app.domain.kernel.reading.views import Collection, Condition, Edge, Row, View

Permissions = frozenset[Permission]

_LIMIT_ONE: ColumnElement[int] = literal_column("1")  # limits are part of the SQL text, so that the planner knows them
_NULL: ColumnElement[Any] = literal_column("null::json", JSON())
_EMPTY_LIST: ColumnElement[Any] = literal_column("'[]'::json", JSON())
_MAX_PAIRS = 50

_UTC: ColumnElement[str] = literal_column("'UTC'")
_INSTANT_FORMAT: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")


def text_literal(value: str) -> ColumnElement[str]:
    """A text of our own as part of the SQL: names and codes, never anything that was sent."""
    return literal_column("'" + value.replace("'", "''") + "'", Text())


def render(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as it stands in JSON: instants in UTC with `Z`, everything else as PostgreSQL writes it."""
    if isinstance(value.type, DateTime):
        return func.to_char(func.timezone(_UTC, value), _INSTANT_FORMAT)
    return value


def _object(pairs: list[tuple[str, ColumnElement[Any]]]) -> ColumnElement[Any]:
    if len(pairs) > _MAX_PAIRS:  # a PostgreSQL function takes 100 arguments: the rest is put behind the first ones
        head = func.left(cast(_object(pairs[:_MAX_PAIRS]), Text), literal_column("-1"))
        tail = func.substr(cast(_object(pairs[_MAX_PAIRS:]), Text), literal_column("2"))
        return cast(head.op("||")(literal_column("','")).op("||")(tail), JSON)
    return func.json_build_object(*(part for key, value in pairs for part in (text_literal(key), value)), type_=JSON)


def _json(view: View, selection: Selection, row: Row, permissions: Permissions) -> ColumnElement[Any]:
    pairs = [(entry.key, _member(view, entry, row, permissions)) for entry in selection.entries]
    return _object([(key, value) for key, value in pairs if value is not None])


def _member(view: View, entry: Entry, row: Row, permissions: Permissions) -> ColumnElement[Any] | None:
    """What stands under an entry's key; None for what the actor may not see."""
    if entry.absent:
        return _NULL
    if entry.constant is not None:
        return text_literal(entry.constant)
    if entry.name in view.connections:
        connection = view.connections[entry.name]
        collection = connection.collection()
        if collection.view.permission not in permissions or entry.inner is None or entry.listing is None:
            return None
        return _connection(
            collection, entry.inner, entry.listing, permissions, lambda target: connection.on(row, target)
        )
    if entry.name in view.edges:
        edge = view.edges[entry.name]
        if edge.target().permission not in permissions or entry.inner is None:
            return None
        return _edge(edge, entry.inner, row, permissions)
    needed = view.hidden.get(entry.name)
    if needed is not None and needed not in permissions:
        return None
    value = view.column(entry.name, row)
    return render(value) if entry.inner is None else _nested(value, entry.inner, many=view.nested[entry.name].many)


def _nested(value: ColumnElement[Any], selection: Selection, *, many: bool) -> ColumnElement[Any]:
    """A part of a JSON value: of each of its elements if it is a list."""

    def part(of: ColumnElement[Any]) -> ColumnElement[Any]:
        return _object(
            [(e.key, text_literal(e.constant) if e.constant is not None else of[e.name]) for e in selection.entries]
        )

    whole: ColumnElement[Any] = cast(value, JSONB)
    if not many:
        return case((func.jsonb_typeof(whole) == text_literal("object"), part(whole)))
    element = func.jsonb_array_elements(whole).table_valued("value", with_ordinality="place").render_derived()
    one: ColumnElement[Any] = cast(element.c.value, JSONB)
    listed = select(func.coalesce(func.json_agg(aggregate_order_by(part(one), element.c.place)), _EMPTY_LIST))
    return listed.correlate_except(element).scalar_subquery()


def _edge(edge: Edge, selection: Selection, row: Row, permissions: Permissions) -> ColumnElement[Any]:
    view = edge.target()
    target: Row = aliased(view.row)
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
    return select(func.coalesce(func.json_agg(listed.c.j), _EMPTY_LIST)).scalar_subquery()


def _paged(
    collection: Collection, row: Row, listing: Listing, keys: list[ColumnElement[Any]], statement: Select[Any]
) -> Select[Any]:
    """A select of a collection's rows with its scope, the filters given, the keyset condition, order and limit."""
    statement = statement.where(*collection.view.scope(row), *collection.always(row))
    for name in sorted(listing.filters):
        bound = bindparam(f"{listing.path}filter_{name}", type_=collection.filter_type(name))
        statement = statement.where(collection.filters[name](row, bound))
    if listing.cursor:
        here = tuple_(*keys)
        there = tuple_(*(bindparam(f"{listing.path}after{n}", type_=key.type) for n, key in enumerate(keys)))
        statement = statement.where(here < there if _descending(collection, listing) else here > there)
    statement = statement.order_by(*_sorted(collection, listing, keys))
    return statement.limit(bindparam(f"{listing.path}page", type_=BigInteger()))


def _descending(collection: Collection, listing: Listing) -> bool:
    return collection.orders[listing.order].descending is not listing.backwards


def _sorted(collection: Collection, listing: Listing, keys: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [key.desc() if _descending(collection, listing) else key.asc() for key in keys]


def _keys(collection: Collection, row: Row, listing: Listing) -> list[ColumnElement[Any]]:
    return [*collection.orders[listing.order].by(row), getattr(row, collection.view.key)]


def _connection(
    collection: Collection,
    selection: Selection,
    listing: Listing,
    permissions: Permissions,
    joined: Callable[[Row], Condition] | None = None,
) -> ColumnElement[Any]:
    """A Relay connection over one page. One row more than asked for is fetched, to know whether there is another."""
    row: Row = aliased(collection.view.row)
    keys = _keys(collection, row, listing)
    nodes = dict.fromkeys(e.inner for edges in selection.entries for e in _inner(edges) if e.inner is not None)
    inner_nodes = {inner: f"node{n}" for n, inner in enumerate(nodes)}
    columns = [_json(collection.view, inner, row, permissions).label(name) for inner, name in inner_nodes.items()]
    cursor = cursor_expression(bindparam(f"{listing.path}scope", type_=Text()), keys).label("cursor")
    place = func.row_number().over(order_by=_sorted(collection, listing, keys)).label("place")
    page = _paged(collection, row, listing, keys, select(*columns, cursor, place))
    if joined is not None:
        page = page.where(joined(row))
    rows = page.correlate_except(row).lateral()
    limit = bindparam(f"{listing.path}page", type_=BigInteger())
    fetched = select(*rows.c, func.count().over().label("fetched")).lateral()
    shown = fetched.c.place < limit
    last = func.max(fetched.c.cursor).filter(fetched.c.place == func.least(fetched.c.fetched, limit - _LIMIT_ONE))
    first = func.max(fetched.c.cursor).filter((fetched.c.place == _LIMIT_ONE) & shown)
    more: ColumnElement[Any] = func.count() >= limit
    came: ColumnElement[Any] = literal_column("true" if listing.cursor else "false")
    info: dict[str, ColumnElement[Any]] = {
        "has_next_page": came if listing.backwards else more,
        "has_previous_page": more if listing.backwards else came,
        "start_cursor": last if listing.backwards else first,
        "end_cursor": first if listing.backwards else last,
    }

    def edges(entry: Entry) -> ColumnElement[Any]:
        pairs: list[tuple[str, ColumnElement[Any]]] = []
        for one in _inner(entry):
            if one.inner is not None:
                pairs.append((one.key, fetched.c[inner_nodes[one.inner]]))
            elif one.constant is not None:
                pairs.append((one.key, text_literal(one.constant)))
            else:
                pairs.append((one.key, fetched.c.cursor))
        in_order = aggregate_order_by(_object(pairs), fetched.c.place.desc() if listing.backwards else fetched.c.place)
        return func.coalesce(func.json_agg(in_order).filter(shown), _EMPTY_LIST)

    def member(entry: Entry) -> ColumnElement[Any]:
        if entry.constant is not None:
            return text_literal(entry.constant)
        if entry.name == "edges":
            return edges(entry)
        told = [(e.key, info[e.name] if e.constant is None else text_literal(e.constant)) for e in _inner(entry)]
        return _object(told)

    whole = _object([(entry.key, member(entry)) for entry in selection.entries])
    one_row: ColumnElement[bool] = literal_column(
        "true"
    )  # also where no member is an aggregate, such as __typename alone
    return select(whole).select_from(fetched).having(one_row).scalar_subquery()


def _inner(entry: Entry) -> tuple[Entry, ...]:
    return entry.inner.entries if entry.inner is not None else ()


@lru_cache(maxsize=512)
def compile_one(view: View, selection: Selection, permissions: Permissions) -> Plan:
    """One thing by its key (parameter `key`): columns `j` (its JSON) and `version` (null where it never changes)."""

    def build() -> Select[Any]:
        row: Row = aliased(view.row)
        version = getattr(row, view.version) if view.versioned else literal_column("null::bigint")
        return select(_text(_json(view, selection, row, permissions)), version.label("version")).where(
            getattr(row, view.key) == bindparam("key", type_=getattr(view.row, view.key).type),
            *view.scope(row),
        )

    return compile_select(build, audited=f"{view.name}.read" if view.audited else None)


@lru_cache(maxsize=512)
def compile_page(collection: Collection, selection: Selection, permissions: Permissions, listing: Listing) -> Plan:
    """A page by keyset, a row each: columns `j` and the order's keys `k0`, `k1`, …; parameters `page` (rows to fetch), one
    for each filter, and `after0`, … when it goes on from a cursor."""
    row: Row = aliased(collection.view.row)
    keys = _keys(collection, row, listing)

    def build() -> Select[Any]:
        labelled = [key.label(f"k{n}") for n, key in enumerate(keys)]
        statement = select(_text(_json(collection.view, selection, row, permissions)), *labelled)
        return _paged(collection, row, listing, keys, statement)

    sign = "-" if _descending(collection, listing) else ""
    order = [f"{sign}k{n}" for n in range(len(keys))]
    return compile_select(build, order=order, audited=_listed(collection))


@lru_cache(maxsize=512)
def compile_connection(
    collection: Collection, selection: Selection, permissions: Permissions, listing: Listing
) -> Plan:
    """A connection as one JSON object, column `j`; parameters as of `compile_page`, and `scope` for its cursors."""
    return compile_select(
        lambda: select(_text(_connection(collection, selection, listing, permissions))), audited=_listed(collection)
    )


def _listed(collection: Collection) -> str | None:
    """Who reads a page of whole records has read them, as if one by one: one audit entry says so."""
    return f"{collection.view.name}.listed" if collection.view.audited else None


def _text(json: ColumnElement[Any]) -> ColumnElement[Any]:
    """As text, so that no driver decodes what is only to be passed on."""
    return cast(json, Text).label("j")
