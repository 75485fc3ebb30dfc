"""The explorer at /docs: a partner's developer can try the API there, and the page asks nobody but us."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from app.api.explorer import explorer_routes

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Error, Locator, Page, Request

_STATIC = Path(__file__).resolve().parents[2] / "app" / "api" / "static"
_BY_SHOWN_TOKEN = "#auth-bearer-value"
_BY_CLIENT = "#client_id_clientCredentials"
_BY_MEMBER = "#oauth_username"


class Watch:
    """Everything a page asks for, and everything it (or its content security policy) complains of."""

    def __init__(self, base_url: str) -> None:
        self._host = urlsplit(base_url).netloc
        self.requests: list[tuple[str, str]] = []
        self.outside: list[str] = []
        self.complaints: list[str] = []

    async def attach(self, page: "Page") -> None:
        page.on("request", self._request)
        page.on("websocket", lambda socket: self._address(socket.url))
        page.on("console", self._console)
        page.on("pageerror", self._error)
        await page.expose_function("reportViolation", self._violation)
        await page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (event) => reportViolation("
            "`${event.violatedDirective} forbids ${event.blockedURI}`))"
        )

    def _request(self, request: "Request") -> None:
        self.requests.append((request.method, urlsplit(request.url).path))
        self._address(request.url)

    def _address(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._host:
            self.outside.append(address)

    def _console(self, message: "ConsoleMessage") -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _error(self, error: "Error") -> None:
        self.complaints.append(f"uncaught: {error.message}")

    def _violation(self, violation: str) -> None:
        self.complaints.append(f"content security policy: {violation}")

    def assert_quiet(self) -> None:
        assert self.outside == []
        assert self.complaints == []


@pytest.mark.browser
async def test_a_partners_client_sends_a_referral_and_reads_the_decision(
    demo_server: Mapping[str, str], chromium: "Browser"
) -> None:
    page, watch = await _open_explorer(chromium, demo_server["base_url"])

    await page.locator(_BY_CLIENT).fill(demo_server["client_id"])
    await page.locator("#client_secret_clientCredentials").fill(demo_server["client_secret"])
    await _authorise(page, _BY_CLIENT)

    block = await _open_operation(page, "post", "/v1/referrals")
    example = json.loads(await block.locator("textarea.body-param__text").input_value())
    assert example["programme_id"]
    answer = await _execute(page, block, "POST", "/v1/referrals", 201)

    assert answer["eligibility"]["outcome"] in {"ELIGIBLE", "INELIGIBLE", "UNDETERMINED"}
    shown = await block.locator(".live-responses-table .response .highlight-code").first.inner_text()
    assert answer["reference"] in shown
    assert answer["eligibility"]["outcome"] in shown

    # That the watch saw the journey at all: an empty list would also hold no outside address.
    assert ("GET", "/openapi.json") in watch.requests
    assert ("POST", "/oauth/token") in watch.requests
    watch.assert_quiet()


@pytest.mark.browser
async def test_a_member_signs_in_with_a_password_and_no_client(
    demo_server: Mapping[str, str], chromium: "Browser"
) -> None:
    page, watch = await _open_explorer(chromium, demo_server["base_url"])

    await page.locator(_BY_MEMBER).fill(demo_server["username"])
    await page.locator("#oauth_password").fill(demo_server["password"])
    await _authorise(page, _BY_MEMBER)

    block = await _open_operation(page, "get", "/v1/referrals")
    answer = await _execute(page, block, "GET", "/v1/referrals", 200)
    assert isinstance(answer["items"], list)
    watch.assert_quiet()


@pytest.mark.browser
async def test_a_token_from_elsewhere_can_be_pasted_and_is_forgotten_with_the_page(
    demo_server: Mapping[str, str], chromium: "Browser"
) -> None:
    async with httpx.AsyncClient(base_url=demo_server["base_url"], trust_env=False) as client:
        granted = await client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(demo_server["client_id"], demo_server["client_secret"]),
        )
    page, watch = await _open_explorer(chromium, demo_server["base_url"])

    await page.locator(_BY_SHOWN_TOKEN).fill(granted.json()["access_token"])
    await _authorise(page, _BY_SHOWN_TOKEN)
    block = await _open_operation(page, "get", "/v1/referrals")
    await _execute(page, block, "GET", "/v1/referrals", 200)
    watch.assert_quiet()

    assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
    await page.reload()
    await page.locator(".scheme-container .authorize.unlocked").wait_for()


async def test_the_page_allows_no_other_origin_and_nothing_inline() -> None:
    async with _client() as client:
        page = await client.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "<title>Throughgate API explorer</title>" in page.text
    assert "<style" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r"(?:src|href)=\"(?:[a-z]+:)?//", page.text)


async def test_every_file_of_the_page_is_served_typed_and_cached() -> None:
    async with _client() as client:
        page = await client.get("/docs")
        addresses = re.findall(r"(?:src|href)=\"(static/explorer/[^\"]+)\"", page.text)
        assert len(addresses) == 5
        for address in addresses:
            first = await client.get(f"/{address}")
            assert first.status_code == 200
            assert first.headers["content-type"].split(";")[0] in {"text/css", "text/javascript", "image/png"}
            assert first.headers["cache-control"] == "public, max-age=86400, immutable"
            assert first.headers["x-content-type-options"] == "nosniff"
            again = await client.get(f"/{address}", headers={"If-None-Match": f"W/{first.headers['etag']}"})
            assert (again.status_code, again.content) == (304, b"")
            other = await client.get(f"/{address}", headers={"If-None-Match": '"another"'})
            assert other.content == first.content


@pytest.mark.parametrize(
    "path",
    [
        "/static/explorer/",
        "/static/explorer/HASHES",
        "/static/explorer/../explorer.py",
        "/static/explorer/..%2F..%2Fexplorer.py",
        "/static/explorer/%2e%2e/%2e%2e/explorer.py",
        "/static/explorer/swagger-ui/swagger-ui.css",
        "/static/explorer//etc/passwd",
        "/static/explorer/swagger-ui.css%00.js",
    ],
)
async def test_nothing_else_is_served(path: str) -> None:
    async with _client() as client:
        assert (await client.get(path)).status_code == 404


def test_the_vendored_files_are_as_published() -> None:
    lines = (_STATIC / "HASHES").read_text().splitlines()
    recorded = [line.split("  ", 1) for line in lines if not line.startswith("#")]
    present = {
        str(path.relative_to(_STATIC)): sha256(path.read_bytes()).hexdigest()
        for path in (_STATIC / "swagger-ui").iterdir()
    }
    assert present == {name: digest for digest, name in recorded if name.startswith("swagger-ui/")}


def _client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=explorer_routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://explorer.test")


async def _open_explorer(chromium: "Browser", base_url: str) -> tuple["Page", Watch]:
    """The page as a newcomer finds it, with the Authorize dialogue open."""
    page = await chromium.new_page(viewport={"width": 1280, "height": 1000})
    watch = Watch(base_url)
    await watch.attach(page)
    await page.goto(f"{base_url}/docs")
    await page.locator(".scheme-container .authorize").click()
    await page.locator(".modal-ux").wait_for()
    return page, watch


async def _authorise(page: "Page", field: str) -> None:
    """Press the button that belongs to the field: the next one after it, however the schemes are grouped."""
    await page.locator(field).locator("xpath=following::button[contains(@class, 'authorize')][1]").click()
    await page.locator(".modal-ux").get_by_role("button", name="Remove authorization").first.wait_for()
    await page.locator(".modal-ux .close-modal").click()
    await page.locator(".scheme-container .authorize.locked").wait_for()


async def _open_operation(page: "Page", method: str, path: str) -> "Locator":
    block = page.locator(f".opblock-{method}", has=page.locator(f'[data-path="{path}"]'))
    await block.locator(".opblock-summary-control").click()
    # "Try it out" is already on: the fields can be filled and Execute is there.
    await block.locator(".execute").wait_for()
    return block


async def _execute(page: "Page", block: "Locator", method: str, path: str, status: int) -> dict[str, Any]:
    async with page.expect_response(
        lambda response: response.request.method == method and urlsplit(response.url).path == path
    ) as expected:
        await block.locator(".execute").click()
    answer: dict[str, Any] = await (await expected.value).json()
    shown = block.locator(".live-responses-table .response-col_status").last
    await shown.wait_for()
    assert (await shown.inner_text()).split()[0] == str(status), answer
    return answer
