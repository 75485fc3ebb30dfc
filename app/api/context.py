"""The outermost layer: a request id, security headers, one log line without personal data, metrics."""

import os
import re
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.access_log import access_log
from app.api.errors import send_problem
from app.domain.kernel.errors import InternalError
from app.domain.kernel.rows import new_id

log = structlog.get_logger("throughgate.access")
_TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)

_DEFAULT_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


class Telemetry:
    """Counts and times by route template, never by address."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("http_request_method", "http_route", "http_response_status_code")
        self.duration = Histogram(
            "http_server_request_duration_seconds", "Time to answer.", labels, buckets=_BUCKETS, registry=self.registry
        )
        self.errors = Counter("throughgate_unexpected_errors", "Answers with status 5xx.", registry=self.registry)

    def gauge(self, name: str, told: str, count: Callable[[], int]) -> None:
        """A number that is counted when somebody asks for it."""
        Gauge(name, told, registry=self.registry).set_function(count)


class Aborted(Exception):
    """The answer broke off after it had begun; says nothing about anybody."""


def _where(error: BaseException) -> list[str]:
    """The places in our own code that an error passed: files and lines, never values."""
    frames = traceback.extract_tb(error.__traceback__)
    return [
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if f"{os.sep}app{os.sep}" in frame.filename
    ]


class RequestContext:
    """ASGI middleware: `request.state.request_id`, the Request-Id header, default security headers."""

    def __init__(self, app: ASGIApp, *, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        trace = b""
        for name, value in scope["headers"]:
            if name == b"traceparent":
                trace = value
        status, answered = 500, False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                headers = message.setdefault("headers", [])
                have = {name.lower() for name, _ in headers}
                headers.append((b"request-id", request_id.encode()))
                headers.extend([item for item in _DEFAULT_HEADERS if item[0] not in have])
                if trace and _TRACEPARENT.fullmatch(trace):
                    headers.append((b"traceparent", trace))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # the last resort: nothing above this may see it, as it would print what it quotes
            log.error("unexpected error", error_type=type(error).__name__, where=_where(error), request_id=request_id)
            if answered:
                raise Aborted() from None
            await send_problem(scope, receive, send_with_headers, InternalError())
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unmatched")
            self._telemetry.duration.labels(scope["method"], route, str(status)).observe(seconds)
            if status >= 500:
                self._telemetry.errors.inc()
            actor = scope["state"].get("actor")
            access_log.info(
                method=scope["method"],
                route=route,
                status=status,
                seconds=round(seconds, 4),
                request_id=request_id,
                subject=str(actor.subject_id) if actor else None,
            )
