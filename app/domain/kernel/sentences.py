"""What pydantic found wrong, in our words: a pointer, a stable code, a sentence with the cure; never what was sent."""

import re
from collections.abc import Sequence
from typing import Any

from app.domain.kernel.errors import FieldError

_SENTENCES = {
    "missing": "This is required.",
    "extra_forbidden": "There is no such field here: check its spelling against /docs.",
    "enum": "This is not one of the codes: see /docs for the list.",
    "literal_error": "This is not one of the codes: see /docs for the list.",
    "json_invalid": "This is not well-formed JSON.",
    "uuid_parsing": "Give a UUID.",
    "uuid_type": "Give a UUID.",
    "date_from_datetime_parsing": "Give a date as YYYY-MM-DD.",
    "date_parsing": "Give a date as YYYY-MM-DD.",
    "date_type": "Give a date as YYYY-MM-DD.",
    "date_from_datetime_inexact": "Give a date as YYYY-MM-DD, without a time.",
    "datetime_parsing": "Give an instant as in 2026-11-22T09:30:00Z.",
    "datetime_from_date_parsing": "Give an instant as in 2026-11-22T09:30:00Z.",
    "datetime_type": "Give an instant as in 2026-11-22T09:30:00Z.",
    "string_type": "Give text.",
    "bool_parsing": "Give true or false.",
    "bool_type": "Give true or false.",
    "int_parsing": "Give a whole number.",
    "int_type": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "list_type": "Give a list.",
    "dict_type": "Give an object.",
    "model_type": "Give an object.",
    "model_attributes_type": "Give an object.",
    "string_pattern_mismatch": "This does not have the right form: see /docs.",
}
_CODES = frozenset({"enum", "literal_error"})
_LONGEST_LIST = 500
"""Characters of a list of codes that an error still shows; a longer one is in the documentation."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,50}|If-Match|If-None-Match|Idempotency-Key", re.ASCII)
_BOUNDS = {
    "string_too_short": ("min_length", "Give at least {} characters."),
    "string_too_long": ("max_length", "Give at most {} characters."),
    "too_short": ("min_length", "Give at least {} items."),
    "too_long": ("max_length", "Give at most {} items."),
    "greater_than_equal": ("ge", "Give {} or more."),
    "less_than_equal": ("le", "Give {} or less."),
    "greater_than": ("gt", "Give more than {}."),
    "less_than": ("lt", "Give less than {}."),
}


def field_errors(errors: Sequence[Any]) -> list[FieldError]:
    """Pydantic's findings as pointers, codes and sentences of ours; what was sent is not repeated."""
    found = []
    for error in errors[:50]:
        kind, context = str(error["type"]), error.get("ctx", {})
        found.append(
            FieldError(_pointer(error["loc"]), kind.upper(), _sentence(kind, context, str(error.get("msg", ""))))
        )
    return found


def _sentence(kind: str, context: dict[str, Any], message: str) -> str:
    if kind in _BOUNDS:
        name, sentence = _BOUNDS[kind]
        return sentence.format(context.get(name))
    if kind in _CODES and 0 < len(codes := str(context.get("expected", ""))) <= _LONGEST_LIST:
        return f"Choose one of: {codes.replace(chr(39), '')}."
    if kind == "value_error":
        # Only our own validators raise these; their sentences never contain what was sent.
        sentence = message.removeprefix("Value error, ")
        return f"{sentence[:1].upper()}{sentence[1:]}."
    return _SENTENCES.get(kind, "This does not have the right form: see /docs.")


def _pointer(location: Sequence[str | int]) -> str:
    parts: list[str] = []
    for part in location[1:] if location and location[0] == "body" else location:
        if isinstance(part, str) and _NAME.fullmatch(part) is None:
            break  # a name of the caller's own: what it holds is not repeated, so this points at where it stands
        parts.append(str(part))
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts) if parts else ""
