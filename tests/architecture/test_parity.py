"""A field is written once: what a view shows is on its row, and what callers send has no field that nobody reads."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import UniqueConstraint, bindparam
from sqlalchemy import inspect as mapped
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel

import app.domain
from app.api.openapi import api_routes
from app.domain.kernel.access import ROLE_PERMISSIONS, Side, Viewer
from app.domain.kernel.reading import Collection, View, compile_one, select_fields
from app.main import bare_app

MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(app.domain.__path__, "app.domain.")]
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
TAKES_WHAT_THE_STANDARD_TAKES = {"TokenForm"}
"""RFC 6749, 3.2: an authorisation server ignores parameters that it does not know."""


def _declared(kind: type[Any]) -> list[Any]:
    found = {id(value): value for module in MODULES for value in vars(module).values() if isinstance(value, kind)}
    return list(found.values())


def _views() -> list[View]:
    """Those that modules name, those that collections list, and those that edges lead to."""
    views = {id(view): view for view in [*_declared(View), *(each.view for each in _declared(Collection))]}
    for view in list(views.values()):
        for edge in view.edges.values():
            views.setdefault(id(edge.target()), edge.target())
    return list(views.values())


VIEWS = _views()
COLLECTIONS: list[Collection] = _declared(Collection)
every_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
every_collection = pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda each: each.view.name)


@every_view
def test_each_field_of_a_shape_is_on_its_row(view: View) -> None:
    columns = mapped(view.row).columns.keys()
    assert [name for name in view.field_names() if name not in view.computed and name not in columns] == []
    assert view.key in columns
    assert ("version" in columns) or not view.versioned


@every_view
def test_a_view_names_nothing_that_its_shape_does_not_have(view: View) -> None:
    fields = view.shape.model_fields.keys()
    assert view.computed.keys() <= fields
    assert view.hidden.keys() <= fields
    assert [name for name, edge in view.edges.items() if (name in fields) == edge.expand] == []


@every_view
def test_a_view_belongs_to_a_charity_or_says_that_it_does_not(view: View) -> None:
    assert "charity_id" in mapped(view.row).columns or not view.scope(aliased(view.row))


@every_view
def test_somebody_may_see_a_view_and_it_compiles_for_everybody_who_may(view: View) -> None:
    viewers = [Viewer(role.side, permissions) for role, permissions in ROLE_PERMISSIONS.items()]
    readers = [viewer for viewer in viewers if view.refuses(viewer) is None]
    assert readers
    for viewer in readers:
        assert compile_one(view, select_fields(view), viewer).sql


@every_view
def test_what_else_finds_one_finds_one_alone(view: View) -> None:
    """A lookup's columns are unique within a charity, or within what the view's own scope leaves of it."""
    assert not (view.lookups and view.audited)
    table = mapped(view.row).local_table
    unique = [{column.name for column in one.columns} for one in (*table.constraints, *table.indexes) if _unique(one)]
    within = {"charity_id"} | ({"partner_id"} if view.side is Side.AGENCY else set())
    for lookup, columns in view.lookups.items():
        assert {*columns} <= view.shape.model_fields.keys()
        assert [one for one in unique if one <= {*columns} | within], lookup


def _unique(one: Any) -> bool:
    return isinstance(one, UniqueConstraint) or bool(getattr(one, "unique", False))


@every_view
def test_what_is_audited_is_reached_by_its_key_alone(view: View) -> None:
    """Else it could be read, in passing, without an entry. A part of it is reached through it, or by a key of its own."""
    for target in (
        *(edge.target() for edge in view.edges.values()),
        *(link.collection().view for link in view.connections.values()),
    ):
        assert not target.audited
        assert target.part_of is None or (view.audited and target.part_of[0] == view.name)


def test_the_names_of_views_are_unique() -> None:
    names = sorted(view.name for view in VIEWS)
    assert names == sorted(set(names))


@every_collection
def test_a_collection_filters_by_what_its_row_has(collection: Collection) -> None:
    row = aliased(collection.view.row)
    for name, rule in collection.filters.items():
        value = bindparam(name, type_=collection.filter_type(name))
        assert name in rule(row, value).compile(dialect=DIALECT).params


@every_collection
def test_a_collection_is_ordered_by_what_is_never_null(collection: Collection) -> None:
    """A keyset that compares with null would lose rows without a word."""
    row = aliased(collection.view.row)
    columns = mapped(collection.view.row).columns
    for order in collection.orders.values():
        assert [key.key for key in order.by(row) if columns[key.key].nullable] == []


def _below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


SHARED = [kind for kind in _below(SQLModel) if kind.__name__.endswith("Fields") and kind.__module__.startswith("app.")]


@pytest.mark.parametrize("shared", SHARED, ids=lambda kind: kind.__name__)
def test_each_shared_field_is_read_back(shared: type[SQLModel]) -> None:
    """What only some may see is in a shape of its own, never in the shared fields."""
    read = [kind for kind in _below(shared) if kind.__name__.endswith("Read")]
    assert read, "nothing reads what is written here"
    for kind in read:
        assert shared.model_fields.keys() <= kind.model_fields.keys()


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)


def _taken() -> list[type[BaseModel]]:
    """Every model that some route takes, as a body or as its query, and every model within one."""
    pending = [
        model
        for route in api_routes(bare_app())
        for parameter in inspect.signature(route.endpoint).parameters.values()
        for model in _models(parameter.annotation)
    ]
    taken: dict[str, type[BaseModel]] = {}
    while pending:
        model = pending.pop()
        if model.__name__ not in taken:
            taken[model.__name__] = model
            pending += [inner for one in model.model_fields.values() for inner in _models(one.annotation)]
    return [taken[name] for name in sorted(taken)]


@pytest.mark.parametrize("command", _taken(), ids=lambda model: model.__name__)
def test_an_unknown_field_is_refused(command: type[BaseModel]) -> None:
    strict = command.model_config.get("extra") == "forbid"
    assert strict == (command.__name__ not in TAKES_WHAT_THE_STANDARD_TAKES)
