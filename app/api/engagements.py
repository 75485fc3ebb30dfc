"""Engagements: the mentoring relationship, from the question to the end."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.journeys import endings
from app.domain.kernel.access import Permission
from app.domain.matching import operations
from app.domain.matching.models import (
    Accept,
    BridgingTaskRead,
    Decline,
    EndEngagement,
    Engagement,
    EngagementRead,
    EngagementState,
    HandOver,
    Pause,
    Propose,
    Reopen,
    Resume,
    TakeBack,
    TaskKind,
)
from app.domain.matching.queries import BRIDGING_TASKS, BRIDGING_TASKS_LIST, ENGAGEMENTS, ENGAGEMENTS_LIST

router = APIRouter(prefix="/v1/engagements", tags=["Engagements"])
tasks = APIRouter(prefix="/v1/bridging-tasks", tags=["Engagements"])
P = Permission


class EngagementsQuery(PageQuery):
    """Filters of the engagements list."""

    state: EngagementState | None = None
    mentor_id: UUID | None = None
    proposed_mentor_id: UUID | None = None
    person_id: UUID | None = None
    referral_id: UUID | None = None
    programme_id: UUID | None = None


@router.post("", summary="Propose a mentor", status_code=201, responses=shapes.made(EngagementRead))
async def propose_engagement(
    command: Propose, idempotency_key: IdempotencyKey = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """Ask a mentor to take somebody who waits. It holds no place: the mentor's yes does."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.propose(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=ENGAGEMENTS, location="/v1/engagements/{id}", key=idempotency_key)


@router.get("", summary="List engagements", responses=shapes.page(EngagementRead))
async def list_engagements(
    query: Annotated[EngagementsQuery, Query()], call: Call = needs(P.ENGAGEMENTS_READ)
) -> Response:
    """The charity's engagements; a mentor sees his own, for thirty days after they ended too. Orders: `-created_at`
    (default), `-state_since`."""
    return await listed(call, ENGAGEMENTS_LIST, query)


@router.get("/{engagement_id}", summary="Read an engagement", responses=shapes.found(EngagementRead))
async def read_engagement(
    engagement_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.ENGAGEMENTS_READ)
) -> Response:
    """One engagement. `expand=changes` adds its history, `mentors` everybody who has mentored; `mentee`, `person`,
    `referral`, `mentor` and `proposed_mentor` what these name."""
    return await call.one(ENGAGEMENTS, engagement_id, query.selection(ENGAGEMENTS))


async def _step(
    call: Call,
    step: Callable[..., Awaitable[Engagement]],
    engagement_id: UUID,
    command: Any,
    if_match: str | None,
) -> Response:
    async def change(session: AsyncSession, version: int) -> UUID:
        row = await step(
            session, actor=call.actor, engagement_id=engagement_id, command=command, version=version, now=call.now
        )
        return row.id

    return await call.change(change, view=ENGAGEMENTS, if_match=if_match)


@router.post("/{engagement_id}/accept", summary="Record a yes", responses=shapes.changed(EngagementRead))
async def accept_engagement(
    engagement_id: UUID, command: Accept, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_ANSWER)
) -> Response:
    """The mentor's yes takes a place, if one is left; the person's begins the engagement. A mentor answers for himself."""
    return await _step(call, operations.accept, engagement_id, command, if_match)


@router.post("/{engagement_id}/decline", summary="Record a no", responses=shapes.changed(EngagementRead))
async def decline_engagement(
    engagement_id: UUID, command: Decline, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_ANSWER)
) -> Response:
    """A no, with its reason as a code: docs/engagements.md says what each leads to. None counts against anybody."""
    return await _step(call, operations.decline, engagement_id, command, if_match)


@router.post("/{engagement_id}/take-back", summary="Take a proposal back", responses=shapes.changed(EngagementRead))
async def take_back_engagement(
    engagement_id: UUID, command: TakeBack, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """Nobody is asked any more, before both have said yes. It counts as nobody's no; an engagement that has begun goes on."""
    return await _step(call, operations.take_back, engagement_id, command, if_match)


@router.post("/{engagement_id}/pause", summary="Pause an engagement", responses=shapes.changed(EngagementRead))
async def pause_engagement(
    engagement_id: UUID, command: Pause, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """A pause keeps the place, and everything else."""
    return await _step(call, operations.pause, engagement_id, command, if_match)


@router.post("/{engagement_id}/resume", summary="Resume an engagement", responses=shapes.changed(EngagementRead))
async def resume_engagement(
    engagement_id: UUID, command: Resume, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """It goes on where it was."""
    return await _step(call, operations.resume, engagement_id, command, if_match)


@router.post(
    "/{engagement_id}/handover", summary="Hand over to another mentor", responses=shapes.changed(EngagementRead)
)
async def hand_over_engagement(
    engagement_id: UUID, command: HandOver, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """Ask another mentor to take over. The one there is stays until the other and the person have said yes; the engagement
    and its history stay one."""
    return await _step(call, operations.hand_over, engagement_id, command, if_match)


@router.post("/{engagement_id}/end", summary="End an engagement", responses=shapes.changed(EngagementRead))
async def end_engagement(
    engagement_id: UUID, command: EndEngagement, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """The end of it, planned or not. What is planned after it is called off, its support through the gate ends and so do its
    bridging tasks, in the same transaction. The mentor sees what belongs to it for thirty days more."""
    return await _step(call, endings.end_engagement, engagement_id, command, if_match)


@router.post("/{engagement_id}/reopen", summary="Take an engagement up again", responses=shapes.changed(EngagementRead))
async def reopen_engagement(
    engagement_id: UUID, command: Reopen, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """Take it up again, as after a recall: both are asked once more, and nothing of its history is lost."""
    return await _step(call, operations.reopen, engagement_id, command, if_match)


class TasksQuery(PageQuery):
    """Filters of the list of bridging tasks."""

    engagement_id: UUID | None = None
    kind: TaskKind | None = None
    open: bool | None = None


@tasks.get("", summary="List bridging tasks", responses=shapes.page(BridgingTaskRead))
async def list_bridging_tasks(
    query: Annotated[TasksQuery, Query()], call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """What has to be done where a mentor is suddenly gone, the most pressing first."""
    return await listed(call, BRIDGING_TASKS_LIST, query)


@tasks.get("/{task_id}", summary="Read a bridging task", responses=shapes.found(BridgingTaskRead))
async def read_bridging_task(
    task_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """One thing to do."""
    return await call.one(BRIDGING_TASKS, task_id, query.selection(BRIDGING_TASKS))


@tasks.post("/{task_id}/done", summary="Finish a bridging task", responses=shapes.changed(BridgingTaskRead))
async def finish_bridging_task(
    task_id: UUID, if_match: IfMatch = None, call: Call = needs(P.ENGAGEMENTS_WRITE)
) -> Response:
    """It was done."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.finish_task(session, actor=call.actor, task_id=task_id, version=version, now=call.now)
        return row.id

    return await call.change(change, view=BRIDGING_TASKS, if_match=if_match)
