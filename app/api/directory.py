"""The directory: what everybody may read of it without a token, and what a charity does with its own entries."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, IfMatch, needs, services_of
from app.api.errors import respond
from app.api.etags import has_already
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import DomainError, NotFound, ValidationFailed, invalid
from app.domain.kernel.sentences import field_errors
from app.domain.support.directory import operations
from app.domain.support.directory.models import (
    OLDEST,
    ChangeService,
    CreateService,
    DirectoryServiceRead,
    ImportServices,
    ServicesImported,
    ServiceStatus,
)
from app.domain.support.directory.public import DirectoryPage, HsdsMetadata, HsdsService
from app.domain.support.directory.queries import PUBLIC_ONE, PUBLIC_PAGE, SERVICES, SERVICES_LIST
from app.domain.support.directory.rules import in_list, page, whole

P = Permission
_MOST_WORDS = 8
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
_KEPT = {**_ANY_ORIGIN, "Access-Control-Expose-Headers": "ETag", "Cache-Control": "public, max-age=300"}

router = APIRouter(prefix="/v1/directory", tags=["Directory"])


class ServicesQuery(PageQuery):
    """Filters of the charity's own entries."""

    status: ServiceStatus | None = None
    withdrawn: bool | None = Field(default=None, description="Only those that were withdrawn, or only the others.")


@router.post("/services", summary="Add a service", status_code=201, responses=shapes.made(DirectoryServiceRead))
async def create_service(
    command: CreateService, idempotency_key: IdempotencyKey = None, call: Call = needs(P.DIRECTORY_WRITE)
) -> Response:
    """A service that may help, for everybody to read at once, also without a token. No person stands in it."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.create_service(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=SERVICES, location="/v1/directory/services/{id}", key=idempotency_key)


@router.get("/services", summary="List the charity's services", responses=shapes.page(DirectoryServiceRead))
async def list_services(query: Annotated[ServicesQuery, Query()], call: Call = needs(P.DIRECTORY_READ)) -> Response:
    """The entries that the charity keeps, also those that it has withdrawn. Orders: `name` (default), `-created_at`."""
    return await listed(call, SERVICES_LIST, query)


@router.get(
    "/services/{service_id}", summary="Read one of the charity's services", responses=shapes.found(DirectoryServiceRead)
)
async def read_service(
    service_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.DIRECTORY_READ)
) -> Response:
    """One entry of the charity's own."""
    return await call.one(SERVICES, service_id, query.selection(SERVICES))


@router.patch("/services/{service_id}", summary="Change a service", responses=shapes.changed(DirectoryServiceRead))
async def change_service(
    service_id: UUID, command: ChangeService, if_match: IfMatch = None, call: Call = needs(P.DIRECTORY_WRITE)
) -> Response:
    """What is left out stays. A status other than `inactive` puts one that was withdrawn back."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.change_service(
            session, actor=call.actor, service_id=service_id, change=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=SERVICES, if_match=if_match)


@router.post(
    "/services/{service_id}/withdraw", summary="Withdraw a service", responses=shapes.changed(DirectoryServiceRead)
)
async def withdraw_service(
    service_id: UUID, if_match: IfMatch = None, call: Call = needs(P.DIRECTORY_WRITE)
) -> Response:
    """Nobody but the charity sees it from now on. It is not deleted: somebody may have been sent there."""

    async def withdraw(session: AsyncSession, version: int) -> UUID:
        row = await operations.withdraw_service(
            session, actor=call.actor, service_id=service_id, version=version, now=call.now
        )
        return row.id

    return await call.change(withdraw, view=SERVICES, if_match=if_match)


@router.post("/import", summary="Import services", responses={200: {"model": ServicesImported}})
async def import_services(command: ImportServices, call: Call = needs(P.DIRECTORY_WRITE)) -> Response:
    """Services of another directory, by their own ids: what is new is added, what is there is brought up to date. Each item is
    answered by itself, with all that was left out of it and why. A repeat changes nothing, so it takes no Idempotency-Key."""
    async with call.write() as session:
        done = await operations.import_services(session, actor=call.actor, command=command, now=call.now)
    return Response(done.model_dump_json(), 200, media_type=JSON)


class OpenRoute(APIRoute):
    """For pages of any origin: also what goes wrong can be read by them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError as error:
                refused = respond(request, ValidationFailed(errors=field_errors(error.errors())))
            except DomainError as error:
                refused = respond(request, error)
            refused.headers.update(_ANY_ORIGIN)
            return refused

        return handle


