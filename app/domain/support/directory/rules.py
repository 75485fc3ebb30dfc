"""What of an imported service may stand in the directory, and how an entry is shown to everybody. Pure functions.

Only what is named here is kept. What a later version of the profile adds is told as left out, not stored unseen: it might
name a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from uuid import UUID, uuid5

from app.domain.kernel.rows import MAX_TEXT
from app.domain.support.directory.models import (
    MOST_PHONES,
    OLDEST,
    Fault,
    LeftOut,
    LeftOutReason,
    ServiceStatus,
    email_address,
    phone_number,
    web_address,
)

Wrong = tuple[str, str]
"""A code and its cure."""

Check = Callable[[Any], Wrong | None]

PERSONS = frozenset({"contacts", "assurer_email"})
"""These name or reach somebody: a contact's title alone can do so, where one person holds the post."""

OURS = frozenset({"last_modified", "organization_id"})
NOT_KEPT = frozenset(
    {
        "schedules",
        "service_areas",
        "service_at_locations",
        "languages",
        "funding",
        "cost_options",
        "attributes",
        "assured_date",
    }
)
SOMEBODYS = frozenset({"contact", "contact_id"})
"""A number that has one of these is a contact's, not the service's."""

AGES_REVERSED: Wrong = ("AGES_REVERSED", "Send a maximum_age that is not below minimum_age.")
NO_DESCRIPTION = "No description yet."


@dataclass(slots=True)
class Taken:
    """What an import makes of one item: what is kept, by the directory's own names; what is left out; what is wrong. With
    faults nothing is kept."""

    kept: dict[str, Any] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def leave_out(self, pointer: str, reason: LeftOutReason) -> None:
        self.left_out.append(LeftOut(pointer=pointer, reason=reason))

    def find(self, pointer: str, wrong: Wrong) -> None:
        self.faults.append(Fault(pointer=pointer, code=wrong[0], detail=wrong[1]))


def take(item: object) -> Taken:
    """One item of an import: all that is good of it, and a word for each thing that is not kept."""
    taken = Taken()
    if not isinstance(item, dict):
        taken.find("", ("NOT_A_SERVICE", "Send one service as an object."))
        return taken
    for name in REQUIRED:
        if not _there(item.get(name)):
            taken.find(f"/{name}", ("REQUIRED", f"Send `{name}`."))
    for name, value in item.items():
        pointer = f"/{_escaped(name)}"
        if name not in READ and name not in PARTS:
            taken.leave_out(pointer, _reason(name))
        elif _there(value):
            if name in PARTS:
                PARTS[name](taken, pointer, value)
            else:
                _keep(taken, READ[name][0], pointer, value, READ[name][1])
    if ages_reversed(taken.kept):
        taken.find("/maximum_age", AGES_REVERSED)
    if taken.faults:
        taken.kept = {}
    return taken


def ages_reversed(service: Mapping[str, Any]) -> bool:
    """Whether somebody would have to be younger than he has to be."""
    low, high = service.get("minimum_age"), service.get("maximum_age")
    return low is not None and high is not None and high < low


