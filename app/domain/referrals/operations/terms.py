"""What a new referral has to be told of its programme, read at once: whether it is open, by which policy it judges, what its
charity's references begin with, and whether the agency has used its reference before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Date, Text, Uuid, bindparam, desc, select, true
from sqlalchemy.orm import aliased
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.models import EligibilityPolicy
from app.domain.kernel.access import Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import PartnerReferenceTaken, invalid
from app.domain.kernel.reading import Row
from app.domain.kernel.statements import Statement
from app.domain.organisations.models import Intake, Organisation, Programme
from app.domain.organisations.operations import check_open
from app.domain.referrals.models import Referral, SubmitReferral


@dataclass(frozen=True)
class Policy:
    """A version of the programme's policy."""

    id: UUID
    policy_version: int
    document: dict[str, Any]


@dataclass(frozen=True)
class Open:
    """Whether the programme takes referrals."""

    intake: Intake
    intake_until: datetime | None
    intake_reason: str | None


@dataclass(frozen=True)
class Terms:
    """`policy` is the one in force on the day of receipt, if there is one."""

    charity_code: str
    policy: Policy | None


async def terms_of(
    session: AsyncSession, *, actor: Actor, command: SubmitReferral, received_on: date, now: datetime
) -> Terms:
    """Raises `ValidationFailed` for a programme that is not there, `IntakePaused` (409) with the time to try again,
    `PartnerReferenceTaken` (409) with the referral that has it; of two at once the unique index refuses the second, without
    that hint."""
    from_agency = actor.role is Role.REFERRER
    asked = {
        "programme": command.programme_id,
        "charity": actor.charity_id,
        "received_on": received_on,
        "agency": actor.organisation_id,
        "reference": command.partner_reference if from_agency else None,
    }
    found = await _TERMS.rows(session, asked)
    if not found:
        raise invalid("/programme_id", "UNKNOWN_PROGRAMME", "There is no such programme: see /v1/programmes.")
    row = found[0]
    check_open(Open(Intake(row["intake"]), row["intake_until"], row["intake_reason"]), now=now)
    if row["earlier"] is not None:
        raise PartnerReferenceTaken(links={"earlier_referral": f"/v1/referrals/{row['earlier']}"})
    policy = None
    if row["policy_id"] is not None:
        policy = Policy(row["policy_id"], row["policy_version"], orjson.loads(row["document"]))
    return Terms(row["code"] or "REF", policy)


def _terms() -> Statement:
    programme: Row = aliased(Programme)
    charity: Row = aliased(Organisation)
    policy: Row = aliased(EligibilityPolicy)
    referral: Row = aliased(Referral)
    in_force = (
        select(policy.id.label("policy_id"), policy.policy_version, policy.document.cast(Text).label("document"))
        .where(
            policy.charity_id == programme.charity_id,
            policy.programme_id == programme.id,
            policy.valid_from <= bindparam("received_on", type_=Date()),
        )
        .order_by(desc(policy.policy_version))
        .limit(1)
        .lateral()
    )
    earlier = (
        select(referral.id)
        .where(
            referral.partner_id == bindparam("agency", type_=Uuid()),
            referral.partner_reference == bindparam("reference", type_=Text()),
        )
        .limit(1)
        .scalar_subquery()
    )
    return Statement(
        select(
            programme.intake,
            programme.intake_until,
            programme.intake_reason,
            charity.code,
            in_force.c.policy_id,
            in_force.c.policy_version,
            in_force.c.document,
            earlier.label("earlier"),
        )
        .select_from(programme)
        .join(charity, charity.id == programme.charity_id)
        .outerjoin(in_force, true())
        .where(
            programme.id == bindparam("programme", type_=Uuid()),
            programme.charity_id == bindparam("charity", type_=Uuid()),
        )
    )


_TERMS = _terms()
