"""The embedded server loses nothing that it has acknowledged and leaves nothing behind, however it ends."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from app import postgres
from app.postgres import EmbeddedPostgres, EmbeddedPostgresError, UnsupportedPostgresError, binaries
from app.postgres.keeper import pid_file, strays

CHILD = Path(__file__).with_name("_supervised_child.py")
Make = Callable[[Path], EmbeddedPostgres]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Like tmp_path, but the user that root's server runs as may enter it."""
    path = Path(tempfile.mkdtemp(prefix="throughgate test ")).resolve()
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    made: list[EmbeddedPostgres] = []

    def build(root: Path) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(root, settings={"fsync": "off"}))
        return made[-1]

    yield build
    for server in made:
        server.stop()
        assert strays(server.data) == []
        shutil.rmtree(server.home, ignore_errors=True)


async def ask(server: EmbeddedPostgres, sql: str, database: str = "postgres") -> Any:
    connection = await asyncpg.connect(server.url(database))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


def start_child(root: Path) -> subprocess.Popen[str]:
    """Returns when the child has been told by the server that its row is committed."""
    child = subprocess.Popen(
        [sys.executable, CHILD, root],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=CHILD.parent.parent,
        env={**os.environ, "PYTHONPATH": str(CHILD.parent.parent)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "committed\n"
    return child


def start_bystander(uid: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"], user=uid if os.geteuid() == 0 else None)


def kill(child: subprocess.Popen[str], number: signal.Signals) -> None:
    child.send_signal(number)
    child.communicate(timeout=30)


def parent_of(pid: int) -> int:
    return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(pid)], text=True))


async def test_what_is_committed_survives_a_restart(folder: Path, make: Make) -> None:
    server = make(folder / "root")
    with server:
        await ask(server, "create table kept as select 1 as value")
        server.create_database("throughgate")
        server.create_database("throughgate")
        server.create_database("""a "strange" it's/name""")
        assert await ask(server, "select current_database()", """a "strange" it's/name""")
        assert await ask(server, "show data_checksums") == "on"
        assert await ask(server, "show server_encoding") == "UTF8"
        assert await ask(server, "select datlocale from pg_database limit 1") == "C.UTF-8"
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        assert stat.S_IMODE((server.home / "password").stat().st_mode) == 0o600
        assert server.bin("pg_dump").exists()
        await postgres.require_postgres_18(server.url())
        wrong = server.url().replace("@", "x@")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong)
    assert not server.running()
    with pytest.raises(EmbeddedPostgresError, match="not running"):
        server.url()
    with server:
        assert await ask(server, "select value from kept") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_no_server_outlives_its_parent(folder: Path, make: Make, number: signal.Signals) -> None:
    server = make(folder / "root")
    child = start_child(server.root)
    assert server.running(), "another process can tell, and has its address"
    assert await ask(server, "select value from kept") == "acknowledged"
    kill(child, number)
    assert wait_until(lambda: not strays(server.data)), "a server process is left"
    with server:
        assert await ask(server, "select value from kept") == "acknowledged"


async def test_a_server_left_running_is_replaced(folder: Path, make: Make) -> None:
    """The keeper is held, so that the server of a killed parent runs on, and a start follows at once."""
    server = make(folder / "root")
    child = start_child(server.root)
    left = pid_file(server.data)
    assert left is not None
    keeper = parent_of(left.pid)
    os.kill(keeper, signal.SIGSTOP)
    try:
        kill(child, signal.SIGKILL)
        assert left.pid in strays(server.data)
        server.start()
        assert await ask(server, "select value from kept") == "acknowledged"
    finally:
        os.kill(keeper, signal.SIGKILL)
    replaced = pid_file(server.data)
    assert replaced is not None
    assert replaced.pid != left.pid


