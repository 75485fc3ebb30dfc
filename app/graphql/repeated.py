"""The same question about another thing, which is what screens ask most: a document of one root field that takes one id
from its one variable.

Once such a document was answered, all that its text makes of a request is known for whoever has the same role, side and
permissions: the plan. What was checked of the text then need not be checked again; what depends on who asks is asked of
the database, as always. Anything else about a request goes the whole way.
"""

import re
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import OperationType, VariableNode

from app.domain.kernel.actor import Actor
from app.domain.kernel.reading import Plan, View, compile_one
from app.graphql.answers import body, outcome
from app.graphql.asked import Asked
from app.graphql.changes import Json
from app.graphql.prepared import PREPARATIONS, Prepared
from app.graphql.selection import Wanted
from app.visits import Visit

_KEPT = 256
_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Repeated:
    """How such a document is answered for one kind of asker."""

    variable: str
    key: str
    field: str
    view: View
    plan: Plan
    values: dict[str, Any]

    def asks(self, variables: dict[str, Any]) -> bool:
        given = variables.get(self.variable)
        return len(variables) == 1 and isinstance(given, str) and _ID.fullmatch(given) is not None

    async def answer(self, visit: Visit, variables: dict[str, Any]) -> bytes:
        errors: list[dict[str, Any]] = []
        work = self._found(visit, variables[self.variable])
        json = await outcome(work, self.key, self.field, visit, errors)
        return body([self.key], [json], errors)

    async def _found(self, visit: Visit, given: str) -> Json:
        visit.reader.require(self.view)
        return (await visit.reader.planned(self.plan, {**self.values, "key": UUID(given)})).json


class Repetitions:
    """The most recently used ones of this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Repeated] = OrderedDict()

    def find(self, source: str, operation: str | None, actor: Actor) -> Repeated | None:
        key = _key(source, operation, actor)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def offer(self, asked: Asked, wanted: Wanted, view: View, prepared: Prepared, visit: Visit) -> None:
        """Keep what is of that form, and was sent as text."""
        variable = _only_variable(asked)
        if variable is None or asked.source is None:
            return
        plan = compile_one(view, prepared.selection, visit.actor.viewer)
        known = Repeated(variable, wanted.key, wanted.name, view, plan, prepared.values)
        self._kept[_key(asked.source, asked.operation_name, visit.actor)] = known
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        self._kept.clear()


REPEATED = Repetitions()


def _key(source: str, operation: str | None, actor: Actor) -> Hashable:
    # The organisation too: cursors inside of an answer are made for it.
    return source, operation, actor.role, actor.organisation_id, actor.permissions


def _only_variable(asked: Asked) -> str | None:
    """The name of a query's one variable, where it is the id of its one root field and nothing else."""
    defined = asked.operation.variable_definitions or ()
    if asked.operation.operation is not OperationType.QUERY or len(defined) != 1 or len(asked.members) != 1:
        return None
    name = defined[0].variable.name.value
    [wanted] = asked.members
    shaping = PREPARATIONS.shaping_of(asked.node)
    return name if wanted.arguments.keys() == {"id"} and name not in shaping and _used(wanted) == {name} else None


def _used(wanted: Wanted) -> set[str]:
    """The variables that are a value of the field's arguments."""
    values = [argument.value for node in wanted.nodes for argument in node.arguments or ()]
    return {value.name.value for value in values if isinstance(value, VariableNode)}
