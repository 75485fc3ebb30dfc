"""A process of its own that runs the embedded server, commits one row, says so, and waits to be killed."""

import asyncio
import signal
import sys
from pathlib import Path

import asyncpg

from app.postgres import EmbeddedPostgres


async def commit(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("create table if not exists kept (value text)")
    await connection.execute("insert into kept values ('acknowledged')")
    await connection.close()


def main() -> None:
    # A shell starts background jobs with SIGINT ignored; the test sends it nevertheless.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
    server.start()
    asyncio.run(commit(server.url("postgres")))
    print("committed", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
