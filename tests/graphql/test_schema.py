"""The schema: committed as it is, described throughout, with examples that are valid by it."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_introspection_query,
    get_named_type,
    is_non_null_type,
    validate,
)
from graphql.execution.values import get_variable_values

from app.domain.kernel.access import Role
from app.graphql.limits import check, read
from app.graphql.roots import MUTATIONS, QUERIES, Computed, live_roots
from app.graphql.schema import schema, sdl
from app.graphql.types import REGISTRY
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
COMMITTED = ROOT / "openapi" / "schema.graphql"
EXAMPLES: list[dict[str, Any]] = json.loads((ROOT / "app/graphql/static/examples.json").read_text(encoding="utf-8"))


def test_the_committed_schema_is_this_version_s() -> None:
    if not COMMITTED.exists() or COMMITTED.read_text(encoding="utf-8") != sdl():
        pytest.fail(
            "openapi/schema.graphql is not this version's: write app.graphql.schema.sdl() and see what changed."
        )


async def test_everything_that_introspection_shows_is_described(world: World) -> None:
    """As somebody sees it whose token shows nothing else."""
    nobody = world.a.staff[Role.MENTOR]
    answered = await nobody.post("/graphql", {"query": get_introspection_query(input_value_deprecation=True)})
    types = [one for one in answered.json()["data"]["__schema"]["types"] if not one["name"].startswith("__")]
    assert len(types) > 100
    bare: list[str] = []
    for kind in types:
        members = [
            *(kind["fields"] or ()),
            *(kind["inputFields"] or ()),
            *(kind["enumValues"] or ()),
            *(argument for one in kind["fields"] or () for argument in one["args"]),
        ]
        bare += [kind["name"]] * (not kind["description"])
        bare += [f"{kind['name']}.{member['name']}" for member in members if not member["description"]]
    assert not bare


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"])
def test_an_example_is_valid_and_within_the_limits(example: dict[str, Any]) -> None:
    document = read(example["query"])
    assert not validate(schema(), document)
    check(document, None, example["variables"])
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    coerced = get_variable_values(schema(), operation.variable_definitions or (), example["variables"])
    assert not isinstance(coerced, list), coerced


def test_every_root_field_is_one_that_a_step_offers() -> None:
    core = schema()
    assert core.query_type
    assert core.mutation_type
    assert core.query_type.fields.keys() == QUERIES.keys()
    assert core.mutation_type.fields.keys() == MUTATIONS.keys()
    assert core.subscription_type
    assert core.subscription_type.fields.keys() == live_roots().keys()


def test_a_query_s_field_may_be_null_so_that_one_refusal_does_not_spoil_the_rest() -> None:
    assert schema().query_type
    for name, field in schema().query_type.fields.items():  # type: ignore[union-attr]
        # A list of nodes is as long as that of the ids, whatever becomes of each.
        assert is_non_null_type(field.type) is (name == "nodes"), name


def test_what_a_rule_answers_with_has_no_links_that_it_would_not_follow() -> None:
    """A computed answer is a plain value: a type of it that a view has too must not promise lists inside."""
    computed = {"Decision", "PersonSummary"}
    for name in computed:
        view = REGISTRY.views[name]
        assert not view.connections
        assert not [edge for edge in view.edges if edge not in view.shape.model_fields]
    core = schema()
    plain = [root.shape for root in QUERIES.values() if isinstance(root, Computed)]
    assert plain
    reached = {one for shape in plain for one in _types_below(core, type_name_of(shape))}
    assert reached & {*REGISTRY.views} == computed


def type_name_of(shape: type) -> str:
    return shape.__name__.removesuffix("Read")


def _types_below(core: GraphQLSchema, name: str) -> set[str]:
    found, pending = {name}, [name]
    while pending:
        kind = core.get_type(pending.pop())
        for field in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            below = get_named_type(field.type).name
            if below not in found:
                found.add(below)
                pending.append(below)
    return found
