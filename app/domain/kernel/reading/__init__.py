"""One way of reading: views say what may be seen, a selection says what is wanted, the compiler makes one statement.

`views.py` is what a step declares, `selection.py` what a caller asks for; `compiler.py` turns both into SQL that builds
the JSON inside PostgreSQL (`objects.py`, `paging.py`), `plans.py` puts it behind the check of who asks, `cursors.py`
marks where a page ended.
Nothing here runs SQL: `app.database` does, and hands the bytes on untouched.
"""

from app.domain.kernel.reading.compiler import compile_connection, compile_nodes, compile_one, compile_page
from app.domain.kernel.reading.objects import text_literal
from app.domain.kernel.reading.plans import Plan, compile_select
from app.domain.kernel.reading.selection import Entry, Listing, Selection, select_fields
from app.domain.kernel.reading.views import (
    Collection,
    Connection,
    Context,
    Edge,
    Nested,
    Order,
    Row,
    View,
    attach,
    unscoped,
)

__all__ = [
    "Collection",
    "Connection",
    "Context",
    "Edge",
    "Entry",
    "Listing",
    "Nested",
    "Order",
    "Plan",
    "Row",
    "Selection",
    "View",
    "attach",
    "compile_connection",
    "compile_nodes",
    "compile_one",
    "compile_page",
    "compile_select",
    "select_fields",
    "text_literal",
    "unscoped",
]
