"""Documents that Hypothesis draws, and makes smaller when one is answered wrongly (hypothesis-graphql), with arguments that
find something.

It draws each argument by its type, and knows neither what is on file nor `@oneOf`. So it is given a schema in which each
argument has a scalar of its own, of which it draws one of the values that are given here; what is left out there is left
out of the documents.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    ValueNode,
    ast_from_value,
    build_ast_schema,
    parse,
)
from graphql.language import ast
from hypothesis import strategies as st
from hypothesis_graphql import queries

from app.graphql.schema import schema, sdl
from tests.graphql.documents import Values

_PAGES = [0, 1, 2, 3]


def drawn_documents(roots: Iterable[str], values: Values) -> st.SearchStrategy[str]:
    """Documents over these root fields; `values` as for `Dice`."""
    known = dict(_known(values))
    scalars = {name: st.sampled_from(nodes) for name, nodes in known.items()}
    drawn: st.SearchStrategy[str] = queries(
        _schema_of(known), fields=sorted({*roots}), custom_scalars=scalars, allow_x00=False
    )
    return drawn


def _scalar(*path: str) -> str:
    return "_".join(("Known", *path))


def _known(values: Values) -> Iterator[tuple[str, list[ValueNode]]]:
    """The scalar of each argument, and of each member of a filter, with the values that are drawn of it."""
    for kind in schema().type_map.values():
        if isinstance(kind, GraphQLInputObjectType) and kind.name in values:
            for name, field in kind.fields.items():
                if name in values[kind.name]:
                    yield _scalar(kind.name, name), _nodes(values[kind.name][name], field)
        if isinstance(kind, GraphQLObjectType):
            for of, asked in kind.fields.items():
                for name, argument in asked.args.items():
                    if name == "first":
                        yield _scalar(kind.name, of, name), _nodes(_PAGES, argument)
                    elif kind.name == "Query" and name in values.get(of, {}):
                        yield _scalar(kind.name, of, name), _nodes(values[of][name], argument)


def _nodes(values: Iterable[Any], of: GraphQLArgument | GraphQLInputField) -> list[ValueNode]:
    found = [ast_from_value(value, of.type) for value in values]
    return [one for one in found if one is not None]


def _schema_of(known: dict[str, Any]) -> GraphQLSchema:
    """The schema again, with those scalars in place of the types and without what nothing is known of."""
    definitions: list[ast.DefinitionNode] = []
    for node in parse(sdl()).definitions:
        if isinstance(node, ast.DirectiveDefinitionNode):
            continue
        if isinstance(node, ast.InputObjectTypeDefinitionNode):
            members = [_retyped(one, known, node.name.value) for one in node.fields or ()]
            kept = tuple(one for one in members if one is not None)
            definitions.append(_replaced(node, fields=kept, directives=()))
        elif isinstance(node, ast.ObjectTypeDefinitionNode):
            fields = tuple(_with_arguments(one, known, node.name.value) for one in node.fields or ())
            definitions.append(_replaced(node, fields=fields))
        else:
            definitions.append(node)
    scalars = [ast.ScalarTypeDefinitionNode(name=ast.NameNode(value=name)) for name in known]
    return build_ast_schema(ast.DocumentNode(definitions=(*definitions, *scalars)), assume_valid=True)


def _with_arguments(field: ast.FieldDefinitionNode, known: dict[str, Any], *path: str) -> ast.FieldDefinitionNode:
    arguments = [_retyped(one, known, *path, field.name.value) for one in field.arguments or ()]
    return _replaced(field, arguments=tuple(one for one in arguments if one is not None))


def _retyped(node: ast.InputValueDefinitionNode, known: dict[str, Any], *path: str) -> Any:
    """An argument or a filter's member with its own scalar; None to leave it out."""
    name = _scalar(*path, node.name.value)
    if name in known:
        scalar: ast.TypeNode = ast.NamedTypeNode(name=ast.NameNode(value=name))
        required = isinstance(node.type, ast.NonNullTypeNode) or node.name.value == "first"
        return _replaced(node, type=ast.NonNullTypeNode(type=scalar) if required else scalar)
    kind: Any = node.type
    while not isinstance(kind, ast.NamedTypeNode):
        kind = kind.type
    of = schema().type_map[kind.name.value]
    keeps = isinstance(of, GraphQLEnumType) and node.name.value == "orderBy"
    filters = node.name.value == "filter" and any(one.startswith(_scalar(of.name, "")) for one in known)
    return node if keeps or filters else None


def _replaced(node: Any, **changes: Any) -> Any:
    given = {key: getattr(node, key) for key in node.keys if key != "loc"} | changes
    return type(node)(**given)
