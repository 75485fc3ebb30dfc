"""The schema: types from the views, root fields as the steps offer them, Problem as a member of every mutation's union."""

from functools import cache
from typing import Annotated, Any, Optional, Union

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from app.graphql import eligibility, organisations, people, referrals
from app.graphql.roots import MUTATIONS, QUERIES, Change, Computed, Many, One
from app.graphql.scalars import SCALARS
from app.graphql.types import REGISTRY, Registry, describe, field, type_name

_STEPS = (organisations, people, eligibility, referrals)  # importing a step offers its root fields


@strawberry.type(description="Whether a list goes on, and where (Relay).")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge.")


@strawberry.type(description="One thing wrong with one place in the input.")
class ProblemError:
    pointer: str = strawberry.field(description="JSON pointer into the arguments: /input/person/givenName.")
    code: str = strawberry.field(description="Stable, for programs.")
    detail: str = strawberry.field(description="A sentence, with the cure.")


@strawberry.type(description="Why something was not done, with the codes of REST's problem details (RFC 9457).")
class Problem:
    type: str = strawberry.field(description="The page about this problem.")
    code: str = strawberry.field(description="Stable; what programs match on.")
    title: str = strawberry.field(description="What it is called.")
    status: int = strawberry.field(description="The HTTP status that REST would answer with.")
    detail: str = strawberry.field(description="What happened, in a sentence.")
    errors: list[ProblemError] = strawberry.field(description="Each place that is wrong.")
    suggested_action: str = strawberry.field(description="What to do about it.")
    request_id: str | None = strawberry.field(description="The request, as in the Request-Id header.")


def _query_field(registry: Registry, root: One | Many | Computed) -> Any:
    if isinstance(root, One):
        name = registry.object(root.view, type_name(root.view))
        argument = {root.argument: (strawberry.ID, "Its id.")}
        return field(Optional[name], argument, root.description)
    if isinstance(root, Many):
        return registry.connection_field(root.collection, root.description)
    arguments: dict[str, tuple[Any, str]] = {}
    for name, info in root.arguments.model_fields.items():
        kind = registry.input(info.annotation)
        optional = not info.is_required() and getattr(kind, "__origin__", None) is not Union
        arguments[info.alias or name] = (Optional[kind] if optional else kind, describe(name, info))
    return field(Optional[registry.output(root.shape)], arguments, root.description)


def _mutation_field(registry: Registry, change: Change) -> Any:
    title = change.name[0].upper() + change.name[1:]
    view = registry.object(change.view, type_name(change.view))
    result = type_name(change.view)
    key = result[0].lower() + result[1:]
    payload = registry.payload(f"{title}Payload", key, view)
    arguments: dict[str, tuple[Any, str]] = {}
    if change.by_id:
        arguments["id"] = (strawberry.ID, "What to change.")
        arguments["version"] = (int, "The `version` that you read: refused if somebody was faster.")
    if change.of is not None:
        arguments[change.of] = (strawberry.ID, "Of whom or what.")
    if change.command is not None:
        registry.input_object(change.command)
        arguments["input"] = (registry.input(change.command), "What to do.")
    if change.dry_run:
        arguments["dryRun"] = (Optional[bool], "Judge and answer, but keep nothing.")
    if not change.by_id:
        arguments["idempotencyKey"] = (
            Optional[str],
            "Your own key: a repeat gets the first answer and does nothing again.",
        )
    union = Annotated[payload | Problem, strawberry.union(f"{title}Result", description="What came of it.")]  # type: ignore[valid-type]
    return field(union, arguments, change.description)


@cache
def strawberry_schema() -> strawberry.Schema:
    """The whole schema, made once."""
    REGISTRY.publish("PageInfo", PageInfo)
    queries = {name: _query_field(REGISTRY, root) for name, root in QUERIES.items()}
    mutations = {name: _mutation_field(REGISTRY, change) for name, change in MUTATIONS.items()}
    query = strawberry.type(type("Query", (), queries), description="What can be asked.")
    mutation = strawberry.type(
        type("Mutation", (), mutations), description="What can be done; each in one transaction."
    )
    return strawberry.Schema(query=query, mutation=mutation, config=StrawberryConfig(scalar_map=SCALARS))


def schema() -> GraphQLSchema:
    """The same as graphql-core knows it."""
    core: GraphQLSchema = strawberry_schema()._schema
    return core


def sdl() -> str:
    """As text: openapi/schema.graphql."""
    return strawberry_schema().as_str() + "\n"
