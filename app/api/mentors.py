"""Mentors: the pipeline, and what is recorded of each."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.journeys.mentor_leaves import move_mentor as move
from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection
from app.domain.mentors import operations
from app.domain.mentors.models import (
    AbsenceRead,
    Alarm,
    ChangeMentor,
    CheckRead,
    CreateMentor,
    HoursRead,
    MentorKind,
    MentorRead,
    MentorStepRead,
    MoveMentor,
    RecordAbsence,
    RecordCheck,
    RecordHours,
    RecordSupervision,
    RecordTraining,
    Stage,
    SupervisionRead,
    TrainingRead,
)
from app.domain.mentors.queries import (
    ABSENCES,
    MENTOR_CHECKS,
    MENTOR_HOURS,
    MENTOR_STEPS_LIST,
    MENTOR_TRAININGS,
    MENTORS,
    MENTORS_LIST,
    SUPERVISIONS,
)
from app.domain.organisations.models import AgencyId

router = APIRouter(prefix="/v1/mentors", tags=["Mentors"])
absences = APIRouter(prefix="/v1/supervisor-absences", tags=["Mentors"])
P = Permission


class MentorsQuery(PageQuery):
    """Filters of the mentors list."""

    stage: Stage | None = None
    kind: MentorKind | None = None
    programme_id: UUID | None = None
    supervisor_id: UUID | None = None
    alarm: Alarm | None = None
    establishment: AgencyId | None = None


@router.post("", summary="Put a mentor on file", status_code=201, responses=shapes.made(MentorRead))
async def create_mentor(
    command: CreateMentor, idempotency_key: IdempotencyKey = None, call: Call = needs(P.MENTORS_WRITE)
) -> Response:
    """Somebody who applied to mentor: a volunteer, a peer supporter, or the coordinator."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.create_mentor(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=MENTORS, location="/v1/mentors/{id}", key=idempotency_key)


@router.get("", summary="List mentors", responses=shapes.page(MentorRead))
async def list_mentors(query: Annotated[MentorsQuery, Query()], call: Call = needs(P.MENTORS_READ)) -> Response:
    """The charity's mentors; `alarm` lists those with something to look at, `establishment` those who are cleared for one.
    Orders: `display_name` (default), `-created_at`."""
    return await listed(call, MENTORS_LIST, query)


@router.get("/{mentor_id}", summary="Read a mentor", responses=shapes.found(MentorRead))
async def read_mentor(
    mentor_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.MENTORS_READ)
) -> Response:
    """One mentor, with alarms. `expand=steps` adds the way through the pipeline, `checks` vettings and clearances."""
    return await call.one(MENTORS, mentor_id, query.selection(MENTORS))


@router.patch("/{mentor_id}", summary="Change a mentor", responses=shapes.changed(MentorRead))
async def change_mentor(
    mentor_id: UUID, command: ChangeMentor, if_match: IfMatch = None, call: Call = needs(P.MENTORS_WRITE)
) -> Response:
    """Change what was arranged. A lower capacity ends nothing: it only lets nobody new in."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.change_mentor(
            session, actor=call.actor, mentor_id=mentor_id, change=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=MENTORS, if_match=if_match)


@router.post("/{mentor_id}/stage", summary="Move a mentor to the next stage", responses=shapes.changed(MentorRead))
async def move_mentor(
    mentor_id: UUID, command: MoveMentor, if_match: IfMatch = None, call: Call = needs(P.MENTORS_WRITE)
) -> Response:
    """The next stage. When a mentor leaves, whoever had them goes on, and bridging tasks are opened, in the same
    transaction."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await move(session, actor=call.actor, mentor_id=mentor_id, command=command, version=version, now=call.now)
        return row.id

    return await call.change(change, view=MENTORS, if_match=if_match)


@router.get("/{mentor_id}/steps", summary="List a mentor's steps", responses=shapes.page(MentorStepRead))
async def list_mentor_steps(
    mentor_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.MENTORS_READ)
) -> Response:
    """The way through the pipeline, from the first day on."""
    return await _records(call, MENTOR_STEPS_LIST, mentor_id, query)


async def _records(call: Call, records: Collection, mentor_id: UUID, query: PageQuery) -> Response:
    await call.reader.one(MENTORS, mentor_id)
    return await listed(call, records, query, mentor_id=mentor_id)


