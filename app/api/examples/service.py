"""Problems and probes."""

from typing import Any

from app.domain.kernel.errors import NotFound

_NOT_FOUND: dict[str, Any] = {
    "code": NotFound.code,
    "title": NotFound.title,
    "status": NotFound.status,
    "meaning": " ".join((NotFound.__doc__ or "").split()),
    "suggested_action": NotFound.cure,
}

ANSWERS: dict[str, Any] = {
    "ProblemPage": _NOT_FOUND,
    "ProblemCatalogue": {"items": [_NOT_FOUND]},
    "Health": {"status": "UP"},
}
