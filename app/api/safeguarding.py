"""Concerns, their alarms, the state of an ACCT, restricted notes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.safeguarding import operations
from app.domain.safeguarding.models import (
    AcctStateRead,
    Acknowledge,
    AddToConcern,
    ConcernAdditionRead,
    ConcernAlarmRead,
    ConcernRead,
    ConcernType,
    RecordAcct,
    RecordConcern,
    RestrictedKind,
    RestrictedNoteRead,
    WriteRestrictedNote,
)
from app.domain.safeguarding.queries import (
    ACCT_STATES,
    ACCT_STATES_LIST,
    ADDITIONS,
    ALARMS,
    ALARMS_LIST,
    CONCERNS,
    CONCERNS_LIST,
    RESTRICTED_NOTES,
    RESTRICTED_NOTES_LIST,
)

router = APIRouter(prefix="/v1/concerns", tags=["Safeguarding"])
alarms = APIRouter(prefix="/v1/concern-alarms", tags=["Safeguarding"])
acct = APIRouter(prefix="/v1/acct-states", tags=["Safeguarding"])
restricted = APIRouter(prefix="/v1/restricted-notes", tags=["Safeguarding"])
P = Permission


class ConcernsQuery(PageQuery):
    """Filters of the list of concerns."""

    person_id: UUID | None = None
    type: ConcernType | None = None
    told: bool | None = None
    told_late: bool | None = None
    followed_up: bool | None = None


@router.post("", summary="Record a concern", status_code=201, responses=shapes.made(ConcernRead))
async def record_concern(
    command: RecordConcern, idempotency_key: IdempotencyKey = None, call: Call = needs(P.CONCERNS_WRITE)
) -> Response:
    """**This is not the alarm.** Tell wing staff face to face before you leave, or the emergency services; then record whom you
    told and when. If nobody has been told, say `not_yet_reported: true`: an alarm goes to the coordinators and the safeguarding
    lead at once, and again every 15 minutes until one of them acknowledges it. A concern is never edited or deleted, by anyone;
    it is added to. Its author, the coordinators and the safeguarding lead see it, and nobody else."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.record_concern(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=CONCERNS, location="/v1/concerns/{id}", key=idempotency_key)


@router.get("", summary="List concerns", responses=shapes.page(ConcernRead))
async def list_concerns(query: Annotated[ConcernsQuery, Query()], call: Call = needs(P.CONCERNS_READ)) -> Response:
    """Concerns, the newest first; managers and mentors see their own. `told_late=true`: staff were told after more than an hour,
    or have not been. Each reading is audited."""
    return await listed(call, CONCERNS_LIST, query)


@router.get("/{concern_id}", summary="Read a concern", responses=shapes.found(ConcernRead))
async def read_concern(
    concern_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.CONCERNS_READ)
) -> Response:
    """One concern. `expand=additions` adds what became known since, `person` whom it is about."""
    return await call.one(CONCERNS, concern_id, query.selection(CONCERNS))


