"""Mentors through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys.mentor_leaves import move_mentor
from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection
from app.domain.mentors import operations
from app.domain.mentors.models import (
    ChangeMentor,
    CreateMentor,
    MoveMentor,
    RecordAbsence,
    RecordCheck,
    RecordHours,
    RecordSupervision,
    RecordTraining,
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
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission
_LIVE = ("mentor.", "engagement.", "supervisor_absence.")


async def _create(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.create_mentor(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _change(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.change_mentor(
        session,
        actor=visit.actor,
        mentor_id=command.id,
        change=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _move(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await move_mentor(
        session,
        actor=visit.actor,
        mentor_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


async def _absence(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.record_absence(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


def _record(name: str, records: Collection, operation: Callable[..., Awaitable[Any]], model: Any, told: str) -> Change:
    async def operate(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await operation(session, actor=visit.actor, mentor_id=command.of, command=command.input, now=visit.now)
        made: UUID = row.id
        return made

    return Change(name, records.view, operate, told, P.MENTORS_WRITE, model, of="mentorId")


offer(
    One("mentor", MENTORS, "A mentor.", live=_LIVE),
    Many("mentors", MENTORS_LIST, "The charity's mentors.", live=_LIVE),
    Many("mentorSteps", MENTOR_STEPS_LIST, "Steps of the pipeline."),
    Many("mentorChecks", MENTOR_CHECKS, "Vettings and clearances, the newest first."),
    Many("mentorTrainings", MENTOR_TRAININGS, "Trainings, the newest first."),
    Many("supervisions", SUPERVISIONS, "Supervision contacts, the newest first."),
    Many("mentorHours", MENTOR_HOURS, "Time given, the newest first."),
    Many("supervisorAbsences", ABSENCES, "When supervisors are away."),
    Change("createMentor", MENTORS, _create, "Somebody who applied to mentor.", P.MENTORS_WRITE, CreateMentor),
    Change("changeMentor", MENTORS, _change, "Change what was arranged.", P.MENTORS_WRITE, ChangeMentor, by_id=True),
    Change(
        "moveMentor",
        MENTORS,
        _move,
        "The next stage; a mentor's leaving opens bridging tasks.",
        P.MENTORS_WRITE,
        MoveMentor,
        by_id=True,
    ),
    _record("recordMentorCheck", MENTOR_CHECKS, operations.record_check, RecordCheck, "A vetting or a clearance."),
    _record(
        "recordMentorTraining",
        MENTOR_TRAININGS,
        operations.record_training,
        RecordTraining,
        "A training that was completed.",
    ),
    _record(
        "recordSupervision",
        SUPERVISIONS,
        operations.record_supervision,
        RecordSupervision,
        "That mentor and supervisor spoke.",
    ),
    _record("recordMentorHours", MENTOR_HOURS, operations.record_hours, RecordHours, "Time that a mentor gave."),
    Change(
        "recordSupervisorAbsence",
        ABSENCES.view,
        _absence,
        "When a supervisor is away, and who stands in.",
        P.MENTORS_WRITE,
        RecordAbsence,
    ),
)
