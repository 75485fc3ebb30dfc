"""What a step declares about reading: its views, their edges, and the collections that can be listed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Uuid, bindparam
from sqlmodel import SQLModel

from app.domain.kernel.access import Permission

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
    hidden: Mapping[str, Permission] = field(default_factory=dict)
    scope: Callable[[Row], Sequence[Condition]] = _own_charity
    key: str = "id"
    versioned: bool = True
    audited: bool = False
    """True: each read of one leaves an audit entry, in the statement that reads it."""

    def field_names(self) -> tuple[str, ...]:
        return tuple(name for name in self.shape.model_fields if name not in self.edges)

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
    """What can be listed: a view with a whitelist of filters and of orders. The first order is the default."""

    view: View
    orders: Mapping[str, Order]
    filters: Mapping[str, Callable[[Row, ColumnElement[Any]], Condition]] = field(default_factory=dict)
    filter_types: Mapping[str, Any] = field(default_factory=dict)
    always: Callable[[Row], Sequence[Condition]] = unscoped

    @property
    def default_order(self) -> str:
        return next(iter(self.orders))
