"""Eligibility through GraphQL."""

from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility import preview
from app.domain.eligibility.models import DecisionRead, PreviewEligibility, PublishPolicy
from app.domain.eligibility.operations import publish_policy
from app.domain.eligibility.queries import POLICIES
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import civil_date
from app.graphql.roots import Change, Command, Computed, offer
from app.visits import Visit


class PreviewArguments(BaseModel):
    """What to judge."""

    input: PreviewEligibility


async def _preview(visit: Visit, arguments: PreviewArguments) -> DecisionRead:
    return await preview.decide(visit.reader, arguments.input, today=civil_date(visit.now))


async def _publish(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await publish_policy(
        session, actor=visit.actor, programme_id=command.of, command=command.input, now=visit.now
    )
    return row.id


offer(
    Computed(
        "eligibilityPreview",
        PreviewArguments,
        DecisionRead,
        Permission.ELIGIBILITY_PREVIEW,
        _preview,
        "What a programme's policy, or one that is sent along, says to these facts. Nothing is stored.",
    ),
    Change(
        "publishEligibilityPolicy",
        POLICIES.view,
        _publish,
        "Add a version to a programme's policy.",
        Permission.PROGRAMMES_WRITE,
        PublishPolicy,
        of="programmeId",
    ),
)
