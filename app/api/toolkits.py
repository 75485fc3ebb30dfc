"""The charity's workbooks, how far somebody has come with them, and his certificates."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.certificate_page import HEADERS, certificate_page
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.reading import View
from app.domain.support.toolkits import operations
from app.domain.support.toolkits.models import (
    BeginToolkit,
    CertificateRead,
    ChangeToolkit,
    Code,
    IssueCertificate,
    MakeToolkit,
    MoveProgress,
    ProgressState,
    RecordUnit,
    RetireToolkit,
    ToolkitProgressRead,
    ToolkitRead,
)
from app.domain.support.toolkits.queries import (
    CERTIFICATES,
    TOOLKIT_PROGRESS,
    TOOLKIT_PROGRESS_LIST,
    TOOLKITS,
    TOOLKITS_LIST,
)

router = APIRouter(prefix="/v1/toolkits", tags=["Toolkits"])
progress = APIRouter(prefix="/v1/toolkit-progress", tags=["Toolkits"])
certificates = APIRouter(prefix="/v1/certificates", tags=["Toolkits"])
P = Permission


class ToolkitsQuery(PageQuery):
    """Filters of the catalogue."""

    family: Code | None = None
    retired: bool | None = None


class ProgressQuery(PageQuery):
    """Filters of the list of what is worked on."""

    engagement_id: UUID | None = None
    person_id: UUID | None = None
    toolkit_id: UUID | None = None
    state: ProgressState | None = None


async def _step(
    call: Call, view: View, step: Callable[..., Awaitable[Any]], if_match: str | None, **given: Any
) -> Response:
    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(session, actor=call.actor, version=version, now=call.now, **given)
        key: UUID = row.id
        return key

    return await call.change(change, view=view, if_match=if_match)


@router.get("", summary="List toolkits", responses=shapes.page(ToolkitRead))
async def list_toolkits(query: Annotated[ToolkitsQuery, Query()], call: Call = needs(P.TOOLKITS_READ)) -> Response:
    """The catalogue: everybody's toolkits and the charity's own, by code."""
    return await listed(call, TOOLKITS_LIST, query)


@router.get("/{toolkit_id}", summary="Read a toolkit", responses=shapes.found(ToolkitRead))
async def read_toolkit(
    toolkit_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.TOOLKITS_READ)
) -> Response:
    """One toolkit, with its units."""
    return await call.one(TOOLKITS, toolkit_id, query.selection(TOOLKITS))


@router.post("", summary="Add a toolkit of your own", status_code=201, responses=shapes.made(ToolkitRead))
async def make_toolkit(
    command: MakeToolkit, idempotency_key: IdempotencyKey = None, call: Call = needs(P.TOOLKITS_MANAGE)
) -> Response:
    """A workbook of the charity's own, for managers and coordinators. In a `family` it is chosen before everybody's."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.make_toolkit(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=TOOLKITS, location="/v1/toolkits/{id}", key=idempotency_key)


@router.patch("/{toolkit_id}", summary="Change a toolkit of your own", responses=shapes.changed(ToolkitRead))
async def change_toolkit(
    toolkit_id: UUID, command: ChangeToolkit, if_match: IfMatch = None, call: Call = needs(P.TOOLKITS_MANAGE)
) -> Response:
    """For managers and coordinators. Whoever has begun it goes on with what it was then."""
    return await _step(call, TOOLKITS, operations.change_toolkit, if_match, toolkit_id=toolkit_id, command=command)


@router.post("/{toolkit_id}/retire", summary="Retire a toolkit of your own", responses=shapes.changed(ToolkitRead))
async def retire_toolkit(
    toolkit_id: UUID, command: RetireToolkit, if_match: IfMatch = None, call: Call = needs(P.TOOLKITS_MANAGE)
) -> Response:
    """For managers and coordinators. Nobody begins it any more; whoever has begun it goes on."""
    return await _step(call, TOOLKITS, operations.retire_toolkit, if_match, toolkit_id=toolkit_id, command=command)


