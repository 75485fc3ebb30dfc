"""The policy language: a programme's criteria as data. No free code, no field that is not understood.

A policy is a tree. Its leaves are the predicates of `criteria.py` (`{"predicate": "age", "op": "<", "value":
35, ...}`), its branches `all`, `any` and `not`. A criterion whose bound is null has not been set by the
programme yet: it is never guessed, and evaluates to unknown with the reason CRITERION_NOT_SET.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from app.domain.eligibility.criteria import (
    SPECIAL_CATEGORY,
    Criterion,
    EthnicGroupIn,
    Leaf,
    Many,
    Note,
    Written,
)
from app.domain.kernel.rows import CivilDate
from app.domain.people.codes import Ethnicity

MAX_DEPTH = 8
"""Branches within branches, the root counted."""
MAX_NODES = 100
"""Predicates and branches together, the root not counted."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class AllOf(Written):
    of: Many["Node"] = Field(alias="all")


class AnyOf(Written):
    of: Many["Node"] = Field(alias="any")


class Not(Written):
    of: "Node" = Field(alias="not")


def _kind(node: Any) -> str | None:
    """Which kind of node this is, from the key that only it has."""
    if isinstance(node, dict):
        return next((key for key in ("predicate", "all", "any", "not") if key in node), "predicate")
    branches = {AllOf: "all", AnyOf: "any", Not: "not"}
    return branches.get(type(node), "predicate")


Node = Annotated[
    Annotated[Annotated[Leaf, Many, Field(discriminator="predicate")], Tag("predicate")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_kind),
]


class CodeSet(Written):
    """A named, versioned set of ethnicity codes: who is inside, and on which codes the programme has not
    decided (these evaluate to unknown). Every other code is outside."""

    version: int = Field(ge=1, le=1_000_000)
    codes: tuple[Ethnicity, ...] | None
    undecided: tuple[Ethnicity, ...] = ()
    source: Note | None = None


class PolicyDocument(Written):
    """One version of a programme's eligibility policy. Exactly one of `all` and `any` is its root.

    `metadata` describes the programme (such as its referral route) and decides nothing.
    """

    id: Slug | None = None
    version: int = Field(default=1, ge=1, le=1_000_000)
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    valid_from: CivilDate | None = None
    evaluate_on: Literal["referral_received"] = "referral_received"
    source: Note | None = None
    metadata: dict[str, str | bool | int | None] = Field(default_factory=dict, max_length=50)
    code_sets: dict[str, CodeSet] = Field(default_factory=dict, max_length=20)
    all_of: Many[Node] | None = Field(default=None, alias="all")
    any_of: Many[Node] | None = Field(default=None, alias="any")

    @property
    def root(self) -> AllOf | AnyOf:
        return AllOf(of=self.all_of) if self.all_of is not None else AnyOf(of=self.any_of or ())

    def criteria(self) -> Iterator[Leaf]:
        """Every leaf, in the order written."""
        return (node for node, _ in _walk(self.root, 1) if isinstance(node, Criterion))

    def requires_human_confirmation(self) -> bool:
        """Whether a human must confirm every answer, because the policy looks at ethnicity or health."""
        return any(isinstance(leaf, SPECIAL_CATEGORY) for leaf in self.criteria())

    @model_validator(mode="after")
    def well_formed(self) -> "PolicyDocument":
        if (self.all_of is None) == (self.any_of is None):
            raise ValueError("give either `all` or `any`, a list of criteria")
        nodes = list(_walk(self.root, 1))
        if len(nodes) - 1 > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} criteria")
        if any(depth > MAX_DEPTH for _, depth in nodes):
            raise ValueError(f"criteria nested more than {MAX_DEPTH} deep")
        named = {leaf.code_set for leaf in self.criteria() if isinstance(leaf, EthnicGroupIn)}
        if named - self.code_sets.keys():
            raise ValueError("code_sets lacks a set that a criterion names")
        return self


def _walk(node: Leaf | AllOf | AnyOf | Not, depth: int) -> Iterator[tuple[Leaf | AllOf | AnyOf | Not, int]]:
    """A node and all below it, in the order written, each with the number of branches around it."""
    yield node, depth
    if isinstance(node, Criterion):
        return
    for child in (node.of,) if isinstance(node, Not) else node.of:
        yield from _walk(child, depth if isinstance(child, Criterion) else depth + 1)
