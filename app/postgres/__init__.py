"""The database server of the demo and the tests, and the one thing we ask of any other: its version."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from app.postgres.binaries import EmbeddedPostgresError
from app.postgres.supervisor import EmbeddedPostgres

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "UnsupportedPostgresError",
    "require_postgres_18",
    "temporary_postgres",
]


class UnsupportedPostgresError(RuntimeError):
    """The database that we were pointed at is older than PostgreSQL 18."""


@contextmanager
def temporary_postgres(settings: Mapping[str, str] | None = None) -> Iterator[EmbeddedPostgres]:
    """A server for one run of the tests: not durable, and gone with its folder at the end."""
    root = Path(tempfile.mkdtemp(prefix="throughgate-"))
    if os.geteuid() == 0:
        root.chmod(0o711)
    server = EmbeddedPostgres(root, settings={"fsync": "off", "full_page_writes": "off", **(settings or {})})
    try:
        with server:
            yield server
    finally:
        for folder in {server.home, root}:
            shutil.rmtree(folder, ignore_errors=True)


async def require_postgres_18(url: str) -> None:
    """The schema uses uuidv7() and temporal constraints: refuse an older server before anything is done."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://", 1))
    try:
        number = int(await connection.fetchval("show server_version_num"))
        version = str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()
    if number < 180000:
        raise UnsupportedPostgresError(
            f"Throughgate needs PostgreSQL 18 or later, but the database is PostgreSQL {version}."
        )
