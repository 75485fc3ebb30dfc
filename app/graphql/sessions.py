"""Sessions through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.sessions import operations
from app.domain.sessions.models import (
    CancelSession,
    CorrectSession,
    EndSeries,
    MentoringSession,
    PlanSeries,
    PlanSession,
    RecordSession,
    RescheduleSession,
)
from app.domain.sessions.queries import CONTACTS, CONTACTS_LIST, SERIES, SERIES_LIST, SESSIONS, SESSIONS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission
_LIVE = ("session.", "session_series.", "engagement.")
"""A session is reached through its engagement: when that changes hands, another mentor sees it."""


async def _plan(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.plan(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _plan_series(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.plan_series(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _end_series(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.end_series(
        session,
        actor=visit.actor,
        series_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


def _change(name: str, step: Callable[..., Awaitable[MentoringSession]], model: Any, told: str) -> Change:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(
            session,
            actor=visit.actor,
            session_id=command.id,
            command=command.input,
            version=command.version,
            now=visit.now,
        )
        return row.id

    return Change(name, SESSIONS, take, told, P.SESSIONS_WRITE, model, by_id=True)


offer(
    One("session", SESSIONS, "A session.", live=_LIVE),
    Many("sessions", SESSIONS_LIST, "The charity's sessions; a mentor sees his own.", live=_LIVE),
    One("sessionSeries", SERIES, "A series of sessions."),
    Many("sessionSeriesList", SERIES_LIST, "Series of sessions, the newest first."),
    One("contact", CONTACTS, "How often somebody and his mentor have met; by the engagement's id."),
    Many(
        "contacts",
        CONTACTS_LIST,
        "Engagement by engagement, how often they have met and what stood in the way.",
        live=_LIVE,
    ),
    Change(
        "planSession",
        SESSIONS,
        _plan,
        "Plan a session, or write down one that has been.",
        P.SESSIONS_WRITE,
        PlanSession,
    ),
    _change("recordSession", operations.record, RecordSession, "What became of a session."),
    _change("correctSession", operations.correct, CorrectSession, "What really became of it."),
    _change("cancelSession", operations.cancel, CancelSession, "It will not take place."),
    _change("rescheduleSession", operations.reschedule, RescheduleSession, "Another takes its place, which it names."),
    Change(
        "planSessionSeries",
        SERIES,
        _plan_series,
        "Sessions every week or every other week.",
        P.SESSIONS_WRITE,
        PlanSeries,
    ),
    Change(
        "endSessionSeries", SERIES, _end_series, "No more of it from a day on.", P.SESSIONS_WRITE, EndSeries, by_id=True
    ),
)
