"""What was asked: one operation of a validated document with its variables; and what the schema says of itself."""

import asyncio
from collections import OrderedDict
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

from app.domain.kernel.errors import DocumentTooComplex
from app.graphql.selection import TYPENAME, Document, Wanted

MAX_INTROSPECTED = 2
_MOST_SAID = 32
_MOST_BYTES = 4_096
_said: OrderedDict[tuple[int, int, str, bytes], tuple[DocumentNode, str]] = OrderedDict()


class Asked:
    """One operation. Everything but introspection is answered by `Execution`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
        raw_variables: dict[str, Any],
        *,
        source: str | None = None,
        named: str | None = None,
    ) -> None:
        """`source` is the text that was sent, `named` the operation name beside it."""
        self.source, self.operation_name = source, named
        self.document = Document(schema, document, variables)
        self.operation = operation
        self._schema = schema
        self.node = document
        self.variables = raw_variables
        root = schema.get_root_type(operation.operation)
        assert root is not None
        self.root: GraphQLObjectType = root
        self.members: list[Wanted] = self.document.members(root, [operation.selection_set])
        introspected = sum(wanted.name in ("__schema", "__type") for wanted in self.members)
        if introspected > MAX_INTROSPECTED:
            raise DocumentTooComplex(
                f"The document's number of introspection fields is {introspected}; the limit is {MAX_INTROSPECTED}."
            )

    @property
    def changes(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    async def introspected(self, wanted: Wanted) -> str:
        """What the schema says of itself, by graphql-core's own executor, as JSON. It is the same for everybody, so it is
        kept; it takes long, so it is made beside the loop that answers others."""
        if wanted.name == TYPENAME:
            return orjson.dumps(self.root.name).decode()
        # By identity, as in `prepared`: the entry keeps the document alive, so its id stays its own.
        given = orjson.dumps(self.variables, option=orjson.OPT_SORT_KEYS)
        if len(given) > _MOST_BYTES:
            return await asyncio.to_thread(self._introspect, wanted)
        key = (id(self.node), id(self.operation), wanted.key, given)
        if key not in _said:
            _said[key] = self.node, await asyncio.to_thread(self._introspect, wanted)
            if len(_said) > _MOST_SAID:
                _said.popitem(last=False)
        return _said[key][1]

    def _introspect(self, wanted: Wanted) -> str:
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
