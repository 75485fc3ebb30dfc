"""Documents made by walking the schema: every root field with everything below it, and random ones."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from app.graphql.limits import DEFAULT_PAGE, MAX_COST, MAX_DEPTH, MAX_LIST_PARTS, MAX_SELECTIONS
from app.graphql.schema import schema


def query_fields() -> Mapping[str, GraphQLField]:
    root = schema().query_type
    assert root is not None
    return root.fields


def connections() -> list[str]:
    return [name for name, field in query_fields().items() if get_named_type(field.type).name.endswith("Connection")]


Tree = dict[str, Any]
"""What is selected, by its text: None for a leaf, else what is selected below it."""

_SELECTIONS, _ROWS = MAX_SELECTIONS - 20, MAX_COST // 2
_INSIDE = 2
"""Rows of a list inside an object: enough to show somebody's, few enough to look into many lists at once."""


def everything(kind: GraphQLNamedType, depth: int) -> Tree:
    """Every path of a type to this depth, with the type's name at each."""
    if depth == 0 or is_leaf_type(kind):
        return {"__typename": None}
    found: Tree = {"__typename": None}
    if isinstance(kind, GraphQLInterfaceType):
        for one in schema().get_possible_types(kind):
            found[f"... on {one.name}"] = everything(one, depth)
        return found
    assert isinstance(kind, GraphQLObjectType)
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        text = f"{name}(first: {_INSIDE})" if "first" in field.args else name
        found[text] = None if is_leaf_type(below) else everything(below, depth - 1)
    return found


