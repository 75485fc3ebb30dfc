"""Queries that no well-behaved client sends: a refusal as a problem, and nothing stored."""

import pytest

from app.domain.kernel.access import Role
from tests.api.conftest import Contents
from tests.api.operations import Operation, Scene, named, operations, raw
from tests.api.refusals import MARK, is_problem

pytestmark = pytest.mark.usefixtures("unlogged")

BY_ID = {op.id: op for op in operations()}
LISTS = [op for op in operations() if {"limit", "cursor"} <= op.parameters("query")]
ORDERED = [op for op in LISTS if "order" in op.parameters("query")]
ONES = [op for op in operations() if "fields" in op.parameters("query") and op not in LISTS]
_MARK = MARK.encode()

SPOILT_QUERIES: dict[bytes, int] = {
    b"unknown=" + _MARK: 422,
    _MARK + b"=1": 422,
    b"limit=0": 422,
    b"limit=-1": 422,
    b"limit=101": 422,
    b"limit=99999999999999999999999999": 422,
    b"limit=" + b"9" * 5_000: 422,
    b"limit=1.5": 422,
    b"limit=" + _MARK: 422,
    b"limit=": 422,
    b"limit=1%00": 400,
    b"cursor=%00": 400,
    b"%00=1": 400,
    b"cursor=" + _MARK: 400,
    b"cursor=%FF%FE": 400,
    b"cursor=%ED%A0%80": 400,
    b"cursor=%zz%": 400,
    b"cursor=A": 400,
    b"cursor=" + b"A" * 43: 400,
    b"cursor=" + b"A" * 2_001: 422,
    b"limit=1&limit=" + _MARK: 422,
}
SPOILT_ORDERED: dict[bytes, int] = {
    b"order=" + _MARK: 422,
    b"order=--name": 422,
    b"order=id;drop%20table%20referral": 422,
    b"order=%ED%A0%80": 422,
    b"fields=" + _MARK: 422,
    b"fields=id," + _MARK: 422,
    b"fields=charity_id": 422,
    b"fields=password_hash": 422,
    b"fields=__class__": 422,
    b"fields=" + b"a," * 501: 422,
    b"expand=" + _MARK: 422,
    b"expand=" + b"a" * 201: 422,
    b"fields=%00": 400,
}


@pytest.mark.parametrize("op", **named(LISTS))
async def test_a_lists_query_is_read_strictly(op: Operation, scene: Scene, contents: Contents) -> None:
    headers = await scene.headers(op, body=False)
    before = await contents()
    spoilt = SPOILT_QUERIES | (SPOILT_ORDERED if op in ORDERED else {})
    for query, status in spoilt.items():
        is_problem(await raw(scene.app, "GET", f"{scene.address(op)}?".encode() + query, headers=headers), status)
    # Whether the person is there is looked up before the cursor is read, and that leaves its entry in the trail.
    assert unaudited(await contents()) == unaudited(before)


def unaudited(tables: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {name: found for name, found in tables.items() if name != "public.audit_entry"}


@pytest.mark.parametrize("op", **named(ONES))
async def test_a_things_query_is_read_strictly(op: Operation, scene: Scene, contents: Contents) -> None:
    headers = await scene.headers(op, body=False)
    before = await contents()
    spoilt = {query: status for query, status in SPOILT_ORDERED.items() if not query.startswith(b"order")}
    for query, status in {**spoilt, b"unknown=" + _MARK: 422, b"limit=1": 422}.items():
        is_problem(await raw(scene.app, "GET", f"{scene.address(op)}?".encode() + query, headers=headers), status)
    assert await contents() == before


@pytest.mark.parametrize("op", **named([op for op in LISTS if op.id != "read_audit"]))
async def test_every_filter_is_read_strictly(op: Operation, scene: Scene) -> None:
    """Nothing odd in a filter is an error of ours; what is of the wrong type is refused."""
    headers = await scene.headers(op, body=False)
    for name in sorted(op.parameters("query")):
        for value in (b"", _MARK, b"%F0%9F%98%80", b"%ED%A0%80", b"'%20or%201=1--", b"9" * 500, b"0001-01-01",
                      b"9999-12-31", b"10000-01-01", b"null", b"a&" + name.encode() + b"=b", b"[]", b"%zz"):  # fmt: skip
            answer = await raw(scene.app, "GET", f"{scene.address(op)}?{name}=".encode() + value, headers=headers)
            assert answer.status in (200, 400, 422), (name, value)
            if answer.status != 200:
                is_problem(answer)


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"from=2026-01-01",
        b"from=2026-02-30&to=2026-12-31",
        b"from=0001-01-01&to=9999-12-31",
        b"from=1900-01-01&to=2200-12-31",
        b"from=2026-12-31&to=2026-01-01",
        b"from=0&to=1e10",
        b"from=2026-01-01&to=2026-12-31&as_of=9999-12-31T23:59:59-23:59",
        b"from=2026-01-01&to=2026-12-31&as_of=0001-01-01T00:00:00%2B23:59",
        b"from=2026-01-01&to=2026-12-31&as_of=1900-01-01T00:00:00%2B23:59",
        b"from=2026-01-01&to=2026-12-31&as_of=2200-12-31T23:59:59-23:59",
        b"from=2026-01-01&to=2026-12-31&as_of=2026-11-22T09:30:00",
        b"from=2026-01-01&to=2026-12-31&as_of=2100-01-01T00:00:00Z",
        b"from=2026-01-01&to=2026-12-31&unknown=" + _MARK,
        b"from=" + _MARK + b"&to=2026-12-31",
    ],
)
async def test_a_ledgers_period_is_read_strictly(query: bytes, scene: Scene) -> None:
    op = BY_ID["read_ledger"]
    target = f"{scene.address(op)}?".encode() + query
    is_problem(await raw(scene.app, "GET", target, headers=await scene.headers(op, body=False)), 422)


async def test_a_partner_is_told_nothing_by_filters_that_are_not_its_own(scene: Scene) -> None:
    op = BY_ID["list_referrals"]
    headers = await scene.headers(op, role=Role.REFERRER, body=False)
    for name in ("person_id", "partner_id"):
        target = f"/v1/referrals?{name}={scene.ids['person_id']}".encode()
        is_problem(await raw(scene.app, "GET", target, headers=headers), 422)
