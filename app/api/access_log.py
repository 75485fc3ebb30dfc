"""The one line that every request leaves: what was asked of which route by whom, and how it went; never an address."""

from collections.abc import Callable
from datetime import UTC, datetime

import orjson


class AccessLog:
    """Written as the other lines are, but past their machinery, which costs more than many of the requests it tells of."""

    def __init__(self) -> None:
        self._write: Callable[[bytes], None] | None = None

    def to(self, write: Callable[[bytes], None] | None) -> None:
        """Where lines go from now on; None for nowhere."""
        self._write = write

    def info(self, **told: object) -> None:
        if self._write is not None:
            told |= {"event": "request", "level": "info", "timestamp": datetime.now(UTC)}
            self._write(orjson.dumps(told, option=orjson.OPT_UTC_Z))


access_log = AccessLog()
