"""What a caller wants of a view: a tree of fields and edges. REST's fixed representation is one; `fields` and `expand`
narrow and widen it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.kernel.errors import FieldError, ValidationFailed
from app.domain.kernel.reading.views import View


@dataclass(frozen=True)
class Selection:
    """Immutable and hashable: the key under which a compiled plan is kept."""

    fields: tuple[str, ...]
    edges: tuple[tuple[str, "Selection"], ...] = field(default=())


def whole(view: View, expand: frozenset[str] = frozenset()) -> Selection:
    """The fixed representation: every field, the edges that belong to it, and those in `expand`."""
    edges = tuple(
        (name, whole(edge.target()))
        for name, edge in view.edges.items()
        if (not edge.expand or name in expand) and (edge.expand or name in view.shape.model_fields)
    )
    return Selection(fields=view.field_names(), edges=edges)


def select_fields(view: View, fields: Iterable[str] = (), expand: Iterable[str] = ()) -> Selection:
    """`?fields=` and `?expand=` on a view. Raises `ValidationFailed` (422) naming what the view does not have."""
    wanted, widened = tuple(dict.fromkeys(fields)), frozenset(expand)
    expandable = {name for name, edge in view.edges.items() if edge.expand}
    selection = whole(view, widened & expandable)
    have = set(selection.fields) | {name for name, _ in selection.edges}
    errors = [
        FieldError("/query/fields", "UNKNOWN_FIELD", f"Choose from: {', '.join(sorted(have))}.")
        for name in wanted
        if name not in have
    ] + [
        FieldError(
            "/query/expand",
            "UNKNOWN_EDGE",
            f"Choose from: {', '.join(sorted(expandable)) or 'nothing here'}.",
        )
        for name in widened
        if name not in expandable
    ]
    if errors:
        raise ValidationFailed("`fields` or `expand` names something that this resource does not have.", errors=errors)
    if not wanted:
        return selection
    keep = {view.key, *wanted}
    return Selection(
        fields=tuple(name for name in selection.fields if name in keep),
        edges=tuple((name, inner) for name, inner in selection.edges if name in keep or name in widened),
    )
