"""What things of the domain are called here, and how they are described."""

import enum
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.domain.kernel.deprecation import Deprecated
from app.domain.kernel.reading import Collection, View

_COMMON = {
    "id": "Its id, the same at both doors: what `node` takes.",
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


def told(codes: Any) -> None:
    """Describe each value of an enum: by its label where it has one, else by its name in words; and whether it will go."""
    for value in codes.__strawberry_definition__.values:
        member = codes[value.name] if value.name in codes.__members__ else codes(value.value)
        value.description = value.description or getattr(member, "label", None) or words(member.name)
        value.deprecation_reason = reason(_of_member(member))


def _of_member(member: enum.Enum) -> Deprecated | None:
    found = getattr(member, "deprecated", None)
    return found if isinstance(found, Deprecated) else None


def reason(deprecated: Deprecated | None) -> str | None:
    """As `@deprecated` says it."""
    return None if deprecated is None else str(deprecated)


def annotated(annotation: Any) -> Deprecated | None:
    """What an annotation itself says of its end: that of a filter, which has no field."""
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((one for one in marks if isinstance(one, Deprecated)), None)


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
