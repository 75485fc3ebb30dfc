"""What every refusal has in common."""

from app.domain.kernel.errors import catalogue
from tests.api.operations import Answer

MARK = "Zed9-Hostile-Marker"
"""Stands in whatever is hostile: it must come back in no answer, and stand in no log."""

CODES = {kind.code: kind.status for kind in catalogue()}


def is_problem(answer: Answer, *statuses: int) -> None:
    """A refusal in the form that RFC 9457 and the contract ask for, without a word of what was sent."""
    assert answer.status in (statuses or range(400, 500)), (answer.status, answer.body[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status == CODES[body["code"]]
    assert body["type"] == f"/problems/{body['code']}"
    assert body["request_id"] == answer.headers["request-id"]
    repeats_nothing(answer)


def repeats_nothing(answer: Answer) -> None:
    assert MARK.encode() not in answer.body
    assert not any(MARK in f"{name}: {value}" for name, value in answer.headers.items())
