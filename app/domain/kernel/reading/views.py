"""What a step declares about reading: its views, their edges, and the collections that can be listed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ARRAY, Boolean, ColumnElement, Date, Integer, Text, Uuid, bindparam
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from app.domain.kernel.access import Permission
from app.domain.kernel.reading.cursors import python_types

Row = Any
"""An aliased table, as SQLAlchemy's `aliased(...)` gives it: `t.reference`, `t.person_id`."""

Condition = ColumnElement[bool]


class Context:
    """Who asks, as bind parameters: a plan is compiled once for everybody who shares role and permissions."""

    charity: ColumnElement[Any] = bindparam("ctx_charity", type_=Uuid())
    organisation: ColumnElement[Any] = bindparam("ctx_organisation", type_=Uuid())
    subject: ColumnElement[Any] = bindparam("ctx_subject", type_=Uuid())


def _own_charity(row: Row) -> Sequence[Condition]:
    return (row.charity_id == Context.charity,)


def unscoped(_: Row) -> Sequence[Condition]:
    """For reference data that belongs to no charity."""
    return ()


@dataclass(frozen=True)
class Edge:
    """From one view to another. `on` joins the two rows; `many` lists at most `limit` of them by `order`."""

    target: Callable[[], "View"]
    on: Callable[[Row, Row], Condition]
    many: bool = False
    order: Callable[[Row], Sequence[ColumnElement[Any]]] | None = None
    limit: int = 100
    expand: bool = False
    """True: only there when asked for with `expand`; False: part of the fixed representation."""


@dataclass(frozen=True)
class Connection:
    """From one view to a collection that is paged inside the object: only GraphQL asks for these."""

    collection: Callable[[], "Collection"]
    on: Callable[[Row, Row], Condition]


@dataclass(frozen=True)
class Nested:
    """A field whose JSON value has a shape of its own, of which parts may be selected; `many`: a list of them."""

    shape: type[BaseModel]
    many: bool = False


@dataclass(frozen=True, eq=False)
class View:
    """One kind of thing as it can be seen.

    `shape` is its REST representation; each of its fields is the row's column of the same name unless `computed` gives
    an expression or `edges` another view. `hidden` names the permission that shows a field: for anyone else it is not in
    the plan. `scope` narrows to what the actor may see, on top of row-level security.
    """

    name: str
    row: type[SQLModel]
    shape: type[BaseModel]
    permission: Permission
    computed: Mapping[str, Callable[[Row], ColumnElement[Any]]] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    connections: Mapping[str, Connection] = field(default_factory=dict)
    nested: Mapping[str, Nested] = field(default_factory=dict)
    hidden: Mapping[str, Permission] = field(default_factory=dict)
    scope: Callable[[Row], Sequence[Condition]] = _own_charity
    key: str = "id"
    versioned: bool = True
    version: str = "version"
    """The column that If-Match compares, where there is one."""
    audited: bool = False
    """True: each read of one leaves an audit entry, in the statement that reads it."""

    def field_names(self) -> tuple[str, ...]:
        return tuple(name for name in self.shape.model_fields if name not in self.edges)

    def permission_for(self, name: str) -> Permission | None:
        """What it takes to see a member of this view, beyond the view's own permission."""
        if name in self.edges:
            return self.edges[name].target().permission
        if name in self.connections:
            return self.connections[name].collection().view.permission
        return self.hidden.get(name)

    def column(self, name: str, row: Row) -> ColumnElement[Any]:
        if name in self.computed:
            return self.computed[name](row)
        column: ColumnElement[Any] = getattr(row, name)
        return column


@dataclass(frozen=True)
class Order:
    """A keyset order: columns that are never null; the view's key is added as the last one."""

    by: Callable[[Row], Sequence[ColumnElement[Any]]]
    descending: bool = False


@dataclass(frozen=True, eq=False)
class Collection:
    """What can be listed: a view with a whitelist of filters and of orders. The first order is the default.

    `filter_shapes` gives the Python type of each filter's value; one without is text.
    """

    view: View
    orders: Mapping[str, Order]
    filters: Mapping[str, Callable[[Row, ColumnElement[Any]], Condition]] = field(default_factory=dict)
    filter_shapes: Mapping[str, Any] = field(default_factory=dict)
    always: Callable[[Row], Sequence[Condition]] = unscoped

    @property
    def default_order(self) -> str:
        return next(iter(self.orders))

    def filter_type(self, name: str) -> TypeEngine[Any]:
        """The SQL type of a filter's value, from its shape in Python; text where no shape is given."""
        shape = self.filter_shapes.get(name, str)
        if get_origin(shape) is list:
            return ARRAY(Text())
        while get_origin(shape) is Annotated:
            shape = get_args(shape)[0]
        known: dict[Any, TypeEngine[Any]] = {UUID: Uuid(), date: Date(), bool: Boolean(), int: Integer()}
        return known.get(shape, Text())

    def key_types(self, order: str) -> list[type]:
        """What the keys of one of its orders are in Python."""
        row: Row = aliased(self.view.row)
        return python_types([*self.orders[order].by(row), getattr(row, self.view.key)])
