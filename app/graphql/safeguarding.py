"""Safeguarding through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import View
from app.domain.safeguarding import operations
from app.domain.safeguarding.models import (
    NOTICE,
    Acknowledge,
    AddToConcern,
    RecordAcct,
    RecordConcern,
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
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission
_LIVE = ("concern.", "concern_alarm.")


def _record(name: str, view: View, operation: Callable[..., Awaitable[Any]], **more: Any) -> Change:
    async def operate(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await operation(session, actor=visit.actor, command=command.input, now=visit.now)
        made: UUID = row.id
        return made

    return Change(name, view, operate, **more)


async def _add(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.add_to_concern(
        session, actor=visit.actor, concern_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _acknowledge(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.acknowledge(
        session,
        actor=visit.actor,
        alarm_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


offer(
    One("concern", CONCERNS, "A concern, for its author, coordinators and the safeguarding lead."),
    Many("concerns", CONCERNS_LIST, "Concerns, the newest first."),
    One("concernAlarm", ALARMS, "An alarm: staff had not been told.", live=_LIVE),
    Many("concernAlarms", ALARMS_LIST, "Alarms, the newest first.", live=_LIVE),
    One("acctState", ACCT_STATES, "How somebody's ACCT stood on a day."),
    Many("acctStates", ACCT_STATES_LIST, "How ACCTs stand and stood."),
    One("restrictedNote", RESTRICTED_NOTES, "A note for coordinators and the safeguarding lead alone."),
    Many("restrictedNotes", RESTRICTED_NOTES_LIST, "Restricted notes, the newest first."),
    _record(
        "recordConcern",
        CONCERNS,
        operations.record_concern,
        command=RecordConcern,
        description=NOTICE,
        permission=P.CONCERNS_WRITE,
    ),
    Change(
        "addToConcern",
        ADDITIONS,
        _add,
        "What became known since; nothing that stands there changes.",
        P.CONCERNS_WRITE,
        AddToConcern,
        of="concernId",
    ),
    Change(
        "acknowledgeAlarm",
        ALARMS,
        _acknowledge,
        "Take an alarm on, so that it is not told again.",
        P.CONCERNS_ACKNOWLEDGE,
        Acknowledge,
        by_id=True,
    ),
    _record(
        "recordAcctState",
        ACCT_STATES,
        operations.record_acct,
        command=RecordAcct,
        description="How an ACCT stands.",
        permission=P.ACCT_WRITE,
    ),
    _record(
        "writeRestrictedNote",
        RESTRICTED_NOTES,
        operations.write_restricted_note,
        command=WriteRestrictedNote,
        description="What only coordinators and the safeguarding lead may read.",
        permission=P.RESTRICTED_NOTES_WRITE,
    ),
)
