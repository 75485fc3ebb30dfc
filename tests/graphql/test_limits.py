"""No document may cost more than its length. Proven by counting the work, never by the clock."""

from collections import Counter
from contextlib import suppress
from itertools import pairwise
from math import comb
from typing import Any
from unittest.mock import patch

import pytest
from graphql import GraphQLError, build_schema, get_introspection_query, parse, validate
from graphql.language import Lexer, Source, TokenKind, ast, visit
from graphql.language.visitor import Visitor
from graphql.validation import OverlappingFieldsCanBeMergedRule, specified_rules
from graphql.validation.rules import overlapping_fields_can_be_merged as overlap
from hypothesis import HealthCheck, assume, event, example, given, settings
from hypothesis import strategies as st

from app.graphql import limits
from app.graphql.limits import DocumentTooComplex, Inspection, check, read, scan

SCHEMA = build_schema("""
    type Query { person(id: ID): Person people(first: Int, last: Int, after: String): People }
    type People { edges: [Edge!]! nodes: [Person!]! pageInfo: PageInfo! totalCount: Int! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type Edge { node: Person! cursor: String! }
    type Person { id: ID! name: String mentor: Person sessions(first: Int, last: Int): People }
""")


def cost(source: str, variables: dict[str, Any] | None = None, operation: str | None = None) -> limits.Cost:
    return check(read(source), operation, variables)


def refusal(source: str, variables: dict[str, Any] | None = None) -> str:
    with pytest.raises(DocumentTooComplex) as caught:
        cost(source, variables)
    return caught.value.detail


def many(count: int, pattern: str) -> str:
    return " ".join(pattern.replace("#", str(number)) for number in range(count))


def bomb(depth: int, leaf: str) -> str:
    chain = " ".join(
        f"fragment f{this} on Person {{ ...f{below} ...f{below} }}" for this, below in pairwise(range(depth))
    )
    return f"{{ person {{ ...f0 }} }} {chain} fragment f{depth - 1} on Person {{ {leaf} }}"


# What everyday clients send.


def test_the_usual_introspection_query_passes() -> None:
    found = cost(
        get_introspection_query(input_value_deprecation=True, specified_by_url=True, directive_is_repeatable=True)
    )
    assert found.depth == 1
    assert found.rows < 100


def test_a_page_costs_its_rows() -> None:
    page = """
        query Page($count: Int) { people(first: $count) { pageInfo { hasNextPage endCursor } edges { cursor node {
          id name mentor { ...Who } sessions(last: 5) { nodes { id } } } } } }
        fragment Who on Person { id name }
    """
    assert validate(SCHEMA, read(page)) == []
    assert cost(page, {"count": 20}).rows == 1 + 20 * (1 + 1 + 1 + 5)
    assert cost(page, {}).rows == 1 + 50 * 8
    assert cost(page, {}, "Page").depth == 6


@pytest.mark.parametrize(
    ("arguments", "variables", "rows"),
    [
        ("", {}, 50),
        ("(first: 7)", {}, 7),
        ("(first: 0)", {}, 0),
        ("(last: 7)", {}, 7),
        ("(first: 3, last: 7)", {}, 7),
        ("(first: 1000)", {}, 100),
        ("(first: -1)", {}, 100),
        (f"(first: {'9' * 5_000})", {}, 100),
        ("(first: null)", {}, 50),
        ('(first: "7")', {}, 50),
        ("(first: $n)", {}, 50),
        ("(first: $n)", {"n": None}, 50),
        ("(first: $n)", {"n": 7}, 7),
        ("(first: $n)", {"n": 7.0}, 7),
        ("(first: $n)", {"n": True}, 50),
        ("(first: $n)", {"n": "7"}, 50),
        ("(first: $n)", {"n": 10**5_000}, 100),
        ("(first: $n)", {"n": -3}, 100),
        ("(first: $n)", {"n": float("inf")}, 50),
        ("(first: $d)", {}, 9),
        ("(first: $d)", {"d": 8}, 8),
        ("(first: $d)", {"d": None}, 50),
    ],
)
def test_rows_are_those_asked_for(arguments: str, variables: dict[str, Any], rows: int) -> None:
    assert (
        cost(f"query ($n: Int, $d: Int = 9) {{ people{arguments} {{ nodes {{ id }} }} }}", variables).rows == 1 + rows
    )


