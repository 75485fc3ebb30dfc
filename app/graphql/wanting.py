"""From the members that a document wants to the kernel's selection and parameters; and the same for a plain value."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type, is_list_type
from pydantic import TypeAdapter, ValidationError

from app.domain.kernel.errors import DomainError, FieldError, ValidationFailed
from app.domain.kernel.reading import Collection, Entry, Listing, Selection, View
from app.graphql.errors import input_errors
from app.graphql.naming import order_name, shown_filters
from app.graphql.selection import TYPENAME, Document, Wanted, plain, snake
from app.visits import Visit

Hidden = Callable[[DomainError, list[str]], None]

DEFAULT_PAGE, LONGEST_PAGE = 50, 100


class Wanting:
    """Builds the selection of one root field; `values` gathers the parameters of every listing in it, under names that
    begin with `of` where several are built for one statement."""

    def __init__(self, document: Document, visit: Visit, hidden: Hidden, of: str = "") -> None:
        self._document = document
        self._visit = visit
        self._hidden = hidden
        self._of = of.lower()
        self._listings = 0
        self.values: dict[str, Any] = {}

    def object(self, view: View, members: list[Wanted], path: tuple[str, ...] = ()) -> Selection:
        return Selection(tuple(self._entry(view, wanted, (*path, wanted.key)) for wanted in members))

    def _entry(self, view: View, wanted: Wanted, path: tuple[str, ...]) -> Entry:
        if wanted.name == TYPENAME:
            return Entry(wanted.key, TYPENAME, constant=wanted.parent.name)
        name = snake(wanted.name)
        refusal = view.hides(name, self._visit.actor.viewer)
        if refusal is not None:
            self._hidden(refusal, list(path))
            return Entry(wanted.key, name, absent=True)
        if name in view.connections:
            listing, selection = self.connection(view.connections[name].collection(), wanted, path)
            return Entry(wanted.key, name, selection, listing)
        if name in view.edges:
            target = view.edges[name].target()
            return Entry(wanted.key, name, self.object(target, self._document.below(wanted), path))
        if name in view.nested:
            return Entry(wanted.key, name, self._nested(wanted))
        return Entry(wanted.key, name)

    def _nested(self, wanted: Wanted) -> Selection:
        """The parts of a JSON value that has a shape of its own, and of what has one inside of it."""
        return Selection(tuple(self._part(one) for one in self._document.below(wanted)))

    def _part(self, one: Wanted) -> Entry:
        if one.name == TYPENAME:
            return Entry(one.key, TYPENAME, constant=one.parent.name)
        assert one.definition is not None
        kind = one.definition.type
        if is_leaf_type(get_named_type(kind)):
            return Entry(one.key, snake(one.name))
        return Entry(one.key, snake(one.name), self._nested(one), many=is_list_type(get_nullable_type(kind)))

    def connection(
        self, collection: Collection, wanted: Wanted, path: tuple[str, ...] = ()
    ) -> tuple[Listing, Selection]:
        """The listing and selection of a connection field. Raises `ValidationFailed` (422) for arguments out of bounds."""
        listing = self._listing(collection, wanted)
        entries = []
        for member in self._document.below(wanted):
            here = (*path, member.key)
            if member.name == TYPENAME:
                entries.append(Entry(member.key, TYPENAME, constant=member.parent.name))
                continue
            inner = []
            for one in self._document.below(member):
                if one.name == TYPENAME:
                    inner.append(Entry(one.key, TYPENAME, constant=one.parent.name))
                elif one.name == "node":
                    node = self.object(collection.view, self._document.below(one), (*here, one.key))
                    inner.append(Entry(one.key, "node", node))
                else:
                    inner.append(Entry(one.key, snake(one.name)))
            entries.append(Entry(member.key, snake(member.name), Selection(tuple(inner))))
        return listing, Selection(tuple(entries))

    def _listing(self, collection: Collection, wanted: Wanted) -> Listing:
        given = wanted.arguments
        if given.get("last") is not None and given.get("first") is not None:
            raise _wrong("last", "NOT_BOTH", "Give `first` or `last`, not both.")
        backwards = given.get("last") is not None or (given.get("before") is not None and given.get("first") is None)
        cursor = given.get("before" if backwards else "after")
        if given.get("after" if backwards else "before") is not None:
            raise _wrong("before", "NOT_TOGETHER", "Give `after` with `first`, or `before` with `last`.")
        count = given.get("last" if backwards else "first")
        limit = DEFAULT_PAGE if count is None else count
        if not 0 <= limit <= LONGEST_PAGE:
            raise _wrong("last" if backwards else "first", "OUT_OF_RANGE", f"Give 0 to {LONGEST_PAGE}.")
        orders = {order_name(order): order for order in collection.orders}
        chosen = plain(given.get("orderBy"))
        order = orders[chosen] if chosen else collection.default_order
        filters = self._filters(collection, plain(given.get("filter") or {}))
        self._listings += 1
        listing = Listing(order, frozenset(filters), cursor is not None, backwards, f"{self._of}l{self._listings}_")
        self.values |= self._visit.reader.page_values(collection, listing, limit=limit, cursor=cursor, filters=filters)
        return listing

    def _filters(self, collection: Collection, given: dict[str, Any]) -> dict[str, Any]:
        filters = {}
        for name, value in given.items():
            if value is None:
                continue
            try:
                filters[name] = TypeAdapter(shown_filters(collection)[name]).validate_python(value)
            except ValidationError as error:
                raise ValidationFailed(errors=input_errors(error, f"/filter/{name}")) from None
        return filters


def _wrong(argument: str, code: str, detail: str) -> ValidationFailed:
    return ValidationFailed(detail, errors=[FieldError(f"/{argument}", code, detail)])


def pick(document: Document, wanted: Wanted, value: Any, concrete: GraphQLObjectType | None = None) -> Any:
    """What a document wants of a plain value (the JSON of a shape, in snake_case)."""
    if isinstance(value, list):
        return [pick(document, wanted, one, concrete) for one in value]
    if value is None or not any(node.selection_set for node in wanted.nodes):
        return value
    picked = {}
    for member in document.below(wanted, concrete):
        if member.name == TYPENAME:
            picked[member.key] = member.parent.name
        else:
            picked[member.key] = pick(document, member, value.get(snake(member.name)))
    return picked
