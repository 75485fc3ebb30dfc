"""Reads every body before anything else does: size, UTF-8, JSON, depth, numbers, NUL. What is hostile ends here:
4xx."""

import json
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import send_problem
from app.domain.kernel.errors import DomainError, MalformedRequest, PayloadTooLarge, UnsupportedMediaType

MAX_DEPTH = 20
MAX_MEMBERS = 20_000  # brackets and commas, counted before parsing: small things in great numbers cost the most
MAX_FORM_BYTES = 16_384
MAX_NUMBER = 2**53 - 1
"""RFC 7493: beyond this, JSON parsers disagree about a number. Nothing here counts that far."""
_FORM = "application/x-www-form-urlencoded"
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
_READ_AS_TEXT = frozenset({b"authorization", b"content-type", b"idempotency-key", b"if-match", b"if-none-match"})


class StrictBody:
    """ASGI middleware. JSON that passes is put on `request.state.json`, and handed on unchanged as bytes."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
                raise MalformedRequest("The address contains a NUL character.")
            for name, value in scope["headers"]:
                if not value.isascii() and name in _READ_AS_TEXT:
                    raise MalformedRequest("A header contains characters that are not ASCII.")
            if scope["method"] in _BODILESS:
                await self._app(scope, receive, send)
                return
            body = await self._read(scope, receive)
            if body is None:
                return
            self._check(scope, body)
        except DomainError as error:
            await send_problem(scope, receive, send, error)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        declared = _header(scope, b"content-length")
        if declared is not None and not declared.isdigit():
            raise MalformedRequest("Content-Length is not a number.")
        if declared is not None and (len(declared) > 18 or int(declared) > self._max):
            raise PayloadTooLarge()
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            size += len(part)
            if size > self._max:
                raise PayloadTooLarge()
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _check(self, scope: Scope, body: bytes) -> None:
        kind = (_header(scope, b"content-type") or b"").split(b";")[0].strip().lower().decode("latin-1")
        if kind == _FORM and scope["path"] == "/oauth/token":
            if len(body) > MAX_FORM_BYTES:
                raise PayloadTooLarge("A token request is at most 16 KiB.")
            if b"\x00" in body or b"%00" in body:
                raise MalformedRequest("The form contains a NUL character.")
            return
        if not body:
            return
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise UnsupportedMediaType()
        if sum(body.count(mark) for mark in (b"[", b"{", b",")) > MAX_MEMBERS:
            raise MalformedRequest(
                "The body has too many members.", cure=f"Send at most {MAX_MEMBERS:,} fields and items."
            )
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise MalformedRequest("The body is not well-formed UTF-8 JSON.") from None
        colons = _inspect(value)
        if body.count(b":") != colons or b"\\u" in body:
            try:
                json.loads(body, object_pairs_hook=_unique)
            except RecursionError:  # within what was named twice, and so is not in the value
                raise MalformedRequest(f"The body is nested more than {MAX_DEPTH} deep.") from None
        scope.setdefault("state", {})["json"] = value


def _inspect(root: Any) -> int:
    """Without recursion, as the depth is what is being checked.

    The number of colons that the value needs when it is written without escapes: one for each name, and those inside of
    texts. A body with just as many has no name twice, as the one that a parser drops took its colon along.
    """
    level: list[Any] = [root]
    colons = 0
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                if "\x00" in value:
                    raise MalformedRequest("The body contains a NUL character.")
                colons += value.count(":")
            elif isinstance(value, dict):
                colons += len(value)
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif isinstance(value, int | float) and abs(value) > MAX_NUMBER:
                raise MalformedRequest("The body contains a number that JSON does not carry exactly.")
        if not below:
            return colons
        level = below
    raise MalformedRequest(f"The body is nested more than {MAX_DEPTH} deep.")


def _unique(pairs: list[tuple[str, Any]]) -> None:
    """Of two fields of one name, one reader takes the first and another the last."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise MalformedRequest("The body names a field twice.")


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key == name), None)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