@progress.post("", summary="Begin a toolkit", status_code=201, responses=shapes.made(ToolkitProgressRead))
async def begin_toolkit(
    command: BeginToolkit, idempotency_key: IdempotencyKey = None, call: Call = needs(P.TOOLKITS_WRITE)
) -> Response:
    """He begins a workbook: the one that is named, or of a family the version for his age on that day. One that is written for
    another age needs `override_reason`."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.begin(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=TOOLKIT_PROGRESS, location="/v1/toolkit-progress/{id}", key=idempotency_key)


@progress.get("", summary="List what is worked on", responses=shapes.page(ToolkitProgressRead))
async def list_toolkit_progress(
    query: Annotated[ProgressQuery, Query()], call: Call = needs(P.TOOLKITS_READ)
) -> Response:
    """Who works on which toolkit, the newest first. A mentor sees the people whom he mentors."""
    return await listed(call, TOOLKIT_PROGRESS_LIST, query)


@progress.get("/{progress_id}", summary="Read how far he is", responses=shapes.found(ToolkitProgressRead))
async def read_toolkit_progress(
    progress_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.TOOLKITS_READ)
) -> Response:
    """How far he has come with one. `expand=units,certificate,toolkit,entries,engagement` adds more."""
    return await call.one(TOOLKIT_PROGRESS, progress_id, query.selection(TOOLKIT_PROGRESS))


@progress.post("/{progress_id}/units", summary="Record a unit", responses=shapes.changed(ToolkitProgressRead))
async def record_toolkit_unit(
    progress_id: UUID, command: RecordUnit, if_match: IfMatch = None, call: Call = needs(P.TOOLKITS_WRITE)
) -> Response:
    """A unit is done; with the last one the toolkit is completed. With `correct`, what was recorded wrongly is put right, and
    what was there before stays in the entries."""
    view = TOOLKIT_PROGRESS
    return await _step(call, view, operations.record_unit, if_match, progress_id=progress_id, command=command)


@progress.post("/{progress_id}/state", summary="Pause, stop, go on", responses=shapes.changed(ToolkitProgressRead))
async def move_toolkit_progress(
    progress_id: UUID, command: MoveProgress, if_match: IfMatch = None, call: Call = needs(P.TOOLKITS_WRITE)
) -> Response:
    """It is paused, goes on again, or is stopped, which has no consequence; a toolkit without units is completed by saying
    so."""
    view = TOOLKIT_PROGRESS
    return await _step(call, view, operations.move_progress, if_match, progress_id=progress_id, command=command)


@progress.post("/{progress_id}/certificate", summary="Issue his certificate", responses=shapes.changed(CertificateRead))
async def issue_certificate(
    progress_id: UUID, command: IssueCertificate, if_match: IfMatch = None, call: Call = needs(P.TOOLKITS_WRITE)
) -> Response:
    """His certificate, once, for a completed toolkit that gives one. `If-Match` is the version of the progress."""
    return await _step(call, CERTIFICATES, operations.certify, if_match, progress_id=progress_id, command=command)


@certificates.get("/{certificate_id}", summary="Read a certificate", responses=shapes.found(CertificateRead))
async def read_certificate(
    certificate_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.TOOLKITS_READ)
) -> Response:
    """One certificate."""
    return await call.one(CERTIFICATES, certificate_id, query.selection(CERTIFICATES))


_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page to print, A4.", "content": {"text/html": {"schema": {"type": "string"}}}}
}


@certificates.get("/{certificate_id}/page", summary="Print a certificate", response_class=Response, responses=_PAGE)
async def print_certificate(certificate_id: UUID, call: Call = needs(P.TOOLKITS_READ)) -> Response:
    """The certificate as a page to print. He may show it to whom he likes: it does not say where he was when he earned it."""
    found = await call.reader.one(CERTIFICATES, certificate_id)
    return Response(certificate_page(orjson.loads(found.json)), 200, HEADERS, "text/html")
