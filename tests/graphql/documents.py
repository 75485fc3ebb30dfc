"""Documents made by walking the schema: every root field with everything below it, and random ones."""

import random
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from app.graphql.schema import schema


def query_fields() -> Mapping[str, GraphQLField]:
    root = schema().query_type
    assert root is not None
    return root.fields


def connections() -> list[str]:
    return [name for name, field in query_fields().items() if get_named_type(field.type).name.endswith("Connection")]


def everything(kind: GraphQLNamedType, depth: int) -> str:
    """Every path of a type to this depth, with the type's name at each."""
    if not isinstance(kind, GraphQLObjectType):
        return ""
    if depth == 0:
        return " { __typename }"
    members = (f"{name}{everything(get_named_type(f.type), depth - 1)}" for name, f in kind.fields.items())
    return f" {{ __typename {' '.join(members)} }}"


def whole(name: str, given: Mapping[str, Any] | None = None, *, depth: int = 5) -> tuple[str, dict[str, Any]]:
    """A document that asks a root field for everything; and those of the given arguments that it takes."""
    field = query_fields()[name]
    taken = {one: value for one, value in (given or {}).items() if one in field.args}
    head = ", ".join(f"${one}: {field.args[one].type}" for one in taken)
    body = ", ".join(f"{one}: ${one}" for one in taken)
    inner = everything(get_named_type(field.type), depth - 1)
    return f"query{f'({head})' if head else ''} {{ {name}{f'({body})' if body else ''}{inner} }}", taken


class Dice:
    """Random documents over some root fields, the same for the same seed. `values` are arguments that find something."""

    def __init__(self, seed: int, values: Mapping[str, Mapping[str, list[Any]]]) -> None:
        self._random = random.Random(seed)
        self._values = values
        self._fragments: list[str] = []
        self._variables: dict[str, tuple[str, Any]] = {}

    def document(self, roots: list[str]) -> tuple[str, dict[str, Any]]:
        self._fragments, self._variables = [], {}
        chosen = [self._random.choice(roots) for _ in range(self._random.randint(1, 3))]
        members = [self._field(f"r{n}", name, query_fields()[name], name) for n, name in enumerate(chosen)]
        head = ", ".join(f"${name}: {kind}" for name, (kind, _) in self._variables.items())
        text = f"query Q{f'({head})' if head else ''} {{ {' '.join(members)} }} {' '.join(self._fragments)}"
        return text, {name: value for name, (_, value) in self._variables.items()}

    def _field(self, alias: str | None, name: str, field: GraphQLField, root: str | None = None) -> str:
        arguments = []
        for one, argument in field.args.items():
            needed = is_non_null_type(argument.type)
            if root is not None and (
                needed or (one not in ("last", "before", "after") and self._random.random() < 0.5)
            ):
                arguments.append(f"{one}: {self._argument(one, argument, root)}")
        unpaged = root is not None and "first" in field.args and not any(a.startswith("first:") for a in arguments)
        if unpaged and self._random.random() < 0.3:
            arguments.append(f"last: {self._random.randint(0, 9)}")
        shown = f"{alias}: {name}" if alias else name
        given = f"({', '.join(arguments)})" if arguments else ""
        return f"{shown}{given}{self._directive()}{self._selection(get_named_type(field.type))}"

    def _argument(self, name: str, argument: GraphQLArgument, root: str) -> str:
        if name == "first":
            value: Any = self._random.choice([0, 1, 2, 5, 50])
        elif name == "orderBy":
            kind = get_named_type(argument.type)
            assert isinstance(kind, GraphQLEnumType)
            value = self._random.choice([None, *kind.values])
        elif name == "filter":
            known = self._values[root]
            picked = self._random.sample(sorted(known), k=self._random.randint(0, min(2, len(known))))
            value = {one: self._random.choice(known[one]) for one in picked}
        else:
            value = self._random.choice(self._values[root][name])
        variable = f"v{len(self._variables)}"
        self._variables[variable] = (str(argument.type), value)
        return f"${variable}"

    def _directive(self) -> str:
        roll = self._random.random()
        if roll > 0.12:
            return ""
        word = "skip" if roll < 0.06 else "include"
        if roll < 0.03:
            return f" @{word}(if: {self._random.choice(['true', 'false'])})"
        variable = f"v{len(self._variables)}"
        self._variables[variable] = ("Boolean!", self._random.choice([True, False]))
        return f" @{word}(if: ${variable})"

    def _selection(self, kind: GraphQLNamedType) -> str:
        if not isinstance(kind, GraphQLObjectType):
            return ""
        names = sorted(kind.fields)
        picked = self._random.sample(names, k=self._random.randint(1, min(6, len(names))))
        if kind.name.endswith(("Connection", "Edge")):
            picked = names if self._random.random() < 0.7 else picked
        members = []
        for n, name in enumerate(picked):
            alias = f"{name}{n}" if self._random.random() < 0.2 else None
            members.append(self._field(alias, name, kind.fields[name]))
            if self._random.random() < 0.15 and not is_list_type(kind.fields[name].type):
                members.append(self._field(f"again{n}", name, kind.fields[name]))
        if self._random.random() < 0.25:
            members.insert(self._random.randint(0, len(members)), "__typename")
        if self._random.random() < 0.2:
            members.append(self._spread(kind))
        return f" {{ {' '.join(members)} }}"

    def _spread(self, kind: GraphQLObjectType) -> str:
        name = self._random.choice(sorted(kind.fields))
        body = f"{{ {self._field(None, name, kind.fields[name])} }}"
        if self._random.random() < 0.5:
            return f"... on {kind.name}{self._directive()} {body}"
        fragment = f"F{len(self._fragments)}"
        self._fragments.append("")  # claimed: the body may spread others
        at = int(fragment[1:])
        self._fragments[at] = f"fragment {fragment} on {kind.name} {body}"
        return f"...{fragment}{self._directive()}"
