"""Correcting what was written about a referral."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import apply, load_version
from app.domain.kernel.errors import invalid
from app.domain.referrals.models import ChangeReferral, Referral, Source
from app.domain.referrals.operations.standing import publish, remember_source


async def change(
    session: AsyncSession,
    *,
    actor: Actor,
    referral_id: UUID,
    change: ChangeReferral,
    version: int | None,
    now: datetime,
) -> Referral:
    """Correct what was written about a referral; what was received is kept beside it. What decided stays decided."""
    require(actor, Permission.REFERRALS_MANAGE)
    referral = await load_version(session, Referral, referral_id, actor=actor, version=version)
    changes = change.model_dump(exclude_unset=True)
    if changes.get("source", Source.SELF_WING) is None:
        raise invalid("/source", "REQUIRED", "A referral has a source: give one.")
    if "needs" in changes:
        changes["needs"] = changes["needs"] or []
    changed = apply(referral, changes, now=now)
    session.add(referral)
    await session.flush()
    if "source" in changed:
        await remember_source(session, actor=actor, referral=referral, now=now)
    await audit.record(session, "referral.changed", referral.id, changed)
    await publish(session, actor, referral, "referral.changed", now)
    return referral
