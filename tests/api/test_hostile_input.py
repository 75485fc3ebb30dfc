"""Whatever is sent: an answer below 500 in the form of a problem, nothing stored, and not a word of it repeated."""

import functools
import itertools
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from uuid import uuid4

import orjson
import pytest

from tests.api.conftest import Contents
from tests.api.operations import Operation, Scene, named, raw, resolve, with_json_body
from tests.api.refusals import MARK, is_problem

pytestmark = pytest.mark.usefixtures("unlogged")

_MARK = MARK.encode()
_MEBIBYTE = 1_048_576


def quoted(text: str) -> bytes:
    return json.dumps(text).encode()


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    return b'{"reason": ' + opening * depth + b"1" + closing * depth + b"}"


UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t",
    "lone high surrogate": b'{"reason": "' + _MARK + b'\\ud800"}',
    "lone low surrogate": b'{"reason": "' + _MARK + b'\\udc00"}',
    "surrogates the wrong way round": b'{"reason": "' + _MARK + b'\\udc00\\ud800"}',
    "surrogate in a key": b'{"' + _MARK + b'\\ud800": 1}',
    "surrogate as UTF-8": b'{"reason": "' + _MARK + b'\xed\xa0\x80"}',
    "surrogate pair as CESU-8": b'{"reason": "' + _MARK + b'\xed\xa0\xbd\xed\xb8\x80"}',
    "invalid UTF-8": b'{"reason": "' + _MARK + b'\xff\xfe"}',
    "overlong UTF-8": b'{"reason": "' + _MARK + b'\xc0\xaf"}',
    "beyond Unicode": b'{"reason": "' + _MARK + b'\xf4\x90\x80\x80"}',
    "cut within a character": b'{"reason": "' + _MARK + b"\xe2\x82",
    "Latin-1": f'{{"reason": "{MARK} é"}}'.encode("latin-1"),
    "UTF-16": f'{{"reason": "{MARK}"}}'.encode("utf-16"),
    "UTF-32": f'{{"reason": "{MARK}"}}'.encode("utf-32"),
    "byte order mark": b"\xef\xbb\xbf" + b'{"reason": "' + _MARK + b'"}',
    "NaN": b'{"reason": NaN}',
    "Infinity": b'{"reason": Infinity}',
    "-Infinity": b'{"reason": -Infinity}',
    "1e400": b'{"reason": 1e400}',
    "-1e400": b'{"reason": [-1e400]}',
    "2^53": b'{"capacity": 9007199254740992}',
    "2^63": b'{"capacity": 9223372036854775808}',
    "-2^64": b'{"capacity": -18446744073709551616}',
    "a number of 400 digits": b'{"capacity": ' + b"9" * 400 + b"}",
    "a number of 100,000 digits": b'{"capacity": ' + b"9" * 100_000 + b"}",
    "NUL": b'{"reason": "' + _MARK + b'\\u0000"}',
    "NUL in a key": b'{"' + _MARK + b'\\u0000": 1}',
    "NUL far inside": b'{"person": {"known_as": ["' + _MARK + b'", "\\u0000"]}}',
    "NUL byte": b'{"reason": "' + _MARK + b'\x00"}',
    "control character": b'{"reason": "' + _MARK + b'\x01"}',
    "duplicate key": b'{"reason": "a", "reason": "' + _MARK + b'"}',
    "duplicate key, written otherwise": b'{"reason": "a", "re\\u0061son": "' + _MARK + b'"}',
    "duplicate key inside": b'{"person": {"sex": "M", "sex": "F"}}',
    "cut off": b'{"reason": "' + _MARK,
    "more after the end": b'{"reason": "' + _MARK + b'"} {}',
    "a comment": b'{"reason": 1 /* ' + _MARK + b" */}",
    "trailing comma": b'{"reason": "' + _MARK + b'",}',
    "single quotes": b"{'reason': '" + _MARK + b"'}",
    "XML": b"<reason>" + _MARK + b"</reason>",
    "a form": b"reason=" + _MARK,
    "arrays 25 deep": nested(b"[", b"]", 25),
    "arrays 1,100 deep": nested(b"[", b"]", 1_100),
    "arrays 100,000 deep": nested(b"[", b"]", 100_000),
    "objects 25 deep": nested(b'{"a":', b"}", 25),
    "objects 1,100 deep": nested(b'{"a":', b"}", 1_100),
    "objects 100,000 deep": nested(b'{"a":', b"}", 100_000),
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
}
NO_OBJECT: dict[str, bytes] = {
    "an array": b"[]",
    "an array of what is right": b"[{}]",
    "text": quoted(MARK),
    "a number": b"1",
    "true": b"true",
    "null": b"null",
    "an unknown field": b'{"' + _MARK + b'": "' + _MARK + b'"}',
    "__proto__": b'{"__proto__": {"role": "manager", "x": "' + _MARK + b'"}}',
    "constructor": b'{"constructor": {"prototype": {"x": "' + _MARK + b'"}}}',
    "an empty key": b'{"": "' + _MARK + b'"}',
    "a key of 100,000": b'{"' + b"k" * 100_000 + b'": "' + _MARK + b'"}',
    "10,000 keys": orjson.dumps({f"{MARK}{n}": n for n in range(10_000)}),
}
WRONG_TYPES = ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
               "application/jsonp", "*/*", "json", ""]  # fmt: skip

