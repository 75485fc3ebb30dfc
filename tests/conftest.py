"""One real PostgreSQL for each worker, migrated once, copied for whoever wants a database of their own."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI

from app.main import create_app
from app.postgres import EmbeddedPostgres, temporary_postgres
from app.settings import Settings
from app.visits import now_utc
from tests.world import World, build_world

ROOT = Path(__file__).parent.parent
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    with temporary_postgres({"max_connections": "200"}) as running:
        running.create_database("template_throughgate")
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
        config.attributes["dsn"] = running.url("template_throughgate")
        command.upgrade(config, "head")
        yield running


@pytest.fixture(scope="session")
def new_database(server: EmbeddedPostgres) -> Callable[[], str]:
    """Makes a migrated, empty database and returns its URL as the superuser."""

    def make() -> str:
        name = f"throughgate_{next(_numbers)}"

        async def copy() -> None:
            connection = await asyncpg.connect(server.url("postgres"))
            await connection.execute(f"create database {name} template template_throughgate")
            await connection.close()

        asyncio.run(copy())
        return server.url(name)

    return make


@pytest.fixture(scope="session")
def database_url(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o700)
    return Settings(
        THROUGHGATE_DATA_DIR=folder,
        THROUGHGATE_ENVIRONMENT="development",
        THROUGHGATE_POOL_SIZE=4,
        THROUGHGATE_REMIND_SECONDS=3600,  # tests that count statements count nobody else's
    )


class Clock:
    """The service's clock, which a test may move."""

    def __init__(self) -> None:
        self.fixed: datetime | None = None

    def __call__(self) -> datetime:
        return self.fixed or now_utc()


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
async def app(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[FastAPI]:
    application = create_app(settings, database_url=database_url, clock=clock)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(application.router.lifespan_context(application))
        yield application


@pytest.fixture(scope="session")
async def world(app: FastAPI) -> World:
    """Two charities with everybody in them; tests add what they need and assume nobody else's rows."""
    return await build_world(app)
