"""What is changed is told: a live list that nobody tells of a change shows what is no longer so."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OPERATIONS = sorted((ROOT / "app" / "domain").rglob("*.py"))
RECORDS = ("audit.record", "add_together")
TELLS = ("events.tell", "events.once", "events.publish", "publish", "event_of")

TOLD_TO_NOBODY = {
    "create_charity",  # its first member cannot have signed in yet
    "found_platform",
    "register_document",  # nothing that is live shows one; a withdrawal ends the tokens of who asks it
    "withdraw_document",
}


def _doing() -> list[tuple[str, set[str]]]:
    """Every function of the domain that leaves an entry in the audit trail, with what it calls."""
    found = []
    for path in OPERATIONS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = {ast.unparse(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
                if calls & set(RECORDS):
                    found.append((node.name, calls))
    return found


def test_there_is_something_to_look_at() -> None:
    assert len(_doing()) > 20
    assert {name for name, _ in _doing()} >= TOLD_TO_NOBODY


@pytest.mark.parametrize(("name", "calls"), _doing(), ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_audited_is_told(name: str, calls: set[str]) -> None:
    assert (not calls & set(TELLS)) == (name in TOLD_TO_NOBODY)
