"""A service is suggested to somebody. Nothing about him leaves the charity by it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement, EngagementMentor
from app.domain.support.directory.models import DirectoryService
from app.domain.support.signposting.models import OnwardReferral, OnwardReferralFields, SuggestOnwardReferral


async def suggest(
    session: AsyncSession, *, actor: Actor, command: SuggestOnwardReferral, now: datetime
) -> OnwardReferral:
    """Write a suggestion down. Two at once are two: each stands for itself, and a door's Idempotency-Key keeps one from being
    written twice."""
    require(actor, Permission.SIGNPOSTING_WRITE)
    engagement = await _engagement_of(session, actor, command.engagement_id)
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


async def _engagement_of(session: AsyncSession, actor: Actor, engagement_id: UUID) -> Engagement:
    """One that has begun, locked, so that nobody hands it over or ends it meanwhile."""
    try:
        found = await load(session, Engagement, engagement_id, actor=actor, lock=True)
    except NotFound:
        raise invalid(
            "/engagement_id", "UNKNOWN_ENGAGEMENT", "You have no engagement of this id: see /v1/engagements."
        ) from None
    # A mentor who is only asked sees the engagement, and his time with the person has not come.
    if found.started_on is None or (actor.role is Role.MENTOR and not await _has_his_time(session, found.id)):
        raise invalid("/engagement_id", "NOT_BEGUN", "Suggest services once mentor and person have both said yes.")
    return found


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


async def _has_his_time(session: AsyncSession, engagement_id: UUID) -> bool:
    """Row security shows a mentor his own times only."""
    found = await session.exec(select(EngagementMentor.id).where(EngagementMentor.engagement_id == engagement_id))
    return found.first() is not None
