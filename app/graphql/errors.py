"""Problems in GraphQL's forms: a member of a mutation's union, or an entry of `errors`. Codes are those of REST."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from app.domain.kernel.errors import DomainError, FieldError
from app.domain.kernel.sentences import field_errors
from app.graphql.selection import camel


class Refused(Exception):
    """A request that is answered without `data`, in GraphQL's form."""

    def __init__(self, errors: list[dict[str, Any]], status: int, headers: dict[str, str] | None = None) -> None:
        self.errors, self.status, self.headers = errors, status, headers or {}
        super().__init__()


def malformed(message: str) -> Refused:
    """A request that is none: its parameters are missing, of the wrong kind, or contradict each other."""
    return Refused([{"message": message, "extensions": {"code": "MALFORMED_REQUEST"}}], 400)


def problem_fields(error: DomainError, request_id: str | None) -> dict[str, Any]:
    """A problem as the fields of the type `Problem`, in snake_case."""
    kind = type(error)
    return {
        "type": f"/problems/{kind.code}",
        "code": kind.code,
        "title": kind.title,
        "status": kind.status,
        "detail": error.detail,
        "errors": [{"pointer": _camel(e.pointer), "code": e.code, "detail": e.detail} for e in error.errors],
        "suggested_action": error.suggested_action,
        "request_id": request_id,
    }


def error_entry(error: DomainError, path: list[str], request_id: str | None) -> dict[str, Any]:
    """A problem as an entry of `errors`. `path` names the field in the document: for a list, of all its items at once."""
    told = problem_fields(error, request_id)
    return {
        "message": told.pop("detail"),
        "path": path,
        "extensions": {camel(name): value for name, value in told.items()},
    }


def input_errors(error: ValidationError, prefix: str) -> list[FieldError]:
    """What a model found wrong, as pointers into this door's arguments."""
    return [FieldError(f"{prefix}{e.pointer}", e.code, e.detail) for e in field_errors(error.errors())]


@contextmanager
def pointing_into_input() -> Iterator[None]:
    """The domain points into what it was given, which this door calls `input`."""
    try:
        yield
    except DomainError as error:
        error.errors = tuple(FieldError(f"/input{e.pointer}", e.code, e.detail) for e in error.errors)
        raise


def _camel(pointer: str) -> str:
    return "/".join(camel(part) for part in pointer.split("/"))
