"""Runs the migration steps on one database, as the role that owns the tables."""

import asyncio
from typing import Any

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from app import tables  # noqa: F401 -- importing it fills SQLModel.metadata
from app.domain.kernel.events import TransactionId
from app.settings import settings
from migrations.security import OWNER, create_roles

LOCK_TIMEOUT = "10s"
ischema_names["xid8"] = TransactionId  # SQLAlchemy does not know it, and would warn where tables are compared


def _dsn() -> str:
    given = context.config.attributes.get("dsn")
    if isinstance(given, str):
        return given
    configured = settings().migration_database_url or settings().database_url
    if configured is None:
        raise SystemExit("Set DATABASE_URL (or MIGRATION_DATABASE_URL) to the database to migrate.")
    return configured.get_secret_value()


def _run(connection: Connection) -> None:
    with connection.begin():
        create_roles(connection)
    with connection.begin():
        connection.execute(text(f"set local role {OWNER}"))
        # Wait rather than queue behind a long transaction with everybody else queueing behind us.
        connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            compare_type=True,
            compare_server_default=False,
            transactional_ddl=True,
        )
        context.run_migrations()


async def _main() -> None:
    async def connect() -> Any:
        return await asyncpg.connect(_dsn())

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(
        dialect_name="postgresql", target_metadata=SQLModel.metadata, literal_binds=True, transactional_ddl=True
    )
    with context.begin_transaction():
        context.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()
else:
    asyncio.run(_main())