async def test_a_killed_server_and_keeper_are_survived(folder: Path, make: Make) -> None:
    server = make(folder / "root")
    child = start_child(server.root)
    written = pid_file(server.data)
    assert written is not None
    keeper = parent_of(written.pid)
    os.kill(keeper, signal.SIGSTOP)  # or it would stop the server in order
    kill(child, signal.SIGKILL)
    for pid in (written.pid, keeper):
        os.kill(pid, signal.SIGKILL)
    with server:
        assert await ask(server, "select value from kept") == "acknowledged"


async def test_two_roots_run_side_by_side(folder: Path, make: Make) -> None:
    long = folder / "a checkout's folder, whose name is long" / ("and holds ünïcode " * 6)
    with make(folder / "one") as one, make(long) as two:
        await ask(one, "create table only_here ()")
        assert await ask(two, "select to_regclass('only_here')") is None
        assert one.url() != two.url()


async def test_a_second_start_in_the_same_root_is_refused(folder: Path, make: Make) -> None:
    with make(folder / "root") as first:
        second = make(folder / "root")
        with pytest.raises(EmbeddedPostgresError, match="already running the embedded PostgreSQL"):
            second.start()
        with pytest.raises(EmbeddedPostgresError, match="already been started"):
            first.start()
        assert second.url() == first.url()
        assert await ask(first, "select 1") == 1


async def test_a_half_made_data_folder_does_not_stop_a_start(folder: Path, make: Make) -> None:
    server = make(folder / "root")
    for name in ("data", "new-interrupted"):
        (server.root / name / "base").mkdir(parents=True)
    server.root.chmod(0o711)
    with server:
        assert await ask(server, "select 1") == 1
        assert not (server.home / "new-interrupted").exists()


@pytest.mark.parametrize("written", ["{pid}\n{data}\n1\n1\n\n127.0.0.1\n1 1\nready\n", "", "torn\n"])
async def test_a_stale_pid_file_is_not_believed(folder: Path, make: Make, written: str) -> None:
    """The process that it names lives, belongs to the server's user, and is something else altogether."""
    server = make(folder / "root")
    with server:
        await ask(server, "create table kept as select 1 as value")
    owner = server.data.stat()
    bystander = start_bystander(owner.st_uid)
    try:
        path = server.data / "postmaster.pid"
        path.write_text(written.format(pid=bystander.pid, data=server.data))
        os.chown(path, owner.st_uid, owner.st_gid)
        assert not server.running()
        with server:
            assert await ask(server, "select value from kept") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


async def test_folders_that_the_servers_user_cannot_enter(
    folder: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's permissions are widened: for root, the data and the programs go where that user may be."""
    private = folder / "private"
    private.mkdir(mode=0o700)
    system = folder / "system"
    system.mkdir()
    system.chmod(0o755)
    monkeypatch.setattr(binaries, "SYSTEM_FOLDER", system)
    monkeypatch.setattr(binaries, "_may_run", lambda *_: False)
    binaries.binaries.cache_clear()
    server = make(private / "root")
    with server:
        await ask(server, "create table kept as select 1 as value")
    with make(private / "root") as again:
        assert await ask(again, "select value from kept") == 1
        moved = os.geteuid() == 0
        assert again.home.is_relative_to(system if moved else private)
        assert again.bin("psql").is_relative_to(system) == moved
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    binaries.binaries.cache_clear()


async def test_an_older_server_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"show server_version_num": "170004", "show server_version": "17.4"}

    async def fetchval(sql: str) -> str:
        return answers[sql]

    async def close() -> None:
        pass

    async def connect(url: str) -> SimpleNamespace:
        assert url == "postgresql://somewhere/throughgate"
        return SimpleNamespace(fetchval=fetchval, close=close)

    monkeypatch.setattr(asyncpg, "connect", connect)
    with pytest.raises(UnsupportedPostgresError, match=r"needs PostgreSQL 18 or later, but .* 17\.4\."):
        await postgres.require_postgres_18("postgresql+asyncpg://somewhere/throughgate")
