"""What becomes of an answer, or of what went wrong on the way to it: JSON under its key, an entry of `errors`, or both."""

from collections.abc import Awaitable, Sequence
from typing import Any

import orjson
import structlog

from app.domain.kernel.errors import DomainError, InternalError, NotFound, Unauthenticated
from app.graphql.changes import Json
from app.graphql.errors import error_entry
from app.visits import Visit

log = structlog.get_logger("throughgate.graphql")


async def outcome(
    work: Awaitable[Json], key: str, field: str, visit: Visit, errors: list[dict[str, Any]], *, nothing: Json = "null"
) -> Json:
    """What stands under the key of a root field: what `work` brings; null for what is not there; `nothing` for what was
    refused, with an entry in `errors`. Raises `Unauthenticated`, as that is the whole request's answer."""
    failed: DomainError
    try:
        return await work
    except NotFound:
        return "null"
    except Unauthenticated:
        raise
    except DomainError as error:
        failed = error
    except Exception as error:  # masked: what it quotes may be about somebody
        log_unexpected(error, field, visit)
        failed = InternalError()
    errors.append(error_entry(failed, [key], visit.request_id))
    return nothing


def log_unexpected(error: Exception, field: str, visit: Visit) -> None:
    log.error("unexpected error", error_type=type(error).__name__, field=field, request_id=visit.request_id)


def body(keys: Sequence[str], answers: Sequence[Json], errors: list[dict[str, Any]]) -> bytes:
    """A response as it goes out."""
    data = ",".join([f"{orjson.dumps(key).decode()}:{json}" for key, json in zip(keys, answers, strict=True)])
    told = f',"errors":{orjson.dumps(errors).decode()}' if errors else ""
    return f'{{"data":{{{data}}}{told}}}'.encode()