def page(contents: Sequence[dict[str, Any]], *, total: int, number: int, per_page: int) -> dict[str, Any]:
    """A page as the profile wants it; `size` is how many are on this one. Nothing at all is one empty page."""
    pages = max(1, -(-total // per_page))
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": list(contents),
    }


PLAIN = (
    "name",
    "description",
    "url",
    "email",
    "status",
    "fees",
    "accreditations",
    "minimum_age",
    "maximum_age",
    "alert",
)


def in_list(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it stands in the profile's lists. Empty fields are left out, as the profile wants."""
    return {
        "id": str(entry["id"]),
        **{name: entry[name] for name in PLAIN if entry[name] is not None},
        "last_modified": entry["updated_at"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "organization": {
            "id": str(entry["organisation_id"]),
            "name": entry["organisation_name"],
            "description": entry["organisation_description"] or NO_DESCRIPTION,
        },
    }


def whole(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry by itself: also with what there may be several of."""
    phones = [{"id": str(uuid5(entry["id"], number)), "number": number} for number in entry["phones"]]
    return in_list(entry) | ({"phones": phones} if phones else {})


def _there(value: object) -> bool:
    """Empty fields are left out, as the profile wants."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def _reason(name: str) -> LeftOutReason:
    if name in PERSONS:
        return LeftOutReason.PERSON
    if name in OURS:
        return LeftOutReason.OURS
    return LeftOutReason.NOT_KEPT if name in NOT_KEPT else LeftOutReason.UNKNOWN


def _escaped(name: str) -> str:
    """As a part of a JSON pointer (RFC 6901); a name of any length is not repeated in full."""
    return name[:100].replace("~", "~0").replace("/", "~1")


def _keep(taken: Taken, column: str, pointer: str, value: Any, check: Check) -> None:
    if wrong := check(value):
        taken.find(pointer, wrong)
    elif isinstance(value, float):
        taken.kept[column] = int(value)
    else:
        taken.kept[column] = value.strip() if isinstance(value, str) else value


def _organization(taken: Taken, pointer: str, value: Any) -> None:
    """Its name and what it does. Where it is and who is reached there belongs to the service itself, or to nobody."""
    if not isinstance(value, dict):
        taken.find(pointer, ("NOT_AN_OBJECT", "Send the organisation as an object."))
        return
    for name, inner in value.items():
        at = f"{pointer}/{_escaped(name)}"
        if name in _OF_ORGANIZATION:
            if _there(inner):
                column, check = _OF_ORGANIZATION[name]
                _keep(taken, column, at, inner, check)
        elif name == "id":
            taken.leave_out(at, LeftOutReason.OURS)
        else:
            known = name in _ORGANIZATION_HAS
            taken.leave_out(at, LeftOutReason.NOT_KEPT if known else _reason(name))


def _phones(taken: Taken, pointer: str, value: Any) -> None:
    """HSDS has the numbers of a service here, though the profile's own schema does not name them."""
    if not isinstance(value, list) or len(value) > MOST_PHONES:
        taken.find(pointer, ("NOT_A_LIST", f"Send a list of at most {MOST_PHONES} telephone numbers."))
        return
    numbers: list[str] = []
    for place, phone in enumerate(value):
        at = f"{pointer}/{place}"
        if not isinstance(phone, dict) or not _there(phone.get("number")):
            taken.find(at, ("REQUIRED", "Send each telephone as an object with its `number`."))
        elif SOMEBODYS & {name for name, inner in phone.items() if _there(inner)}:
            taken.leave_out(at, LeftOutReason.PERSON)
        elif wrong := _phone(phone["number"]):
            taken.find(f"{at}/number", wrong)
        else:
            numbers.append(phone["number"].strip())
            for name in phone:
                if name != "number":
                    ours = LeftOutReason.OURS if name == "id" else LeftOutReason.NOT_KEPT
                    taken.leave_out(f"{at}/{_escaped(name)}", ours)
    if numbers:
        taken.kept["phones"] = numbers


def _text(longest: int) -> Check:
    def check(value: Any) -> Wrong | None:
        if not isinstance(value, str) or "\x00" in value:
            return "NOT_TEXT", "Send text without NUL characters."
        return ("TOO_LONG", f"Send at most {longest:,} characters.") if len(value.strip()) > longest else None

    return check


def _written(longest: int, form: Callable[[str], str], code: str) -> Check:
    """Text of a form that a command checks too."""

    def check(value: Any) -> Wrong | None:
        if wrong := _text(longest)(value):
            return wrong
        try:
            form(value.strip())
        except ValueError as error:
            return code, f"This {error}."
        return None

    return check


_phone = _written(30, phone_number, "NOT_A_PHONE_NUMBER")


def _uuid(value: Any) -> Wrong | None:
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        return "NOT_A_UUID", "Send the source's own id, a UUID."
    return None


def _status(value: Any) -> Wrong | None:
    values = [str(status) for status in ServiceStatus]
    return None if value in values else ("UNKNOWN_CODE", f"Send one of {', '.join(values)}.")


def _age(value: Any) -> Wrong | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    good = number and 0 <= value <= OLDEST and value == int(value)
    return None if good else ("NOT_AN_AGE", f"Send whole years, from 0 to {OLDEST}.")


READ: dict[str, tuple[str, Check]] = {
    "id": ("source_id", _uuid),
    "name": ("name", _text(200)),
    "status": ("status", _status),
    "description": ("description", _text(MAX_TEXT)),
    "url": ("url", _written(2_000, web_address, "NOT_A_WEB_ADDRESS")),
    "email": ("email", _written(254, email_address, "NOT_AN_EMAIL")),
    "fees": ("fees", _text(MAX_TEXT)),
    "accreditations": ("accreditations", _text(MAX_TEXT)),
    "minimum_age": ("minimum_age", _age),
    "maximum_age": ("maximum_age", _age),
    "alert": ("alert", _text(MAX_TEXT)),
}
"""Each field that is kept as it is: under which name, and what may stand in it."""

PARTS: dict[str, Callable[[Taken, str, Any], None]] = {"organization": _organization, "phones": _phones}
"""What is kept in part."""

_OF_ORGANIZATION: dict[str, tuple[str, Check]] = {
    "name": ("organisation_name", _text(200)),
    "description": ("organisation_description", _text(MAX_TEXT)),
}
_ORGANIZATION_HAS = frozenset(
    {"email", "website", "logo", "uri", "parent_organization_id", "organization_identifiers", "attributes"}
)

REQUIRED = ("id", "name", "status")