def _paths(tree: Tree, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for text, below in tree.items():
        if below is None:
            yield (*above, text)
        else:
            yield from _paths(below, (*above, text))


def _text(tree: Tree) -> str:
    return " ".join(text if below is None else f"{text} {{ {_text(below)} }}" for text, below in tree.items())


def documents(
    name: str, given: Mapping[str, Any] | None = None, *, depth: int = 6
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Documents that together ask a root field for everything, each as large as the limits let it be; and those of the
    given arguments that the field takes."""
    field = query_fields()[name]
    # Each is what a root field of its own finds, as deep as that; `nodes` finds it by the same statement as `node`.
    depth = min(depth, {"node": 4, "nodes": 3}.get(name, depth))
    taken = {one: value for one, value in (given or {}).items() if one in field.args}
    head = ", ".join(f"${one}: {field.args[one].type}" for one in taken)
    body = ", ".join(f"{one}: ${one}" for one in taken)
    start = f"query{f'({head})' if head else ''} {{ {name}{f'({body})' if body else ''}"
    page = taken.get("first") or len(taken.get("ids", ())) or (DEFAULT_PAGE if "first" in field.args else 1)
    whole = everything(get_named_type(field.type), depth - 1)
    # One type after the other, where there is a choice: members of two may have one name and different types.
    of_types = [{text: below} for text, below in whole.items() if text.startswith("...")]
    for tree in of_types or [whole]:
        for part in _parts(tree, page):
            yield f"{start} {{ {_text(part)} }} }}", taken


def _parts(tree: Tree, page: int) -> Iterator[Tree]:
    # The name of what is found is in each part: a fragment alone might be of what the asker may not see.
    part: Tree = {"__typename": None}
    selections, rows, lists = 2, 1, 0
    for path in _paths(tree):
        at, new, more, parts, times = part, 0, 0, 0, page
        for text in path[:-1]:
            if text not in at:
                new += 1
                parts += text in ("edges", "pageInfo")
                times *= _INSIDE if f"(first: {_INSIDE})" in text else 1
                more += times
            at = at.get(text, {})
        if selections + new + 1 > _SELECTIONS or rows + more > _ROWS or lists + parts > MAX_LIST_PARTS:
            yield part
            part, selections, rows, lists = {"__typename": None}, 2, 1, 0
            new = len(path) - 1
            parts = sum(text in ("edges", "pageInfo") for text in path)
        selections, rows, lists = selections + new + 1, rows + more, lists + parts
        at = part
        for text in path[:-1]:
            at = at.setdefault(text, {})
        at[path[-1]] = None
    yield part


Values = Mapping[str, Mapping[str, list[Any]]]


class Dice:
    """Random documents over some root fields, the same for the same seed. `values` are arguments that find something: those
    of a root field by its name, those of a filter by the filter's."""

    def __init__(self, seed: int, values: Values) -> None:
        self._random = random.Random(seed)
        self._values = values
        self._fragments: list[str] = []
        self._variables: dict[str, tuple[str, Any]] = {}
        self._depth = self._aliases = 0

    def document(self, roots: list[str]) -> tuple[str, dict[str, Any]]:
        self._fragments, self._variables = [], {}
        chosen = [self._random.choice(roots) for _ in range(self._random.randint(1, 3))]
        members = [self._field(f"r{n}", name, query_fields()[name], root=True) for n, name in enumerate(chosen)]
        head = ", ".join(f"${name}: {kind}" for name, (kind, _) in self._variables.items())
        text = f"query Q{f'({head})' if head else ''} {{ {' '.join(members)} }} {' '.join(self._fragments)}"
        return text, {name: value for name, (_, value) in self._variables.items()}

    def _field(self, alias: str | None, name: str, field: GraphQLField, *, root: bool = False) -> str:
        arguments = []
        for one, argument in field.args.items():
            wanted = one not in ("first", "last", "after", "before") and self._random.random() < (0.5 if root else 0.3)
            if is_non_null_type(argument.type) or wanted:
                arguments.append(f"{one}: {self._argument(name, one, argument)}")
        if "first" in field.args:
            arguments += self._page(root=root)
        shown = f"{alias}: {name}" if alias else name
        given = f"({', '.join(arguments)})" if arguments else ""
        self._depth += 1
        below = self._selection(get_named_type(field.type))
        self._depth -= 1
        return f"{shown}{given}{self._directive()}{below}"

    def _alias(self, name: str) -> str:
        self._aliases += 1
        return f"{name}{self._aliases}"

    def _page(self, *, root: bool) -> list[str]:
        """A list inside others is short, so that the document stays within what it may cost."""
        sizes = [0, 1, 2, 5, 50] if root else [0, 1, 2, 3]
        roll = self._random.random()
        if roll < 0.35 and root:
            return []
        if roll < 0.7:
            return [f"first: {self._variable('Int', self._random.choice(sizes))}"]
        return [f"last: {self._random.choice(sizes)}"]

    def _argument(self, field: str, name: str, argument: GraphQLArgument) -> str:
        kind = get_named_type(argument.type)
        if name == "orderBy":
            assert isinstance(kind, GraphQLEnumType)
            value: Any = self._random.choice([None, *kind.values])
        elif name == "filter":
            known = self._values.get(kind.name, {})
            picked = self._random.sample(sorted(known), k=self._random.randint(0, min(2, len(known))))
            value = {one: self._random.choice(known[one]) for one in picked}
        else:
            value = self._random.choice(self._values[field][name])
        return self._variable(str(argument.type), value)

    def _variable(self, kind: str, value: Any) -> str:
        variable = f"v{len(self._variables)}"
        self._variables[variable] = (kind, value)
        return f"${variable}"

    def _directive(self) -> str:
        roll = self._random.random()
        if roll > 0.12:
            return ""
        word = "skip" if roll < 0.06 else "include"
        if roll < 0.03:
            return f" @{word}(if: {self._random.choice(['true', 'false'])})"
        return f" @{word}(if: {self._variable('Boolean!', self._random.choice([True, False]))})"

    def _selection(self, kind: GraphQLNamedType) -> str:
        if isinstance(kind, GraphQLInterfaceType):
            return self._of_types(kind)
        if not isinstance(kind, GraphQLObjectType):
            return ""
        names = sorted(name for name, field in kind.fields.items() if self._fits(field))
        if not names:
            return " { __typename }"
        picked = self._random.sample(names, k=self._random.randint(1, min(6, len(names))))
        if kind.name.endswith(("Connection", "Edge")):
            picked = names if self._random.random() < 0.7 else picked
        members = []
        for name in picked:
            alias = self._alias(name) if self._random.random() < 0.2 else None
            members.append(self._field(alias, name, kind.fields[name]))
            if self._random.random() < 0.15 and not is_list_type(kind.fields[name].type):
                members.append(self._field(self._alias("again"), name, kind.fields[name]))
        if self._random.random() < 0.25:
            members.insert(self._random.randint(0, len(members)), "__typename")
        if self._random.random() < 0.2:
            members.append(self._spread(kind))
        return f" {{ {' '.join(members)} }}"

    def _fits(self, field: GraphQLField) -> bool:
        """Whether a field and what it takes to look into it are within the depth that a document may have."""
        return is_leaf_type(get_named_type(field.type)) or self._depth < MAX_DEPTH - 3

    def _of_types(self, kind: GraphQLInterfaceType) -> str:
        """What is wanted of anything, and more of some types."""
        shown = sorted(name for name in self._values["types"]["of"])
        chosen = self._random.sample(shown, k=self._random.randint(1, min(4, len(shown))))
        members = [one for one in ("__typename", "id", "same: id") if self._random.random() < 0.3]
        for name in chosen:
            of = schema().get_type(name)
            assert isinstance(of, GraphQLObjectType)
            members.append(f"... on {name}{self._directive()}{self._selection(of)}")
        self._random.shuffle(members)
        return f" {{ {' '.join(members)} }}"

    def _spread(self, kind: GraphQLObjectType) -> str:
        name = self._random.choice(sorted(name for name, field in kind.fields.items() if self._fits(field)))
        alias = None if self._random.random() < 0.5 else self._alias("of")  # None: to be merged, if it can be
        body = f"{{ {self._field(alias, name, kind.fields[name])} }}"
        if self._random.random() < 0.5:
            return f"... on {kind.name}{self._directive()} {body}"
        fragment = f"F{len(self._fragments)}"
        self._fragments.append("")  # claimed: the body may spread others
        at = int(fragment[1:])
        self._fragments[at] = f"fragment {fragment} on {kind.name} {body}"
        return f"...{fragment}{self._directive()}"
