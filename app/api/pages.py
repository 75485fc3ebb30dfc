"""Lists: what their parameters have in common, and how a page goes out."""

from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.calls import JSON, Call
from app.domain.kernel.errors import FieldError, ValidationFailed, invalid
from app.domain.kernel.reading import Collection, Selection, View, select_fields


class PageQuery(BaseModel):
    """Parameters of every list. Anything else is refused, so that a misspelt filter cannot answer with everybody."""

    model_config = ConfigDict(extra="forbid")
    limit: int = Field(default=50, ge=1, le=100, description="Items on a page.")
    cursor: str | None = Field(default=None, max_length=2000, description="`next` of the page before.")
    order: str | None = Field(default=None, max_length=40, description="One of the list's orders; `-` is descending.")
    fields: str | None = Field(
        default=None, max_length=1000, description="Only these fields, comma-separated; `id` always."
    )
    expand: str | None = Field(default=None, max_length=200, description="More than the usual, comma-separated.")

    def selection(self, collection: Collection) -> Selection:
        return _selected(collection.view, self.fields, self.expand)

    def filters(self) -> dict[str, Any]:
        return self.model_dump(exclude=set(PageQuery.model_fields), exclude_none=True)


class OneQuery(BaseModel):
    """Parameters of a GET of one thing."""

    model_config = ConfigDict(extra="forbid")
    fields: str | None = Field(
        default=None, max_length=1000, description="Only these fields, comma-separated; `id` always."
    )
    expand: str | None = Field(default=None, max_length=200, description="More than the usual, comma-separated.")

    def selection(self, view: View) -> Selection:
        return _selected(view, self.fields, self.expand)


@lru_cache(maxsize=512)
def _selected(view: View, fields: str | None, expand: str | None) -> Selection:
    return select_fields(view, _names(fields), _names(expand))


def _names(given: str | None) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()] if given else []


async def listed(call: Call, collection: Collection, query: PageQuery, **fixed: Any) -> Response:
    """A page of a collection: `{"items": […], "next": …}`. `fixed` are filters of the address, not of the query."""
    if query.order is not None and query.order not in collection.orders:
        orders = ", ".join(collection.orders)
        raise invalid("/query/order", "UNKNOWN_ORDER", f"Choose from: {orders}.")
    filters = query.filters()
    unknown = [name for name in filters if name not in collection.filters]
    if unknown:
        have = ", ".join(sorted(set(collection.filters) - set(fixed)))
        errors = [FieldError(f"/query/{name}", "UNKNOWN_FILTER", f"Choose from: {have}.") for name in unknown]
        raise ValidationFailed(errors=errors)
    page = await call.reader.page(
        collection,
        limit=query.limit,
        cursor=query.cursor,
        order=query.order,
        filters={**filters, **fixed},
        selection=query.selection(collection),
    )
    following = "null" if page.next is None else f'"{page.next}"'
    return Response(f'{{"items":[{",".join(page.items)}],"next":{following}}}', 200, media_type=JSON)
