"""A database, a service and a world of this folder's own: its tests change and count what is there."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import asyncpg
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.api.operations import Scene, build_scene
from tests.api.refusals import MARK
from tests.captured_logs import captured_logs
from tests.conftest import Clock
from tests.world import World, build_world


@pytest.fixture(scope="session")
def database_url(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(scope="session")
async def app(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[FastAPI]:
    application = create_app(settings, database_url=database_url, clock=clock)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(application.router.lifespan_context(application))
        yield application


@pytest.fixture(scope="session")
async def world(app: FastAPI) -> World:
    return await build_world(app)


@pytest.fixture(scope="session")
async def scene(world: World) -> Scene:
    return await build_scene(world)


@pytest.fixture(scope="session")
async def contents(database_url: str) -> AsyncIterator["Contents"]:
    connection = await asyncpg.connect(database_url)
    tables = await connection.fetch(
        "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema') order by 1"
    )
    yield Contents(connection, [row["name"] for row in tables])
    await connection.close()


@pytest.fixture
def unlogged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing hostile that was sent stands in a log line, of ours or of a library."""
    caplog.set_level(logging.INFO)
    with captured_logs() as entries:
        yield
    assert MARK not in repr(entries)
    assert MARK not in caplog.text


class Contents:
    """What is in the database, as one digest for each table: equal before and after means that nothing was written."""

    def __init__(self, connection: asyncpg.Connection, tables: list[str]) -> None:
        self._connection = connection
        self._sql = " union all ".join(
            f"select '{name}', count(*), md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), ''))"
            f" from {name} as t"
            for name in tables
        )

    async def __call__(self) -> dict[str, tuple[int, str]]:
        return {name: (count, digest) for name, count, digest in await self._connection.fetch(self._sql)}
