"""Anything by its id (Relay). Ids are the same at both doors and say nothing of what they stand for, so each type that the
document selects something of is looked at, all of them in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.kernel.errors import DomainError, Forbidden
from app.domain.kernel.reading import Selection, View
from app.graphql.asked import Asked
from app.graphql.changes import Json
from app.graphql.roots import Nodes, offer
from app.graphql.selection import Wanted
from app.graphql.types import REGISTRY
from app.graphql.wanting import Wanting
from app.visits import Visit

offer(
    Nodes(
        "node", "Anything by its id. Null when it is not there, may not be seen, or is of no type that is asked for."
    ),
    Nodes(
        "nodes",
        "At most 100 things by their ids, in the order asked; null for each that `node` would not find.",
        many=True,
    ),
)

Hidden = tuple[DomainError, tuple[str, ...]]


@dataclass(frozen=True)
class OfType:
    """What is wanted of one type, and what the asker may not see of that."""

    view: View
    selection: Selection
    hidden: tuple[Hidden, ...]


@dataclass(frozen=True)
class NodesWanted:
    """What is wanted of each type that the asker may see; `refusal`: why there is none among those asked for."""

    types: tuple[OfType, ...]
    values: dict[str, Any]
    refusal: Forbidden | None


def wanted_of_nodes(asked: Asked, visit: Visit, wanted: Wanted) -> NodesWanted:
    """Of each type that something is selected of: a fragment's, or every type for a field of `Node` itself."""
    types: list[OfType] = []
    refusals: list[Forbidden] = []
    values: dict[str, Any] = {}
    for name, view in REGISTRY.nodes().items():
        members = asked.document.below(wanted, asked.object_type(name))
        refusal = view.refuses(visit.actor.viewer)
        if not members:
            continue
        if refusal is not None:
            refusals.append(refusal)
            continue
        hidden: list[Hidden] = []

        def hide(error: DomainError, path: list[str], to: list[Hidden] = hidden) -> None:
            to.append((error, tuple(path)))

        wanting = Wanting(asked.document, visit, hide, name)
        types.append(OfType(view, wanting.object(view, members), tuple(hidden)))
        values |= wanting.values
    return NodesWanted(tuple(types), values, refusals[0] if refusals and not types else None)


async def found_nodes(visit: Visit, wanted: NodesWanted, ids: Iterable[str]) -> tuple[list[Json], list[Hidden]]:
    """The JSON of each in the order asked, and what is hidden in those that were found. Raises `Forbidden`."""
    if wanted.refusal is not None:
        raise wanted.refusal
    keys = [_key(given) for given in ids]
    asked_for = list(dict.fromkeys(key for key in keys if key is not None))
    if not asked_for or not wanted.types:
        return ["null"] * len(keys), []
    views = [(one.view, one.selection) for one in wanted.types]
    found = await visit.reader.nodes(views, asked_for, wanted.values)
    names = {name for name, _ in found.values()}
    hidden = [one for of_type in wanted.types if of_type.view.name in names for one in of_type.hidden]
    return [found[key][1] if key in found else "null" for key in keys], hidden


def _key(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
