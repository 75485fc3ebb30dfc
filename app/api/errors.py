"""Errors on the way out: problem details (RFC 9457), never an input value, never a stack trace."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.domain.kernel.errors import (
    DomainError,
    FieldError,
    Forbidden,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    Unauthenticated,
    UnsupportedMediaType,
    ValidationFailed,
)

PROBLEM_JSON = "application/problem+json"
log = structlog.get_logger("throughgate.api")

_BY_STATUS: dict[int, type[DomainError]] = {
    400: MalformedRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
}

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


def problem(error: DomainError, request_id: str | None) -> tuple[bytes, dict[str, str]]:
    """The body and headers of a problem."""
    kind = type(error)
    body: dict[str, Any] = {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "detail": error.detail,
        "errors": [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in error.errors],
        "request_id": request_id,
        "suggested_action": error.suggested_action,
    }
    if error.links:
        body["links"] = error.links
    headers = dict(error.headers)
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return orjson.dumps(body), headers


def respond(request: Request, error: DomainError) -> Response:
    body, headers = problem(error, getattr(request.state, "request_id", None))
    return Response(body, type(error).status, headers, PROBLEM_JSON)


async def send_problem(scope: Scope, receive: Receive, send: Send, error: DomainError) -> None:
    """For middleware, which answers before there is a route."""
    body, headers = problem(error, scope.get("state", {}).get("request_id"))
    await Response(body, type(error).status, headers, PROBLEM_JSON)(scope, receive, send)


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


def _allowed(request: Request) -> str:
    """Every method of this address: the router knows only those of the first route that it tried."""
    routes = [route for router in request.app.state.routers for route in router.routes]
    here = [route.methods for route in routes if route.path_regex.match(request.url.path)]
    return ", ".join(sorted(set().union(*here)))


def install(app: FastAPI) -> None:
    """Every way in which a request can end badly, in one form. What nobody expected ends in `RequestContext`."""

    async def domain_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)
        return respond(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        if any(e["type"] == "json_invalid" for e in found):
            return respond(request, MalformedRequest("The body is not well-formed UTF-8 JSON."))
        return respond(request, ValidationFailed(errors=field_errors(found)))

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = _BY_STATUS.get(error.status_code, MalformedRequest if error.status_code < 500 else InternalError)
        headers = dict(error.headers or {})
        if kind is MethodNotAllowed:
            headers["Allow"] = _allowed(request) or headers.get("Allow", "")
        return respond(request, kind(headers=headers))

    app.add_exception_handler(DomainError, domain_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)
