"""What a step declares about reading: its views, their edges, and the collections that can be listed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, TypeVar, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ARRAY, Boolean, ColumnElement, Date, DateTime, Integer, Text, Uuid, bindparam
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from app.domain.kernel.access import Permission, Side, Viewer, for_others, lacking
from app.domain.kernel.errors import Forbidden
from app.domain.kernel.reading.cursors import python_types

Row = Any
"""An aliased table, as SQLAlchemy's `aliased(...)` gives it: `t.reference`, `t.person_id`."""

Condition = ColumnElement[bool]
Scope = Callable[[Row], Sequence[Condition]]


class Context:
    """Who asks, as bind parameters: a plan is compiled once for everybody who shares role and permissions."""

    charity: ColumnElement[Any] = bindparam("ctx_charity", type_=Uuid())
    organisation: ColumnElement[Any] = bindparam("ctx_organisation", type_=Uuid())
    subject: ColumnElement[Any] = bindparam("ctx_subject", type_=Uuid())
    role: ColumnElement[Any] = bindparam("ctx_role", type_=Text())


def _own_charity(row: Row) -> Sequence[Condition]:
    return (row.charity_id == Context.charity,)


def unscoped(_: Row) -> Sequence[Condition]:
    """For reference data that belongs to no charity."""
    return ()


@dataclass(frozen=True)
class Edge:
    """From one view to another. `on` joins the two rows; `many` lists at most `limit` of them by `order`, else it is the first
    of them."""

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
    the plan. `scope` narrows to what the actor may see, on top of row-level security; `scopes` is for a side that sees
    another part. Later steps add edges and connections with `attach`.
    """

    name: str
    row: type[SQLModel]
    shape: type[BaseModel]
    permission: Permission
    side: Side | None = None
    """Whose view it is: nobody of another side sees it, whatever his permissions. None: everybody's."""
    computed: Mapping[str, Callable[[Row], ColumnElement[Any]]] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    connections: Mapping[str, Connection] = field(default_factory=dict)
    nested: Mapping[str, Nested] = field(default_factory=dict)
    hidden: Mapping[str, Permission] = field(default_factory=dict)
    scope: Scope = _own_charity
    scopes: Mapping[Side, Scope] = field(default_factory=dict)
    key: str = "id"
    versioned: bool = True
    version: str = "version"
    """The column that If-Match compares, where there is one."""
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By what else, beside its key, exactly one is found: columns that are unique together among those that are seen."""
    audited: bool = False
    """True: each read of one leaves an audit entry, in the statement that reads it."""
    part_of: tuple[str, str] | None = None
    """Of an audited view: its name, and the column with its key. Who reads the part by itself reads of that record."""
    summary: bool = False
    """True: as much of another view's thing as a list needs. What its key stands for is the whole."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges", _Links(self.edges))
        object.__setattr__(self, "connections", _Links(self.connections))

    @property
    def is_node(self) -> bool:
        """Whether its key is an id, by which anything can be asked for."""
        return self.key == "id" and "id" in self.shape.model_fields and not self.summary

    def trace(self, row: Row) -> tuple[str, ColumnElement[Any]] | None:
        """What reading one leaves in the audit trail: the action, and on what."""
        if self.audited:
            return f"{self.name}.read", getattr(row, self.key)
        return None if self.part_of is None else (f"{self.part_of[0]}.read", getattr(row, self.part_of[1]))

    def field_names(self) -> tuple[str, ...]:
        return tuple(name for name in self.shape.model_fields if name not in self.edges)

    def refuses(self, viewer: Viewer, *, granted: bool = False) -> Forbidden | None:
        """Why somebody may not see this view; None where he may. `granted`: something else than its permission lets him."""
        if self.side not in (None, viewer.side):
            return for_others(self.side)
        return None if granted or self.permission in viewer.permissions else lacking(self.permission)

    def hides(self, name: str, viewer: Viewer) -> Forbidden | None:
        """Why one of its members is not shown to somebody who sees the rest; None where it is."""
        if name in self.edges:
            return self.edges[name].target().refuses(viewer)
        if name in self.connections:
            return self.connections[name].collection().view.refuses(viewer)
        needed = self.hidden.get(name)
        return None if needed is None or needed in viewer.permissions else lacking(needed)

    def conditions(self, row: Row, viewer: Viewer) -> Sequence[Condition]:
        """What narrows its rows to those of whoever looks."""
        return self.scopes.get(viewer.side, self.scope)(row)

    def column(self, name: str, row: Row) -> ColumnElement[Any]:
        if name in self.computed:
            return self.computed[name](row)
        column: ColumnElement[Any] = getattr(row, name)
        return column


_Link = TypeVar("_Link", bound=Edge | Connection)


class _Links(Mapping[str, _Link]):
    """What leads from a view, by name: its own as declared, then what was attached, by the alphabet, in whatever order modules were
    read. Whoever looks has to see all of it, so once it was looked at nothing is added."""

    def __init__(self, declared: Mapping[str, _Link]) -> None:
        self._own = frozenset(declared)
        self._known = dict(declared)
        self._seen = False

    def add(self, name: str, link: _Link) -> None:
        if self._seen:
            raise AssertionError(f"{name} comes too late: a schema or a plan was made without it")
        attached = {key: one for key, one in self._known.items() if key not in self._own} | {name: link}
        own = {key: one for key, one in self._known.items() if key in self._own}
        self._known = own | dict(sorted(attached.items()))

    def has(self, name: str) -> bool:
        """To look whether a name is taken is no look at what there is."""
        return name in self._known

    def __getitem__(self, name: str) -> _Link:
        self._seen = True
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        self._seen = True
        return iter(self._known)

    def __len__(self) -> int:
        self._seen = True
        return len(self._known)


def attach(view: View, /, **links: Edge | Connection) -> None:
    """Let an earlier step's view lead to this step's: `attach(PROGRAMMES, referrals=Connection(…))`, beside the views that
    it leads to. Its step need not know. Both doors take it from there."""
    edges, connections = view.edges, view.connections
    assert isinstance(edges, _Links)
    assert isinstance(connections, _Links)
    for name, link in links.items():
        if name in view.shape.model_fields or edges.has(name) or connections.has(name):
            raise AssertionError(f"{view.name} has a {name} already")
        if isinstance(link, Connection):
            connections.add(name, link)
        elif link.expand:
            edges.add(name, link)
        else:
            raise AssertionError(f"{name} would change what {view.name} is without being asked for: say expand=True")


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
    always: Scope = unscoped

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
        known: dict[Any, TypeEngine[Any]] = {
            UUID: Uuid(),
            date: Date(),
            datetime: DateTime(timezone=True),
            bool: Boolean(),
            int: Integer(),
        }
        return known.get(shape, Text())

    def key_types(self, order: str) -> list[type]:
        """What the keys of one of its orders are in Python."""
        row: Row = aliased(self.view.row)
        return python_types([*self.orders[order].by(row), getattr(row, self.view.key)])
