"""Somebody is referred: where the referral says what is known of somebody on file, whatever follows from it follows."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.referrals import operations as referrals
from app.domain.referrals.models import Referral, SubmitReferral
from app.domain.through_the_gate.operations import follow_facts


async def submit_referral(session: AsyncSession, *, actor: Actor, command: SubmitReferral, now: datetime) -> Referral:
    """Ask for a mentor for somebody. Of a man who is on file, and may be mentored already, his release plan follows the custody
    facts that came with it."""
    row = await referrals.submit(session, actor=actor, command=command, now=now)
    if command.person_id is not None and command.custody is not None:
        await follow_facts(session, actor=actor, person_id=command.person_id, found=None, now=now)
    return row
