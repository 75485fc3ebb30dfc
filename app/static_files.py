"""A page of ours and the files that it loads, from this service alone: what both explorers are made of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

_PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _File:
    """A file held in memory (a few megabytes in all) under the hash of what is in it."""

    path: str
    content: bytes
    media_type: str
    digest: str

    @property
    def address(self) -> str:
        """With the hash in it: a browser may keep the file for a day and still sees a new one at once."""
        return f"{self.path}?v={self.digest}"

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


def page_with_files(
    path: str, page: str, *, policy: str, folder: Path, prefix: str, files: Mapping[str, tuple[str, str]]
) -> list[BaseRoute]:
    """Plain routes for the page at `path` and, below `prefix`, for its files: name to (place in folder, media type).

    Wherever the page says `{name}`, the file's address is put, relative, so that it also works below a prefix
    that a proxy takes away. The files named are everything that may be fetched: there is no path parameter, so
    there is no path to climb out of.
    """
    routes: list[BaseRoute] = []
    for name, (place, media_type) in files.items():
        content = (folder / place).read_bytes()
        file = _File(f"{prefix}/{name}", content, media_type, sha256(content).hexdigest()[:16])
        page = page.replace("{" + name + "}", escape(file.address))
        routes.append(Route(f"/{file.path}", _endpoint(file), include_in_schema=False))

    async def serve_page(_request: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy, **_PAGE_HEADERS})

    return [Route(path, serve_page, include_in_schema=False), *routes]


def _endpoint(file: _File) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return file.answer(request)

    return serve


def _matches(if_none_match: str, etag: str) -> bool:
    """RFC 9110, 13.1.2: a list, compared weakly (a compressing proxy turns our ETag into a weak one)."""
    candidates = (candidate.strip().removeprefix("W/") for candidate in if_none_match.split(","))
    return any(candidate in (etag, "*") for candidate in candidates)
