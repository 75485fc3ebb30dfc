"""The JSON of one object, built by PostgreSQL: fields, nested values, edges, and connections, which are paged inside it.

An object is `json_build_object`, an edge a correlated subselect, a connection (a paged list inside an object, or the
root of a GraphQL field) a subselect over its page. What the viewer may not see is not in the statement.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, DateTime, Text, bindparam, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.domain.kernel.access import Viewer
from app.domain.kernel.reading.cursors import cursor_expression
from app.domain.kernel.reading.paging import keys_of, paged, sorted_by
from app.domain.kernel.reading.selection import Entry, Listing, Selection
from app.domain.kernel.reading.views import Collection, Condition, Edge, Row, View

_LIMIT_ONE: ColumnElement[int] = literal_column("1")  # limits are part of the SQL text, so that the planner knows them
_NULL: ColumnElement[Any] = literal_column("null::json", JSON())
_EMPTY_LIST: ColumnElement[Any] = literal_column("'[]'::json", JSON())
_MAX_PAIRS = 50
_CURSORS = frozenset({"cursor", "start_cursor", "end_cursor"})
_ONE_ROW: ColumnElement[bool] = literal_column("true")  # also where no member of it is an aggregate, such as a cursor's

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


def object_json(view: View, selection: Selection, row: Row, viewer: Viewer) -> ColumnElement[Any]:
    pairs = [(entry.key, _member(view, entry, row, viewer)) for entry in selection.entries]
    return _object([(key, value) for key, value in pairs if value is not None])


def _member(view: View, entry: Entry, row: Row, viewer: Viewer) -> ColumnElement[Any] | None:
    """What stands under an entry's key; None for what the actor may not see."""
    if entry.absent:
        return _NULL
    if entry.constant is not None:
        return text_literal(entry.constant)
    if view.hides(entry.name, viewer) is not None:
        return None
    if entry.name in view.connections:
        if entry.inner is None or entry.listing is None:
            return None
        connection = view.connections[entry.name]
        return connection_json(
            connection.collection(), entry.inner, entry.listing, viewer, lambda target: connection.on(row, target)
        )
    if entry.name in view.edges:
        return None if entry.inner is None else _edge(view.edges[entry.name], entry.inner, row, viewer)
    value = view.column(entry.name, row)
    return render(value) if entry.inner is None else _nested(value, entry.inner, many=view.nested[entry.name].many)


def _nested(value: ColumnElement[Any], selection: Selection, *, many: bool) -> ColumnElement[Any]:
    """A part of a JSON value: of each of its elements if it is a list; and so on inside of it."""

    def member(of: ColumnElement[Any], entry: Entry) -> ColumnElement[Any]:
        if entry.constant is not None:
            return text_literal(entry.constant)
        value: ColumnElement[Any] = of[entry.name]
        return value if entry.inner is None else _nested(value, entry.inner, many=entry.many)

    def part(of: ColumnElement[Any]) -> ColumnElement[Any]:
        return _object([(entry.key, member(of, entry)) for entry in selection.entries])

    whole: ColumnElement[Any] = cast(value, JSONB)
    if not many:
        return case((func.jsonb_typeof(whole) == text_literal("object"), part(whole)))
    element = func.jsonb_array_elements(whole).table_valued("value", with_ordinality="place").render_derived()
    one: ColumnElement[Any] = cast(element.c.value, JSONB)
    listed = select(func.coalesce(func.json_agg(aggregate_order_by(part(one), element.c.place)), _EMPTY_LIST))
    return listed.correlate_except(element).scalar_subquery()


def _edge(edge: Edge, selection: Selection, row: Row, viewer: Viewer) -> ColumnElement[Any]:
    view = edge.target()
    target: Row = aliased(view.row)
    rows = (
        select(object_json(view, selection, target, viewer).label("j"))
        .where(edge.on(row, target), *view.conditions(target, viewer))
        .correlate_except(target)
    )
    if edge.order is not None:
        rows = rows.order_by(*edge.order(target))
    if not edge.many:
        return rows.limit(_LIMIT_ONE).scalar_subquery()
    listed = rows.limit(literal_column(str(edge.limit))).lateral()
    return select(func.coalesce(func.json_agg(listed.c.j), _EMPTY_LIST)).scalar_subquery()


def connection_json(
    collection: Collection,
    selection: Selection,
    listing: Listing,
    viewer: Viewer,
    joined: Callable[[Row], Condition] | None = None,
) -> ColumnElement[Any]:
    """A Relay connection over one page. One row more than asked for is fetched, to know whether there is another."""
    names = [(entry.key, text_literal(entry.constant)) for entry in selection.entries if entry.constant is not None]
    if len(names) == len(selection.entries):  # nothing is wanted of its rows
        return _object(names)
    row: Row = aliased(collection.view.row)
    keys = keys_of(collection, row, listing)
    nodes = dict.fromkeys(e.inner for edges in selection.entries for e in _inner(edges) if e.inner is not None)
    inner_nodes = {inner: f"node{n}" for n, inner in enumerate(nodes)}
    columns = [object_json(collection.view, inner, row, viewer).label(name) for inner, name in inner_nodes.items()]
    if any(entry.name in _CURSORS for part in selection.entries for entry in _inner(part)):
        columns.append(cursor_expression(bindparam(f"{listing.path}scope", type_=Text()), keys).label("cursor"))
    place = func.row_number().over(order_by=sorted_by(collection, listing, keys)).label("place")
    page = paged(collection, row, listing, keys, select(*columns, place), viewer=viewer)
    if joined is not None:
        page = page.where(joined(row))
    rows = page.correlate_except(row).lateral()
    limit = bindparam(f"{listing.path}page", type_=BigInteger())
    fetched = select(*rows.c, func.count().over().label("fetched")).lateral()
    shown = fetched.c.place < limit

    def information(name: str) -> ColumnElement[Any]:
        if name in ("has_next_page", "has_previous_page"):
            if (name == "has_next_page") is not listing.backwards:
                return func.count() >= limit
            return literal_column("true" if listing.cursor else "false")
        at = _LIMIT_ONE
        if (name == "end_cursor") is not listing.backwards:
            at = func.least(fetched.c.fetched, limit - _LIMIT_ONE)
        return func.max(fetched.c.cursor).filter((fetched.c.place == at) & shown)

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
        told = [(e.key, information(e.name) if e.constant is None else text_literal(e.constant)) for e in _inner(entry)]
        return _object(told)

    whole = _object([(entry.key, member(entry)) for entry in selection.entries])
    return select(whole).select_from(fetched).having(_ONE_ROW).scalar_subquery()


def _inner(entry: Entry) -> tuple[Entry, ...]:
    return entry.inner.entries if entry.inner is not None else ()
