"""Where somebody stays and stayed, through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import CorrectPlacement, Placement, RecordPlacement, WithdrawPlacement
from app.domain.through_the_gate.queries import PLACEMENTS, PLACEMENTS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


async def _record(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_placement(
        session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now
    )
    return row.id


def _change(name: str, step: Callable[..., Awaitable[Placement]], model: Any, told: str) -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(
            session,
            actor=visit.actor,
            placement_id=command.id,
            command=command.input,
            version=command.version,
            now=visit.now,
        )
        return row.id

    return Change(name, PLACEMENTS, take, told, P.PLACEMENTS_WRITE, model, by_id=True)


offer(
    One("placement", PLACEMENTS, "Where somebody stays or stayed."),
    Many("placements", PLACEMENTS_LIST, "Where people stay and stayed; a mentor sees it of those whom he mentors."),
    Change(
        "recordPlacement",
        PLACEMENTS,
        _record,
        "Where somebody is from a day on, or was.",
        P.PLACEMENTS_WRITE,
        RecordPlacement,
        of="personId",
    ),
    _change("correctPlacement", operations.correct_placement, CorrectPlacement, "What was told wrongly."),
    _change("withdrawPlacement", operations.withdraw_placement, WithdrawPlacement, "It never was."),
)
