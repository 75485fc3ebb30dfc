"""The root fields: what can be asked and done through this door, declared step by step. None has a rule of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, View
from app.visits import Visit

Arguments = dict[str, Any]


@dataclass(frozen=True)
class One:
    """One thing of a view by its key; null when it is not there or may not be seen."""

    name: str
    view: View
    description: str
    argument: str = "id"
    agencies: bool | None = None
    """True: for agencies only, False: for the charity's own people only, None: for either."""


@dataclass(frozen=True)
class Many:
    """A collection as a Relay connection."""

    name: str
    collection: Collection
    description: str
    agencies: bool | None = None


@dataclass(frozen=True)
class Computed:
    """Something that a rule makes of facts: the arguments of a model in, a shape out."""

    name: str
    arguments: type[BaseModel]
    shape: type[BaseModel]
    permission: Permission
    answer: Callable[[Visit, Any], Awaitable[BaseModel]]
    description: str


@dataclass(frozen=True)
class Change:
    """A mutation: one operation of the domain in one transaction, answered with what it made or changed.

    `command` is the model of its `input` (None: it has none); `by_id` says that it changes something, so it takes `id`
    and, as REST takes If-Match, `version`. One that makes something takes `idempotencyKey`; `of` is the argument that
    says of whom or what it makes it. `dry_run`: it can be tried without keeping anything.
    """

    name: str
    view: View
    operate: Callable[[AsyncSession, Visit, "Command"], Awaitable[UUID]]
    description: str
    permission: Permission
    command: type[BaseModel] | None = None
    by_id: bool = False
    of: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Command:
    """What a mutation was called with."""

    input: Any
    id: UUID | None = None
    of: UUID | None = None
    version: int | None = None


QUERIES: dict[str, One | Many | Computed] = {}
MUTATIONS: dict[str, Change] = {}


def offer(*roots: One | Many | Computed | Change) -> None:
    """Add root fields. A name is offered once."""
    for root in roots:
        known: dict[str, Any] = MUTATIONS if isinstance(root, Change) else QUERIES
        if root.name in known:
            raise AssertionError(f"{root.name} is offered twice")
        known[root.name] = root