TEXTS = {
    "very long": MARK * 1_000,
    "a little too long": "x" * 4_001,
    "right to left": f"{MARK} \u202eesrever\u202c",
    "zero width": f"\u200b\u200d\ufeff{MARK}\u2060",
    "only zero width": "\u200b\u200d\ufeff",
    "combining": "e" + "\u0301" * 3_000,
    "astral": "\U0001f600" * 1_000,
    "non-characters": f"{MARK}\ufffe\uffff\U0010ffff",
    "controls": f"{MARK}\x01\x1b[31m\x7f\x85",
    "line breaks": f"{MARK}\r\nSet-Cookie: a=b\u2028\u2029",
    "SQL": f"{MARK}'; drop table referral; --",
    "format strings": f"{MARK} %s %(x)s {{0}} {{x.__class__}} ${{jndi:ldap://x}}",
    "markup": f"<script>alert('{MARK}')</script>",
    "a formula": f'=cmd|"/c {MARK}"!A1',
    "empty": "",
    "blank": "   ",
    "Arabic digits": "P٣M",
    "superscript": "P²M",
    "a huge duration": "P9999Y9999M9999W99999D",
    "long enough to be a duration": "P999Y",
}
INSTANTS_AND_DAYS = [
    "0001-01-01", "1899-12-31", "1900-01-01", "2026-02-30", "2200-12-31", "9999-12-31", "10000-01-01", "-0001-01-01",
    "2026-1-1", "20260101", "2026-W01-1", "1e10", "0", "-62135596801", "253402300800", "99999999999999999999",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2200-12-31T23:59:59-23:59", "1900-01-01T00:00:00+23:59",
    "2026-11-22T24:00:00Z", "2026-11-22T23:59:60Z", "2026-11-22T09:30:00", "2026-11-22T09:30:00+99:99",
    "2026-11-22T09:30:00.123456789123Z", "9999-12-31T23:59:59Z", "T", "Z",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, -1, 0, 2**31, 2**53 - 1, -(2**53) + 1, 1.5, -0.0, 5e-324, [], {}, [MARK], {MARK: MARK}, [[]], [None],
    [{}], [MARK] * 200, {"predicate": MARK}, {"all": []}, *TEXTS.values(), *INSTANTS_AND_DAYS, str(uuid4()),
]  # fmt: skip


@pytest.mark.parametrize("op", **named(with_json_body()))
async def test_a_body_that_cannot_be_read_is_refused(op: Operation, scene: Scene, contents: Contents) -> None:
    headers = await scene.headers(op)
    before = await contents()
    for name, body in UNREADABLE.items():
        answer = await scene.call(op, body, headers)
        assert answer.status < 500, name
        is_problem(answer, *((400, 422) if name == "nothing" else (400,)))
    for body in NO_OBJECT.values():
        is_problem(await scene.call(op, body, headers), 422)
    assert await contents() == before


