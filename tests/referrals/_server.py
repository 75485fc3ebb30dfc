"""The service in a process of its own, for tests that need real sockets or want to kill it.

Usage: python -m tests.referrals._server DATA_DIR DATABASE_URL PORT. Prints the port once it listens.
"""

import socket
import sys
from pathlib import Path

import structlog
import uvicorn

from app.main import create_app
from app.settings import Settings


def main(data_dir: str, database_url: str, port: str) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    settings = Settings(
        THROUGHGATE_DATA_DIR=Path(data_dir), THROUGHGATE_ENVIRONMENT="development", THROUGHGATE_POOL_SIZE=6
    )
    application = create_app(settings, database_url=database_url)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", int(port)))
    listening.listen(256)
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(application, access_log=False, log_level="error", lifespan="on")).run([listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
