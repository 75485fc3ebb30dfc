"""What a root field wants of the kernel, made once and used again: a front end sends the same document with another id.

Kept under the document, the values of those variables that shape the answer, and the kind of asker: what the schema, the
views and the permissions make of a document depends on nothing else. Ids are not among them, as they shape nothing.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

from app.domain.kernel.errors import DomainError
from app.domain.kernel.reading import Listing, Selection
from app.graphql.asked import Asked
from app.visits import Visit

T = TypeVar("T")
_KEPT = 256
_MOST_BYTES = 4_096


@dataclass(frozen=True)
class Prepared:
    """A selection with the parameters of the listings in it; `hidden` is what the asker may not see, and where."""

    selection: Selection
    listing: Listing | None
    values: dict[str, Any]
    hidden: tuple[tuple[DomainError, tuple[str, ...]], ...]


class Preparations:
    """The most recently used ones of this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[DocumentNode, Any]] = OrderedDict()
        self._shaping: OrderedDict[int, tuple[DocumentNode, frozenset[str]]] = OrderedDict()

    def of(self, asked: Asked, field: str, visit: Visit, make: Callable[[], T]) -> T:
        """`field` is the answer's key of the root field. A cursor in a variable was made for this asker, and is part of
        what it is kept under."""
        document = asked.node
        given = orjson.dumps(
            {name: value for name, value in asked.variables.items() if name in self.shaping_of(document)},
            option=orjson.OPT_SORT_KEYS,
        )
        if len(given) > _MOST_BYTES:  # kept for nobody: it would fill the memory of whoever keeps it
            return make()
        actor = visit.actor
        whose = (actor.role, actor.organisation_id, actor.permissions)
        # By identity, as a document's own hash reads all of it; the entry keeps it alive, so its id stays its own.
        key = (id(document), id(asked.operation), field, given, whose)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            known: T = found[1]
            return known
        prepared = make()
        _keep(self._kept, key, (document, prepared))
        return prepared

    def clear(self) -> None:
        self._kept.clear()
        self._shaping.clear()

    def shaping_of(self, document: DocumentNode) -> frozenset[str]:
        """`shaping_variables`, remembered."""
        found = self._shaping.get(id(document))
        if found is None:
            found = (document, shaping_variables(document))
            _keep(self._shaping, id(document), found)
        return found[1]


PREPARATIONS = Preparations()


def _keep(kept: OrderedDict[Any, Any], key: Hashable, value: Any) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)


def shaping_variables(document: DocumentNode) -> frozenset[str]:
    """The variables whose values may change what is selected: all but those used once, as a root field's own `id`, `ids`
    or `by`."""
    used = _Used()
    visit(document, used)
    ids = {
        argument.value.name.value
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value in ("id", "ids", "by") and isinstance(argument.value, VariableNode)
    }
    return frozenset(name for name, times in used.times.items() if times > 1 or name not in ids)


class _Used(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.times: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
        if not isinstance(parent, VariableDefinitionNode):
            self.times[node.name.value] += 1
