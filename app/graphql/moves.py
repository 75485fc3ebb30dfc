"""Transfer, release, return to custody, and what is decided about them; days out of the prison; through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys import moves
from app.domain.kernel.access import Permission
from app.domain.kernel.reading import View
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import (
    DecideMove,
    RecallPerson,
    RecordTemporaryAbsence,
    ReleasePerson,
    ReturnFromAbsence,
    TransferPerson,
    WithdrawAbsence,
)
from app.domain.through_the_gate.queries import (
    MOVE_REVIEWS,
    MOVE_REVIEWS_LIST,
    PLACEMENTS,
    TEMPORARY_ABSENCES,
    TEMPORARY_ABSENCES_LIST,
)
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


def _of_person(name: str, view: View, step: Callable[..., Awaitable[Any]], model: Any, told: str) -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now)
        found: UUID = row.id
        return found

    return Change(name, view, take, told, P.PLACEMENTS_WRITE, model, of="personId")


def _change(
    name: str,
    view: View,
    step: Callable[..., Awaitable[Any]],
    model: Any,
    told: str,
    *,
    key: str,
    permission: Permission,
) -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        of: Any = {key: command.id}
        row = await step(
            session, actor=visit.actor, **of, command=command.input, version=command.version, now=visit.now
        )
        found: UUID = row.id
        return found

    return Change(name, view, take, told, permission, model, by_id=True)


offer(
    _of_person("transferPerson", PLACEMENTS, moves.transfer_person, TransferPerson, "He came to another prison."),
    _of_person("releasePerson", PLACEMENTS, moves.release_person, ReleasePerson, "He was released."),
    _of_person("recallPerson", PLACEMENTS, moves.recall_person, RecallPerson, "He is in custody again."),
    One("moveReview", MOVE_REVIEWS, "What a move asks of whoever coordinates."),
    Many("moveReviews", MOVE_REVIEWS_LIST, "What moves ask of whoever coordinates."),
    _change(
        "decideMove",
        MOVE_REVIEWS,
        operations.decide_move,
        DecideMove,
        "How a relationship goes on after a move.",
        key="review_id",
        permission=P.ENGAGEMENTS_WRITE,
    ),
    One("temporaryAbsence", TEMPORARY_ABSENCES, "A time out of the prison: no release."),
    Many(
        "temporaryAbsences", TEMPORARY_ABSENCES_LIST, "Times out of the prison; a mentor sees those of whom he mentors."
    ),
    _of_person(
        "recordTemporaryAbsence",
        TEMPORARY_ABSENCES,
        operations.record_absence,
        RecordTemporaryAbsence,
        "He is out for a time.",
    ),
    _change(
        "returnFromAbsence",
        TEMPORARY_ABSENCES,
        operations.return_from_absence,
        ReturnFromAbsence,
        "He is back.",
        key="absence_id",
        permission=P.PLACEMENTS_WRITE,
    ),
    _change(
        "withdrawAbsence",
        TEMPORARY_ABSENCES,
        operations.withdraw_absence,
        WithdrawAbsence,
        "It never was.",
        key="absence_id",
        permission=P.PLACEMENTS_WRITE,
    ),
)
