"""How the service is put together on a machine: which database, prepared how, served where.

What takes long to import is imported where it is needed: somebody who asks for a token should not wait for the whole service.
"""

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

import app as package
from app.auth.credentials import hash_password
from app.database import Database
from app.domain.kernel.roles import LOGIN
from app.postgres import EmbeddedPostgres, require_postgres_18
from app.settings import Settings
from app.visits import clock_of

DATABASE = "throughgate"
_OPEN_CONNECTIONS = 1024


class Refusal(RuntimeError):
    """A command that cannot be carried out, in one sentence."""


@dataclass(frozen=True)
class Dsns:
    """Two ways into one database: as the service, which may do nothing by itself, and as whoever may change its shape."""

    service: str
    migration: str


@contextmanager
def database_of(settings: Settings, *, running_only: bool = False) -> Iterator[Dsns]:
    """The database that DATABASE_URL names, or the embedded one, started unless somebody has it running already."""
    if settings.database_url is not None:
        service = settings.database_url.get_secret_value()
        migration = (settings.migration_database_url or settings.database_url).get_secret_value()
        asyncio.run(require_postgres_18(migration))
        yield Dsns(service, migration)
        return
    server = EmbeddedPostgres(settings.data_dir / "postgres")
    if running_only:
        yield _embedded_dsns(server, settings)
        return
    with server:
        server.create_database(DATABASE)
        yield _embedded_dsns(server, settings)


def _embedded_dsns(server: EmbeddedPostgres, settings: Settings) -> Dsns:
    """The service logs in to the embedded server as the login role, with a password of its own."""
    migration = server.url(DATABASE)
    address = urlsplit(migration)
    user = f"{LOGIN}:{quote(_login_password(settings.data_dir))}@{address.hostname}:{address.port}"
    return Dsns(urlunsplit(address._replace(netloc=user)), migration)


def _login_password(data_dir: Path) -> str:
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "database-password"
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text(encoding="ascii")


def migrate(dsns: Dsns, settings: Settings) -> None:
    """Bring the database to this version's shape; on the embedded server, let the login role in."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option(
        "script_location", str(Path(package.__file__).parent.parent / "migrations").replace("%", "%%")
    )
    config.attributes["dsn"] = dsns.migration
    command.upgrade(config, "head")
    if settings.database_url is None:
        asyncio.run(_let_in(dsns, _login_password(settings.data_dir)))


async def _let_in(dsns: Dsns, password: str) -> None:
    connection = await asyncpg.connect(dsns.migration)
    try:
        # A statement of this kind takes no parameters; the password is of our own making, and URL-safe.
        await connection.execute(f"alter role {LOGIN} login password '{password}'")
    finally:
        await connection.close()


def seed(dsns: Dsns, settings: Settings, which: Literal["year", "empty"]) -> None:
    """The demo charity, with its year or without. What is there already stays as it is."""

    from app.demo.seeding import seed as seed_demo  # noqa: PLC0415

    async def put() -> None:
        database = Database(dsns.service, pool_size=2)
        try:
            await seed_demo(database, now=datetime.now(UTC), with_year=which == "year", data_dir=settings.data_dir)
        finally:
            await database.close()

    asyncio.run(put())


def found(dsns: Dsns, *, email: str, name: str, password: str) -> str:
    """The platform and its first operator, unless they are there: the user name of the one who is."""
    from app.domain.organisations.bootstrap import found_platform  # noqa: PLC0415

    password_hash = hash_password(password)

    async def put() -> str:
        database = Database(dsns.service, pool_size=1)
        try:
            async with database.bootstrap() as session:
                member = await found_platform(
                    session,
                    operator_email=email.strip().lower(),
                    operator_name=name,
                    password_hash=password_hash,
                    now=datetime.now(UTC),
                )
                return member.email
        finally:
            await database.close()

    return asyncio.run(put())


def serve(dsns: Dsns, settings: Settings, announce: Callable[[], None] = lambda: None) -> None:
    """Answer requests until a signal says stop; what is being answered is finished first."""
    import uvicorn  # noqa: PLC0415

    from app.logs import log_as_json  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415
    from app.server import ImpatientProtocol, OrderlyServer  # noqa: PLC0415

    _check_port(settings)
    log_as_json(settings.log_level)
    application = create_app(settings, database_url=dsns.service, clock=clock_of(settings))
    (settings.data_dir / "issuer").write_text(settings.issuer, encoding="utf-8")
    # uvicorn stops in order and then sends itself the signal again: let it end the process by way of `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = OrderlyServer(
        uvicorn.Config(
            application,
            host=settings.host,
            port=settings.port,
            loop="auto",
            http=ImpatientProtocol,
            ws="none",
            access_log=False,
            log_level="warning",
            server_header=False,
            limit_concurrency=_OPEN_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=20,
        ),
        stopping=application.state.subscriptions.end,
    )
    announce()
    with suppress(KeyboardInterrupt):
        server.run()


def _check_port(settings: Settings) -> None:
    """Say before anything is announced that somebody else answers there."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Refusal(
                f"Port {settings.port} cannot be used ({error.strerror}): choose another, for example PORT=8100 make run."
            ) from None


def issuer(settings: Settings) -> str:
    """The issuer of the server that runs on this data, whatever port it was given."""
    path = settings.data_dir / "issuer"
    return path.read_text(encoding="utf-8") if settings.base_url is None and path.exists() else settings.issuer


def first(rows: list[Any], otherwise: str) -> Any:
    if not rows:
        raise Refusal(otherwise)
    return rows[0]