async def _record(
    call: Call,
    operation: Callable[..., Awaitable[Any]],
    records: Collection,
    mentor_id: UUID,
    command: Any,
    *,
    key: str | None,
) -> Response:
    async def create(session: AsyncSession) -> UUID:
        row = await operation(session, actor=call.actor, mentor_id=mentor_id, command=command, now=call.now)
        made: UUID = row.id
        return made

    return await call.create(create, view=records.view, location=call.request.url.path, key=key)


@router.post("/{mentor_id}/checks", summary="Record a check", status_code=201, responses=shapes.made(CheckRead))
async def record_mentor_check(
    mentor_id: UUID,
    command: RecordCheck,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.MENTORS_WRITE),
) -> Response:
    """A vetting, or an establishment's clearance. The newest counts; one that expires stops new engagements and ends none."""
    return await _record(call, operations.record_check, MENTOR_CHECKS, mentor_id, command, key=idempotency_key)


@router.get("/{mentor_id}/checks", summary="List checks", responses=shapes.page(CheckRead))
async def list_mentor_checks(
    mentor_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.MENTORS_READ)
) -> Response:
    """Vettings and clearances, the newest first."""
    return await _records(call, MENTOR_CHECKS, mentor_id, query)


@router.post(
    "/{mentor_id}/trainings", summary="Record a training", status_code=201, responses=shapes.made(TrainingRead)
)
async def record_mentor_training(
    mentor_id: UUID,
    command: RecordTraining,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.MENTORS_WRITE),
) -> Response:
    """A training that was completed."""
    return await _record(call, operations.record_training, MENTOR_TRAININGS, mentor_id, command, key=idempotency_key)


@router.get("/{mentor_id}/trainings", summary="List trainings", responses=shapes.page(TrainingRead))
async def list_mentor_trainings(
    mentor_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.MENTORS_READ)
) -> Response:
    """Trainings, the newest first."""
    return await _records(call, MENTOR_TRAININGS, mentor_id, query)


@router.post(
    "/{mentor_id}/supervisions",
    summary="Record a supervision contact",
    status_code=201,
    responses=shapes.made(SupervisionRead),
)
async def record_supervision(
    mentor_id: UUID,
    command: RecordSupervision,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.MENTORS_WRITE),
) -> Response:
    """That mentor and supervisor spoke: when, how, how long; never what was said."""
    return await _record(call, operations.record_supervision, SUPERVISIONS, mentor_id, command, key=idempotency_key)


@router.get("/{mentor_id}/supervisions", summary="List supervision contacts", responses=shapes.page(SupervisionRead))
async def list_supervisions(
    mentor_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.MENTORS_READ)
) -> Response:
    """Supervision contacts, the newest first."""
    return await _records(call, SUPERVISIONS, mentor_id, query)


@router.post("/{mentor_id}/hours", summary="Record hours", status_code=201, responses=shapes.made(HoursRead))
async def record_mentor_hours(
    mentor_id: UUID,
    command: RecordHours,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.MENTORS_WRITE),
) -> Response:
    """Time that a mentor gave, in minutes."""
    return await _record(call, operations.record_hours, MENTOR_HOURS, mentor_id, command, key=idempotency_key)


@router.get("/{mentor_id}/hours", summary="List hours", responses=shapes.page(HoursRead))
async def list_mentor_hours(
    mentor_id: UUID, query: Annotated[PageQuery, Query()], call: Call = needs(P.MENTORS_READ)
) -> Response:
    """Time given, the newest first."""
    return await _records(call, MENTOR_HOURS, mentor_id, query)


class AbsencesQuery(PageQuery):
    """Filters of the list of absences."""

    supervisor_id: UUID | None = None


@absences.post("", summary="Record a supervisor's absence", status_code=201, responses=shapes.made(AbsenceRead))
async def record_supervisor_absence(
    command: RecordAbsence, idempotency_key: IdempotencyKey = None, call: Call = needs(P.MENTORS_WRITE)
) -> Response:
    """When a supervisor is away and who stands in. A later entry for the same days takes its place."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.record_absence(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=ABSENCES.view, location="/v1/supervisor-absences", key=idempotency_key)


@absences.get("", summary="List supervisors' absences", responses=shapes.page(AbsenceRead))
async def list_supervisor_absences(
    query: Annotated[AbsencesQuery, Query()], call: Call = needs(P.MENTORS_READ)
) -> Response:
    """Absences, the latest first."""
    return await listed(call, ABSENCES, query)
