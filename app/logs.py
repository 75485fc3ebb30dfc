"""Log lines as JSON on standard error, written outside the requests that they tell of."""

import asyncio
import atexit
import logging
import sys
from typing import BinaryIO

import orjson
import structlog

from app.api.access_log import access_log

_WAIT_SECONDS = 0.05


class Lines:
    """Gathers lines for a twentieth of a second and writes them with one call; an error is written at once, with what
    waits before it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._waiting: list[bytes] = []
        atexit.register(self.write)

    def msg(self, line: bytes) -> None:
        if not self._waiting:
            try:
                asyncio.get_running_loop().call_later(_WAIT_SECONDS, self.write)
            except RuntimeError:  # nothing is being served
                self._waiting.append(line)
                self.write()
                return
        self._waiting.append(line)

    def error(self, line: bytes) -> None:
        self._waiting.append(line)
        self.write()

    debug = info = warning = msg
    critical = exception = fatal = error

    def write(self) -> None:
        lines, self._waiting = self._waiting, []
        if lines:
            self._file.write(b"\n".join(lines) + b"\n")
            self._file.flush()


def log_as_json(level: str) -> None:
    lines = Lines(sys.stderr.buffer)
    access_log.to(lines.info if logging.getLevelNamesMapping()[level.upper()] <= logging.INFO else None)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
