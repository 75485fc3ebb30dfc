"""A mentor moves along the pipeline; when one leaves, nobody is left without somebody who is told."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.matching.operations import bridge_all
from app.domain.mentors import operations as mentors
from app.domain.mentors.models import Mentor, MoveMentor, Stage


async def move_mentor(
    session: AsyncSession, *, actor: Actor, mentor_id: UUID, command: MoveMentor, version: int | None, now: datetime
) -> Mentor:
    """The next stage. With LEFT, in the same transaction: whoever had the mentor goes on without one for now, with tasks for
    the coordinator, and whoever was promised the mentor waits again. Engagements are locked before the mentor, as where a
    place is taken."""
    leaves = command.stage is Stage.LEFT
    if leaves:
        await bridge_all(session, actor=actor, mentor_id=mentor_id, now=now)
    moved = await mentors.move_mentor(
        session, actor=actor, mentor_id=mentor_id, command=command, version=version, now=now
    )
    if leaves:  # whoever was proposed meanwhile: proposals lock the mentor, so that now there can be no more of them
        await bridge_all(session, actor=actor, mentor_id=mentor_id, now=now)
    return moved