def test_only_the_operation_to_be_run_costs_rows() -> None:
    both = "".join(f"query {q}($n: Int = {n}) {{ people(first: $n) {{ nodes {{ id }} }} }} " for q, n in ("A5", "B9"))
    assert (cost(both, {}, "A").rows, cost(both, {}, "B").rows, cost(both, {}, "C").rows) == (6, 10, 0)


# Attacks on the parser.


@pytest.mark.parametrize(
    "source",
    [
        "{a" * 10_000,
        "{a(b:" + "[" * 10_000,
        "{a(b:" + "{c:" * 10_000,
        "query($a: " + "[" * 10_000,
        "{a(b:" + "[" * 10_000 + "]" * 10_000 + ")}",
        '{a(b:"\\"}}}")' + "{a" * 10_000,
        '{a(b:"""}}}\\"""}}}""")' + "{a" * 10_000,
        "#}}}}\n" + "{a" * 10_000,
    ],
)
def test_nothing_nests_too_deeply_to_be_parsed(source: str) -> None:
    assert refusal(source) == "The document's nesting of brackets is more than 32; the limit is 32."


@pytest.mark.parametrize(
    "text", ['"' + "{" * 100 + '"', '"""' + "[" * 100 + '"""', "1 #" + "(" * 100 + "\n", r'"\"{{{{\\"']
)
def test_brackets_in_strings_and_comments_do_not_nest(text: str) -> None:
    scan("{" * 31 + "a(b:" + text + ")")


@pytest.mark.parametrize(
    "source",
    [
        "{" + many(20_000, "a:b") + "}",
        "{" + "person{id}" * 8_400 + "}",
        "{" + "id " * 28_000 + "}",
        "{id" + " @skip(if:true)" * 6_000 + "}",
        "{id}" + " fragment f on A{b}" * 5_000,
        "{a(b:[" + "1 " * 50_000 + "])}",
        "{a(b:[" + '"" ' * 30_000 + "])}",
        "{a(b:[" + "1-" * 50_000 + "])}",
        "#\n" * 50_000 + "{id}",
        "." * 90_000,
    ],
)
def test_floods_end_at_the_token_limit(source: str) -> None:
    assert len(source) <= limits.MAX_BYTES
    assert refusal(source) == "The document's number of tokens is more than 2,000; the limit is 2,000."


def test_bytes_are_counted_not_characters() -> None:
    assert refusal(f'{{a(b:"{"😀" * 30_000}")}}') == "The document's length in bytes is 120,009; the limit is 102,400."
    assert "more than 1,000,000" in refusal(" " * 2_000_000)
    scan("\ud800")


def test_a_name_cannot_be_long_enough_to_be_worth_repeating() -> None:
    assert "is 90,000; the limit is 100." in refusal("{" + "a" * 90_000 + "}")


@pytest.mark.parametrize("text", ["\n" * 90_000, " \n" * 45_000, '\\"""' * 20_000, '""a' * 20_000])
def test_long_block_strings_pass(text: str) -> None:
    assert cost(f'{{a(b:"""{text} """)}}').selections == 1


@pytest.mark.parametrize(
    "source", ['{a(b:"""' + '\\"""' * 20_000, '""" \\' * 20_000, "-" * 90_000, '"\\' * 45_000, "}" * 1_000]
)
def test_what_is_no_graphql_is_told_by_the_parser(source: str) -> None:
    with pytest.raises(GraphQLError):
        read(source)


pieces = st.sampled_from(
    [*'{}[]()!$&:=@|"\\#\n\r ,.-+1', "...", '"""', '\\"""', '\\"', "name", "_a1", "0", "1.5", "2e+3", "\ufeff", "é"]
)


