"""The page behind each problem's `type`: what it means and what to do, for people and for programs."""

import html
from functools import cache

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.domain.kernel.errors import DomainError, NotFound, catalogue

router = APIRouter(prefix="/problems", tags=["Problems"])


class ProblemPage(BaseModel):
    """One problem."""

    code: str
    title: str
    status: int
    meaning: str
    suggested_action: str


class ProblemCatalogue(BaseModel):
    """Every problem that this service answers with."""

    items: list[ProblemPage]


def _page(kind: type[DomainError]) -> ProblemPage:
    meaning = " ".join((kind.__doc__ or "").split())
    return ProblemPage(
        code=kind.code, title=kind.title, status=kind.status, meaning=meaning, suggested_action=kind.cure
    )


@cache
def _pages() -> dict[str, ProblemPage]:
    """Once every step of the domain is there, whatever was imported first."""
    return {page.code: page for page in map(_page, catalogue())}


_CACHED = {"Cache-Control": "public, max-age=3600"}


@router.get("", summary="List the problems", responses={200: {"model": ProblemCatalogue}})
async def list_problems() -> Response:
    """The whole catalogue."""
    body = ProblemCatalogue(items=list(_pages().values())).model_dump_json()
    return Response(body, 200, _CACHED, "application/json")


@router.get(
    "/{code}",
    summary="Read about a problem",
    responses={200: {"model": ProblemPage, "description": "As JSON, or as HTML for a browser (Accept: text/html)."}},
)
async def read_problem(code: str, request: Request) -> Response:
    """What a problem's code means, and what to do about it."""
    page = _pages().get(code)
    if page is None:
        raise NotFound()
    vary = {**_CACHED, "Vary": "Accept"}
    if "text/html" not in request.headers.get("accept", ""):
        return Response(orjson.dumps(page.model_dump()), 200, vary, "application/json")
    told = {name: html.escape(str(value)) for name, value in page.model_dump().items()}
    body = (
        '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{code}</title><main><h1>{title}</h1>'
        "<p><code>{code}</code>, HTTP status {status}</p><p>{meaning}</p><h2>What to do</h2><p>{suggested_action}</p>"
        "</main></html>"
    ).format(**told)
    return Response(body, 200, vary, "text/html")
