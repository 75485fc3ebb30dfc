"""GraphQL types from the same shapes that REST answers with: a whitelist each, never a table.

A field is written once, in the step's `models.py`; here it gets its GraphQL name and type. What a type has beyond its
shape (connections, edges that REST only expands) is declared by the step's views.
"""

import datetime
import enum
import inspect
import keyword
import types
import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Optional, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.domain.kernel.reading import Collection, View
from app.graphql import scalars
from app.graphql.selection import camel

# Strawberry resolves the names of types that refer to each other in this module.
_MODULE = "app.graphql.types"

_COMMON = {
    "id": "Its id.",
    "version": "Counts its changes; what `version` arguments compare.",
    "created_at": "When it was put on file.",
    "updated_at": "When it last changed.",
    "organisation_id": "The organisation it belongs to.",
    "programme_id": "The programme.",
    "person_id": "The person.",
    "referral_id": "The referral.",
    "recorded_at": "When it was recorded here.",
    "recorded_by": "The member or client who recorded it.",
}


def words(name: str) -> str:
    return name.replace("_", " ").capitalize() + "."


def describe(name: str, info: FieldInfo | None) -> str:
    return (info.description if info is not None else None) or _COMMON.get(name) or words(name)


def docstring(shape: type) -> str:
    return " ".join((shape.__doc__ or words(shape.__name__)).split())


