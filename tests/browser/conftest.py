"""A really running demo charity and a real Chromium, for the tests that look at pages as a person does."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    # Only the browser tests need Playwright; without it the others in this folder must still be collected.
    from playwright.async_api import Browser

_ROOT = Path(__file__).resolve().parents[2]
# The first start also makes a database cluster, migrates it and fills the demo charity.
_START_SECONDS = 180
_STOP_SECONDS = 30

# Chromium must say nothing of its own accord, or its own traffic would hide the page's.
# The resolver rule is the second lock: whatever a page asks for, no name leads off this machine.
_CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The server by the operator's own command: its `base_url`, and the demo's credentials by name."""
    home = tmp_path_factory.mktemp("demo")
    port = _free_port()
    base_url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"PORT": str(port), "THROUGHGATE_DATA_DIR": str(home / "data")}
    log = home / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "run"],
            cwd=_ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own, so that nothing it started outlives a test run that went wrong.
            start_new_session=True,
        )
    try:
        _wait_until_ready(server, f"{base_url}/health/readiness", log)
        credentials = subprocess.run(
            [sys.executable, "-m", "app", "demo-credentials"],
            cwd=_ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        yield {"base_url": base_url, **json.loads(credentials.stdout)}
    finally:
        _stop(server)


@pytest.fixture
async def chromium() -> AsyncIterator["Browser"]:
    """Debian's Chromium: Playwright's own build would be a download from outside the package registries."""
    from playwright.async_api import async_playwright

    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("no chromium on the PATH; on Debian: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=_CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(address, timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass  # Nobody listens there yet.
        time.sleep(0.25)
    pytest.fail(f"the demo server did not become ready; its log ends:\n{log.read_text()[-4000:]}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
