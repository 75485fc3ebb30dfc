"""Everything that the service writes into its log."""

import contextlib
from collections.abc import Iterator
from typing import Any

import orjson
import structlog.testing

from app.api.access_log import access_log


@contextlib.contextmanager
def captured_logs() -> Iterator[list[Any]]:
    """The lines, as they come: those of requests, and all others."""
    with structlog.testing.capture_logs() as lines:
        access_log.to(lambda line: lines.append(orjson.loads(line)))
        try:
            yield lines
        finally:
            access_log.to(None)
