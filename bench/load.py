"""The load: wrk over HTTP, and what it tells."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench.machine import second_core

CONNECTIONS = 32
COUNTER = "@@COUNTER@@@"
"""Stands in a request where a number belongs that no other request has; as long as what it becomes."""
NO_WRK = "wrk was not found on the PATH: install it (on Debian and Ubuntu: apt-get install wrk) and run this again."


@dataclass(frozen=True)
class Request:
    """One HTTP request; `expects` is the status that is right."""

    path: str
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    expects: int = 200

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"

    def numbered(self, number: int) -> "Request":
        """As wrk sends it, for asking one at a time."""
        digits = f"{number:012d}"
        headers = {name: value.replace(COUNTER, digits) for name, value in self.headers.items()}
        body = self.body.replace(COUNTER, digits) if self.body is not None else None
        return Request(self.path, body, headers, self.expects)

    def raw(self, port: int) -> bytes:
        head = {"Host": f"127.0.0.1:{port}", "Accept": "application/json", **self.headers}
        content = (self.body or "").encode()
        if self.body is not None:
            head |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + content


@dataclass(frozen=True)
class Measured:
    """One measurement. Times are in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int = 0
    """Answers with a status of 400 or more."""
    broken: int = 0
    """Connections refused, broken off or timed out."""
    cpu: float | None = None
    """Processor time of the service for each request, in milliseconds."""

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def have_wrk() -> bool:
    return shutil.which("wrk") is not None


def wrk(requests: Iterable[Request], *, port: int, seconds: int, start: int = 0) -> Measured:
    """Ask one after another over 32 connections for so many seconds."""
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        for request in requests:
            file.write(request.raw(port) + b"\x1e")
        file.flush()
        script = Path(__file__).parent / "wrk.lua"
        command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s"]
        command += [
            "--timeout",
            "20s",
            "--script",
            str(script),
            f"http://127.0.0.1:{port}",
            "--",
            file.name,
            str(start),
        ]
        core = second_core()
        if core is not None and shutil.which("taskset"):
            command = ["taskset", "--cpu-list", str(core), *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 90)
    found = re.search(r"^MEASURED (.*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk did not measure: {(done.stderr or done.stdout).strip()[-300:]}")
    return Measured(**json.loads(found[1]))
