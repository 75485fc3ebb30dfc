"""The root fields: what can be asked and done through this door, declared step by step. None has a rule of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.deprecation import Deprecated
from app.domain.kernel.reading import Collection, View
from app.visits import Visit

Arguments = dict[str, Any]

Live = tuple[str, ...]
"""What makes a query a subscription too: how the types of all the events begin after which it may read differently. One
too many costs a statement; one too few, and a screen shows what is no longer so."""

ANYTHING: Live = ("",)
"""For a query that leads on to other things, which change by events of their own."""


@dataclass(frozen=True)
class One:
    """One thing of a view by its key; null when it is not there or may not be seen."""

    name: str
    view: View
    description: str
    argument: str = "id"
    live: Live = ()
    deprecated: Deprecated | None = None


@dataclass(frozen=True)
class By:
    """One thing of a view by exactly one of what finds it: its id, or one of the view's lookups (`by: {…}`, `@oneOf`)."""

    name: str
    view: View
    description: str
    live: Live = ()
    deprecated: Deprecated | None = None


@dataclass(frozen=True)
class Nodes:
    """Things of any type by their ids: one, or `many` of them in the order asked (Relay)."""

    name: str
    description: str
    many: bool = False
    live: Live = ()
    deprecated: Deprecated | None = None


@dataclass(frozen=True)
class Many:
    """A collection as a Relay connection."""

    name: str
    collection: Collection
    description: str
    live: Live = ()
    deprecated: Deprecated | None = None


@dataclass(frozen=True)
class Computed:
    """Something that a rule makes of facts: the arguments of a model in, a shape out."""

    name: str
    arguments: type[BaseModel]
    shape: type[BaseModel]
    permission: Permission
    answer: Callable[[Visit, Any], Awaitable[BaseModel]]
    description: str
    live: Live = ()
    deprecated: Deprecated | None = None
    cost: int = 1
    """What it counts for in a document's cost, in rows: more where it is worked out at length."""


Query = One | By | Nodes | Many | Computed


@dataclass(frozen=True)
class Change:
    """A mutation: one operation of the domain in one transaction.

    `answer` is the view of what it made or changed, whose key `operate` returns; or the shape of something that is told
    this once and kept nowhere, such as a secret, which `operate` returns itself. `command` is the model of its `input`
    (None: it has none); `by_id` says that it changes something, so it takes `id` and, as REST takes If-Match, `version`.
    One that makes something takes `idempotencyKey`, unless its answer must not be kept; `of` is the argument that says of
    whom or what it makes it. `dry_run`: it can be tried without keeping anything. `prepare` does what takes long and needs
    no transaction, such as hashing a password, before one is begun.
    """

    name: str
    answer: View | type[BaseModel]
    operate: Callable[[AsyncSession, Visit, "Command"], Awaitable[UUID | BaseModel]]
    description: str
    permission: Permission
    command: type[BaseModel] | None = None
    by_id: bool = False
    of: str | None = None
    dry_run: bool = False
    prepare: Callable[[Any], Awaitable[Any]] | None = None
    deprecated: Deprecated | None = None

    @property
    def once(self) -> bool:
        """Whether a repeat with the same key gets the first answer."""
        return not self.by_id and isinstance(self.answer, View)


@dataclass(frozen=True)
class Command:
    """What a mutation was called with; `prepared` is what its `prepare` made of the input."""

    input: Any
    id: UUID | None = None
    of: UUID | None = None
    version: int | None = None
    prepared: Any = None


QUERIES: dict[str, Query] = {}
MUTATIONS: dict[str, Change] = {}


def cost_of(name: str) -> int:
    """What a field of this name counts for, besides what is below it."""
    root = QUERIES.get(name)
    return root.cost if isinstance(root, Computed) else 1


def live_roots() -> dict[str, Query]:
    """The queries that are subscriptions too."""
    return {name: root for name, root in QUERIES.items() if root.live}


def offer(*roots: Query | Change) -> None:
    """Add root fields. A name is offered once."""
    for root in roots:
        known: dict[str, Any] = MUTATIONS if isinstance(root, Change) else QUERIES
        if root.name in known:
            raise AssertionError(f"{root.name} is offered twice")
        known[root.name] = root
