"""The service in processes of its own, for tests that need real sockets or want to kill it.

Usage: python -m tests.referrals._server DATA_DIR DATABASE_URL. For each port read from standard input (0: any that is free)
it starts one service and prints its process id and its port; so one that was killed is replaced within moments, without
loading everything again.
"""

import errno
import os
import signal
import socket
import sys
import time
from pathlib import Path

import structlog
import uvicorn

from app.main import create_app
from app.settings import Settings


def serve(data_dir: str, database_url: str, port: int) -> None:
    settings = Settings(
        THROUGHGATE_DATA_DIR=Path(data_dir), THROUGHGATE_ENVIRONMENT="development", THROUGHGATE_POOL_SIZE=6
    )
    application = create_app(settings, database_url=database_url)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        try:
            listening.bind(("127.0.0.1", port))
            break
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            time.sleep(0.01)  # the one before is still dying
    listening.listen(256)
    print(os.getpid(), listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(application, access_log=False, log_level="error", lifespan="on")).run([listening])


def main(data_dir: str, database_url: str) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed leave nothing behind
    while line := sys.stdin.readline():
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                serve(data_dir, database_url, int(line))
            finally:
                print("It has ended.", flush=True)  # whoever waits for it to begin waits no longer
                os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