@router.post(
    "/{concern_id}/additions", summary="Add to a concern", status_code=201, responses=shapes.made(ConcernAdditionRead)
)
async def add_to_concern(
    concern_id: UUID,
    command: AddToConcern,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.CONCERNS_WRITE),
) -> Response:
    """Who has been told since, that it was followed up, or anything else that became known. Nothing that stands there
    changes."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.add_to_concern(
            session, actor=call.actor, concern_id=concern_id, command=command, now=call.now
        )
        return row.id

    return await call.create(create, view=ADDITIONS, location=call.request.url.path, key=idempotency_key)


class AlarmsQuery(PageQuery):
    """Filters of the list of alarms."""

    acknowledged: bool | None = None


@alarms.get("", summary="List alarms", responses=shapes.page(ConcernAlarmRead))
async def list_concern_alarms(query: Annotated[AlarmsQuery, Query()], call: Call = needs(P.CONCERNS_READ)) -> Response:
    """Concerns that staff had not been told of. `acknowledged=false`: those that nobody has taken on. In GraphQL the list is
    live: it comes anew within a second of an alarm, and every 15 minutes while it is open."""
    return await listed(call, ALARMS_LIST, query)


@alarms.get("/{alarm_id}", summary="Read an alarm", responses=shapes.found(ConcernAlarmRead))
async def read_concern_alarm(
    alarm_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.CONCERNS_READ)
) -> Response:
    """One alarm."""
    return await call.one(ALARMS, alarm_id, query.selection(ALARMS))


@alarms.post("/{alarm_id}/acknowledge", summary="Take an alarm on", responses=shapes.changed(ConcernAlarmRead))
async def acknowledge_alarm(
    alarm_id: UUID, command: Acknowledge, if_match: IfMatch = None, call: Call = needs(P.CONCERNS_ACKNOWLEDGE)
) -> Response:
    """Whoever acknowledges it sees to it that staff are told. Once; and not by whoever raised it, before staff have been
    told."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.acknowledge(
            session, actor=call.actor, alarm_id=alarm_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=ALARMS, if_match=if_match)


class AcctQuery(PageQuery):
    """Filters of the list of ACCT states."""

    person_id: UUID | None = None
    newest: bool | None = None


@acct.post("", summary="Say how an ACCT stands", status_code=201, responses=shapes.made(AcctStateRead))
async def record_acct_state(
    command: RecordAcct, idempotency_key: IdempotencyKey = None, call: Call = needs(P.ACCT_WRITE)
) -> Response:
    """How somebody's ACCT (Assessment, Care in Custody and Teamwork) stands, and since when that is known. Nothing of what is
    written in it. That a mentor took part in a review is a session: MEETING_WITH_OTHERS, ACCT_REVIEW."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.record_acct(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=ACCT_STATES, location="/v1/acct-states/{id}", key=idempotency_key)


@acct.get("", summary="List ACCT states", responses=shapes.page(AcctStateRead))
async def list_acct_states(query: Annotated[AcctQuery, Query()], call: Call = needs(P.ACCT_READ)) -> Response:
    """How ACCTs stand and stood; `newest=true`: the last that is known of each person. Each reading is audited."""
    return await listed(call, ACCT_STATES_LIST, query)


@acct.get("/{acct_state_id}", summary="Read an ACCT state", responses=shapes.found(AcctStateRead))
async def read_acct_state(
    acct_state_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.ACCT_READ)
) -> Response:
    """One of them."""
    return await call.one(ACCT_STATES, acct_state_id, query.selection(ACCT_STATES))


class RestrictedQuery(PageQuery):
    """Filters of the list of restricted notes."""

    person_id: UUID | None = None
    kind: RestrictedKind | None = None


@restricted.post("", summary="Write a restricted note", status_code=201, responses=shapes.made(RestrictedNoteRead))
async def write_restricted_note(
    command: WriteRestrictedNote, idempotency_key: IdempotencyKey = None, call: Call = needs(P.RESTRICTED_NOTES_WRITE)
) -> Response:
    """What only coordinators and the safeguarding lead may read: of health, trauma, sexuality, safety. Not managers, not
    mentors."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.write_restricted_note(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=RESTRICTED_NOTES, location="/v1/restricted-notes/{id}", key=idempotency_key)


@restricted.get("", summary="List restricted notes", responses=shapes.page(RestrictedNoteRead))
async def list_restricted_notes(
    query: Annotated[RestrictedQuery, Query()], call: Call = needs(P.RESTRICTED_NOTES_READ)
) -> Response:
    """Restricted notes, the newest first. Each reading is audited."""
    return await listed(call, RESTRICTED_NOTES_LIST, query)


@restricted.get("/{restricted_note_id}", summary="Read a restricted note", responses=shapes.found(RestrictedNoteRead))
async def read_restricted_note(
    restricted_note_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.RESTRICTED_NOTES_READ)
) -> Response:
    """One of them."""
    return await call.one(RESTRICTED_NOTES, restricted_note_id, query.selection(RESTRICTED_NOTES))
