"""Plain requests without a router's and a validator's work, from FastAPI's own declaration of them.

To find a route and to call it with its parameters costs more than to answer it: decision 13 has the figures.
So a GET whose parameters are a key in the path, one model of the query and a `Call`, and a POST that makes something of a
body, are answered here. Whatever is unusual about a request (another address, a parameter, a query or body that the model
refuses) is handed on, and FastAPI says what is wrong.
"""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qs
from uuid import UUID

from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.calls import IDEMPOTENCY_KEY, Call, Needs
from app.api.errors import send_problem
from app.domain.kernel.errors import DomainError

_MOST_PARAMETERS = 50


@dataclass(frozen=True)
class DirectRead:
    """One GET: what its endpoint is called with. `key` and `query` name its parameters, where it has them."""

    route: APIRoute
    needs: Needs
    call: str
    key: str | None
    query: str | None
    model: type[BaseModel] | None
    lists: frozenset[str]

    def given(self, query_string: bytes, key: str) -> dict[str, Any] | None:
        """The endpoint's arguments but for the call; None where FastAPI should judge them."""
        arguments: dict[str, Any] = {}
        try:
            if self.key is not None:
                arguments[self.key] = UUID(key)
            if self.query is not None and self.model is not None:
                arguments[self.query] = self.model.model_validate(self._parsed(query_string))
            elif query_string:
                return None
        except ValueError:  # also pydantic's
            return None
        return arguments

    def _parsed(self, query_string: bytes) -> dict[str, Any]:
        if not query_string:
            return {}
        given = parse_qs(
            query_string.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict"
        )
        return {name: values if name in self.lists else values[-1] for name, values in given.items()}


@dataclass(frozen=True)
class DirectWrite:
    """One POST at an address of its own that makes something. Its other parameters have defaults, and are left out."""

    route: APIRoute
    needs: Needs
    call: str
    body: str
    model: type[BaseModel]
    idempotency_key: str | None

    def given(self, scope: Scope) -> dict[str, Any] | None:
        """The endpoint's arguments but for the call; None where FastAPI should judge them."""
        sent = scope.get("state", {}).get("json")
        if scope["query_string"] or not isinstance(sent, dict):
            return None
        keys = [value for name, value in scope["headers"] if name == b"idempotency-key"]
        arguments: dict[str, Any] = {}
        if keys:
            key = keys[0].decode("ascii")
            if self.idempotency_key is None or len(keys) > 1 or not IDEMPOTENCY_KEY.fullmatch(key):
                return None
            arguments[self.idempotency_key] = key
        try:
            arguments[self.body] = self.model.model_validate(sent)
        except ValueError:  # also pydantic's
            return None
        return arguments


class Direct:
    """ASGI middleware, in front of FastAPI and behind what every request passes."""

    def __init__(self, app: ASGIApp, routes: Iterable[APIRoute], doors: Iterable[Route] = ()) -> None:
        """`doors`: routes that do everything themselves, at one address each."""
        self._app = app
        self._doors = {route.path: route for route in doors}
        self._reads: dict[str, DirectRead | None] = {}
        self._writes: dict[str, DirectWrite] = {}
        for route in routes:
            if "POST" in (route.methods or ()) and (write := direct_write(route)) is not None:
                self._writes[route.path] = write
            if "GET" in (route.methods or ()):
                read = direct_read(route)
                path = route.path if read is None or read.key is None else route.path.replace(f"{{{read.key}}}", "{}")
                self._reads.setdefault(path, read)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._doors.get(scope["path"]) if scope["type"] == "http" else None
        if door is not None and scope["method"] in (door.methods or ()):
            await (await door.endpoint(Request(scope, receive, send)))(scope, receive, send)
            return
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        direct, arguments = found
        scope["route"] = direct.route  # by which the request is counted and timed
        try:
            arguments[direct.call] = await direct.needs(Request(scope, receive, send))
            response = await direct.route.endpoint(**arguments)
        except DomainError as error:
            await send_problem(scope, receive, send, error)
            return
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[DirectRead | DirectWrite, dict[str, Any]] | None:
        if scope["method"] == "GET":
            return self._find_read(scope)
        write = self._writes.get(scope["path"]) if scope["method"] == "POST" else None
        arguments = write.given(scope) if write is not None else None
        return (write, arguments) if write is not None and arguments is not None else None

    def _find_read(self, scope: Scope) -> tuple[DirectRead, dict[str, Any]] | None:
        path: str = scope["path"]
        key = ""
        if path not in self._reads:  # /v1/things/{key} and what is below it
            parts = path.split("/", 4)
            if len(parts) < 4:
                return None
            key = parts[3]
            path = "/".join((*parts[:3], "{}", *parts[4:]))
        read = self._reads.get(path)
        arguments = read.given(scope["query_string"], key) if read is not None else None
        return (read, arguments) if read is not None and arguments is not None else None


def direct_read(route: APIRoute) -> DirectRead | None:
    """A route as it can be answered directly, if it can: one key at the most, one query model at the most, one call."""
    call = key = query = model = needs = None
    hints = get_type_hints(route.endpoint, include_extras=True)
    for name, parameter in inspect.signature(route.endpoint).parameters.items():
        kind = hints[name]
        plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
        default = parameter.default
        if plain is Call and isinstance(default, Depends) and isinstance(default.dependency, Needs):
            call, needs = name, default.dependency
        elif plain is UUID and f"{{{name}}}" in route.path and key is None:
            key = name
        elif isinstance(plain, type) and issubclass(plain, BaseModel) and model is None:
            query, model = name, plain
        else:
            return None
    if call is None or needs is None or route.path.count("{") != (key is not None):
        return None
    lists = frozenset(name for name, field in model.model_fields.items() if _is_list(field.annotation)) if model else ()
    return DirectRead(route, needs, call, key, query, model, frozenset(lists))


def direct_write(route: APIRoute) -> DirectWrite | None:
    """A route as it can be answered directly, if it can: no key, one body, a call; whatever else it takes has a default."""
    call = needs = body = model = key = None
    hints = get_type_hints(route.endpoint, include_extras=True)
    for name, parameter in inspect.signature(route.endpoint).parameters.items():
        kind = hints[name]
        plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
        default = parameter.default
        if plain is Call and isinstance(default, Depends) and isinstance(default.dependency, Needs):
            call, needs = name, default.dependency
        elif name == "idempotency_key":
            key = name
        elif isinstance(plain, type) and issubclass(plain, BaseModel) and model is None:
            body, model = name, plain
        elif default is inspect.Parameter.empty or isinstance(default, FieldInfo):
            return None
    if call is None or needs is None or body is None or model is None or "{" in route.path:
        return None
    return DirectWrite(route, needs, call, body, model, key)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(_is_list(inner) for inner in get_args(annotation))
