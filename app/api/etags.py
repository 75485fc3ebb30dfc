"""ETags: the row's version for If-Match, and a digest of the representation for If-None-Match."""

import hashlib
import re

from app.database import Found
from app.domain.kernel.errors import MalformedRequest, PreconditionRequired

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})(?:\.[0-9a-f]+)?"')  # 18 digits fit the column, whatever they are


def etag(found: Found) -> str:
    """`"7.9f86d081884c7d65"`: strong, as other fields, another role or a changed neighbour give another digest."""
    digest = hashlib.blake2b(found.json.encode(), digest_size=8).hexdigest()
    return f'"{found.version or 0}.{digest}"'


def has_already(if_none_match: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: a list, compared weakly (a compressing proxy turns our ETag into a weak one); `*` is any."""
    given = (one.strip().removeprefix("W/") for one in if_none_match.split(","))
    return any(one in (tag, "*") for one in given)


def matched_version(if_match: str | None) -> int:
    """The version that the caller has seen. Raises `PreconditionRequired` (428), `MalformedRequest` (400)."""
    if if_match is None:
        raise PreconditionRequired()
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise MalformedRequest(
            "If-Match must be one ETag as this service gave it; `*` would change what you have not seen."
        )
    return int(found.group(1))
