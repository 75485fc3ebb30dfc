"""Support through the gate, through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import FindEligible, TakeGateStep
from app.domain.through_the_gate.queries import GATE_COUNTS, GATE_SUPPORT, GATE_SUPPORT_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


async def _find(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return (await operations.find_eligible(session, actor=visit.actor, command=command.input, now=visit.now)).id


async def _take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.take_gate_step(
        session,
        actor=visit.actor,
        support_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


offer(
    One("gateSupport", GATE_SUPPORT, "Where somebody's support through the gate stands."),
    Many("gateSupports", GATE_SUPPORT_LIST, "Support through the gate; a mentor sees that of whom he mentors."),
    One("gateCounts", GATE_COUNTS, "How many of a programme have come to each state, by the programme's id."),
    Change(
        "findEligible",
        GATE_SUPPORT,
        _find,
        "Somebody who is mentored may have support after his release.",
        P.GATE_SUPPORT_WRITE,
        FindEligible,
    ),
    Change(
        "takeGateStep",
        GATE_SUPPORT,
        _take,
        "What happened. The same step again corrects its day.",
        P.GATE_SUPPORT_WRITE,
        TakeGateStep,
        by_id=True,
    ),
)
