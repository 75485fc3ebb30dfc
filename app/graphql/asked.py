"""What was asked: one operation of a validated document with its variables; and what the schema says of itself."""

from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,
)
from graphql.execution.values import VariableValues

from app.graphql.selection import TYPENAME, Document, Wanted


class Asked:
    """One operation. Everything but introspection is answered by `Execution`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        raw_variables: dict[str, Any],
    ) -> None:
        self.document = Document(schema, document, variables)
        self.operation = operation
        self._schema = schema
        self.node = document
        self.variables = raw_variables
        root = schema.get_root_type(operation.operation)
        assert root is not None
        self.root: GraphQLObjectType = root
        self.members: list[Wanted] = self.document.members(root, [operation.selection_set])

    @property
    def changes(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    def introspected(self, wanted: Wanted) -> str:
        """What the schema says of itself, by graphql-core's own executor, as JSON."""
        if wanted.name == TYPENAME:
            return orjson.dumps(self.root.name).decode()
        only = OperationDefinitionNode(
            operation=OperationType.QUERY,
            selection_set=SelectionSetNode(selections=tuple(wanted.nodes)),
            variable_definitions=self.operation.variable_definitions,
        )
        fragments = [node for node in self.node.definitions if not isinstance(node, OperationDefinitionNode)]
        alone = DocumentNode(definitions=(only, *fragments))
        result = execute_sync(self._schema, alone, variable_values=self.variables)
        return orjson.dumps((result.data or {}).get(wanted.key)).decode()

    def object_type(self, name: str) -> GraphQLObjectType:
        found = self._schema.get_type(name)
        assert isinstance(found, GraphQLObjectType)
        return found
