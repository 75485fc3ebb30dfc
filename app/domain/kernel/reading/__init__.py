"""One way of reading: views say what may be seen, a selection says what is wanted, the compiler makes one statement.

`views.py` is what a step declares, `selection.py` what a caller asks for, `compiler.py` turns both into SQL that builds
the JSON inside PostgreSQL. Nothing here runs SQL: `app.database` does, and hands the bytes on untouched.
"""

from app.domain.kernel.reading.compiler import Plan, compile_one, compile_page, compile_select
from app.domain.kernel.reading.selection import Selection, select_fields
from app.domain.kernel.reading.views import Collection, Context, Edge, Order, View

__all__ = [
    "Collection",
    "Context",
    "Edge",
    "Order",
    "Plan",
    "Selection",
    "View",
    "compile_one",
    "compile_page",
    "compile_select",
    "select_fields",
]