@given(st.lists(pieces, max_size=40).map("".join))
@settings(max_examples=1_000, deadline=None)
@example('"' * 12 + "{")
@example('"' * 9 + '{"""')
@example("1.{2e{")
def test_the_scanner_never_sees_less_than_the_lexer(source: str) -> None:
    lexer, tokens, nesting, deepest = Lexer(Source(source)), 0, 0, 0
    complete = True
    try:
        while (token := lexer.lookahead()).kind is not TokenKind.EOF:
            lexer.token = token
            tokens += 1
            nesting += (token.value is None and token.kind.value in "{[(") - (
                token.value is None and token.kind.value in "}])"
            )
            deepest = max(deepest, nesting)
    except GraphQLError:
        complete = False
    comments = _comments(lexer)
    seen = sum(1 for _ in limits._TOKEN.finditer(source))
    assert seen >= tokens
    if complete:
        assert seen == tokens + comments
        with patch.object(limits, "MAX_NESTING", deepest):
            scan(source)
        if deepest:
            with patch.object(limits, "MAX_NESTING", deepest - 1), pytest.raises(DocumentTooComplex):
                scan(source)


def _comments(lexer: Lexer) -> int:
    token, count = lexer.token, 0
    while token is not None:
        count += token.kind is TokenKind.COMMENT
        token = token.prev
    trailing = lexer.token.next
    while trailing is not None:
        count += trailing.kind is TokenKind.COMMENT
        trailing = trailing.next
    return count


# Attacks on whatever comes after the parser.


class _Nodes(Visitor):
    count = 0

    def enter(self, *_: Any) -> None:
        self.count += 1


def work(source: str) -> tuple[int, int]:
    """Visits, and how many the document's own nodes and the constant allow."""
    document = parse(source)
    nodes = _Nodes()
    visit(document, nodes)
    inspection = Inspection(document, None, {})
    with suppress(DocumentTooComplex):
        inspection.run()
    return inspection.visits, nodes.count + limits.MAX_SELECTIONS


SELECTIONS = "number of selections, with all fragments expanded,"
ROWS = "cost, in expected rows,"
PAIRS = ("number of pairs of selections to compare", "more than 5,000")
CIRCLE = ("fragments form a circle: one spreads itself, directly or through others.", "")

