"""What one GraphQL document may ask for, judged in work that no document can make grow: linear in its length, plus a
constant. Fragments are measured once each, never once per spread, so a bomb of them is as cheap as any other text.

Three steps, each of which makes the next one safe: `scan` the text (so that it can be parsed), measure every definition
(so that it can be expanded), expand (so that graphql-core, whose overlap rule is quadratic, may validate it).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from math import comb
from typing import Any, Final

from graphql.language import ast, parse

from app.domain.kernel.errors import DocumentTooComplex
from app.graphql.roots import cost_of

MAX_BYTES: Final = 100 * 1024
MAX_TOKENS: Final = 2_000  # graphql-core needs 20-30 microseconds to parse and validate one
MAX_NAME: Final = 100  # graphql-core's messages repeat names, one message many times over
MAX_NESTING: Final = 32  # brackets in the text; selection sets once fragments are expanded
MAX_OPERATIONS: Final = 10
MAX_FRAGMENTS: Final = 50
MAX_DEPTH: Final = 10
MAX_INTROSPECTION_DEPTH: Final = 16  # the usual introspection query is 15 deep
MAX_SELECTIONS: Final = 500
MAX_LIST_PARTS: Final = 40  # `edges` and `pageInfo`: a list is as dear to compile as 40 plain fields
MAX_ALIASES: Final = 100
MAX_ALIASES_OF_ONE: Final = 30
MAX_DIRECTIVES: Final = 50
MAX_DIRECTIVES_IN_PLACE: Final = 4
MAX_ROOT_FIELDS: Final = 20
MAX_PAIRS: Final = 5_000
MAX_COST: Final = 5_000
SATURATED: Final = 1_000_000  # counts stop here: a fragment bomb's true numbers have thousands of digits
DEFAULT_PAGE: Final = 50
MAX_PAGE: Final = 100
_ROWS = frozenset({"edges", "nodes"})  # what a connection's rows are read through
_FREE = frozenset({"edges", "pageInfo"})  # a connection's own furniture, not rows


@dataclass(frozen=True, slots=True)
class Cost:
    """What a document that was let through amounts to. `rows` is that of the operation to be run."""

    rows: int
    depth: int
    selections: int
    root_fields: int
    pairs: int


def _limit(what: str, limit: int, actual: int, *, stopped: bool = False) -> None:
    """`stopped`: counting ended at the first one too many."""
    if actual > limit:
        end = limit if stopped else SATURATED
        known = f"more than {end:,}" if actual >= end else f"{actual:,}"
        raise DocumentTooComplex(f"The document's {what} is {known}; the limit is {limit:,}.")


# As graphql-core's lexer up to its first error; no text is read twice. No possessive groups: CPython before 3.11.5 misreads them.
_TOKEN = re.compile(
    r"""
    (?P<name>[_A-Za-z][_0-9A-Za-z]*+) | (?P<open>[{\[(]) | (?P<close>[}\])])
    | \.\.\. | [!$&:=@|] | -?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)? | \#[^\n\r]*+
    | \"{3}(?:[^"\\]++|\\\"{3}|\\|"(?!""))*(?:\"{3})? | "(?:[^"\\\n\r]++|\\[^\n\r])*"?
    """,
    re.VERBOSE,
)


def scan(source: str) -> None:
    """Refuses a text that would cost too much to parse, before it is parsed."""
    _limit("length in bytes", MAX_BYTES, len(source.encode("utf-8", "surrogatepass")))
    nesting = 0
    for tokens, token in enumerate(_TOKEN.finditer(source), 1):
        kind = token.lastgroup
        if kind == "name":
            _limit("longest name, in characters,", MAX_NAME, token.end() - token.start())
        elif kind == "open":
            nesting += 1
            _limit("nesting of brackets", MAX_NESTING, nesting, stopped=True)
        elif kind == "close":
            nesting -= 1
        _limit("number of tokens", MAX_TOKENS, tokens, stopped=True)


def read(source: str) -> ast.DocumentNode:
    """The parsed text. What is no GraphQL raises graphql-core's GraphQLSyntaxError."""
    scan(source)
    return parse(source, max_source_length=MAX_BYTES, max_lexical_tokens=MAX_TOKENS)


def check(document: ast.DocumentNode, operation_name: str | None, variables: Mapping[str, Any] | None) -> Cost:
    """Refuses, before validation, a document that would cost too much to validate or to run."""
    return Inspection(document, operation_name, variables or {}).run()


@dataclass(slots=True)
class _Size:
    """A selection set's measures, with its fragments."""

    nesting: int = 0
    depth: int = 0
    introspection: int = 0
    selections: int = 0
    parts: int = 0
    aliases: int = 0
    directives: int = 0
    rows: int = 0
    connection: bool = False

    def beside(self, other: "_Size") -> None:
        for name in ("nesting", "depth", "introspection"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))
        for name in ("selections", "parts", "aliases", "directives", "rows"):
            setattr(self, name, min(getattr(self, name) + getattr(other, name), SATURATED))
        self.connection |= other.connection


class Inspection:
    """One document's. `visits` counts the nodes looked at: the work, for the tests that prove its bound."""

    def __init__(self, document: ast.DocumentNode, operation_name: str | None, variables: Mapping[str, Any]) -> None:
        self.visits = self._level = self._pairs = 0
        self._operations = [node for node in document.definitions if isinstance(node, ast.OperationDefinitionNode)]
        self._fragments = [node for node in document.definitions if isinstance(node, ast.FragmentDefinitionNode)]
        self._by_name = {node.name.value: node for node in self._fragments}
        self._to_run = [
            operation_name is None or (node.name is not None and node.name.value == operation_name)
            for node in self._operations
        ]
        self._variables = variables
        self._defaults: dict[str, int] = {}
        self._sizes: dict[str, _Size | None] = {}  # None: being measured
        self._spread: set[str] = set()

    def run(self) -> Cost:
        _limit("number of operations", MAX_OPERATIONS, len(self._operations))
        _limit("number of fragments", MAX_FRAGMENTS, len(self._fragments))
        self._read_defaults()
        for name in self._by_name:
            self._fragment(name)
        operations = [self._definition(node) for node in self._operations]
        # What nothing spreads (unused, or its name taken by a later one) will be validated too, for its own sake.
        loose = [f for f in self._fragments if f.name.value not in self._spread or self._by_name[f.name.value] is not f]
        whole = _Size()
        for size in operations + [self._definition(node) for node in loose]:
            whole.beside(size)
        depth = max((size.depth for size in operations), default=0)
        rows = max((size.rows for size in compress(operations, self._to_run)), default=0)
        _limit("depth of fields", MAX_DEPTH, depth)
        _limit("depth of introspection", MAX_INTROSPECTION_DEPTH, whole.introspection)
        _limit("cost, in expected rows,", MAX_COST, rows)
        _limit("number of aliases", MAX_ALIASES, whole.aliases)
        _limit("number of directives", MAX_DIRECTIVES, whole.directives)
        _limit("number of selections, with all fragments expanded,", MAX_SELECTIONS, whole.selections)
        _limit("number of edges and pageInfo in all lists", MAX_LIST_PARTS, whole.parts)
        # From here on, expanding is safe: there are no more than MAX_SELECTIONS nodes to be met.
        root_fields = max((self._merge([node.selection_set]) for node in self._operations), default=0)
        _limit("number of root fields", MAX_ROOT_FIELDS, root_fields)
        for node in loose:
            self._merge([node.selection_set])
        return Cost(rows, depth, whole.selections, root_fields, self._pairs)

    def _read_defaults(self) -> None:
        for operation in compress(self._operations, self._to_run):
            for node in operation.variable_definitions or ():
                self.visits += 1
                if node.default_value and (size := self._page_of(node.default_value)) is not None:
                    name = node.variable.name.value
                    self._defaults[name] = max(size, self._defaults.get(name, 0))

    def _fragment(self, name: str) -> _Size:
        if name not in self._sizes:
            self._sizes[name] = None
            node = self._by_name.get(name)  # an unknown one is for validation to name
            self._sizes[name] = self._definition(node) if node else _Size()
        size = self._sizes[name]
        if size is None:
            raise DocumentTooComplex(
                "The document's fragments form a circle: one spreads itself, directly or through others.",
                cure="Take the spread that closes the circle out of its fragment.",
            )
        return size

    def _definition(self, node: ast.OperationDefinitionNode | ast.FragmentDefinitionNode) -> _Size:
        self.visits += 1
        size = self._below(node.selection_set)
        size.directives += _directives(node.directives)
        for variable in node.variable_definitions or ():
            self.visits += 1
            size.directives += _directives(variable.directives)
        return size

    def _below(self, node: ast.SelectionSetNode) -> _Size:
        """Recursion ends at MAX_NESTING, whoever made the document."""
        self._level += 1
        _limit("nesting of selections", MAX_NESTING, self._level, stopped=True)
        size = _Size()
        for selection in node.selections:
            self.visits += 1
            size.beside(self._selection(selection))
        size.nesting += 1
        _limit("nesting of selections", MAX_NESTING, size.nesting, stopped=True)
        self._level -= 1
        return size

    def _selection(self, node: ast.SelectionNode) -> _Size:
        size = _Size()
        if isinstance(node, ast.FieldNode):
            size = self._field(node)
        elif isinstance(node, ast.InlineFragmentNode):
            size = self._below(node.selection_set)
        elif isinstance(node, ast.FragmentSpreadNode):
            self._spread.add(node.name.value)
            size.beside(self._fragment(node.name.value))  # a copy: this one is the spread's
        size.selections += 1
        size.directives += _directives(node.directives)
        return size

    def _field(self, node: ast.FieldNode) -> _Size:
        name = node.name.value
        size = self._below(node.selection_set) if node.selection_set else _Size()
        page = self._page(node.arguments or (), DEFAULT_PAGE if size.connection else 1)
        own = cost_of(name) if node.selection_set and name not in _FREE else 0
        size.rows = self._ids(node.arguments or ()) * (own + page * size.rows)
        size.connection = name in _ROWS
        size.aliases += node.alias is not None
        size.parts += name in _FREE
        size.depth += 1
        if name in {"__schema", "__type"}:
            size.introspection, size.depth = max(size.introspection, size.depth), 1
        return size

    def _ids(self, arguments: Sequence[ast.ArgumentNode]) -> int:
        """How many things are asked for by `ids`; one, where none are."""
        node = next((node.value for node in arguments if node.name.value == "ids"), None)
        given = self._variables.get(node.name.value) if isinstance(node, ast.VariableNode) else None
        count = (len(given) if isinstance(given, list) else self._page_of(node) if node else None) or 1
        _limit("number of ids in one place", MAX_PAGE, count)
        return count

    def _page(self, arguments: Sequence[ast.ArgumentNode], default: int) -> int:
        """The rows asked for by `first` or `last`, if these ask for a number at all."""
        self.visits += len(arguments)
        asked = [self._page_of(node.value) for node in arguments if node.name.value in {"first", "last"}]
        return max((size for size in asked if size is not None), default=default)

    def _page_of(self, node: ast.ValueNode) -> int | None:
        if isinstance(node, ast.IntValueNode):
            return _number(int(node.value)) if len(node.value) <= 9 else MAX_PAGE
        if isinstance(node, ast.ListValueNode):  # of ids
            return len(node.values)
        if isinstance(node, ast.VariableNode):
            name = node.name.value
            return _number(self._variables[name]) if name in self._variables else self._defaults.get(name)
        return None

    def _merge(self, sets: list[ast.SelectionSetNode]) -> int:
        """Puts together what answers under the same names, as validation and execution will. Every two selections that
        may have to be compared are a pair; a spread may have to be compared with all that stands beside it."""
        found: dict[str, list[ast.FieldNode]] = {}
        beside = spreads = 0
        while sets:
            for node in sets.pop().selections:
                self.visits += 1
                if isinstance(node, ast.FieldNode):
                    found.setdefault((node.alias or node.name).value, []).append(node)
                    beside += 1
                elif isinstance(node, ast.InlineFragmentNode):
                    sets.append(node.selection_set)
                elif isinstance(node, ast.FragmentSpreadNode):
                    spreads += 1
                    if node.name.value in self._by_name:
                        sets.append(self._by_name[node.name.value].selection_set)
        same = sum(comb(len(nodes), 2) for nodes in found.values())
        self._pairs += same + comb(spreads, 2) + spreads * beside
        _limit("number of pairs of selections to compare", MAX_PAIRS, self._pairs, stopped=True)
        names = Counter(name for nodes in found.values() for name in {node.name.value for node in nodes})
        _limit("number of aliases of one field in one place", MAX_ALIASES_OF_ONE, max(names.values(), default=0))
        for nodes in found.values():
            self._merge([node.selection_set for node in nodes if node.selection_set])
        return len(found)


def _directives(nodes: Sequence[ast.DirectiveNode] | None) -> int:
    count = len(nodes or ())
    _limit("number of directives in one place", MAX_DIRECTIVES_IN_PLACE, count)
    return count


def _number(value: object) -> int | None:
    """What GraphQL would take for an Int. One that no page may have is refused later; here it counts as the most."""
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        return None
    return int(value) if 0 <= value <= MAX_PAGE else MAX_PAGE
