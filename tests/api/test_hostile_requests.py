"""Addresses and headers that no well-behaved client sends: a refusal as a problem, and nothing stored."""

import re

import orjson
import pytest

from tests.api.conftest import Contents
from tests.api.operations import Headers, Operation, Scene, named, operations, raw
from tests.api.refusals import MARK, is_problem, repeats_nothing

pytestmark = pytest.mark.usefixtures("unlogged")

BY_ID = {op.id: op for op in operations()}
CHANGES = [op for op in operations() if "If-Match" in op.parameters("header")]
KEYED = [op for op in operations() if "Idempotency-Key" in op.parameters("header")]
WITH_ID = [op for op in operations() if any(name.endswith("_id") for name in op.parameters("path"))]
_MARK = MARK.encode()

WRONG_TAGS: dict[bytes, int] = {
    b"*": 400,
    b"": 400,
    b"1": 400,
    b'"': 400,
    b'""': 400,
    b'"x"': 400,
    b'"-1"': 400,
    b'"1", "2"': 400,
    b'W/"1", W/"2"': 400,
    b'"1" ' + _MARK: 400,
    b'"' + _MARK + b'"': 400,
    b'"9223372036854775808"': 400,
    b'"' + b"9" * 150 + b'"': 400,
    b'"' + b"9" * 300 + b'"': 422,
    b'"\xd9\xa1"': 400,
    b'"\xff"': 400,
    b'"999999999999999999"': 412,
    b'W/"999999999999999999.0"': 412,
    b'"999999999999999999.ffff"': 412,
}
WRONG_KEYS: dict[bytes, int] = {
    b"": 422,
    b" ": 422,
    b'""': 422,
    b"two words " + _MARK: 422,
    b'"a"b"': 422,
    b"k" * 256: 422,
    b"\xff" + _MARK: 400,
    "schlüssel".encode(): 400,
    b"tab\tinside": 422,
    b"\x7f": 422,
}


@pytest.mark.parametrize("op", **named(CHANGES))
async def test_an_if_match_that_is_not_the_present_one_changes_nothing(
    op: Operation, scene: Scene, contents: Contents
) -> None:
    body = op.body_schema() is not None
    headers = [header for header in await scene.headers(op, body=body) if header[0] != b"if-match"]
    content = orjson.dumps(scene.body(op)) if body else b""
    before = await contents()
    is_problem(await scene.call(op, content, headers), 428)
    for tag, status in WRONG_TAGS.items():
        is_problem(await scene.call(op, content, [*headers, (b"if-match", tag)]), status)
    assert await contents() == before


@pytest.mark.parametrize("op", **named(KEYED))
async def test_a_key_of_the_wrong_form_does_nothing(op: Operation, scene: Scene, contents: Contents) -> None:
    headers = await scene.headers(op)
    before = await contents()
    for key, status in WRONG_KEYS.items():
        answer = await scene.call(op, orjson.dumps(scene.body(op)), [*headers, (b"idempotency-key", key)])
        is_problem(answer, status)
    assert await contents() == before


@pytest.mark.parametrize("op", **named([op for op in operations() if op.permission is not None]))
async def test_a_token_that_is_none_opens_nothing(op: Operation, scene: Scene, contents: Contents) -> None:
    target = scene.address(op).encode()
    before = await contents()
    for given in (b"", b"Bearer", b"Bearer ", b"Basic " + _MARK, b"Bearer " + _MARK, b"Bearer a.b.c", b"bearer ..",
                  b"Bearer " + b"e" * 9_000, b"Bearer e30.e30.", _MARK):  # fmt: skip
        answer = await raw(scene.app, op.method, target, headers=[(b"authorization", given)])
        is_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    is_problem(await raw(scene.app, op.method, target, headers=[(b"authorization", b"Bearer \xff")]), 400)
    is_problem(await raw(scene.app, op.method, target), 401)
    assert await contents() == before


@pytest.mark.parametrize("op", **named(WITH_ID))
async def test_an_id_that_is_none_leads_nowhere(op: Operation, scene: Scene, contents: Contents) -> None:
    body = op.body_schema() is not None
    headers = await scene.headers(op, body=body)
    content = orjson.dumps(scene.body(op)) if body else b""
    names = [name for name in op.parameters("path") if name.endswith("_id")]
    before = await contents()
    odd = [MARK, "1", "%20", "null", "00000000-0000-0000-0000-00000000000", "%2e%2e", "%EF%BC%91", "%ED%A0%80", "%FF",
           "'", "x" * 3_000, "..%2F..%2Fetc", "{id}", "*"]  # fmt: skip
    for name in names:
        for value in odd if op.id != "read_establishment" else odd[:1]:
            target = scene.address(op, **{name: value}).encode() + scene.required_query(op).encode()
            is_problem(await raw(scene.app, op.method, target, headers=headers, chunks=[content]), 404, 422)
        target = scene.address(op, **{name: "%00"}).encode()
        is_problem(await raw(scene.app, op.method, target, headers=headers, chunks=[content]), 400)
    assert await contents() == before


