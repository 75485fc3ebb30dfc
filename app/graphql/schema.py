"""The schema: types from the views, root fields as the steps offer them, Problem as a member of every mutation's union."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Optional, Union

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from app.domain.kernel.deprecation import deprecation_of
from app.domain.kernel.reading import View
from app.graphql import (
    calendars,
    contact_permissions,
    directory,
    eligibility,
    endings,
    engagements,
    feedback,
    forecasts,
    gate_support,
    goals,
    matching,
    members,
    mentors,
    merging,
    moves,
    nodes,
    notes,
    organisations,
    outcomes,
    people,
    placements,
    reconnect,
    referrals,
    release_plans,
    reminders,
    reports,
    safeguarding,
    sessions,
    signposting,
    supervision,
    timeline,
    toolkits,
)
from app.graphql.changes import payload_name
from app.graphql.lookups import by_input
from app.graphql.naming import describe, type_name
from app.graphql.roots import MUTATIONS, QUERIES, By, Change, Many, Nodes, One, Query, live_roots
from app.graphql.scalars import SCALARS
from app.graphql.types import REGISTRY, Node, Registry, Told, field

# Importing a step offers its root fields.
_STEPS = (
    organisations,
    members,
    people,
    eligibility,
    referrals,
    mentors,
    matching,
    engagements,
    forecasts,
    sessions,
    notes,
    safeguarding,
    placements,
    moves,
    contact_permissions,
    supervision,
    release_plans,
    gate_support,
    reminders,
    endings,
    merging,
    timeline,
    reconnect,
    calendars,
    feedback,
    outcomes,
    reports,
    goals,
    toolkits,
    signposting,
    directory,
    nodes,
)


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


def _query_field(registry: Registry, root: Query) -> Any:
    if isinstance(root, Many):
        return registry.connection_field(root.collection, root.description, root.deprecated)
    arguments: dict[str, Told] = {}
    if isinstance(root, One | By):
        kind: Any = Optional[registry.object(root.view, type_name(root.view))]
        if isinstance(root, One):
            arguments[root.argument] = (strawberry.ID, "Its id.")
        else:
            arguments["by"] = (by_input(registry, root.view), "What finds it.")
    elif isinstance(root, Nodes):
        kind = list[Optional[Node]] if root.many else Optional[Node]
        arguments |= {"ids": (list[strawberry.ID], "Their ids.")} if root.many else {"id": (strawberry.ID, "Its id.")}
    else:
        kind = Optional[registry.output(root.shape)]
        for name, info in root.arguments.model_fields.items():
            taken = registry.input(info.annotation)
            optional = not info.is_required() and getattr(taken, "__origin__", None) is not Union
            told = (Optional[taken] if optional else taken, describe(name, info), deprecation_of(info))
            arguments[info.alias or name] = told
    return field(kind, arguments, root.description, root.deprecated)


def _live_field(registry: Registry, root: Query) -> Any:
    told = f"{root.description} As it stands, and again after each change of it."
    return _query_field(registry, replace(root, description=told))


def _mutation_field(registry: Registry, change: Change) -> Any:
    title = change.name[0].upper() + change.name[1:]
    if isinstance(change.answer, View):
        result = registry.object(change.answer, type_name(change.answer))
    else:
        result = registry.output(change.answer)
    payload = registry.payload(payload_name(change), result[0].lower() + result[1:], result)
    arguments: dict[str, Told] = {}
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
    if change.once:
        arguments["idempotencyKey"] = (
            Optional[str],
            "Your own key: a repeat gets the first answer and does nothing again.",
        )
    union = Annotated[payload | Problem, strawberry.union(f"{title}Result", description="What came of it.")]  # type: ignore[valid-type]
    return field(union, arguments, change.description, change.deprecated)


def _views() -> Iterator[View]:
    for root in (*QUERIES.values(), *MUTATIONS.values()):
        if isinstance(root, One | By):
            yield root.view
        elif isinstance(root, Many):
            yield root.collection.view
        elif isinstance(root, Change) and isinstance(root.answer, View):
            yield root.answer


@cache
def strawberry_schema() -> strawberry.Schema:
    """The whole schema, made once."""
    REGISTRY.publish("PageInfo", PageInfo)
    for view in _views():  # before any shape alone: what a view adds to one is part of its type
        REGISTRY.object(view, type_name(view))
    queries = {name: _query_field(REGISTRY, root) for name, root in QUERIES.items()}
    mutations = {name: _mutation_field(REGISTRY, change) for name, change in MUTATIONS.items()}
    query = strawberry.type(type("Query", (), queries), description="What can be asked.")
    mutation = strawberry.type(
        type("Mutation", (), mutations), description="What can be done; each in one transaction."
    )
    subscriptions = {name: _live_field(REGISTRY, root) for name, root in live_roots().items()}
    subscription = strawberry.type(
        type("Subscription", (), subscriptions),
        description="Queries that stay open (graphql-sse): ask with `Accept: text/event-stream`.",
    )
    made = strawberry.Schema(query, mutation, subscription, config=StrawberryConfig(scalar_map=SCALARS))
    for kind in made._schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):  # Strawberry says it in its own terms, which nothing here reads
            kind.is_one_of = kind.extensions["strawberry-definition"].is_one_of
    return made


def schema() -> GraphQLSchema:
    """The same as graphql-core knows it."""
    core: GraphQLSchema = strawberry_schema()._schema
    return core


def sdl() -> str:
    """As text: openapi/schema.graphql."""
    return strawberry_schema().as_str() + "\n"
