"""Keyset cursors: where a page ended, signed, so that a tampered or foreign one is refused.

A cursor is made in Python for a list that is answered row by row, and in SQL where every edge of a connection shows one;
both make the same bytes, so either door goes on from the other's.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, LargeBinary, Text, Uuid, bindparam, cast, func, literal_column
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from app.domain.kernel.errors import InvalidCursor

_TAG_BYTES = 16
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_SQL_FORMAT: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")


class Cursors:
    """Writes and reads the cursors of one deployment; `secret` is shared by its processes."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def write(self, scope: str, keys: Sequence[Any]) -> str:
        """`scope` says of which list, order, filters and reader the cursor is."""
        payload = json.dumps([_plain(key) for key in keys], ensure_ascii=False).encode()  # spaced as PostgreSQL does
        return base64.urlsafe_b64encode(self._tag(scope, payload) + payload).decode().rstrip("=")

    def read(self, scope: str, cursor: str, types: Sequence[type]) -> list[Any]:
        """The keys again, as these types. Raises `InvalidCursor` (400) unless this list, order, filters and reader made it."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
            if not hmac.compare_digest(tag, self._tag(scope, payload)):
                raise InvalidCursor()
            return [_parse(kind, value) for kind, value in zip(types, json.loads(payload), strict=True)]
        except ValueError:
            raise InvalidCursor() from None

    def _tag(self, scope: str, payload: bytes) -> bytes:
        # Hashed twice under the secret, as in NMAC, since PostgreSQL offers sha256() but no HMAC.
        inner = hashlib.sha256(self.secret + scope.encode() + b"\n" + payload).digest()
        return hashlib.sha256(self.secret + inner).digest()[:_TAG_BYTES]


def cursor_expression(scope: ColumnElement[str], keys: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """The same cursor in SQL; parameter `ctx_cursor_secret`."""
    secret = bindparam("ctx_cursor_secret", type_=LargeBinary())
    payload = _bytes(cast(func.json_build_array(*(_shown(key) for key in keys)), Text))
    inner = func.sha256(secret.op("||")(_bytes(scope)).op("||")(_bytes(literal_column("E'\\n'"))).op("||")(payload))
    tag = func.substring(func.sha256(secret.op("||")(inner)), literal_column("1"), literal_column(str(_TAG_BYTES)))
    encoded = func.encode(tag.op("||")(payload), literal_column("'base64'"))
    return func.translate(encoded, literal_column("E'+/=\\n'"), literal_column("'-_'"))


def python_types(keys: Sequence[ColumnElement[Any]]) -> list[type]:
    """What the keys of an order are in Python, for `Cursors.read`."""
    return [_python_type(key.type) for key in keys]


def _python_type(kind: TypeEngine[Any]) -> type:
    known: tuple[tuple[type[TypeEngine[Any]], type], ...] = (
        (Uuid, UUID),
        (DateTime, datetime),
        (Date, date),
        (Integer, int),
    )
    return next((python for sql, python in known if isinstance(kind, sql)), str)


def _bytes(text: ColumnElement[str]) -> ColumnElement[bytes]:
    return func.convert_to(text, literal_column("'UTF8'"))


def _shown(key: ColumnElement[Any]) -> ColumnElement[Any]:
    return (
        func.to_char(func.timezone(literal_column("'UTC'"), key), _SQL_FORMAT)
        if isinstance(key.type, DateTime)
        else key
    )


def _plain(key: Any) -> Any:
    if isinstance(key, datetime):
        return key.astimezone(UTC).strftime(_FORMAT)
    return key.isoformat() if isinstance(key, date) else key if isinstance(key, int | str) else str(key)


def _parse(kind: type, value: Any) -> Any:
    if kind is datetime or kind is date:
        return kind.fromisoformat(value)
    return kind(value)