ATTACKS = {
    "kilobyte bomb": (bomb(60, "id"), "number of fragments", "60"),
    "chained bomb": (bomb(50, "id"), "nesting of selections", "more than 32"),
    "bomb": (bomb(28, "id"), SELECTIONS, "more than 1,000,000"),
    "empty bomb": (bomb(28, ""), SELECTIONS, "more than 1,000,000"),
    "alias bomb": (bomb(10, "a: id b: id"), "number of aliases", "1,024"),
    "directive bomb": (bomb(10, "id @skip(if: true)"), "number of directives", "512"),
    "wide bomb": (
        "{person{" + many(9, "...f#") + "}}"
        + many(9, "fragment f# on Person{...g# ...g# ...g#}")
        + many(9, "fragment g# on Person{" + "id " * 90 + "}"),
        SELECTIONS, "2,467",
    ),
    "row bomb": (bomb(28, "people { nodes { id } }"), ROWS, "more than 1,000,000"),
    "rows": ("{people{edges{node{sessions{edges{node{sessions{nodes{id}}}}}}}}}", ROWS, "130,101"),
    "aliases": ("{person{" + many(101, "a#:id") + "}}", "number of aliases", "101"),
    "aliases of one": ("{person{" + many(31, "a#:id") + "}}", "number of aliases of one field in one place", "31"),
    "scattered aliases": (
        "{person{...a} person{...b}}"
        + " fragment a on Person{" + many(20, "a#:id") + "} fragment b on Person{" + many(20, "b#:id") + "}",
        "number of aliases of one field in one place", "40",
    ),
    "roots": (
        "{...a ...b} fragment a on Query{" + many(15, "a#:person{id}") + "} fragment b on Query{" + many(6, "x#") + "}",
        "number of root fields", "21",
    ),
    "skip": ("{id" + " @skip(if:true)" * 280 + "}", "number of directives in one place", "280"),
    "skips": ("{person{" + "id @skip(if:true) " * 240 + "}}", "number of directives", "240"),
    "variable directives": ("query(" + "$a: Int @x @x @x @x " * 20 + ") {id}", "number of directives", "80"),
    "fragments": ("{id}" + many(280, "fragment f# on A{b}"), "number of fragments", "280"),
    "operations": (many(11, "query q# {id}"), "number of operations", "11"),
    "depth": ("{a{a{a{...f}}}} fragment f on A{a{a{a{... {... {a{a{a{a{a}}}}}}}}}}", "depth of fields", "11"),
    "introspection": ("{__type(name: 1){" + "ofType{" * 16 + "name" + "}" * 18, "depth of introspection", "18"),
    "overlaps": ("{" + "person{id}" * 240 + "}", *PAIRS),
    "leaf overlaps": ("{person{" + "id " * 490 + "}}", *PAIRS),
    "nested overlaps": ("{" + "person{mentor{mentor{id} mentor{id}} mentor{mentor{id}}}" * 40 + "}", *PAIRS),
    "spread pairs": ("{person{" + "...f " * 200 + "}} fragment f on Person{id}", *PAIRS),
    "unused overlaps": ("{id} fragment f on Person{" + "id " * 490 + "}", *PAIRS),
    "shadowed overlaps": ("{...f} fragment f on Query{" + "id " * 400 + "} fragment f on Query{id}", *PAIRS),
    "cycle": ("{...a} fragment a on Q{...b} fragment b on Q{x{...a}}", *CIRCLE),
    "unused cycle": ("{id} fragment a on Q{...b} fragment b on Q{...a}", *CIRCLE),
    "self": ("{...a} fragment a on Q{...a}", *CIRCLE),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_by_its_limit_for_no_more_work_than_its_length(name: str) -> None:
    source, what, actual = ATTACKS[name]
    assert f"The document's {what}" + (f" is {actual}; the limit is " if actual else "") in refusal(source)
    visits, allowed = work(source)
    assert visits <= allowed


def test_the_limits_hold_for_documents_that_were_parsed_elsewhere() -> None:
    deep = "{a" * 190 + "}" * 190
    with pytest.raises(DocumentTooComplex, match="nesting of selections"):
        check(parse(deep), None, None)
    with pytest.raises(DocumentTooComplex, match="number of fragments is 10,000"):
        check(parse("{id}" + many(10_000, "fragment f# on A{...f#}")), None, None)


def test_variables_are_looked_up_never_walked() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    huge = {"deep": deep, "wide": list(range(100_000)), **{f"v{number}": "x" * 100 for number in range(10_000)}}
    document = read("query ($n: Int) { people(first: $n) { nodes { id } } }")
    one, other = Inspection(document, None, {}), Inspection(document, None, {**huge, "n": deep})
    assert one.run() == other.run()
    assert one.visits == other.visits


def test_a_refusal_is_a_problem_with_a_cure_and_repeats_nothing() -> None:
    with pytest.raises(DocumentTooComplex) as caught:
        cost("{secret" * 11 + "}" * 11)
    error = caught.value
    assert (error.code, error.status) == ("GRAPHQL_LIMIT_EXCEEDED", 400)
    assert error.suggested_action
    assert "secret" not in error.detail


# What is let through cannot make graphql-core's quadratic rule work for long: its own meter is read.


def overlap_work(document: ast.DocumentNode) -> int:
    rules: list[OverlappingFieldsCanBeMergedRule] = []

    class Metered(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: Any) -> None:
            super().__init__(context)
            rules.append(self)

    assert OverlappingFieldsCanBeMergedRule in specified_rules
    validate(SCHEMA, document, [Metered])
    return overlap.MAX_COMPLEXITY_BUDGET - rules[0].rule_context.remaining_complexity_budget


@pytest.mark.parametrize(
    "source",
    [
        "{person{" + "id " * 100 + "}}",
        "{" + "person{id}" * 70 + "}",
        "{" + "person{id name mentor{id name}}" * 40 + "}",
        "{" + many(97, "person{x#}") + many(3, "person{y#}") + "}",
        "{" + many(70, "person{x# y# z# w#}") + "}",
        "{person{" + "mentor{mentor{mentor{id}}}" * 49 + "}}",
        "{person{" + many(24, "...f#") + "}}" + many(24, "fragment f# on Person{id name mentor{id mentor{id}}}"),
        "{person{" + "...f " * 30 + "}} fragment f on Person{id name}",
        "{person{" + "...on Person{...on Person{id}}" * 70 + "}}",
        many(10, "query q#{person{...f0}}")
        + "".join(f"fragment f{i} on Person{{...f{i + 1} id mentor{{id}}}}" for i in range(9))
        + "fragment f9 on Person{id}",
    ],
)  # fmt: skip
def test_overlapping_fields_within_the_limits_are_cheap_to_validate(source: str) -> None:
    document = read(source)
    check(document, None, None)
    assert overlap_work(document) <= 10 * limits.MAX_PAIRS


# Documents at random, against a reference that does what it says: it expands everything.

names = st.sampled_from(
    ["id", "name", "mentor", "person", "people", "sessions", "edges", "node", "nodes", "pageInfo", "__schema", "__type"]
)
directives = st.sampled_from(
    ["", "", "", "", "", " @skip(if: true)", " @include(if: $v)", " @a @b @c", " @a @b @c @d @e"]
)
arguments = st.sampled_from(
    [
        "",
        "",
        "",
        "(first: 3)",
        "(last: 40, first: $v)",
        "(first: $w)",
        "(first: $x)",
        "(id: 1, first: 9999)",
        "(first: null)",
    ]
)
aliases = st.sampled_from(["", "", "", "a: ", "b: ", "id: ", "edges: "])
spreads = st.sampled_from([f"...{letter}" for letter in "ABCDE"])


def _sets(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    composite = st.builds("{}{}{}{}{}".format, aliases, names, arguments, directives, inner)
    inline = st.builds("...{}{}".format, st.sampled_from([" on Person", " @skip(if: true)", ""]), inner)
    leaf = st.builds("{}{}{}{}".format, aliases, names, arguments, directives)
    chosen = st.one_of(leaf, composite, composite, inline, st.builds("{}{}".format, spreads, directives))
    return st.lists(chosen, max_size=4).map(lambda found: "{ " + "\n".join(found) + " }")


sets = st.recursive(st.just("{ id }"), _sets, max_leaves=12)
operations = st.builds(
    "query {}($v: Int, $w: Int = {} {}){} ".format,
    st.sampled_from("PQ"),
    st.integers(-1, 101),
    st.sampled_from(["", "@a"]),
    sets,
)
fragments = st.builds("fragment {} on Person{}{} ".format, st.sampled_from("ABCD"), directives, sets)
documents = st.builds(
    "{}{}".format, st.lists(operations, max_size=3).map("".join), st.lists(fragments, max_size=5).map("".join)
).filter(bool)
variables = st.dictionaries(st.sampled_from("vwx"), st.sampled_from([None, 2, 30, 1_000, -1, True, "9", 7.0, 7.5, [1]]))


class Endless(Exception):
    """The reference met a circle."""


class Reference:
    """Expands every spread wherever it stands, and counts what is there."""

    def __init__(self, document: ast.DocumentNode, operation_name: str | None, given: dict[str, Any]) -> None:
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, ast.FragmentDefinitionNode)
        }
        self.operations = [node for node in document.definitions if isinstance(node, ast.OperationDefinitionNode)]
        run = [node for node in self.operations if operation_name in (None, node.name and node.name.value)]
        self.values = dict(given)
        for node in run:
            for variable in node.variable_definitions or ():
                if variable.default_value is not None and variable.variable.name.value not in given:
                    default = min(int(variable.default_value.value), 100)  # type: ignore[attr-defined]
                    default = 100 if default < 0 else default
                    self.values[variable.variable.name.value] = max(
                        default, self.values.get(variable.variable.name.value, 0)
                    )
        others = [node for node in document.definitions if isinstance(node, ast.FragmentDefinitionNode)]
        real = [*self.operations, *self.fragments.values()]
        named = {name for node in real for name in self.spreads(node.selection_set)}
        self.loose = [f for f in others if f.name.value not in named or self.fragments[f.name.value] is not f]
        self.fields: Counter[Any] = Counter()
        self.beside: Counter[Any] = Counter()
        self.stand: Counter[Any] = Counter()
        self.responses: dict[Any, set[str]] = {}
        self.selections = self.parts = self.aliases = self.directives = self.in_place = self.nesting = (
            self.introspection
        ) = 0
        self.depth = self.rows = 0
        for node in others:
            shadowed = self.fragments[node.name.value] is not node
            self.walk(node.selection_set, ("unseen",), [] if shadowed else [node.name.value], count=False)
            self.in_place = max(self.in_place, len(node.directives or ()))
        for number, node in enumerate([*self.operations, *self.loose]):
            rows = self.walk(node.selection_set, (number,), [], count=True, operation=node in self.operations)
            self.directives += len(node.directives or ()) + sum(
                len(one.directives or ()) for one in node.variable_definitions or ()
            )
            self.rows = max(self.rows, rows if any(node is one for one in run) else 0)
        self.pairs = sum(comb(count, 2) for count in self.fields.values()) + sum(
            comb(count, 2) + count * self.beside[where] for where, count in self.stand.items()
        )
        roots = [
            {path[1] for path in self.fields if len(path) == 2 and path[0] == number}
            for number in range(len(self.operations))
        ]
        self.root_fields = max(map(len, roots), default=0)

    def spreads(self, node: ast.SelectionSetNode) -> list[str]:
        found = []
        for one in node.selections:
            if isinstance(one, ast.FragmentSpreadNode):
                found.append(one.name.value)
            elif one.selection_set:  # type: ignore[attr-defined]
                found += self.spreads(one.selection_set)  # type: ignore[attr-defined]
        return found

    def connects(self, node: ast.SelectionSetNode) -> bool:
        for one in node.selections:
            if isinstance(one, ast.FieldNode):
                if one.name.value in ("edges", "nodes"):
                    return True
            elif isinstance(one, ast.FragmentSpreadNode):
                if one.name.value in self.fragments and self.connects(self.fragments[one.name.value].selection_set):
                    return True
            elif self.connects(one.selection_set):  # type: ignore[attr-defined]
                return True
        return False

    def walk(
        self, node: ast.SelectionSetNode, path: tuple[Any, ...], inside: list[str], *, count: bool,
        operation: bool = False, nesting: int = 1, depth: int = 0, introspection: int = 0,
    ) -> int:  # fmt: skip
        self.nesting = max(self.nesting, nesting)
        rows = 0
        for one in node.selections:
            below: dict[str, Any] = {
                "count": count, "operation": operation,
                "nesting": nesting + 1, "depth": depth, "introspection": introspection,
            }  # fmt: skip
            self.in_place = max(self.in_place, len(one.directives or ()))
            if count:
                self.selections += 1
                self.directives += len(one.directives or ())
                assume(self.selections < 3_000)
            if isinstance(one, ast.FieldNode):
                rows += self.field(one, path, inside, below)
            elif isinstance(one, ast.InlineFragmentNode):
                rows += self.walk(one.selection_set, path, inside, **below)
            elif isinstance(one, ast.FragmentSpreadNode):
                self.stand[path] += count
                if one.name.value in inside:
                    raise Endless
                if found := self.fragments.get(one.name.value):
                    if count:
                        self.directives += len(found.directives or ())
                    rows += self.walk(found.selection_set, path, [*inside, one.name.value], **below)
        return rows

    def field(self, node: ast.FieldNode, path: tuple[Any, ...], inside: list[str], below: dict[str, Any]) -> int:
        name = node.name.value
        response = node.alias.value if node.alias else name
        if below["count"]:
            self.fields[(*path, response)] += 1
            self.beside[path] += 1
            self.responses.setdefault((path, name), set()).add(response)
            self.aliases += node.alias is not None
            self.parts += name in ("edges", "pageInfo")
            if below["introspection"] or name.startswith("__"):
                self.introspection = max(self.introspection, below["introspection"] + 1)
            if below["introspection"] == 0 and below["operation"]:
                self.depth = max(self.depth, below["depth"] + 1)
            below["introspection"] += below["introspection"] > 0 or name.startswith("__")
            below["depth"] += 1
        if not node.selection_set:
            return 0
        rows = self.walk(node.selection_set, (*path, response), inside, **below)
        asked = [self.page(one.value) for one in node.arguments or () if one.name.value in ("first", "last")]
        pages = [page for page in asked if page is not None] or [50 if self.connects(node.selection_set) else 1]
        return max(pages) * rows + (name not in ("edges", "pageInfo"))

    def page(self, node: Any) -> int | None:
        value = int(node.value) if isinstance(node, ast.IntValueNode) else None
        if isinstance(node, ast.VariableNode):
            value = self.values.get(node.name.value)
        if type(value) not in (int, float) or value != int(value):
            return None
        return int(value) if 0 <= value <= 100 else 100

    def within(self) -> bool:
        return (
            len(self.operations) <= limits.MAX_OPERATIONS
            and self.nesting <= limits.MAX_NESTING
            and self.depth <= limits.MAX_DEPTH
            and self.introspection <= limits.MAX_INTROSPECTION_DEPTH
            and self.selections <= limits.MAX_SELECTIONS
            and self.parts <= limits.MAX_LIST_PARTS
            and self.aliases <= limits.MAX_ALIASES
            and max((len(found) for found in self.responses.values()), default=0) <= limits.MAX_ALIASES_OF_ONE
            and self.directives <= limits.MAX_DIRECTIVES
            and self.in_place <= limits.MAX_DIRECTIVES_IN_PLACE
            and self.root_fields <= limits.MAX_ROOT_FIELDS
            and self.pairs <= limits.MAX_PAIRS
            and self.rows <= limits.MAX_COST
        )


