"""A view, a selection and who looks become one SQL statement that builds the JSON in PostgreSQL (`objects`)."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, cast, func, literal_column, select, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.domain.kernel.access import Viewer
from app.domain.kernel.reading.objects import connection_json, object_json, text_literal
from app.domain.kernel.reading.paging import descending, keys_of, paged
from app.domain.kernel.reading.plans import Plan, compile_select
from app.domain.kernel.reading.selection import Listing, Selection
from app.domain.kernel.reading.views import Collection, Row, View

_NO_FIELDS: ColumnElement[Any] = literal_column("array[]::text[]")


@lru_cache(maxsize=512)
def compile_one(view: View, selection: Selection, viewer: Viewer, lookup: str | None = None) -> Plan:
    """One thing by its key (parameter `key`), or by one of the view's lookups (`by_` and the name of each of its columns):
    columns `j` (its JSON) and `version` (null where it never changes)."""

    def build() -> Select[Any]:
        row: Row = aliased(view.row)
        version = getattr(row, view.version) if view.versioned else literal_column("null::bigint")
        found = (
            [getattr(row, view.key) == bindparam("key", type_=getattr(view.row, view.key).type)]
            if lookup is None
            else [getattr(row, name) == bindparam(f"by_{name}", type_=getattr(view.row, name).type) for name in by]
        )
        statement = select(_text(object_json(view, selection, row, viewer)), version.label("version"))
        return statement.where(*found, *view.conditions(row, viewer))

    by = view.lookups[lookup] if lookup is not None else ()
    assert not (by and view.audited), "an audit entry names its object: only the key says which one it is"
    return compile_select(build, audited=f"{view.name}.read" if view.audited else None)


@lru_cache(maxsize=512)
def compile_nodes(wanted: tuple[tuple[View, Selection], ...], viewer: Viewer) -> Plan:
    """Things of several views by their keys (parameter `keys`), each key looked for in all of them: columns `key`, `name`
    (its view's) and `j`. What is audited leaves its entry where it is found, and nowhere else."""

    def arm(view: View, selection: Selection) -> Select[Any]:
        row: Row = aliased(view.row)
        keys = func.unnest(bindparam("keys", type_=ARRAY(Uuid()))).table_valued("key").render_derived()
        trace = view.trace(row)
        left = (
            literal_column("false")
            if trace is None
            else func.throughgate.audit(text_literal(trace[0]), trace[1], _NO_FIELDS).is_(None)
        )
        shown = _text(object_json(view, selection, row, viewer))
        return (
            select(keys.c.key, text_literal(view.name).label("name"), shown, left.label("traced"))
            .join_from(keys, row, row.id == keys.c.key)
            .where(*view.conditions(row, viewer))
        )

    def build() -> Select[Any]:
        found = union_all(*(arm(view, selection) for view, selection in wanted)).subquery("found")
        return select(found)

    return compile_select(build)


@lru_cache(maxsize=512)
def compile_page(collection: Collection, selection: Selection, viewer: Viewer, listing: Listing) -> Plan:
    """A page by keyset, a row each: columns `j` and the order's keys `k0`, `k1`, …; parameters `page` (rows to fetch), one
    for each filter, and `after0`, … when it goes on from a cursor."""
    row: Row = aliased(collection.view.row)
    keys = keys_of(collection, row, listing)

    def build() -> Select[Any]:
        labelled = [key.label(f"k{n}") for n, key in enumerate(keys)]
        statement = select(_text(object_json(collection.view, selection, row, viewer)), *labelled)
        return paged(collection, row, listing, keys, statement, viewer=viewer)

    sign = "-" if descending(collection, listing) else ""
    order = [f"{sign}k{n}" for n in range(len(keys))]
    return compile_select(build, order=order, audited=_listed(collection))


@lru_cache(maxsize=512)
def compile_connection(collection: Collection, selection: Selection, viewer: Viewer, listing: Listing) -> Plan:
    """A connection as one JSON object, column `j`; parameters as of `compile_page`, and `scope` for its cursors."""
    return compile_select(
        lambda: select(_text(connection_json(collection, selection, listing, viewer))), audited=_listed(collection)
    )


def _listed(collection: Collection) -> str | None:
    """Who reads a page of whole records has read them, as if one by one: one audit entry says so."""
    return f"{collection.view.name}.listed" if collection.view.audited else None


def _text(json: ColumnElement[Any]) -> ColumnElement[Any]:
    """As text, so that no driver decodes what is only to be passed on."""
    return cast(json, Text).label("j")
