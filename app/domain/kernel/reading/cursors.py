"""Keyset cursors: where a page ended, signed, so that a tampered or foreign one is refused."""

import base64
import hashlib
import hmac
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from app.domain.kernel.errors import InvalidCursor

_TAG_BYTES = 16


class Cursors:
    """Writes and reads the cursors of one deployment; `secret` is shared by its processes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, scope: str, keys: list[Any]) -> str:
        """`scope` says of which list, order, filters and reader the cursor is."""
        payload = orjson.dumps([[type(key).__name__, _plain(key)] for key in keys])
        return base64.urlsafe_b64encode(self._tag(scope, payload) + payload).decode().rstrip("=")

    def read(self, scope: str, cursor: str) -> list[Any]:
        """The keys again. Raises `InvalidCursor` (400) unless this list, order, filters and reader made it."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
            if not hmac.compare_digest(tag, self._tag(scope, payload)):
                raise InvalidCursor()
            return [_parse(kind, value) for kind, value in orjson.loads(payload)]
        except ValueError:
            raise InvalidCursor() from None

    def _tag(self, scope: str, payload: bytes) -> bytes:
        return hmac.digest(self._secret, scope.encode() + b"\0" + payload, hashlib.sha256)[:_TAG_BYTES]


def _plain(key: Any) -> Any:
    return key.isoformat() if isinstance(key, date) else str(key) if not isinstance(key, int | str) else key


def _parse(kind: str, value: Any) -> Any:
    if kind == "UUID":
        return UUID(value)
    if kind == "datetime":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind == "date" else value
