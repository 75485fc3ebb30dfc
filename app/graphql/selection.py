"""A validated document becomes what the kernel compiles: which members of which objects, under which names.

Fragments are merged, `@skip` and `@include` decided, arguments coerced, names turned from camelCase to the views' own.
What is left is a tree without GraphQL in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values

from app.domain.kernel.errors import MalformedRequest, ValidationFailed
from app.graphql.messages import message_of

TYPENAME = "__typename"


@dataclass
class Wanted:
    """One member of an object's answer: its key, its field, its coerced arguments, and the nodes that select below it."""

    key: str
    name: str
    parent: GraphQLObjectType
    definition: GraphQLField | None
    arguments: dict[str, Any]
    nodes: list[FieldNode] = field(default_factory=list)


class Document:
    """A parsed document with its variables: what to ask about each selection set."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues) -> None:
        self.schema = schema
        self.variables = variables
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def members(self, parent: GraphQLObjectType, sets: list[SelectionSetNode]) -> list[Wanted]:
        """The members of an object of this type, merged by key, in the order in which the document names them."""
        found: dict[str, Wanted] = {}
        for selections in sets:
            for node in self._fields(parent, selections):
                key = node.alias.value if node.alias else node.name.value
                if key not in found:
                    definition = parent.fields.get(node.name.value)
                    arguments = self._arguments(definition, node) if definition else {}
                    found[key] = Wanted(key, node.name.value, parent, definition, arguments)
                found[key].nodes.append(node)
        return list(found.values())

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
        """Raises `ValidationFailed` for what only the variables' values show to be wrong."""
        try:
            arguments = get_argument_values(definition, node, self.variables)
        except GraphQLError as error:
            raise ValidationFailed(message_of(error)) from None
        _without_nul(arguments)
        return arguments

    def below(self, wanted: Wanted, concrete: GraphQLObjectType | None = None) -> list[Wanted]:
        """The members wanted of a field's own object; `concrete` says which type it is where the schema leaves it open."""
        kind = concrete
        if kind is None:
            assert wanted.definition is not None
            named = get_named_type(wanted.definition.type)
            assert isinstance(named, GraphQLObjectType)
            kind = named
        return self.members(kind, [node.selection_set for node in wanted.nodes if node.selection_set is not None])

    def _fields(self, parent: GraphQLObjectType, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selections.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            if isinstance(node, InlineFragmentNode):
                condition, inner = node.type_condition, node.selection_set
            else:
                assert isinstance(node, FragmentSpreadNode)
                fragment = self._fragments[node.name.value]
                condition, inner = fragment.type_condition, fragment.selection_set
            if condition is None or self._applies(condition.name.value, parent):
                yield from self._fields(parent, inner)

    def _applies(self, condition: str, parent: GraphQLObjectType) -> bool:
        named = self.schema.get_type(condition)
        if named is parent:
            return True
        return is_abstract_type(named) and self.schema.is_sub_type(named, parent)

    def _included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        if skip and skip["if"] is True:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (include and include["if"] is False)


def _without_nul(value: Any) -> None:
    """What `api.body` refuses in a body of JSON can still come escaped, in a document's own text or by GET."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _without_nul(key)
            _without_nul(inner)
    elif isinstance(value, list):
        for inner in value:
            _without_nul(inner)
    elif isinstance(value, str) and "\x00" in value:
        raise MalformedRequest("The document or its variables contain a NUL character.")


def snake(name: str) -> str:
    """givenName is given_name; a code, such as FAITH, stays as it is."""
    if name.isupper():
        return name
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def plain(value: Any) -> Any:
    """Coerced input as the domain's models take it: snake_case, codes as text."""
    if isinstance(value, dict):
        return {snake(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return getattr(value, "value", value)
