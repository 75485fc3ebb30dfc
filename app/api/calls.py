"""What every route is handed: who asks, how to read, how to write once. Transport only; every rule is in the domain."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Header
from fastapi.routing import APIRoute
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.api.etags import etag, has_already, matched_version
from app.database import Found, Reader
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import Unauthenticated, invalid
from app.domain.kernel.idempotency import Answer, fingerprint
from app.domain.kernel.reading import Selection, View
from app.visits import Services, Visit

JSON = "application/json"


class Call(Visit):
    """One authenticated request to the REST door."""

    def __init__(self, request: Request, services: Services, actor: Actor) -> None:
        super().__init__(services, actor, request.state.request_id)
        self.request = request

    async def one(self, view: View, key: UUID | str, selection: Selection | None = None) -> Response:
        """A GET of one thing, with its ETag; 304 when the caller has it already."""
        return self.answer(await self.reader.one(view, key, selection))

    def answer(self, found: Found, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        tag = etag(found)
        seen = ",".join(self.request.headers.getlist("if-none-match"))
        if status == 200 and self.request.method == "GET" and has_already(seen, tag):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(found.json, status, {"ETag": tag, **(headers or {})}, JSON)

    async def create(
        self,
        operation: Callable[[AsyncSession], Awaitable[UUID]],
        *,
        view: View,
        location: str,
        key: str | None,
        dry_run: bool = False,
    ) -> Response:
        """Run an operation that makes something, once per Idempotency-Key, and answer 201 with what was made.

        The answer is stored in the transaction of its effect, and the transaction commits before anything is sent.
        A dry run does the same work, keeps nothing, and answers 200 without ids.
        """

        async def answering(session: AsyncSession, reader: Reader) -> Answer:
            made = await operation(session)
            found = await reader.one(view, made, granted=True)
            return Answer(201, found.json, etag(found), location.format(id=made))

        answer, repeated = await self.once(answering, key=key, fingerprint=self._fingerprint, keep=not dry_run)
        if dry_run:
            return Response(_without_ids(answer.body), 200, {"Dry-Run": "true"}, JSON)
        return _replayed(answer) if repeated else _sent(answer)

    async def change(
        self, operation: Callable[[AsyncSession, int], Awaitable[UUID]], *, view: View, if_match: str | None
    ) -> Response:
        """Run an operation that changes something, against the version in If-Match, and answer with what it became."""
        version = matched_version(if_match)
        async with self.write() as session:
            changed = await operation(session, version)
            found = await self.reader.within(session).one(view, changed)
        return self.answer(found)

    def _fingerprint(self) -> str:
        body = getattr(self.request.state, "json", None)
        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        return fingerprint(self.request.method.encode(), self.request.url.path.encode(), canonical)


def _sent(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    named = {"ETag": answer.etag, "Location": answer.location}
    sent = {name: value for name, value in named.items() if value is not None}
    return Response(answer.body, answer.status, sent | (headers or {}), JSON)


def _replayed(answer: Answer) -> Response:
    return _sent(answer, {"Idempotency-Replayed": "true"})


def _without_ids(json: str) -> bytes:
    body: dict[str, Any] = orjson.loads(json)
    return orjson.dumps({**body, **{name: None for name in ("id", "reference") if name in body}, "links": {}})


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


class Needs:
    """A dependency: an Actor with a permission, or 401 or 403 before anything else happens."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Call:
        services = services_of(request)
        actor = services.tokens.check(_bearer(request), now=services.clock()).actor
        request.state.actor = actor
        require(actor, self.permission)
        _check_parameters(request)
        return Call(request, services, actor)


def _check_parameters(request: Request) -> None:
    """A misspelt `dry_run` must not make a referral. Lists check their own parameters, by their models."""
    route = request.scope.get("route")
    if request.method == "GET" or not request.query_params or not isinstance(route, APIRoute):
        return
    declared = {parameter.alias for parameter in route.dependant.query_params}
    if set(request.query_params) - declared:
        names = f"Choose from: {', '.join(sorted(declared))}." if declared else "This operation takes none."
        raise invalid("/query", "UNKNOWN_PARAMETER", f"The address has a parameter that does not exist here. {names}")


def needs(permission: Permission) -> Any:
    """`call: Call = needs(Permission.REFERRALS_READ)`"""
    return Depends(Needs(permission))


IDEMPOTENCY_KEY = re.compile(r'(?=.{1,255}\Z)"?[\x21\x23-\x7e]+"?')

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r'^"?[\x21\x23-\x7e]+"?$',
        description="Your own key for this request, unique to it. A repeat with the same key and body gets the first "
        "answer and does nothing again; kept for 48 hours.",
    ),
]

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The ETag of the version that you read. Required: 428 without it, 412 when somebody was faster.",
    ),
]
