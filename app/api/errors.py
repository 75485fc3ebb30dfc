"""Errors on the way out: problem details (RFC 9457), never an input value, never a stack trace."""

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
from app.domain.kernel.sentences import field_errors

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
