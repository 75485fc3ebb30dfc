"""What a caller wants of a view: a tree of entries. REST's fixed representation is one; `fields` and `expand` narrow and
widen it; a GraphQL document is another."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.domain.kernel.errors import FieldError, ValidationFailed
from app.domain.kernel.reading.views import View


@dataclass(frozen=True)
class Listing:
    """How a collection is paged: the order's name, the filters that are given, whether it goes on from a cursor, and
    whether it goes backwards. `path` begins the names of its parameters, so that two lists in one statement do not mix."""

    order: str
    filters: frozenset[str] = frozenset()
    cursor: bool = False
    backwards: bool = False
    path: str = ""


@dataclass(frozen=True)
class Entry:
    """One member of an object: `key` is its name in the answer, `name` what it is in the view.

    `inner` says what is wanted of an edge, a connection or a nested JSON value; `listing` pages a connection; `constant`
    is a text that needs no database, such as a type's name; `absent` is null in the answer, for what the door has refused.
    """

    key: str
    name: str
    inner: "Selection | None" = None
    listing: Listing | None = None
    constant: str | None = None
    absent: bool = False
    many: bool = False
    """Of something inside of a nested value: whether it is a list of them."""


@dataclass(frozen=True)
class Selection:
    """Immutable and hashable: the key under which a compiled plan is kept. A tree's hash is counted once."""

    entries: tuple[Entry, ...]

    def __hash__(self) -> int:
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = hash(self.entries)
            object.__setattr__(self, "_hash", known)
        return known


@lru_cache(maxsize=512)
def whole(view: View, expand: frozenset[str] = frozenset()) -> Selection:
    """The fixed representation: every field, the edges that belong to it, and those in `expand`."""
    fields = tuple(Entry(name, name) for name in view.field_names())
    edges = tuple(
        Entry(name, name, whole(edge.target()))
        for name, edge in view.edges.items()
        if (not edge.expand or name in expand) and (edge.expand or name in view.shape.model_fields)
    )
    return Selection(fields + edges)


def select_fields(view: View, fields: Iterable[str] = (), expand: Iterable[str] = ()) -> Selection:
    """`?fields=` and `?expand=` on a view. Raises `ValidationFailed` (422) naming what the view does not have."""
    wanted, widened = tuple(dict.fromkeys(fields)), frozenset(expand)
    if not wanted and not widened:
        return whole(view)
    expandable = {name for name, edge in view.edges.items() if edge.expand}
    selection = whole(view, widened & expandable)
    have = {entry.name for entry in selection.entries}
    errors = [
        FieldError("/query/fields", "UNKNOWN_FIELD", f"Choose from: {', '.join(sorted(have))}.")
        for name in wanted
        if name not in have
    ] + [
        FieldError("/query/expand", "UNKNOWN_EDGE", f"Choose from: {', '.join(sorted(expandable)) or 'nothing here'}.")
        for name in widened
        if name not in expandable
    ]
    if errors:
        raise ValidationFailed("`fields` or `expand` names something that this resource does not have.", errors=errors)
    if not wanted:
        return selection
    keep = {view.key, *wanted, *widened}
    return Selection(tuple(entry for entry in selection.entries if entry.name in keep))
