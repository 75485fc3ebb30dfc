"""What is still there and will go: said once, where it is declared, and shown by both doors."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Deprecated:
    """What to use instead, and since when. It goes where the thing is declared: on a field of a shape, a command or a
    filter as `Annotated[str | None, Deprecated(…)]`, on a code as the property `deprecated` of its enum's member, on a
    root field of GraphQL as its argument `deprecated`."""

    reason: str
    since: date

    def __str__(self) -> str:
        return f"{self.reason} Deprecated since {self.since.isoformat()}."

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "deprecated": True}


def deprecation_of(info: FieldInfo | None) -> Deprecated | None:
    """What a field's declaration says of its end."""
    return next((one for one in info.metadata if isinstance(one, Deprecated)), None) if info is not None else None
