"""One thing by exactly one of what finds it: the input of a root field `…By`, and its values as the kernel takes them."""

from collections.abc import Sequence
from typing import Annotated, Any, Optional

import strawberry
from pydantic import TypeAdapter, ValidationError

from app.domain.kernel.errors import ValidationFailed
from app.domain.kernel.reading import View
from app.graphql.errors import input_errors
from app.graphql.naming import describe, type_name
from app.graphql.selection import Wanted, camel, plain
from app.graphql.types import Registry, Told


def by_input(registry: Registry, view: View) -> type:
    """The `@oneOf` input of a view: its id, and each of its lookups. One of several columns is an input of its own."""
    name = f"{type_name(view)}By"
    if name not in registry.objects:
        fields: dict[str, Told] = {"id": (Optional[strawberry.ID], describe("id", None))}
        for lookup, columns in view.lookups.items():
            infos = {column: view.shape.model_fields[column] for column in columns}
            parts: dict[str, Told] = {
                column: (registry.needed(info.annotation), describe(column, info)) for column, info in infos.items()
            }
            if len(columns) == 1:
                [(kind, shown, *_)] = parts.values()
            else:
                kind, shown = registry.input_of(f"{name}{camel(f'_{lookup}')}", parts, _all(columns)), _all(columns)
            fields[lookup] = (Optional[kind], shown)
        told = f"Exactly one of what finds one {type_name(view)}."
        registry.objects[name] = registry.input_of(name, fields, told, one_of=True)
    return registry.objects[name]


def _all(columns: Sequence[str]) -> str:
    return f"Together: {' and '.join(camel(column) for column in columns)}."


def one_of(wanted: Wanted) -> tuple[str | None, Any]:
    """Which lookup was given (None: the id) and its value. Validation has seen to it that there is one."""
    [(name, value)] = plain(wanted.arguments["by"]).items()
    return (None if name == "id" else name), value


def looked_up(view: View, lookup: str, value: Any) -> dict[str, Any]:
    """A value for each column of a lookup, as the thing itself has it. Raises `ValidationFailed`."""
    columns = view.lookups[lookup]
    given = {lookup: value} if len(columns) == 1 else value
    checked = {}
    for column in columns:
        info = view.shape.model_fields[column]
        at = f"/by/{lookup}" if len(columns) == 1 else f"/by/{lookup}/{column}"
        try:
            kind: Any = Annotated[(info.annotation, *info.metadata, "of the thing itself")]
            checked[column] = TypeAdapter(kind).validate_python(given[column])
        except ValidationError as error:
            raise ValidationFailed(errors=input_errors(error, at)) from None
    return checked
