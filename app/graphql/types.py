"""GraphQL types from the same shapes that REST answers with: a whitelist each, never a table.

A field is written once, in the step's `models.py`; here it gets its GraphQL name and type. What a type has beyond its
shape (connections, edges that REST only expands) is declared by the step's views.
"""

import enum
import inspect
import keyword
import types
from collections.abc import Callable, Container, Mapping
from typing import Annotated, Any, Optional, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel

from app.domain.kernel.deprecation import Deprecated, deprecation_of
from app.domain.kernel.reading import Collection, View
from app.graphql import scalars
from app.graphql.naming import (
    annotated,
    describe,
    docstring,
    input_name,
    order_name,
    reason,
    shown_filters,
    told,
    type_name,
    words,
)
from app.graphql.selection import camel

# Strawberry resolves the names of types that refer to each other in this module.
_MODULE = "app.graphql.types"

Told = tuple[Any, str] | tuple[Any, str, Deprecated | None]
"""A member's type, what it is, and whether it will go."""


@strawberry.interface(description="Whatever has an id, which is unique among all things (Relay).")
class Node:
    id: strawberry.ID = strawberry.field(description="The same at both doors.")


class Registry:
    """Every type by its name, made once."""

    def __init__(self) -> None:
        self.objects: dict[str, type] = {"Node": Node}
        self.views: dict[str, View] = {}
        self.enums: dict[type, Any] = {}
        self.inputs: dict[type, type] = {}
        self.shapes: dict[str, type[BaseModel]] = {}

    def enum(self, codes: type[enum.Enum]) -> Any:
        """An enum whose names are the codes themselves, as both doors print them."""
        if codes not in self.enums:
            self.enums[codes] = strawberry.enum(codes, graphql_name_from="value", description=docstring(codes))
            told(self.enums[codes])
            self.publish(codes.__name__, codes)
        return codes

    def object(self, view: View, name: str) -> str:
        """The type of a view, and of everything its shape refers to; its name."""
        if name in self.objects:
            return name
        self.views[name] = view
        self.objects[name] = object  # claimed: the fields may lead back here
        fields: dict[str, Told] = {}
        for field, info in view.shape.model_fields.items():
            if field == "links" or field in view.edges:  # addresses are REST's
                continue
            kind = strawberry.ID if field == view.key and field == "id" else self.output(info.annotation)
            if field in view.hidden:
                kind = Optional[kind]
            fields[field] = (kind, describe(field, info), deprecation_of(info))
        for field, edge in view.edges.items():
            target = self.object(edge.target(), type_name(edge.target()))
            own = view.shape.model_fields.get(field)
            shown = describe(field, own) if own is not None else docstring(edge.target().shape)
            # Never promised: a token may lack the scope that shows it, also in the answer to what it may write.
            fields[field] = (Optional[list[target] if edge.many else target], shown)  # type: ignore[valid-type]
        made = self._make(name, fields, (Node,) if view.is_node else ())
        for field, connection in view.connections.items():
            collection = connection.collection()
            setattr(made, field, self.connection_field(collection, docstring(collection.view.shape)))
            made.__annotations__.pop(field, None)
        self.objects[name] = strawberry.type(made, description=docstring(view.shape))
        self.publish(name, self.objects[name])
        return name

    def nodes(self) -> dict[str, View]:
        """The types that `node` finds, by name."""
        return {name: view for name, view in self.views.items() if view.is_node}

    def output(self, annotation: Any) -> Any:
        """A Python annotation of a shape as Strawberry understands it."""
        return self._convert(annotation, self._nested_output)

    def input(self, annotation: Any) -> Any:
        return self._convert(annotation, self._nested_input)

    def needed(self, annotation: Any) -> Any:
        """As `input`, where null is no answer."""
        kind = self.input(annotation)
        return get_args(kind)[0] if get_origin(kind) is Union else kind

    def _convert(self, annotation: Any, nested: Callable[[type[BaseModel]], Any]) -> Any:
        origin = get_origin(annotation)
        if origin is Annotated:
            return self._convert(get_args(annotation)[0], nested)
        if origin in (Union, types.UnionType):
            inner = [one for one in get_args(annotation) if one is not type(None)]
            return Optional[self._convert(inner[0], nested)]
        if origin in (list, tuple):
            return list[self._convert(get_args(annotation)[0], nested)]  # type: ignore[misc]
        if origin is dict or annotation in (Any, dict):
            return scalars.JSON
        if annotation in scalars.OF:
            return scalars.OF[annotation]
        if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
            # A scope is no GraphQL name (`referrals:read`), so it stays text.
            return self.enum(annotation) if all(m.value.isidentifier() for m in annotation) else str
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return nested(annotation)
        return annotation

    def _nested_output(self, shape: type[BaseModel]) -> Any:
        if shape.model_config.get("extra") == "allow":
            return scalars.JSON
        name = shape.__name__.removesuffix("Read")
        if self.shapes.setdefault(name, shape) is not shape:
            raise AssertionError(f"{shape.__name__} and {self.shapes[name].__name__} would both be the type {name}")
        if name not in self.objects:
            self.objects[name] = object
            fields: dict[str, Told] = {
                f: (strawberry.ID if f == "id" else self.output(i.annotation), describe(f, i), deprecation_of(i))
                for f, i in shape.model_fields.items()
            }
            self.objects[name] = strawberry.type(self._make(name, fields), description=docstring(shape))
            self.publish(name, self.objects[name])
        return name

    def _nested_input(self, shape: type[BaseModel]) -> Any:
        if shape.__name__ == "PolicyDocument":
            return scalars.JSON  # a language of its own: docs/eligibility.md
        self.input_object(shape)
        return input_name(shape)

    def input_object(self, shape: type[BaseModel]) -> type:
        """An input type of a command's model. What may be left out there may be left out here."""
        if shape in self.inputs:
            return self.inputs[shape]
        fields: dict[str, Told] = {}
        for field, info in shape.model_fields.items():
            kind = self.input(info.annotation)
            optional = not info.is_required() and get_origin(kind) is not Union
            fields[field] = (Optional[kind] if optional else kind, describe(field, info), deprecation_of(info))
        required = {field for field, info in shape.model_fields.items() if info.is_required()}
        made = self.input_of(input_name(shape), fields, docstring(shape), required=required)
        self.inputs[shape] = made
        return made

    def input_of(
        self,
        name: str,
        fields: Mapping[str, Told],
        description: str,
        *,
        required: Container[str] = (),
        one_of: bool = False,
    ) -> type:
        """An input type of these fields. One that may be null may be left out, unless it is `required`."""
        namespace: dict[str, Any] = {"__annotations__": {}, "__module__": _MODULE}
        kind: Any
        for field, (kind, shown, *ends) in fields.items():
            may_lack = get_origin(kind) is Union and field not in required
            default = {"default": strawberry.UNSET} if may_lack else {}
            ended = reason(*(ends or (None,)))
            namespace[field] = strawberry.field(description=shown, deprecation_reason=ended, **default)
            namespace["__annotations__"][field] = kind
        made = strawberry.input(type(name, (), namespace), description=description, one_of=one_of or None)
        self.publish(name, made)
        return made

    def connection(self, collection: Collection) -> str:
        """The Relay connection type of a collection's view, with its edge type."""
        node = self.object(collection.view, type_name(collection.view))
        name = f"{node}Connection"
        if name not in self.objects:
            edge = f"{node}Edge"
            self.objects[name] = self.objects[edge] = object
            edge_fields: dict[str, Told] = {
                "cursor": (str, "Goes on from here."),
                "node": (node, f"The {words(node).lower()[:-1]}."),
            }
            self.objects[edge] = strawberry.type(
                self._make(edge, edge_fields), description=f"One {node} of a list, with its cursor."
            )
            self.publish(edge, self.objects[edge])
            fields: dict[str, Told] = {
                "edges": (list[edge], "The page."),  # type: ignore[valid-type]
                "page_info": ("PageInfo", "Whether there is more, and where to go on."),
            }
            self.objects[name] = strawberry.type(
                self._make(name, fields), description=f"A page of {node} (Relay cursor connection)."
            )
            self.publish(name, self.objects[name])
        return name

    def connection_field(self, collection: Collection, description: str, deprecated: Deprecated | None = None) -> Any:
        """A field that pages a collection: `first` and `after`, or `last` and `before`, its orders and its filters."""
        connection = self.connection(collection)
        name = connection.removesuffix("Connection")
        arguments: dict[str, Told] = {
            "first": (Optional[int], "So many from the beginning or after `after`; 1 to 100, 50 if left out."),
            "after": (Optional[str], "An `endCursor` to go on from."),
            "last": (Optional[int], "So many from the end or before `before`; not together with `first`."),
            "before": (Optional[str], "A `startCursor` to go back from."),
            "order_by": (
                Optional[self.order(collection, name)],
                f"The order; {order_name(collection.default_order)} if left out.",
            ),
        }
        if shown_filters(collection):
            arguments["filter"] = (Optional[self.filter(collection, name)], "Which of them.")
        return field(Optional[connection], arguments, description, deprecated)

    def order(self, collection: Collection, name: str) -> Any:
        key = f"{name}Order"
        if key not in self.objects:
            orders = enum.Enum(key, {order_name(order): order_name(order) for order in collection.orders})  # type: ignore[misc]
            self.objects[key] = strawberry.enum(orders, description=f"Orders of a list of {name}.")
            told(self.objects[key])
            self.publish(key, self.objects[key])
        return self.objects[key]

    def filter(self, collection: Collection, name: str) -> str:
        key = f"{name}Filter"
        if key not in self.objects:
            fields: dict[str, Told] = {
                filtered: (Optional[self.input(annotation)], words(filtered), annotated(annotation))
                for filtered, annotation in shown_filters(collection).items()
            }
            told_of = f"Which {name} to list; what is left out does not filter."
            self.objects[key] = self.input_of(key, fields, told_of)
        return key

    def payload(self, name: str, key: str, kind: str) -> type:
        """What a mutation answers when it was done."""
        made = self._make(name, {key: (kind, "What it became.")})
        self.objects[name] = strawberry.type(made, description="It was done.")
        self.publish(name, self.objects[name])
        return self.objects[name]

    def _make(self, name: str, fields: Mapping[str, Told], bases: tuple[type, ...] = ()) -> type:
        namespace: dict[str, Any] = {"__annotations__": {}, "__module__": _MODULE}
        for field_name, (kind, shown, *ends) in fields.items():
            namespace["__annotations__"][field_name] = kind
            namespace[field_name] = strawberry.field(description=shown, deprecation_reason=reason(*(ends or (None,))))
        return type(name, bases, namespace)

    def publish(self, name: str, made: Any) -> None:
        """Let other types refer to this one by name."""
        globals()[name] = made


def field(kind: Any, arguments: Mapping[str, Told], description: str, deprecated: Deprecated | None = None) -> Any:
    """A field with arguments. It has a resolver only in form: the document is compiled, never walked."""

    def resolver(**_: Any) -> Any:
        raise AssertionError("compiled fields are not resolved")

    parameters = []
    annotation: Any
    for name, (annotation, shown, *ends) in arguments.items():
        argument = strawberry.argument(
            name=camel(name), description=shown, deprecation_reason=reason(*(ends or (None,)))
        )
        parameters.append(
            inspect.Parameter(
                f"{name}_" if keyword.iskeyword(name) else name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=Annotated[annotation, argument],
                default=inspect.Parameter.empty if get_origin(annotation) is not Union else strawberry.UNSET,
            )
        )
    resolver.__signature__ = inspect.Signature(parameters, return_annotation=kind)  # type: ignore[attr-defined]
    resolver.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": kind}
    resolver.__module__ = _MODULE
    return strawberry.field(resolver=resolver, description=description, deprecation_reason=reason(deprecated))


REGISTRY = Registry()
