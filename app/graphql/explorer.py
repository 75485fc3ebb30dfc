"""The GraphQL explorer at /graphiql: GraphiQL, vendored, asking nobody but this service.

Strawberry's own page loads its scripts from a CDN: it is blank in an office (or a prison) without the open
internet, and it tells a third party who reads it. It also keeps every query in the browser's storage; this one
keeps queries, answers and tokens in the page's memory, and forgets them with the page.
"""

from pathlib import Path

from starlette.routing import BaseRoute

from app.static_files import page_with_files

_CSS = "text/css; charset=utf-8"
_JAVASCRIPT = "text/javascript; charset=utf-8"

_FILES = {
    "graphiql.min.css": ("graphiql/graphiql.min.css", _CSS),
    "plugin-explorer.css": ("plugin-explorer/style.css", _CSS),
    "page.css": ("page.css", _CSS),
    "react.production.min.js": ("react/react.production.min.js", _JAVASCRIPT),
    "react-dom.production.min.js": ("react-dom/react-dom.production.min.js", _JAVASCRIPT),
    "graphiql.min.js": ("graphiql/graphiql.min.js", _JAVASCRIPT),
    "plugin-explorer.umd.js": ("plugin-explorer/index.umd.js", _JAVASCRIPT),
    "graphiql.js": ("graphiql.js", _JAVASCRIPT),
    "examples.json": ("examples.json", "application/json"),
    "favicon.svg": ("favicon.svg", "image/svg+xml"),
    "LICENSES.txt": ("LICENSES.txt", "text/plain; charset=utf-8"),
}

# 'self' also governs connect-src: queries and sign-in reach this service and no other. data: for GraphiQL's
# typefaces and icons. It writes three bits of style into the page, always the same, and only those are let in
# ('unsafe-hashes' is CSP's word for hashes of attributes). Should a new GraphiQL write others, the browser's
# console names their hashes; until then it lacks a little polish and nothing else.
_HIDE_SCROLL_BAR = "'sha256-Y/huXlwoYkVyQlxwSVcCi1RCDGDCSVBzDt0hYP9qlTc='"  # while a dialogue or menu is open
_WIDTH_10EM = "'sha256-H22cvujYHDQPJvzf4ie16OHKC3HsNj7RmRT3jO07Y/U='"  # "Jump to line" (Alt-G): its field
_COLOUR_888 = "'sha256-Eaamrrh0b5a/naRsV/zg7s6+kGvexMXZQARWP6ukkg4='"  # and its hint
_POLICY = (
    "default-src 'self'; "
    f"style-src-elem 'self' {_HIDE_SCROLL_BAR}; "
    f"style-src-attr 'unsafe-hashes' {_WIDTH_10EM} {_COLOUR_888}; "
    "img-src 'self' data:; font-src 'self' data:; worker-src 'none'; object-src 'none'; frame-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

# The forms' fields have no names: were the script not to run, a browser still could not send a password in an address.
_PAGE = """\
<!DOCTYPE html>
<html lang="en-GB">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Throughgate GraphiQL</title>
  <link rel="icon" type="image/svg+xml" href="{favicon.svg}">
  <link rel="stylesheet" href="{graphiql.min.css}">
  <link rel="stylesheet" href="{plugin-explorer.css}">
  <link rel="stylesheet" href="{page.css}">
  <script defer src="{react.production.min.js}"></script>
  <script defer src="{react-dom.production.min.js}"></script>
  <script defer src="{graphiql.min.js}"></script>
  <script defer src="{plugin-explorer.umd.js}"></script>
  <script defer src="{graphiql.js}"></script>
</head>
<body>
  <header class="bar">
    <h1>Throughgate GraphiQL</h1>
    <label>Examples <select id="examples"><option value="">Choose one …</option></select></label>
    <nav aria-label="Elsewhere">
      <a href="docs" target="_blank" rel="noopener">REST explorer</a>
      <a href="{LICENSES.txt}" target="_blank" rel="noopener">Licences</a>
    </nav>
    <form id="sign-in" method="post" aria-label="Sign in">
      <label>User name <input id="username" autocomplete="username" autocapitalize="none" spellcheck="false"
        required></label>
      <label>Password <input id="password" type="password" autocomplete="current-password" required></label>
      <button>Sign in</button>
    </form>
    <form id="paste" method="post" aria-label="Use a token">
      <label>or token <input id="token" type="password" autocomplete="off" required></label>
      <button>Use token</button>
    </form>
    <button id="sign-out" type="button" hidden>Sign out and clear the page</button>
    <p id="standing" role="status">Not signed in.</p>
  </header>
  <noscript><p class="hint">This page needs JavaScript.</p></noscript>
  <main id="graphiql" data-examples="{examples.json}"></main>
</body>
</html>
"""


def explorer_routes() -> list[BaseRoute]:
    """The page and its files, as plain routes."""
    return page_with_files(
        "/graphiql",
        _PAGE,
        policy=_POLICY,
        folder=Path(__file__).parent / "static",
        prefix="static/graphiql",
        files=_FILES,
    )
