"""The processes of an embedded PostgreSQL server: keep one, find those that are left over, end them in order.

Run as a program, this file is the keeper: the server's parent. It needs the standard library alone.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

# In order (a checkpoint now, no recovery later), then at once (recovered from the log), then by force.
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
PR_SET_PDEATHSIG = 1
PROC = Path("/proc")


class PidFile(NamedTuple):
    """What a server has written about itself into its data folder; true only if such a process lives."""

    pid: int
    port: int
    ready: bool


def pid_file(data: Path) -> PidFile | None:
    """None also for a file that a power cut has emptied or torn."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        port = int(lines[3]) if len(lines) > 3 else 0
        return PidFile(abs(int(lines[0])), port, len(lines) > 7 and lines[7].strip() == "ready")
    except (FileNotFoundError, NotADirectoryError, ValueError, IndexError):
        return None


def strays(data: Path) -> list[int]:
    """Every PostgreSQL process that works on this data folder, whatever postmaster.pid says."""
    if PROC.is_dir():
        return [int(entry.name) for entry in PROC.iterdir() if _works_in(entry, data)]
    recorded = pid_file(data)
    if recorded is None:
        return []
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(recorded.pid)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    return [recorded.pid] if f"postgres -D {data} " in said else []


def _works_in(process: Path, data: Path) -> bool:
    """The server and its backends do; so may somebody's shell, hence the look at the program's name."""
    with suppress(OSError, ValueError):
        return (
            process.name.isdigit()
            and os.readlink(process / "cwd") == str(data)
            and Path(os.readlink(process / "exe")).name.startswith("postgres")
        )
    return False


def end_strays(data: Path) -> None:
    """Ends what runs on this data folder; only the server itself, no backend, is asked to stop in order."""
    for number, patience in STOP_STEPS:
        found = strays(data)
        recorded = pid_file(data)
        if number == signal.SIGINT:
            _signal([pid for pid in found if recorded and pid == recorded.pid], number)
        else:
            _signal(found, number)
        until = time.monotonic() + patience
        while time.monotonic() < until and strays(data):
            time.sleep(0.05)
    # PostgreSQL refuses to start beside a file that it cannot read, and nobody is left whom it could name.
    if pid_file(data) is None and not strays(data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def keep(parent: int, uid: int | None, gid: int | None, command: list[str]) -> int:
    """Runs the server until it ends by itself, our parent says a word or is gone, or we are told to stop."""
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: told.append(received))
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def follow_the_keeper() -> None:
        # Called after the change of user, which would clear it: were we killed, the kernel stops the server.
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGINT))

    server = subprocess.Popen(  # noqa: S603 - the supervisor's own command
        command,
        stdin=subprocess.DEVNULL,
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=None if uid is None else [],
        preexec_fn=follow_the_keeper,  # noqa: PLW1509 - this process has one thread
    )
    # The pipe ends with our parent, unless a fork of it holds the other end too: hence also the second look.
    while server.poll() is None and not told and os.getppid() == parent:
        if select.select([0], [], [], 0.5)[0]:
            break
    for number, patience in STOP_STEPS:
        if server.poll() is None:
            server.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                server.wait(patience)
    return server.wait()


if __name__ == "__main__":
    _, its_parent, user, group, *its_command = sys.argv
    sys.exit(keep(int(its_parent), int(user) if user else None, int(group) if group else None, its_command))