class Registry:
    """Every type by its name, made once."""

    def __init__(self) -> None:
        self.objects: dict[str, type] = {}
        self.views: dict[str, View] = {}
        self.enums: dict[type, Any] = {}
        self.inputs: dict[type, type] = {}

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
        fields: dict[str, tuple[Any, str]] = {}
        for field, info in view.shape.model_fields.items():
            if field == "links" or field in view.edges:  # addresses are REST's
                continue
            kind = strawberry.ID if field == view.key and field == "id" else self.output(info.annotation)
            if field in view.hidden:
                kind = Optional[kind]
            fields[field] = (kind, describe(field, info))
        for field, edge in view.edges.items():
            target = self.object(edge.target(), type_name(edge.target()))
            own = view.shape.model_fields.get(field)
            shown = describe(field, own) if own is not None else docstring(edge.target().shape)
            # Never promised: a token may lack the scope that shows it, also in the answer to what it may write.
            fields[field] = (Optional[list[target] if edge.many else target], shown)  # type: ignore[valid-type]
        made = self._make(name, fields, docstring(view.shape))
        for field, connection in view.connections.items():
            collection = connection.collection()
            setattr(made, field, self.connection_field(collection, docstring(collection.view.shape)))
            made.__annotations__.pop(field, None)
        self.objects[name] = strawberry.type(made, description=docstring(view.shape))
        self.publish(name, self.objects[name])
        return name

    def output(self, annotation: Any) -> Any:
        """A Python annotation of a shape as Strawberry understands it."""
        return self._convert(annotation, self._nested_output)

    def input(self, annotation: Any) -> Any:
        return self._convert(annotation, self._nested_input)

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
        known: dict[Any, Any] = {
            uuid.UUID: scalars.UUID,
            datetime.date: scalars.Date,
            datetime.datetime: scalars.DateTime,
        }
        if annotation in known:
            return known[annotation]
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
        if name not in self.objects:
            self.objects[name] = object
            fields = {
                f: (strawberry.ID if f == "id" else self.output(i.annotation), describe(f, i))
                for f, i in shape.model_fields.items()
            }
            self.objects[name] = strawberry.type(self._make(name, fields, ""), description=docstring(shape))
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
        name = input_name(shape)
        namespace: dict[str, Any] = {"__annotations__": {}, "__module__": _MODULE}
        for field, info in shape.model_fields.items():
            kind = self.input(info.annotation)
            if not info.is_required():
                kind = kind if get_origin(kind) is Union else Optional[kind]
                namespace[field] = strawberry.field(description=describe(field, info), default=strawberry.UNSET)
            else:
                namespace[field] = strawberry.field(description=describe(field, info))
            namespace["__annotations__"][field] = kind
        made = strawberry.input(type(name, (), namespace), description=docstring(shape))
        self.inputs[shape] = made
        self.publish(name, made)
        return made

    def connection(self, collection: Collection) -> str:
        """The Relay connection type of a collection's view, with its edge type."""
        node = self.object(collection.view, type_name(collection.view))
        name = f"{node}Connection"
        if name not in self.objects:
            edge = f"{node}Edge"
            self.objects[name] = self.objects[edge] = object
            edge_fields = {"cursor": (str, "Goes on from here."), "node": (node, f"The {words(node).lower()[:-1]}.")}
            self.objects[edge] = strawberry.type(
                self._make(edge, edge_fields, ""), description=f"One {node} of a list, with its cursor."
            )
            self.publish(edge, self.objects[edge])
            fields: dict[str, tuple[Any, str]] = {
                "edges": (list[edge], "The page."),  # type: ignore[valid-type]
                "page_info": ("PageInfo", "Whether there is more, and where to go on."),
            }
            self.objects[name] = strawberry.type(
                self._make(name, fields, ""), description=f"A page of {node} (Relay cursor connection)."
            )
            self.publish(name, self.objects[name])
        return name

    def connection_field(self, collection: Collection, description: str) -> Any:
        """A field that pages a collection: `first` and `after`, or `last` and `before`, its orders and its filters."""
        connection = self.connection(collection)
        name = connection.removesuffix("Connection")
        arguments: dict[str, tuple[Any, str]] = {
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
        return field(Optional[connection], arguments, description)

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
            namespace: dict[str, Any] = {"__annotations__": {}, "__module__": _MODULE}
            for filtered, annotation in shown_filters(collection).items():
                namespace["__annotations__"][filtered] = Optional[self.input(annotation)]
                namespace[filtered] = strawberry.field(description=words(filtered), default=strawberry.UNSET)
            self.objects[key] = strawberry.input(
                type(key, (), namespace), description=f"Which {name} to list; what is left out does not filter."
            )
            self.publish(key, self.objects[key])
        return key

    def payload(self, name: str, key: str, kind: str) -> type:
        """What a mutation answers when it was done."""
        made = self._make(name, {key: (kind, "What it became.")}, "")
        self.objects[name] = strawberry.type(made, description="It was done.")
        self.publish(name, self.objects[name])
        return self.objects[name]

    def _make(self, name: str, fields: Mapping[str, tuple[Any, str]], description: str) -> type:
        namespace: dict[str, Any] = {"__annotations__": {}, "__module__": _MODULE}
        for field_name, (kind, shown) in fields.items():
            namespace["__annotations__"][field_name] = kind
            namespace[field_name] = strawberry.field(description=shown)
        return type(name, (), namespace)

    def publish(self, name: str, made: Any) -> None:
        """Let other types refer to this one by name."""
        globals()[name] = made


def field(kind: Any, arguments: Mapping[str, tuple[Any, str]], description: str) -> Any:
    """A field with arguments. It has a resolver only in form: the document is compiled, never walked."""

    def resolver(**_: Any) -> Any:
        raise AssertionError("compiled fields are not resolved")

    parameters = [
        inspect.Parameter(
            f"{name}_" if keyword.iskeyword(name) else name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[annotation, strawberry.argument(name=camel(name), description=shown)],
            default=inspect.Parameter.empty if get_origin(annotation) is not Union else strawberry.UNSET,
        )
        for name, (annotation, shown) in arguments.items()
    ]
    resolver.__signature__ = inspect.Signature(parameters, return_annotation=kind)  # type: ignore[attr-defined]
    resolver.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": kind}
    resolver.__module__ = _MODULE
    return strawberry.field(resolver=resolver, description=description)


def told(codes: Any) -> None:
    """Describe each value of an enum: by its label where it has one, else by its name in words."""
    for value in codes.__strawberry_definition__.values:
        member = codes[value.name] if value.name in codes.__members__ else codes(value.value)
        value.description = value.description or getattr(member, "label", None) or words(member.name)


def shown_filters(collection: Collection) -> dict[str, Any]:
    """The filters of a collection with the type of each."""
    return {name: collection.filter_shapes.get(name, str) for name in collection.filters}


def type_name(view: View) -> str:
    return view.shape.__name__.removesuffix("Read")


def input_name(shape: type[BaseModel]) -> str:
    name = shape.__name__
    return name if name.endswith("Input") else f"{name}Input"


def order_name(order: str) -> str:
    """`-received_on` is RECEIVED_ON_DESC."""
    return f"{order.removeprefix('-')}_{'DESC' if order.startswith('-') else 'ASC'}".upper()


REGISTRY = Registry()
