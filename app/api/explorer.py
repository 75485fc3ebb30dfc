"""The API explorer at /docs: Swagger UI, vendored, asking nobody but this service.

FastAPI's own page loads its scripts from a CDN: it is blank in an office (or a prison) without the open
internet, and it tells a third party who reads it. It is switched off, and these routes take its place.
"""

from pathlib import Path

from starlette.routing import BaseRoute

from app.static_files import page_with_files

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
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

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


def explorer_routes() -> list[BaseRoute]:
    """The page and its files, as plain routes: the explorer is no part of the API that it describes."""
    return page_with_files(
        "/docs",
        _PAGE,
        policy=_POLICY,
        folder=Path(__file__).parent / "static",
        prefix="static/explorer",
        files=_FILES,
    )
