"""Notes of sessions, and what stands in the way of meeting."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.sessions import operations
from app.domain.sessions.models import (
    BarrierKind,
    BarrierRead,
    BarrierState,
    NameBarrier,
    SessionNoteRead,
    TryBarrier,
    WriteNote,
)
from app.domain.sessions.queries import BARRIERS, BARRIERS_LIST, NOTES, NOTES_LIST

router = APIRouter(prefix="/v1/session-notes", tags=["Notes"])
barriers = APIRouter(prefix="/v1/barriers", tags=["Notes"])
P = Permission


class NotesQuery(PageQuery):
    """Filters of the list of notes."""

    engagement_id: UUID | None = None
    session_id: UUID | None = None


@router.post("", summary="Write a note", status_code=201, responses=shapes.made(SessionNoteRead))
async def write_session_note(
    command: WriteNote, idempotency_key: IdempotencyKey = None, call: Call = needs(P.NOTES_WRITE)
) -> Response:
    """What mentor and coordinator should remember of a session. It is kept as it was sent; `warnings` names what its writer
    should look at again: numbers, addresses, names. A note is never edited: another takes its place (`replaces_id`), and the
    first is not shown to mentors any more."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.write_note(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=NOTES, location="/v1/session-notes/{id}", key=idempotency_key)


@router.get("", summary="List notes", responses=shapes.page(SessionNoteRead))
async def list_session_notes(query: Annotated[NotesQuery, Query()], call: Call = needs(P.NOTES_READ)) -> Response:
    """Notes of sessions. A mentor sees those of his own time with somebody, for thirty days after it too, and never those of
    whoever mentored him before or after. Orders: `-created_at` (default), `created_at`. Each reading is audited."""
    return await listed(call, NOTES_LIST, query)


@router.get("/{note_id}", summary="Read a note", responses=shapes.found(SessionNoteRead))
async def read_session_note(
    note_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.NOTES_READ)
) -> Response:
    """One note. `expand=session` adds the session that it is about."""
    return await call.one(NOTES, note_id, query.selection(NOTES))


class BarriersQuery(PageQuery):
    """Filters of the list of barriers."""

    engagement_id: UUID | None = None
    state: BarrierState | None = None
    kind: BarrierKind | None = None


@barriers.post("", summary="Name a barrier", status_code=201, responses=shapes.made(BarrierRead))
async def name_barrier(
    command: NameBarrier, idempotency_key: IdempotencyKey = None, call: Call = needs(P.BARRIERS_WRITE)
) -> Response:
    """What stands in the way of meeting, in his own words where they are his. That somebody asked and nobody knows is an answer
    too: NOT_KNOWN. It ends the nudge, and has no other consequence."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.name_barrier(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=BARRIERS, location="/v1/barriers/{id}", key=idempotency_key)


@barriers.get("", summary="List barriers", responses=shapes.page(BarrierRead))
async def list_barriers(query: Annotated[BarriersQuery, Query()], call: Call = needs(P.BARRIERS_READ)) -> Response:
    """What stands, or stood, in the way. Only the mentor and the charity's coordinators see it."""
    return await listed(call, BARRIERS_LIST, query)


@barriers.get("/{barrier_id}", summary="Read a barrier", responses=shapes.found(BarrierRead))
async def read_barrier(
    barrier_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.BARRIERS_READ)
) -> Response:
    """One of them. `expand=attempts` adds what was tried, `engagement` what it stands in the way of."""
    return await call.one(BARRIERS, barrier_id, query.selection(BARRIERS))


@barriers.post("/{barrier_id}/attempts", summary="Say what was tried", responses=shapes.changed(BarrierRead))
async def try_barrier(
    barrier_id: UUID, command: TryBarrier, if_match: IfMatch = None, call: Call = needs(P.BARRIERS_WRITE)
) -> Response:
    """What was tried, whether it helped, and how it stands now. It may be gone, and may come back."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.try_barrier(
            session, actor=call.actor, barrier_id=barrier_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=BARRIERS, if_match=if_match)