@pytest.mark.parametrize("op", **named(with_json_body()))
async def test_a_body_of_another_type_is_refused(op: Operation, scene: Scene, contents: Contents) -> None:
    headers = [header for header in await scene.headers(op) if header[0] != b"content-type"]
    good = orjson.dumps(scene.body(op))
    before = await contents()
    for kind in WRONG_TYPES:
        is_problem(await scene.call(op, good, [*headers, (b"content-type", kind.encode())]), 415)
    is_problem(await scene.call(op, good, headers), 415)
    is_problem(await scene.call(op, b"\0" * 100, [*headers, (b"content-encoding", b"gzip")]), 415)
    assert await contents() == before


@pytest.mark.parametrize("op", **named(with_json_body()))
async def test_a_body_over_one_mebibyte_is_refused(op: Operation, scene: Scene, contents: Contents) -> None:
    headers = await scene.headers(op)
    before = await contents()
    target = scene.address(op).encode()
    too_much = b'{"reason": "' + b"x" * _MEBIBYTE + b'"}'
    is_problem(await scene.call(op, too_much, headers), 413)
    chunks = [too_much[n : n + 65_536] for n in range(0, len(too_much), 65_536)]
    is_problem(await raw(scene.app, op.method, target, headers=headers, chunks=chunks, length=False), 413)
    for said, status in ((b"1048577", 413), (b"9" * 30, 413), (b"-1", 400), (b"1e3", 400), (b"", 400), (b"0x10", 400)):
        is_problem(await scene.call(op, b"{}", [*headers, (b"content-length", said)]), status)
    assert await contents() == before


def places(schema: dict[str, Any], depth: int = 3) -> Iterator[tuple[str, ...]]:
    """The path of every field of a body, three levels deep; `0` is the first of a list."""
    schema = resolve(schema)
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from places(one, depth)
    if depth == 0:
        return
    for name, inner in schema.get("properties", {}).items():
        yield (name,)
        yield from ((name, *rest) for rest in places(inner, depth - 1))
    if isinstance(schema.get("items"), dict):
        yield from (("0", *rest) for rest in places(schema["items"], depth - 1))


def put(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """A copy of a body with one place changed; what has to be around it is made."""
    body = deepcopy(body)
    at = body
    for name, following in itertools.pairwise(path):
        if isinstance(at, list):
            at[:] = at[:1] or [{}]
            at = at[0]
            continue
        if not isinstance(at.get(name), dict | list):
            at[name] = [] if following == "0" else {}
        at = at[name]
    if isinstance(at, list):
        at[:] = [value]
    else:
        at[path[-1]] = value
    return body


async def _no_digest(_: str) -> str:
    return "no password opens this"


def together(paths: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """Fields that can be spoilt in one request, as none stands within another; few enough that each can be named."""
    for depth in sorted({len(path) for path in paths}):
        level = [path for path in paths if len(path) == depth]
        yield from (level[n : n + 40] for n in range(0, len(level), 40))


@pytest.mark.parametrize("op", **named(with_json_body()))
async def test_every_field_withstands_every_value(
    op: Operation, scene: Scene, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First each together with a field that is not there, so that all are refused; then those that may be right."""
    for module in ("members", "organisations"):
        monkeypatch.setattr(f"app.api.{module}.new_password", _no_digest)  # slow on purpose, and not what is tried here
    schema = op.body_schema()
    assert schema is not None
    good = scene.body(op)
    headers = await scene.headers(op)
    before = await contents()
    maybe_right: list[list[Any]] = []
    for value, paths in itertools.product(VALUES, together(sorted(set(places(schema))))):
        spoil = functools.partial(functools.reduce, lambda made, path, v=value: put(made, path, v))
        body = spoil(paths, good)
        answer = await scene.call(op, orjson.dumps({**body, "no_such_field": MARK}), headers)
        is_problem(answer, 422)
        wrong = {error["pointer"] for error in answer.json()["errors"]}
        right = [path for path in paths if not any(f"{at}/".startswith(f"/{path[0]}/") for at in wrong)]
        maybe_right.append([spoil(some, good) for some in (right, *([path] for path in right)) if some])
    assert await contents() == before
    for bodies in maybe_right:
        for body in bodies:
            answer = await scene.call(op, orjson.dumps(body), headers)
            assert answer.status < 500, body
            if answer.status < 300:
                headers = await scene.headers(op)
                break  # right in every one of these fields: nothing is left to see in each alone
            is_problem(answer)