@pytest.mark.parametrize(
    "path",
    ["/v1/referrals/", "/v1/", "/v1", "//v1/referrals", "/v1//referrals", "/V1/referrals", "/v1/referrals/../people",
     "/v1/referrals%2F", "/v1/%72eferral", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", f"/{MARK}", "/v1/referrals;a=b",
     "/.git/config", "/problems/", f"/problems/{MARK}", "/static/explorer/", "/static/explorer/..%2f..%2fmain.py",
     "/v1/referrals.json", "/%F0%9F%98%80", "/openapi.json/"],
)  # fmt: skip
async def test_an_address_that_is_none_is_not_found(path: str, scene: Scene) -> None:
    headers = await scene.headers(BY_ID["list_referrals"], body=False)
    is_problem(await raw(scene.app, "GET", path.encode(), headers=headers), 404)


async def test_a_path_with_an_encoded_letter_is_the_same_path(scene: Scene) -> None:
    headers = await scene.headers(BY_ID["list_referrals"], body=False)
    assert (await raw(scene.app, "GET", b"/v1/%72eferrals?limit=1", headers=headers)).status == 200


@pytest.mark.parametrize("path", sorted({op.path for op in operations()}))
async def test_a_method_that_is_none_is_refused_with_those_there_are(path: str, scene: Scene) -> None:
    here = [op for op in operations() if op.path == path]
    target = scene.address(here[0]).encode()
    shape = {op: re.compile(re.sub(r"{\w+}", "[^/]+", op.path)) for op in operations()}
    taken = {op.method for op, pattern in shape.items() if pattern.fullmatch(target.decode())}
    for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - taken):
        answer = await raw(scene.app, method, target)
        is_problem(answer, 405)
        assert set(answer.headers["allow"].split(", ")) >= {op.method for op in here}
        assert method not in answer.headers["allow"].split(", ")


@pytest.mark.parametrize(
    "given",
    [b"", _MARK, b"00-" + b"0" * 32, b"00-" + b"g" * 32 + b"-" + b"a" * 16 + b"-01", b"00-" + b"a" * 32 + b"-" + b"a" * 16,
     b"\xff" * 55, b"00-" + b"a" * 32 + b"-" + b"a" * 16 + b"-01\r\nset-cookie: a=b", b"a" * 60_000],
)  # fmt: skip
async def test_a_trace_that_is_none_is_not_passed_on(given: bytes, scene: Scene) -> None:
    answer = await raw(scene.app, "GET", b"/health/liveness", headers=[(b"traceparent", given)])
    assert answer.status == 200
    assert "traceparent" not in answer.headers
    repeats_nothing(answer)


async def test_odd_headers_hurt_nobody(scene: Scene) -> None:
    headers = await scene.headers(BY_ID["list_referrals"], body=False)
    odd: Headers = [
        (b"accept", b"\xff"),
        (b"accept-language", _MARK),
        (b"cookie", b"a=" + _MARK),
        (b"user-agent", b"\x80" + _MARK),
        (b"x-forwarded-for", b"' or 1=1"),
        (b"x-request-id", _MARK),
        (b"range", b"bytes=0-" + b"9" * 100),
        (b"if-modified-since", b"never"),
        (b"x-" + b"a" * 2_000, b"b" * 8_000),
    ]
    answer = await raw(scene.app, "GET", b"/v1/referrals?limit=1", headers=[*headers, *odd])
    assert answer.status == 200
    repeats_nothing(answer)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", [], 422),
        (b"grant_type=" + _MARK, [], 400),
        (b"grant_type=password", [], 400),
        (b"grant_type=password&username=%00&password=x", [], 400),
        (b"grant_type=password&username=\x00&password=x", [], 400),
        (b"grant_type=password&username=%ED%A0%80&password=%FF", [], 400),
        (b"grant_type=password&username=" + b"u" * 255 + b"&password=x", [], 422),
        (b"grant_type=password&username=u&password=" + b"x" * 257, [], 422),
        (b"grant_type=password&username=" + _MARK + b"&password=x&charity=ABCD", [], 422),
        (b"grant_type=client_credentials", [], 401),
        (b"grant_type=client_credentials&client_id=" + _MARK + b"&client_secret=x", [], 401),
        (b"grant_type=client_credentials&client_id=%ED%A0%80&client_secret=%FF", [], 401),
        (b"grant_type=client_credentials", [(b"authorization", b"Basic " + _MARK)], 401),
        (b"grant_type=client_credentials", [(b"authorization", b"Basic AAAA")], 401),
        (b"grant_type=client_credentials", [(b"authorization", b"Basic \xff\xff")], 400),
        (b"grant_type=client_credentials", [(b"authorization", b"Basic //79")], 401),
        (b"%zz=%zz&&&===;;;" + _MARK, [], 422),
        (b"&" * 100_000, [], 413),
        (b"grant_type=a&" + b"a=b&" * 20_000, [], 413),
        (b"a" * 1_048_577, [], 413),
    ],
)
async def test_a_token_request_is_read_strictly(body: bytes, headers: Headers, status: int, scene: Scene) -> None:
    """Refusals here have the form of RFC 6749 where the form could be read."""
    sent = [(b"content-type", b"application/x-www-form-urlencoded"), *headers]
    answer = await raw(scene.app, "POST", b"/oauth/token", headers=sent, chunks=[body])
    assert answer.status == status, answer.body
    repeats_nothing(answer)
    if answer.headers["content-type"] == "application/json":
        assert set(answer.json()) == {"error", "error_description"}
    else:
        is_problem(answer)