SMALL = {
    "MAX_OPERATIONS": 2, "MAX_NESTING": 7, "MAX_DEPTH": 5, "MAX_INTROSPECTION_DEPTH": 4, "MAX_SELECTIONS": 40,
    "MAX_ALIASES": 8, "MAX_LIST_PARTS": 3, "MAX_ALIASES_OF_ONE": 2, "MAX_DIRECTIVES": 8, "MAX_ROOT_FIELDS": 4, "MAX_PAIRS": 40,
    "MAX_COST": 2_000,
}  # fmt: skip


@pytest.mark.parametrize("small", [{"MAX_COST": limits.MAX_COST}, SMALL], ids=["real limits", "small limits"])
@given(documents, st.sampled_from([None, "P", "Q"]), variables)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_agrees_with_a_reference_that_expands_everything(
    small: dict[str, int], source: str, operation: str | None, given: dict[str, Any]
) -> None:
    document = parse(source)
    with patch.multiple(limits, **small):
        try:
            expected = Reference(document, operation, given)
            within = expected.within()
        except Endless:
            within = False
        try:
            found = check(document, operation, given)
        except DocumentTooComplex:
            event("refused")
            assert not within
            return
        event("accepted")
        assert within
        wanted = (expected.rows, expected.depth, expected.selections, expected.root_fields, expected.pairs)
        assert (found.rows, found.depth, found.selections, found.root_fields, found.pairs) == wanted
        assert overlap_work(document) <= 10 * limits.MAX_PAIRS


@given(documents)
@settings(max_examples=300, deadline=None)
def test_its_work_is_linear_in_the_document(source: str) -> None:
    visits, allowed = work(source)
    assert visits <= allowed
