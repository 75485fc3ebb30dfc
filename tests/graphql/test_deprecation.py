"""What is to go says so at both doors, from one declaration: tried on things that are there for this alone."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
import strawberry
from fastapi import APIRouter, FastAPI, Query
from graphql import GraphQLEnumType, GraphQLField, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema
from pydantic import BaseModel
from strawberry.schema.config import StrawberryConfig

from app.api import openapi
from app.domain.kernel.access import Permission
from app.domain.kernel.deprecation import Deprecated
from app.domain.kernel.reading import Collection, Order, View
from app.domain.organisations.models import Programme
from app.graphql.roots import Change, Computed, Many, One
from app.graphql.scalars import SCALARS
from app.graphql.schema import _mutation_field, _query_field, sdl, strawberry_schema
from app.graphql.types import Registry

ENDS = Deprecated("Ask for `name`.", since=date(2026, 11, 1))
SAID = "Ask for `name`. Deprecated since 2026-11-01."


class FadingState(StrEnum):
    """Of which one will go."""

    NEW = "NEW"
    OLD = "OLD"

    @property
    def deprecated(self) -> Deprecated | None:
        return ENDS if self is FadingState.OLD else None


class FadingRead(BaseModel):
    """Of which a field will go."""

    id: UUID
    name: str
    title: Annotated[str | None, ENDS] = None
    intake: FadingState


class ChangeFading(BaseModel):
    """Of which a field will go."""

    name: str | None = None
    title: Annotated[str | None, ENDS] = None
    intake: Annotated[FadingState | None, ENDS] = None


FADING = View("fading", Programme, FadingRead, Permission.PROGRAMMES_READ, versioned=False)
FADING_LIST = Collection(
    FADING,
    orders={"name": Order(lambda t: [t.name])},
    filters={"name": lambda t, value: t.name == value, "title": lambda t, value: t.name == value},
    filter_shapes={"title": Annotated[str, ENDS]},
)


async def _never(*_: Any) -> Any:
    raise AssertionError("only declared")


@pytest.fixture(scope="module")
def made() -> GraphQLSchema:
    """A schema of these things alone, by the machinery that makes ours."""
    strawberry_schema()  # which publishes the types that every schema shares
    registry = Registry()
    read, write = Permission.PROGRAMMES_READ, Permission.PROGRAMMES_WRITE
    roots: list[Any] = [
        One("fading", FADING, "One."),
        One("fadingOnce", FADING, "One.", deprecated=ENDS),
        Many("fadings", FADING_LIST, "Several.", deprecated=ENDS),
        Computed("fadingCount", ChangeFading, FadingRead, read, _never, "A count.", deprecated=ENDS),
    ]
    changes = [
        Change("changeFading", FADING, _never, "Change.", write, ChangeFading, by_id=True),
        Change("alterFading", FADING, _never, "Change.", write, ChangeFading, by_id=True, deprecated=ENDS),
    ]
    query = strawberry.type(type("Query", (), {root.name: _query_field(registry, root) for root in roots}))
    mutation = strawberry.type(type("Mutation", (), {one.name: _mutation_field(registry, one) for one in changes}))
    schema: GraphQLSchema = strawberry.Schema(query, mutation, config=StrawberryConfig(scalar_map=SCALARS))._schema
    return schema


def _fields(made: GraphQLSchema, name: str) -> dict[str, GraphQLField]:
    kind = made.get_type(name)
    assert isinstance(kind, GraphQLObjectType)
    return kind.fields


def _ends(things: dict[str, Any]) -> dict[str, str]:
    return {name: one.deprecation_reason for name, one in things.items() if one.deprecation_reason}


def test_a_field_of_a_shape_that_will_go_says_so(made: GraphQLSchema) -> None:
    assert _ends(_fields(made, "Fading")) == {"title": SAID}


def test_a_field_of_an_input_and_a_filter_that_will_go_says_so(made: GraphQLSchema) -> None:
    for name, ends in (("ChangeFadingInput", {"title": SAID, "intake": SAID}), ("FadingFilter", {"title": SAID})):
        kind = made.get_type(name)
        assert isinstance(kind, GraphQLInputObjectType)
        assert _ends(kind.fields) == ends


def test_an_argument_and_a_root_field_that_will_go_say_so(made: GraphQLSchema) -> None:
    assert _ends(_fields(made, "Query")) == dict.fromkeys(("fadingOnce", "fadings", "fadingCount"), SAID)
    assert _ends(_fields(made, "Query")["fadingCount"].args) == {"title": SAID, "intake": SAID}
    assert _ends(_fields(made, "Mutation")) == {"alterFading": SAID}


def test_a_code_that_will_go_says_so(made: GraphQLSchema) -> None:
    codes = made.get_type("FadingState")
    assert isinstance(codes, GraphQLEnumType)
    assert _ends(codes.values) == {"OLD": SAID}


def test_the_other_door_says_so_of_the_same_things() -> None:
    router = APIRouter(prefix="/v1/fading", tags=["Programmes"])

    @router.get("", summary="List what will go", response_model=list[FadingRead])
    async def list_fading(query: Annotated[ChangeFading, Query()]) -> None:
        """Nothing."""

    @router.post("", summary="Change what will go", response_model=FadingRead)
    async def change_fading(command: ChangeFading) -> None:
        """Nothing."""

    application = FastAPI(title="Fading", version="0")
    application.include_router(router)
    openapi.describe(application, [router])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openapi, "add_examples", lambda _: None)
        document = application.openapi()
    shapes = document["components"]["schemas"]
    for name, ends in (("FadingRead", {"title"}), ("ChangeFading", {"title", "intake"})):
        assert {field for field, one in shapes[name]["properties"].items() if one.get("deprecated")} == ends, name
    parameters = document["paths"]["/v1/fading"]["get"]["parameters"]
    assert {one["name"] for one in parameters if one.get("deprecated")} == {"title", "intake"}
    assert not [one for one in parameters if "deprecated" in one["schema"]]


def test_nothing_is_to_go_yet() -> None:
    """When something is, say here what, so that nobody ends a thing by chance."""
    assert "@deprecated" not in sdl()
