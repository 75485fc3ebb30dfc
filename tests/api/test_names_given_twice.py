"""Of two fields of one name one reader takes the first and another the last: such a body is refused, however it is
written; and no other is."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.api.body import StrictBody, _unique
from app.domain.kernel.errors import MalformedRequest

_TEXTS = st.text(alphabet=st.sampled_from(list('ab:",{}[]\\ \u00e9\u003a')), max_size=4)
_LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | _TEXTS
_Pairs = list[tuple[str, Any]]


class _Object(list[Any]):
    """The pairs of an object, which may name a field twice."""


_VALUES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(_TEXTS, inner), max_size=3).map(_Object),
    max_leaves=8,
)


def _written(value: Any, *, escaped: bool) -> str:
    def text(told: str) -> str:
        plain = json.dumps(told, ensure_ascii=False)
        return plain.replace("a", "\\u0061").replace(":", "\\u003a") if escaped else plain

    if isinstance(value, _Object):
        return "{" + ", ".join(f"{text(name)} : {_written(inner, escaped=escaped)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(inner, escaped=escaped) for inner in value) + "]"
    return text(value) if isinstance(value, str) else json.dumps(value)


def _refused(body: str) -> bool:
    scope = {"headers": [(b"content-type", b"application/json")], "path": "/"}
    try:
        StrictBody(None, max_bytes=10_000)._check(scope, body.encode())  # type: ignore[arg-type]
    except MalformedRequest as error:
        return error.detail == "The body names a field twice."
    return False


@given(_VALUES, st.booleans())
@example(_Object([("a", ":"), ("a", 1)]), True)
@example(_Object([("a", 1), ("a", "::")]), False)
@example(_Object([("a", _Object([("b", 1), ("c", 2)])), ("a", 1)]), False)
def test_a_name_given_twice_is_always_found(value: Any, escaped: bool) -> None:
    body = _written(value, escaped=escaped)
    try:
        json.loads(body, object_pairs_hook=_unique)
        twice = False
    except MalformedRequest:
        twice = True
    assert _refused(body) == twice


@pytest.mark.parametrize(
    "body",
    [
        '{"a": 1, "a": 1}',
        '{"a": ":", "\\u0061": 2}',
        '{"a": "\\u003a", "a": 1}',
        '{"a": {"b": ":"}, "a": {"b": ":"}}',
        '[{"a": 1}, {"b": 1, "b": "x:y"}]',
    ],
)
def test_names_given_twice_by_hand(body: str) -> None:
    assert _refused(body)
