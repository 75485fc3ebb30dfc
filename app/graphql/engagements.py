"""Engagements through GraphQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys import endings
from app.domain.kernel.access import Permission
from app.domain.matching import operations
from app.domain.matching.models import (
    Accept,
    Decline,
    EndEngagement,
    Engagement,
    HandOver,
    Pause,
    Propose,
    Reopen,
    Resume,
    TakeBack,
)
from app.domain.matching.queries import BRIDGING_TASKS, BRIDGING_TASKS_LIST, ENGAGEMENTS, ENGAGEMENTS_LIST
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission
_LIVE = ("engagement.",)


async def _propose(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.propose(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


def _step(step: Callable[..., Awaitable[Engagement]]) -> Callable[[AsyncSession, Visit, Command], Awaitable[UUID]]:
    async def take(session: AsyncSession, visit: Visit, command: Command) -> UUID:
        row = await step(
            session,
            actor=visit.actor,
            engagement_id=command.id,
            command=command.input,
            version=command.version,
            now=visit.now,
        )
        return row.id

    return take


async def _finish(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.finish_task(
        session, actor=visit.actor, task_id=command.id, version=command.version, now=visit.now
    )
    return row.id


def _change(name: str, step: Callable[..., Awaitable[Engagement]], model: Any, told: str, needs: Permission) -> Change:
    return Change(name, ENGAGEMENTS, _step(step), told, needs, model, by_id=True)


offer(
    One("engagement", ENGAGEMENTS, "A mentoring relationship.", live=_LIVE),
    Many("engagements", ENGAGEMENTS_LIST, "The charity's mentoring relationships; a mentor sees his own.", live=_LIVE),
    One("bridgingTask", BRIDGING_TASKS, "Something to do while a relationship has no mentor."),
    Many("bridgingTasks", BRIDGING_TASKS_LIST, "What has to be done where a mentor is suddenly gone."),
    Change(
        "proposeEngagement",
        ENGAGEMENTS,
        _propose,
        "Ask a mentor to take somebody who waits.",
        P.ENGAGEMENTS_WRITE,
        Propose,
    ),
    _change(
        "acceptEngagement",
        operations.accept,
        Accept,
        "Record a yes: the mentor's takes a place, the person's begins it.",
        P.ENGAGEMENTS_ANSWER,
    ),
    _change(
        "declineEngagement",
        operations.decline,
        Decline,
        "Record a no, with its reason as a code.",
        P.ENGAGEMENTS_ANSWER,
    ),
    _change(
        "takeBackEngagement",
        operations.take_back,
        TakeBack,
        "Take a proposal back, before both have said yes.",
        P.ENGAGEMENTS_WRITE,
    ),
    _change("pauseEngagement", operations.pause, Pause, "A pause keeps the place.", P.ENGAGEMENTS_WRITE),
    _change("resumeEngagement", operations.resume, Resume, "It goes on where it was.", P.ENGAGEMENTS_WRITE),
    _change(
        "handOverEngagement", operations.hand_over, HandOver, "Ask another mentor to take over.", P.ENGAGEMENTS_WRITE
    ),
    _change(
        "endEngagement", endings.end_engagement, EndEngagement, "The end of it, planned or not.", P.ENGAGEMENTS_WRITE
    ),
    _change(
        "reopenEngagement",
        operations.reopen,
        Reopen,
        "Take it up again: both are asked once more.",
        P.ENGAGEMENTS_WRITE,
    ),
    Change("finishBridgingTask", BRIDGING_TASKS, _finish, "It was done.", P.ENGAGEMENTS_WRITE, by_id=True),
)
