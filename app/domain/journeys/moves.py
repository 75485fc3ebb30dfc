"""Somebody is transferred, released or comes back into custody: where he is, what that asks of whoever coordinates, and a new
judgement of what he waits for, in one transaction."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys.new_facts import judge_again
from app.domain.kernel.actor import Actor
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import Placement, RecallPerson, ReleasePerson, TransferPerson


async def transfer_person(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: TransferPerson, now: datetime
) -> Placement:
    """To another prison. His relationship goes on as it is; a review asks whether the mentor may go there."""
    row = await operations.transfer(session, actor=actor, person_id=person_id, command=command, now=now)
    await judge_again(session, actor=actor, person_id=person_id, now=now)
    return row


async def release_person(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: ReleasePerson, now: datetime
) -> Placement:
    """Out of the gate. His relationship goes on as it is."""
    row = await operations.release(session, actor=actor, person_id=person_id, command=command, now=now)
    await judge_again(session, actor=actor, person_id=person_id, now=now)
    return row


async def recall_person(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecallPerson, now: datetime
) -> Placement:
    """Back into custody. His relationship goes on as it is; a new referral is not needed."""
    row = await operations.recall(session, actor=actor, person_id=person_id, command=command, now=now)
    await judge_again(session, actor=actor, person_id=person_id, now=now)
    return row
