"""What a new referral has to be told of its programme, read at once: whether it is open, by which policy it judges, and
what its charity's references begin with."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, desc
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.models import EligibilityPolicy
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.organisations.models import Organisation, Programme
from app.domain.organisations.operations import check_open


@dataclass(frozen=True)
class Terms:
    """`policy` is the one in force on the day of receipt, if there is one."""

    charity_code: str
    policy: EligibilityPolicy | None


async def terms_of(
    session: AsyncSession, *, actor: Actor, programme_id: UUID, received_on: date, now: datetime
) -> Terms:
    """Raises `ValidationFailed` for a programme that is not there, `IntakePaused` (409) with the time to try again."""
    asked = {"programme": programme_id, "charity": actor.charity_id, "received_on": received_on}
    found = (await session.exec(_TERMS, params=asked)).first()
    if found is None:
        raise invalid("/programme_id", "UNKNOWN_PROGRAMME", "There is no such programme: see /v1/programmes.")
    programme, code, policy = found
    check_open(programme, now=now)
    return Terms(code or "REF", policy)


_policy = aliased(
    EligibilityPolicy,
    select(EligibilityPolicy)
    .where(
        EligibilityPolicy.charity_id == bindparam("charity"),
        EligibilityPolicy.programme_id == bindparam("programme"),
        col(EligibilityPolicy.valid_from) <= bindparam("received_on"),
    )
    .order_by(desc(col(EligibilityPolicy.policy_version)))
    .limit(1)
    .subquery(),
)
_TERMS = (
    select(Programme, Organisation.code, _policy)
    .join(Organisation, col(Organisation.id) == col(Programme.charity_id))
    .outerjoin(_policy, col(_policy.programme_id) == col(Programme.id))
    .where(Programme.id == bindparam("programme"), Programme.charity_id == bindparam("charity"))
)
