"""A service is suggested to somebody. Nothing about him leaves the charity by it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.writing_in import engagement_to_begin_in
from app.domain.support.directory.models import DirectoryService
from app.domain.support.signposting.models import OnwardReferral, OnwardReferralFields, SuggestOnwardReferral


async def suggest(
    session: AsyncSession, *, actor: Actor, command: SuggestOnwardReferral, now: datetime
) -> OnwardReferral:
    """Write a suggestion down. Two at once are two: each stands for itself, and a door's Idempotency-Key keeps one from being
    written twice."""
    require(actor, Permission.SIGNPOSTING_WRITE)
    engagement = await engagement_to_begin_in(session, actor=actor, engagement_id=command.engagement_id)
    if command.service_id is not None:
        await _check_service(session, actor, command.service_id)
    today = civil_date(now)
    suggested_on = command.suggested_on or today
    if suggested_on > today:
        raise invalid("/suggested_on", "IN_THE_FUTURE", "Write it down once it was suggested to him.")
    row = OnwardReferral(
        charity_id=actor.charity_id,
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        suggested_on=suggested_on,
        since_on=suggested_on,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
        **{name: getattr(command, name) for name in OnwardReferralFields.model_fields},
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "onward_referral.suggest", row.id, ["service_name", "pathway"])
    await events.tell(session, actor, "onward_referral.suggest", row, now)
    return row


async def _check_service(session: AsyncSession, actor: Actor, service_id: UUID) -> None:
    """One of the charity's own entries; also one that was withdrawn, which the name still tells."""
    found = await session.exec(
        select(DirectoryService.id).where(
            DirectoryService.id == service_id, DirectoryService.charity_id == actor.charity_id
        )
    )
    if found.first() is None:
        raise invalid(
            "/service_id", "UNKNOWN_SERVICE", "There is no such service: see /v1/directory/services, or leave it out."
        )
