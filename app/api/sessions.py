"""Sessions: planned once or in a series, recorded, corrected, moved; and how often somebody and his mentor have met."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import Instant
from app.domain.sessions import operations
from app.domain.sessions.models import (
    Attendance,
    CancelSession,
    ContactRead,
    CorrectSession,
    EndSeries,
    MentoringSession,
    PlanSeries,
    PlanSession,
    RecordSession,
    RescheduleSession,
    SeriesRead,
    SessionRead,
    SessionSetting,
    SessionState,
)
from app.domain.sessions.queries import CONTACTS, CONTACTS_LIST, SERIES, SERIES_LIST, SESSIONS, SESSIONS_LIST

router = APIRouter(prefix="/v1/sessions", tags=["Sessions"])
series = APIRouter(prefix="/v1/session-series", tags=["Sessions"])
contacts = APIRouter(prefix="/v1/contacts", tags=["Sessions"])
P = Permission


class SessionsQuery(PageQuery):
    """Filters of the sessions list."""

    engagement_id: UUID | None = None
    person_id: UUID | None = None
    mentor_id: UUID | None = None
    series_id: UUID | None = None
    state: SessionState | None = None
    attendance: Attendance | None = None
    setting: SessionSetting | None = None
    starts_from: Instant | None = None
    starts_before: Instant | None = None


@router.post("", summary="Plan a session", status_code=201, responses=shapes.made(SessionRead))
async def plan_session(
    command: PlanSession, idempotency_key: IdempotencyKey = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """Plan a session; or, with `recorded`, write down one that has been and was not planned. There is one of an engagement at
    a time: a second is refused with the address of the first."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.plan(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=SESSIONS, location="/v1/sessions/{id}", key=idempotency_key)


@router.get("", summary="List sessions", responses=shapes.page(SessionRead))
async def list_sessions(query: Annotated[SessionsQuery, Query()], call: Call = needs(P.SESSIONS_READ)) -> Response:
    """The charity's sessions; a mentor sees his own, for thirty days after his time with the person too. Orders: `starts_at`
    (default), `-starts_at`."""
    return await listed(call, SESSIONS_LIST, query)


@router.get("/{session_id}", summary="Read a session", responses=shapes.found(SessionRead))
async def read_session(
    session_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.SESSIONS_READ)
) -> Response:
    """One session. `expand=entries` adds what was done to it and when that was written down, `engagement` what it is of,
    `superseded_by` the one to which it was moved."""
    return await call.one(SESSIONS, session_id, query.selection(SESSIONS))


async def _step(
    call: Call,
    step: Callable[..., Awaitable[MentoringSession]],
    session_id: UUID,
    command: Any,
    if_match: str | None,
) -> Response:
    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(
            session, actor=call.actor, session_id=session_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=SESSIONS, if_match=if_match)


@router.post("/{session_id}/record", summary="Record a session", responses=shapes.changed(SessionRead))
async def record_session(
    session_id: UUID, command: RecordSession, if_match: IfMatch = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """What became of it, now or long after. An absence closes nothing and is reported to nobody. The first that he attends is
    not recorded before it was explained to him that it is voluntary, and where confidentiality ends."""
    return await _step(call, operations.record, session_id, command, if_match)


@router.post("/{session_id}/correct", summary="Correct a recording", responses=shapes.changed(SessionRead))
async def correct_session(
    session_id: UUID, command: CorrectSession, if_match: IfMatch = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """What really became of it. What was recorded before stays in its entries."""
    return await _step(call, operations.correct, session_id, command, if_match)


@router.post("/{session_id}/cancel", summary="Cancel a session", responses=shapes.changed(SessionRead))
async def cancel_session(
    session_id: UUID, command: CancelSession, if_match: IfMatch = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """It will not take place. Nothing follows from it."""
    return await _step(call, operations.cancel, session_id, command, if_match)


@router.post("/{session_id}/reschedule", summary="Move a session", responses=shapes.changed(SessionRead))
async def reschedule_session(
    session_id: UUID, command: RescheduleSession, if_match: IfMatch = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """Another takes its place: `superseded_by_id` names it. The one that was planned stays, as superseded."""
    return await _step(call, operations.reschedule, session_id, command, if_match)


class SeriesQuery(PageQuery):
    """Filters of the list of series."""

    engagement_id: UUID | None = None


@series.post("", summary="Plan a series", status_code=201, responses=shapes.made(SeriesRead))
async def plan_session_series(
    command: PlanSeries, idempotency_key: IdempotencyKey = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """Sessions every week or every other week, at the same time by the clock in London, all or none. From then on each is a
    session of its own: `GET /v1/sessions?series_id=…`."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.plan_series(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=SERIES, location="/v1/session-series/{id}", key=idempotency_key)


@series.get("", summary="List series", responses=shapes.page(SeriesRead))
async def list_session_series(query: Annotated[SeriesQuery, Query()], call: Call = needs(P.SESSIONS_READ)) -> Response:
    """Series of sessions, the newest first."""
    return await listed(call, SERIES_LIST, query)


@series.get("/{series_id}", summary="Read a series", responses=shapes.found(SeriesRead))
async def read_session_series(
    series_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.SESSIONS_READ)
) -> Response:
    """One series."""
    return await call.one(SERIES, series_id, query.selection(SERIES))


@series.post("/{series_id}/end", summary="End a series", responses=shapes.changed(SeriesRead))
async def end_session_series(
    series_id: UUID, command: EndSeries, if_match: IfMatch = None, call: Call = needs(P.SESSIONS_WRITE)
) -> Response:
    """No more of it from a day on: what is planned from then is cancelled, and what was recorded stays."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.end_series(
            session, actor=call.actor, series_id=series_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=SERIES, if_match=if_match)


class ContactsQuery(PageQuery):
    """Filters of the list of contacts."""

    quiet: bool | None = None
    nudge: bool | None = None
    supervisor_id: UUID | None = None
    mentor_id: UUID | None = None
    programme_id: UUID | None = None


@contacts.get("", summary="How often they have met", responses=shapes.page(ContactRead))
async def list_contacts(query: Annotated[ContactsQuery, Query()], call: Call = needs(P.SESSIONS_READ)) -> Response:
    """Engagement by engagement, how often they have met and what stood in the way, with what the prison prevented told from
    the rest. `nudge=true` (with `supervisor_id` a supervisor's own): where somebody should ask, early and in private, what is in
    the way; `quiet=true`: where they have not met for long. A mentor sees his own."""
    return await listed(call, CONTACTS_LIST, query)


@contacts.get("/{engagement_id}", summary="How often two have met", responses=shapes.found(ContactRead))
async def read_contact(
    engagement_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.SESSIONS_READ)
) -> Response:
    """The same of one engagement."""
    return await call.one(CONTACTS, engagement_id, query.selection(CONTACTS))
