"""The API explorer at /docs: Swagger UI, vendored, asking nobody but this service.

FastAPI's own page loads its scripts from a CDN: it is blank in an office (or a prison) without the open
internet, and it tells a third party who reads it. It is switched off, and these routes take its place.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

_STATIC = Path(__file__).parent / "static"
_PREFIX = "static/explorer"

# Everything that may be fetched, by name. There is no path parameter, so there is no path to climb out of.
_FILES = {
    "swagger-ui.css": ("swagger-ui/swagger-ui.css", "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    # The bundle's first line names this file as the place of its licences, so it has to be there to read.
    "swagger-ui-bundle.js.LICENSE.txt": (
        "swagger-ui/swagger-ui-bundle.js.LICENSE.txt",
        "text/plain; charset=utf-8",
    ),
    "favicon-32x32.png": ("swagger-ui/favicon-32x32.png", "image/png"),
    "explorer.css": ("explorer.css", "text/css; charset=utf-8"),
    "explorer.js": ("explorer.js", "text/javascript; charset=utf-8"),
}

# 'self' also governs connect-src: "Execute" and "Authorize" reach this service and no other.
# data: for the icons inside Swagger UI's style sheet.
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Relative addresses, so that the page also works below a prefix that a proxy takes away.
_PAGE = """\
<!DOCTYPE html>
<html lang="en-GB">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Throughgate API explorer</title>
  <link rel="icon" type="image/png" sizes="32x32" href="{favicon-32x32.png}">
  <link rel="stylesheet" href="{swagger-ui.css}">
  <link rel="stylesheet" href="{explorer.css}">
  <script defer src="{swagger-ui-bundle.js}"></script>
  <script defer src="{explorer.js}"></script>
</head>
<body>
  <header class="explorer-header">
    <p class="explorer-name">Throughgate API explorer</p>
    <nav aria-label="Other ways in"><a href="openapi.json">OpenAPI document</a></nav>
  </header>
  <p class="explorer-hint">Choose <strong>Authorize</strong> first. A token lasts ten minutes; after
    a <code>401</code>, authorise again. What you execute here is really done, with that token's rights.</p>
  <noscript><p class="explorer-hint">This page needs JavaScript. The same description is at
    <a href="openapi.json">openapi.json</a>.</p></noscript>
  <main id="swagger-ui"></main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file held in memory (two megabytes in all) under the hash of what is in it."""

    name: str
    content: bytes
    media_type: str
    digest: str

    @classmethod
    def read(cls, name: str) -> "_Asset":
        path, media_type = _FILES[name]
        content = (_STATIC / path).read_bytes()
        return cls(name, content, media_type, sha256(content).hexdigest()[:16])

    @property
    def address(self) -> str:
        """With the hash in it: a browser may keep the file for a day and still sees a new one at once."""
        return f"{_PREFIX}/{self.name}?v={self.digest}"

    def answer(self, request: Request) -> Response:
        etag = f'"{self.digest}"'
        headers = {
            "Cache-Control": "public, max-age=86400, immutable",
            "ETag": etag,
            "X-Content-Type-Options": "nosniff",
        }
        if _matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        return Response(self.content, media_type=self.media_type, headers=headers)


def explorer_routes() -> list[BaseRoute]:
    """The page and its files, as plain routes: the explorer is no part of the API that it describes."""
    assets = [_Asset.read(name) for name in _FILES]
    page = _PAGE
    for asset in assets:
        page = page.replace("{" + asset.name + "}", escape(asset.address))

    async def docs(_request: Request) -> Response:
        return HTMLResponse(page, headers=_PAGE_HEADERS)

    return [
        Route("/docs", docs, include_in_schema=False),
        *(Route(f"/{_PREFIX}/{a.name}", _endpoint(a), include_in_schema=False) for a in assets),
    ]


def _endpoint(asset: _Asset) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return asset.answer(request)

    return serve


def _matches(if_none_match: str, etag: str) -> bool:
    """RFC 9110, 13.1.2: a list, compared weakly (a compressing proxy turns our ETag into a weak one)."""
    candidates = (candidate.strip().removeprefix("W/") for candidate in if_none_match.split(","))
    return any(candidate in (etag, "*") for candidate in candidates)
