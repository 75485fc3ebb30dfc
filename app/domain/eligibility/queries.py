"""What may be asked about eligibility: the policies of a programme, and the decisions on a referral."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Uuid, bindparam, func
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.models import (
    DecisionRead,
    EligibilityDecision,
    EligibilityPolicy,
    PolicyRead,
    PolicyUsed,
    Reason,
)
from app.domain.kernel.access import Permission
from app.domain.kernel.actor import Actor
from app.domain.kernel.reading import (
    Collection,
    Connection,
    Context,
    Edge,
    Nested,
    Order,
    Plan,
    Row,
    View,
    attach,
    compile_select,
)
from app.domain.organisations.queries import PROGRAMMES

POLICIES = Collection(
    View(
        "eligibility_policy",
        EligibilityPolicy,
        PolicyRead,
        Permission.PROGRAMMES_READ,
        edges={"programme": Edge(lambda: PROGRAMMES, on=lambda t, p: p.id == t.programme_id, expand=True)},
        versioned=False,
    ),
    orders={"-policy_version": Order(lambda t: [t.policy_version], descending=True)},
    filters={"programme_id": lambda t, value: t.programme_id == value},
    filter_shapes={"programme_id": UUID},
)
attach(PROGRAMMES, policies=Connection(lambda: POLICIES, on=lambda p, t: t.programme_id == p.id))


def _policy_used(row: Row) -> ColumnElement[Any]:
    return func.json_build_object("id", row.policy_id, "version", row.policy_version, type_=JSON)


DECISIONS = View(
    "eligibility_decision",
    EligibilityDecision,
    DecisionRead,
    Permission.REFERRALS_READ,
    computed={"policy": _policy_used},
    nested={"reasons": Nested(Reason, many=True), "policy": Nested(PolicyUsed)},
    versioned=False,
)

DECISIONS_OF = Collection(
    DECISIONS,
    orders={"-sequence": Order(lambda t: [t.sequence], descending=True)},
    filters={
        "referral_id": lambda t, value: t.referral_id == value,
        "sequence": lambda t, value: t.sequence == value,
    },
    filter_shapes={"referral_id": UUID, "sequence": int},
)


async def policy_in_force(
    session: AsyncSession, *, actor: Actor, programme_id: UUID, on: date
) -> EligibilityPolicy | None:
    """The highest version whose first day has come; None where the programme has no policy for that day."""
    found = await session.exec(
        select(EligibilityPolicy)
        .where(
            EligibilityPolicy.charity_id == actor.charity_id,
            EligibilityPolicy.programme_id == programme_id,
            EligibilityPolicy.valid_from <= on,
        )
        .order_by(col(EligibilityPolicy.policy_version).desc())
        .limit(1)
    )
    return found.first()


def policy_for_preview() -> Plan:
    """The policy of a programme (parameter `programme`) on a day (`on`): its id, version and document, or no row."""

    def build() -> Select[Any]:
        policy: Row = aliased(EligibilityPolicy)
        return (
            select_columns(policy.id, policy.policy_version, policy.document)
            .where(
                policy.charity_id == Context.charity,
                policy.programme_id == bindparam("programme", type_=Uuid()),
                policy.valid_from <= bindparam("on", type_=Date()),
            )
            .order_by(policy.policy_version.desc())
            .limit(1)
        )

    return compile_select(build)