public = APIRouter(prefix="/directory/v1", tags=["Directory"], route_class=OpenRoute)


class PublicQuery(BaseModel):
    """What the profile's filters can be answered by what is kept here; the others are refused, not ignored."""

    model_config = ConfigDict(extra="forbid")
    search: str = Field(default="", max_length=100, description="Words that all occur in name, organisation or text.")
    page: int = Field(default=1, ge=1, le=10_000, description="Which page, from 1.")
    per_page: int = Field(default=50, ge=1, le=100, description="Services on a page.")
    minimum_age: float | None = Field(default=None, ge=0, le=OLDEST, description="Whose minimum age is at least this.")
    maximum_age: float | None = Field(default=None, ge=0, le=OLDEST, description="Whose maximum age is at most this.")


def _answered(shape: Any) -> dict[int | str, dict[str, Any]]:
    headers = {"ETag": {"description": "What it is now, for If-None-Match.", "schema": {"type": "string"}}}
    return {
        200: {"model": shape, "description": "Here it is.", "headers": headers},
        304: {"description": "You have it already (If-None-Match)."},
    }


@public.get("/", summary="Read about the directory", responses=_answered(HsdsMetadata))
async def directory_metadata(request: Request) -> Response:
    """Which version of HSDS and which profile it follows, and where it is described."""
    issuer = services_of(request).settings.issuer.rstrip("/")
    return _public(request, HsdsMetadata(openapi_url=f"{issuer}/openapi.json").model_dump())


@public.get("/services", summary="List services of the directory", responses=_answered(DirectoryPage))
async def list_directory_services(query: Annotated[PublicQuery, Query()], request: Request) -> Response:
    """Of all charities' entries those that are public, by name, as Open Referral UK lists them. No token is asked for."""
    rows = await services_of(request).database.fetch_public(
        PUBLIC_PAGE,
        _words(query.search),
        query.minimum_age,
        query.maximum_age,
        query.per_page,
        (query.page - 1) * query.per_page,
    )
    found = [in_list(row) for row in rows if row["id"] is not None]
    return _public(request, page(found, total=rows[0]["total"], number=query.page, per_page=query.per_page))


@public.get("/services/{service_id}", summary="Read a service of the directory", responses=_answered(HsdsService))
async def read_directory_service(service_id: UUID, request: Request) -> Response:
    """One service, as Open Referral UK has it. No token is asked for."""
    rows = await services_of(request).database.fetch_public(PUBLIC_ONE, service_id)
    if not rows:
        raise NotFound()
    return _public(request, whole(rows[0]))


def _words(search: str) -> list[str]:
    words = sorted({word.casefold() for word in search.split()})
    if len(words) > _MOST_WORDS:
        raise invalid("/query/search", "TOO_MANY", f"Search for at most {_MOST_WORDS} different words.")
    return words


def _public(request: Request, told: dict[str, Any]) -> Response:
    body = orjson.dumps(told)
    headers = {**_KEPT, "ETag": f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'}
    if has_already(",".join(request.headers.getlist("if-none-match")), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, JSON)


async def _may_ask(_: Request) -> Response:
    """A browser asks first when a page sends If-None-Match itself."""
    allowed = {"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": "If-None-Match"}
    return Response(status_code=204, headers={**_ANY_ORIGIN, **allowed, "Access-Control-Max-Age": "86400"})


preflights = tuple(
    Route(route.path, _may_ask, methods=["OPTIONS"]) for route in public.routes if isinstance(route, APIRoute)
)
