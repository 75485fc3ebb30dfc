"""GraphiQL at /graphiql: a developer can try GraphQL there, the page asks nobody but us and remembers nothing."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import graphql
import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from app.domain.kernel.access import Role
from app.graphql.explorer import explorer_routes
from tests.browser.test_explorer import Watch

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

_STATIC = Path(__file__).resolve().parents[2] / "app" / "graphql" / "static"
_EXAMPLES: list[dict[str, Any]] = json.loads((_STATIC / "examples.json").read_text())
_TOKEN = "header.payload.signature"
_USER = "demo.coordinator@example.org"
_PASSWORD = "correct horse"
_KEPT = """async () => [
  localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length
]"""

# As much of a schema as the page's own behaviour needs; what the real one answers is its own tests' business.
_SCHEMA = graphql.build_schema(
    """
    enum Disposition { waiting Awaiting_CONFIRMATION INELIGIBLE }
    input ReferralFilter { disposition: [Disposition!] }
    type Subscription { waitingList: WaitingList }
    type WaitingList { total: Int! }
    type Query { referrals(first: Int, after: String, filter: ReferralFilter): ReferralConnection! }
    type ReferralConnection { edges: [ReferralEdge!]! pageInfo: PageInfo! }
    type ReferralEdge { node: Referral! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    "Somebody asked for a mentor. ![x](https://outside.example/x.png)"
    type Referral {
      id: ID! reference: String! status: String! disposition: Disposition! person: Person! eligibility: Eligibility!
    }
    type Person { givenName: String familyName: String }
    type Eligibility { outcome: String! reasons: [Reason!]! }
    type Reason { code: String! detail: String! }
    """
)
_REFERRALS = {
    "edges": [
        {
            "node": {
                "id": "1",
                "reference": "EXM-7K2M-9Q4T",
                "status": "open",
                "disposition": "waiting",
                "person": {"givenName": "Testcase", "familyName": "Exampleson"},
                "eligibility": {"outcome": "ELIGIBLE", "reasons": [{"code": "ENOUGH_TIME", "detail": "Enough time."}]},
            }
        }
    ],
    "pageInfo": {"hasNextPage": False, "endCursor": None},
}


class Stand:
    """A throw-away service with the page and the two doors that it knocks at."""

    def __init__(self) -> None:
        self.base_url = ""
        self.asked: list[dict[str, str]] = []
        self.longer, self.left = asyncio.Event(), asyncio.Event()
        self.app = Starlette(
            routes=[
                *explorer_routes(),
                Route("/graphql", self._graphql, methods=["POST"]),
                Route("/oauth/token", self._token, methods=["POST"]),
            ]
        )

    async def _graphql(self, request: Request) -> Response:
        asked = await request.json()
        # Anybody may read the schema; data needs a token.
        if "__schema" not in asked["query"]:
            self.asked.append(dict(request.headers))
            if request.headers.get("authorization") != f"Bearer {_TOKEN}":
                return JSONResponse({"code": "UNAUTHENTICATED"}, status_code=401, media_type="application/problem+json")
            if asked["query"].startswith("subscription"):
                return StreamingResponse(self._waiting(), media_type="text/event-stream")
        result = graphql.graphql_sync(
            _SCHEMA,
            asked["query"],
            {"referrals": _REFERRALS},
            variable_values=asked.get("variables"),
            operation_name=asked.get("operationName"),
        )
        return JSONResponse(result.formatted, media_type="application/graphql-response+json")

    async def _waiting(self) -> AsyncIterator[str]:
        """One longer each time that the test says so."""
        try:
            for total in range(7, 100):
                yield f'event: next\ndata: {{"data":{{"waitingList":{{"total":{total}}}}}}}\n\n:\n\n'
                await self.longer.wait()
                self.longer.clear()
        finally:
            self.left.set()

    async def _token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        if form == {"grant_type": ["password"], "username": [_USER], "password": [_PASSWORD]}:
            return JSONResponse({"access_token": _TOKEN, "token_type": "Bearer", "expires_in": 600, "scope": ""})
        return JSONResponse(
            {"error": "invalid_grant", "error_description": "The user name or password is wrong."}, status_code=400
        )


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    stand = Stand()
    # Bound before the server runs: a browser that comes too early waits in its queue.
    listener = socket.create_server(("127.0.0.1", 0))
    stand.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(stand.app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield stand
    server.should_exit = True
    await serving


@pytest.mark.browser
async def test_a_member_signs_in_and_runs_an_example(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)
    await _sign_in(page)
    assert _USER in await page.locator("#standing").inner_text()

    await page.locator("#examples").select_option(label="Who is waiting, and why each is eligible")
    await _run(page)
    await _response(page).get_by_text("EXM-7K2M-9Q4T").wait_for()

    assert stand.asked[-1]["authorization"] == f"Bearer {_TOKEN}"
    accepted = "application/graphql-response+json, application/json, text/event-stream"
    assert stand.asked[-1]["accept"] == accepted
    # That the watch saw the journey at all: an empty list would also hold no outside address.
    assert ("POST", "/graphql") in watch.requests
    assert ("POST", "/oauth/token") in watch.requests
    watch.assert_quiet()


@pytest.mark.browser
async def test_a_subscription_shows_each_result_until_it_is_stopped(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)
    await _sign_in(page)
    await _write(page, ".graphiql-query-editor", "subscription Live { waitingList { total } }")
    await page.keyboard.press("Escape")
    await page.locator(".graphiql-execute-button").click()
    await _response(page).get_by_text("7", exact=True).wait_for()
    stand.longer.set()
    await _response(page).get_by_text("8", exact=True).wait_for()
    assert not stand.left.is_set()
    await page.locator(".graphiql-execute-button").click()  # which stops it now
    async with asyncio.timeout(10):
        await stand.left.wait()
    await _response(page).get_by_text("8", exact=True).wait_for()
    watch.assert_quiet()


@pytest.mark.browser
async def test_nothing_outlives_the_page(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)
    await _sign_in(page)
    await page.locator("#examples").select_option(label="Who is waiting, and why each is eligible")
    await page.get_by_role("button", name="Headers", exact=True).click()
    await _write(page, ".graphiql-editor-tool .graphiql-editor:not(.hidden)", '{"X-Kept": "no"}')
    await _run(page)
    await _response(page).get_by_text("EXM-7K2M-9Q4T").wait_for()
    # Every writing of GraphiQL's is delayed by half a second.
    await page.wait_for_timeout(1000)
    assert stand.asked[-1]["x-kept"] == "no"
    assert await page.evaluate(_KEPT) == [0, 0, "", 0]

    await page.get_by_role("button", name="Sign out").click()
    await page.locator("#standing", has_text="Not signed in.").wait_for()
    await page.locator(".graphiql-query-editor .CodeMirror-line").first.wait_for()
    assert "EXM-7K2M-9Q4T" not in await page.content()
    assert await page.evaluate(_KEPT) == [0, 0, "", 0]
    watch.assert_quiet()


@pytest.mark.browser
async def test_every_part_of_graphiql_opens_without_a_complaint(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)

    await page.get_by_role("button", name="Show GraphiQL Explorer").click()
    await page.locator(".graphiql-explorer-root").get_by_text("referrals").click()
    await _query(page).get_by_text("referrals").wait_for()

    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await page.get_by_role("link", name="Query").click()
    await page.get_by_role("link", name="ReferralConnection").click()
    await page.get_by_role("button", name="Show History").click()
    for dialogue in ("Open short keys dialog", "Open settings dialog"):
        await page.get_by_role("button", name=dialogue).click()
        await page.get_by_role("dialog").wait_for()
        await page.keyboard.press("Escape")
        await page.get_by_role("dialog").wait_for(state="detached")

    await _write(page, ".graphiql-query-editor", "query A { __typename } query B { ref")
    await page.locator(".CodeMirror-hints").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.type(" }")
    await page.keyboard.press("Escape")
    # Two operations: the button asks which.
    await page.locator(".graphiql-execute-button[aria-haspopup=menu]").click()
    await page.get_by_role("menu").wait_for()
    await page.keyboard.press("Escape")
    await _query(page).click()
    for keys in ("Control+f", "Alt+g"):
        await page.keyboard.press(keys)
        await page.locator(".CodeMirror-dialog").first.wait_for()
        await page.keyboard.press("Escape")
    watch.assert_quiet()


@pytest.mark.browser
async def test_a_description_cannot_make_the_page_ask_outside(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    for name in ("Query", "ReferralConnection", "ReferralEdge", "Referral"):
        await page.get_by_role("link", name=name, exact=True).click()
    await page.get_by_text("Somebody asked for a mentor.").wait_for()
    await page.locator(".graphiql-doc-explorer-content img").wait_for(state="attached")
    # The description did ask for the picture; the policy refused it before anything left.
    assert "content security policy: img-src forbids https://outside.example/x.png" in watch.complaints


@pytest.mark.browser
async def test_somebodys_own_query_stays_in_its_tab(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)
    await _write(page, ".graphiql-query-editor", "query Mine { __typename }")
    await page.keyboard.press("Escape")
    await page.wait_for_timeout(500)
    await page.locator("#examples").select_option(label="Send a referral, keeping nothing (dry run)")
    await _query(page).get_by_text("SubmitReferral").first.wait_for()
    await page.locator(".graphiql-editor-tool").get_by_text("programmeId").wait_for()
    await page.locator(".graphiql-tab").first.click()
    await _query(page).get_by_text("Mine").wait_for()
    watch.assert_quiet()


@pytest.mark.browser
async def test_a_token_can_be_pasted_and_the_headers_editor_goes_before_it(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)
    await page.locator("#token").fill(f"Bearer {_TOKEN}\n")
    await page.get_by_role("button", name="Use token").click()
    await page.locator("#standing", has_text="Using a pasted token.").wait_for()
    assert await page.locator("#token").input_value() == ""
    await page.locator("#examples").select_option(label="Who is waiting, and why each is eligible")
    await _run(page)
    await _response(page).get_by_text("EXM-7K2M-9Q4T").wait_for()
    watch.assert_quiet()

    await page.get_by_role("button", name="Headers", exact=True).click()
    await _write(page, ".graphiql-editor-tool .graphiql-editor:not(.hidden)", '{"Authorization": "Bearer another"}')
    await _run(page)
    await _response(page).get_by_text("UNAUTHENTICATED").wait_for()
    assert stand.asked[-1]["authorization"] == "Bearer another"
    # It was not the page's own token that was refused.
    await page.locator("#standing", has_text="Using a pasted token.").wait_for()


@pytest.mark.browser
async def test_a_refusal_says_why(stand: Stand, chromium: "Browser") -> None:
    page, watch = await _open(chromium, stand)
    await page.locator("#username").fill(_USER)
    await page.locator("#password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#standing", has_text="The user name or password is wrong.").wait_for()
    assert await page.locator("#password").input_value() == ""

    await page.locator("#token").fill("ends.too.soon")
    await page.get_by_role("button", name="Use token").click()
    await page.locator("#examples").select_option(label="Who is waiting, and why each is eligible")
    await _run(page)
    await page.locator("#standing", has_text="no longer accepted").wait_for()
    await page.locator("#sign-in").wait_for()
    assert watch.outside == []


async def test_the_page_allows_no_other_origin_no_script_and_no_style_but_known() -> None:
    async with _client() as client:
        page = await client.get("/graphiql")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy
    assert "http" not in policy
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "<title>Throughgate GraphiQL</title>" in page.text
    assert "<style" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r"(?:src|href)=\"(?:[a-z]+:)?//", page.text)
    # A field without a name is never sent by the browser itself: a password cannot get into an address.
    assert not re.search(r"<input[^>]*\bname=", page.text)


async def test_every_file_of_the_page_is_served_typed_and_cached() -> None:
    async with _client() as client:
        page = await client.get("/graphiql")
        addresses = re.findall(r"\"(static/graphiql/[^\"]+)\"", page.text)
        assert len(addresses) == 11
        for address in addresses:
            first = await client.get(f"/{address}")
            assert first.status_code == 200
            assert first.headers["content-type"].split(";")[0] in {
                "application/json",
                "image/svg+xml",
                "text/css",
                "text/javascript",
                "text/plain",
            }
            assert first.headers["cache-control"] == "public, max-age=86400, immutable"
            assert first.headers["x-content-type-options"] == "nosniff"
            again = await client.get(f"/{address}", headers={"If-None-Match": f"W/{first.headers['etag']}"})
            assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/graphiql/",
        "/static/graphiql/HASHES",
        "/static/graphiql/../explorer.py",
        "/static/graphiql/..%2F..%2Fexplorer.py",
        "/static/graphiql/react/react.production.min.js",
        "/static/graphiql/graphiql.min.css%00.js",
    ],
)
async def test_nothing_else_is_served(path: str) -> None:
    async with _client() as client:
        assert (await client.get(path)).status_code == 404


def test_the_vendored_files_are_as_published() -> None:
    lines = (_STATIC / "HASHES").read_text().splitlines()
    recorded = {name: digest for digest, name in (line.split("  ", 1) for line in lines if not line.startswith("#"))}
    vendored = ("graphiql", "plugin-explorer", "react", "react-dom")
    present = {
        str(path.relative_to(_STATIC)): sha256(path.read_bytes()).hexdigest()
        for folder in vendored
        for path in (_STATIC / folder).iterdir()
    }
    assert present == recorded


def test_the_licences_are_those_of_the_vendored_versions() -> None:
    licences = (_STATIC / "LICENSES.txt").read_text()
    heads = [line.split() for line in (_STATIC / "HASHES").read_text().splitlines() if " sha512-" in line]
    versions = {package: version for _, package, version, _ in heads}
    for package in ("graphiql", "@graphiql/plugin-explorer"):
        assert f"{package} {versions[package]}" in licences


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda example: example["title"])
def test_an_example_is_one_named_operation_with_its_variables(example: dict[str, Any]) -> None:
    assert example.keys() == {"title", "role", "query", "variables"}
    assert example["role"] in set(Role)
    document = graphql.parse(example["query"])
    (operation,) = document.definitions
    assert isinstance(operation, graphql.OperationDefinitionNode)
    assert operation.name is not None
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    needed = {
        definition.variable.name.value
        for definition in operation.variable_definitions or ()
        if isinstance(definition.type, graphql.NonNullTypeNode)
    }
    assert needed <= example["variables"].keys() <= declared


def _client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=explorer_routes()))
    return httpx.AsyncClient(transport=transport, base_url="http://graphiql.test")


async def _open(chromium: "Browser", stand: Stand) -> tuple["Page", Watch]:
    """The page as a newcomer finds it, with the schema read and the examples there."""
    page = await chromium.new_page(viewport={"width": 1280, "height": 900})
    watch = Watch(stand.base_url)
    await watch.attach(page)
    async with page.expect_response("**/graphql"):
        await page.goto(f"{stand.base_url}/graphiql")
    await page.locator("#examples optgroup").first.wait_for(state="attached")
    await page.locator(".graphiql-query-editor .CodeMirror-line").first.wait_for()
    return page, watch


async def _sign_in(page: "Page") -> None:
    await page.locator("#username").fill(_USER)
    await page.locator("#password").fill(_PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.locator("#sign-out").wait_for()


async def _write(page: "Page", editor: str, text: str) -> None:
    await page.locator(f"{editor} .CodeMirror").click()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Delete")
    # Not typed: CodeMirror closes brackets of its own accord. But for the last character, which brings the hints up.
    await page.keyboard.insert_text(text[:-1])
    await page.keyboard.type(text[-1])


async def _run(page: "Page") -> None:
    async with page.expect_response("**/graphql"):
        await page.locator(".graphiql-execute-button").click()


def _query(page: "Page") -> "Locator":
    return page.locator(".graphiql-query-editor .CodeMirror-code")


def _response(page: "Page") -> "Locator":
    return page.locator(".graphiql-response")
