"""A database, a service and a world of this folder's own, with the service logged in as in production: as a role that may
do nothing by itself. A test that passes only because a superuser asks would prove nothing here."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from fastapi import FastAPI

from app.api import members, organisations
from app.auth.credentials import new_password
from app.domain.kernel.roles import LOGIN
from app.main import create_app
from app.postgres import EmbeddedPostgres
from app.settings import Settings
from tests.captured_logs import captured_logs
from tests.conftest import Clock
from tests.security.filled import Filled, fill
from tests.security.rows import Rows
from tests.world import PASSWORD, World, build_world

SERVICE_PASSWORD = "a-password-of-the-service"


def as_service(url: str, address: str | None = None) -> str:
    """The same database for the login role; `address` (host:port) to go by way of something else."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{LOGIN}:{SERVICE_PASSWORD}@{address or parts.netloc.rpartition('@')[2]}"))


@pytest.fixture(scope="session")
def superuser_url(new_database: Callable[[], str]) -> str:
    url = new_database()

    async def let_in() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(f"alter role {LOGIN} login password '{SERVICE_PASSWORD}'")
        await connection.close()

    asyncio.run(let_in())
    return url


@pytest.fixture(scope="session")
def database_url(superuser_url: str) -> str:
    return as_service(superuser_url)


@pytest.fixture(scope="session")
def _one_hash_for_all() -> Iterator[None]:
    """Everybody in these worlds has one password, so it is digested once: a digest takes long on purpose. Logging in is
    not shortened."""
    done: dict[str, asyncio.Task[str]] = {}

    async def hashed(password: str) -> str:
        if password != PASSWORD:
            return await new_password(password)
        if password not in done:
            done[password] = asyncio.create_task(new_password(password))
        return await done[password]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "new_password", hashed)
        patch.setattr(organisations, "new_password", hashed)
        yield


@pytest.fixture(scope="session")
async def app(settings: Settings, database_url: str, clock: Clock, _one_hash_for_all: None) -> AsyncIterator[FastAPI]:
    application = create_app(settings, database_url=database_url, clock=clock)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(application.router.lifespan_context(application))
        yield application


@pytest.fixture(scope="session")
async def world(app: FastAPI) -> World:
    return await build_world(app)


@pytest.fixture(scope="session")
async def rows(superuser_url: str) -> AsyncIterator[Rows]:
    """The database as its superuser sees it: for looking, and for what no door can do."""
    connection = await asyncpg.connect(superuser_url)
    yield Rows(connection)
    await connection.close()


@pytest.fixture(scope="session")
async def filled(world: World) -> tuple[Filled, Filled]:
    """Charities a and b with at least one row of everything."""
    return await fill(world.a), await fill(world.b)


class Logs:
    """Everything that is written down while a test runs: by the service, by its libraries, by PostgreSQL."""

    def __init__(self, lines: list[Any], others: pytest.LogCaptureFixture, server: EmbeddedPostgres) -> None:
        self.lines = lines
        self._others = others
        self._server = server

    def text(self) -> str:
        of_server = (self._server.home / "log").read_text(encoding="utf-8", errors="replace")
        return repr(self.lines) + self._others.text + of_server


@pytest.fixture
def logs(server: EmbeddedPostgres, caplog: pytest.LogCaptureFixture) -> Iterator[Logs]:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # the caller's own, who knows what he asks for
    with captured_logs() as lines:
        yield Logs(lines, caplog, server)
