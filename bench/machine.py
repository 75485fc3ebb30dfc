"""What the machine is, and how processes are laid out on its cores."""

import contextlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from app.postgres import EmbeddedPostgres

PATIENCE = 120
"""Seconds for a contender to start answering."""
_SETTLE = 10


def cores() -> tuple[int, int] | None:
    """The two cores that are used: the first for whoever answers, the second for PostgreSQL and the load."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    have = sorted(os.sched_getaffinity(0))
    return (have[0], have[1]) if len(have) > 1 else None


def pinned(core: int | None) -> Callable[[], None] | None:
    if core is None:
        return None
    return lambda: os.sched_setaffinity(0, {core})


def first_core() -> int | None:
    both = cores()
    return both[0] if both else None


def second_core() -> int | None:
    both = cores()
    return both[1] if both else None


def pin_server(running: EmbeddedPostgres) -> None:
    """PostgreSQL and all that it starts from now on belong to the second core."""
    core = second_core()
    if core is None:
        return
    postmaster = int((running.data / "postmaster.pid").read_text().split()[0])
    children = [int(pid) for pid in _children(postmaster)]
    for pid in (postmaster, *children):
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(pid, {core})


def _children(pid: int) -> list[str]:
    found: list[str] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += path.read_text().split()
    return found


def settle() -> None:
    """Wait until the cores that are measured are idle: whoever is slow still works on what wrk no longer waits for."""
    both = cores()
    if both is None or not Path("/proc/stat").exists():
        time.sleep(1)
        return
    deadline = time.monotonic() + _SETTLE
    while time.monotonic() < deadline:
        before = _busy(both)
        time.sleep(0.3)
        if _busy(both) - before < 0.06:
            return


def _busy(both: tuple[int, int]) -> float:
    """Seconds that the two cores have worked since the machine started."""
    names = {f"cpu{core}" for core in both}
    fields = [line.split() for line in Path("/proc/stat").read_text().splitlines() if line.split()[0] in names]
    ticks = sum(int(value) for field in fields for value in (field[1], field[2], field[3]))
    return ticks / float(os.sysconf("SC_CLK_TCK"))


def described() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = named[0] if named else model
    return f"{os.cpu_count()} cores, {model}, {platform.system()}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def said(command: Sequence[object]) -> str:
    """The first line that a program prints, or nothing where there is no such program."""
    if shutil.which(str(command[0])) is None:
        return ""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return ((done.stdout or done.stderr).strip().splitlines() or [""])[0]


class Process:
    """A contender's program on the first core, in a process group of its own."""

    def __init__(
        self, command: Sequence[object], *, cwd: Path, environment: Mapping[str, str], log: Path | None = None
    ) -> None:
        self._log = log
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(open(log, "wb")) if log else subprocess.DEVNULL
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=pinned(first_core()),  # noqa: PLW1509 -- there are no threads here
            )

    def wait_for(self, address: str) -> None:
        """Until it answers there with anything but a refusal to connect."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"it stopped while starting{self._last_words()}")
            try:
                with urllib.request.urlopen(address, timeout=5):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"it does not answer after {PATIENCE} s{self._last_words()}")

    def _last_words(self) -> str:
        if self._log is None:
            return ""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return ": " + " / ".join(lines[-5:])[:600] if lines else ""

    def worked(self) -> float | None:
        """Seconds of processor time that the program and its children have used."""
        if not Path("/proc/self/stat").exists():
            return None
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self._process.pid:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / float(os.sysconf("SC_CLK_TCK"))

    def stop(self) -> None:
        for send in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, send)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
