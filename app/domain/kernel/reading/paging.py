"""A page of a collection by keyset: which rows, in which order, where it goes on."""

from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, tuple_
from sqlalchemy.sql import ColumnElement

from app.domain.kernel.access import Viewer
from app.domain.kernel.reading.selection import Listing
from app.domain.kernel.reading.views import Collection, Row


def paged(
    collection: Collection,
    row: Row,
    listing: Listing,
    keys: list[ColumnElement[Any]],
    statement: Select[Any],
    *,
    viewer: Viewer,
) -> Select[Any]:
    """A select of a collection's rows with its scope, the filters given, the keyset condition, order and limit."""
    statement = statement.where(*collection.view.conditions(row, viewer), *collection.always(row))
    for name in sorted(listing.filters):
        bound = bindparam(f"{listing.path}filter_{name}", type_=collection.filter_type(name))
        statement = statement.where(collection.filters[name](row, bound))
    if listing.cursor:
        here = tuple_(*keys)
        there = tuple_(*(bindparam(f"{listing.path}after{n}", type_=key.type) for n, key in enumerate(keys)))
        statement = statement.where(here < there if descending(collection, listing) else here > there)
    statement = statement.order_by(*sorted_by(collection, listing, keys))
    return statement.limit(bindparam(f"{listing.path}page", type_=BigInteger()))


def descending(collection: Collection, listing: Listing) -> bool:
    return collection.orders[listing.order].descending is not listing.backwards


def sorted_by(collection: Collection, listing: Listing, keys: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [key.desc() if descending(collection, listing) else key.asc() for key in keys]


def keys_of(collection: Collection, row: Row, listing: Listing) -> list[ColumnElement[Any]]:
    return [*collection.orders[listing.order].by(row), getattr(row, collection.view.key)]
