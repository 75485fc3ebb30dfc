"""Judge by a programme's policy and keep the decision, and publish policies. Nothing here refuses anybody."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.eligibility.facts import ConvictionFact, PersonFacts
from app.domain.eligibility.facts import CustodyFacts as JudgedCustody
from app.domain.eligibility.models import EligibilityPolicy, PublishPolicy
from app.domain.eligibility.policy import PolicyDocument
from app.domain.eligibility.rules import Decision, Outcome, PolicyReference, Reason, evaluate
from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, touch
from app.domain.kernel.rows import civil_date, new_id
from app.domain.organisations.models import Programme
from app.domain.people.models import Conviction, CustodyFields, PersonFields, ProtectedCharacteristicFields

NO_POLICY = "NO_POLICY_IN_FORCE"


def facts(
    person: PersonFields,
    *,
    custody: CustodyFields | None,
    convictions: Sequence[Conviction | Any] = (),
    protected: ProtectedCharacteristicFields | None = None,
    route: str | None = None,
    consent_given: bool | None = None,
) -> PersonFacts:
    """What is on file, as the policy language asks for it."""
    # By attribute: a row from the database holds its codes as plain text, and `model_dump` would complain of that.
    dates = {name: getattr(custody, name) for name in JudgedCustody.model_fields} if custody is not None else {}
    return PersonFacts(
        custody=JudgedCustody(**dates),
        date_of_birth=person.date_of_birth,
        sex=person.sex,
        gender_identity=protected.gender_identity if protected else None,
        ethnicity=protected.ethnicity if protected else None,
        ethnicity_source=protected.ethnicity_source if protected else None,
        setting=person.setting,
        establishment=person.establishment,
        region=person.probation_region,
        convictions=tuple(ConvictionFact(offence_group=c.offence_group, scope=c.scope) for c in convictions),
        offence_history_complete=person.offence_history_complete,
        has_conviction=person.has_conviction,
        cjs_contact=person.cjs_contact,
        referral_route=route,
        consent_given=consent_given,
        incentive_level=person.incentive_level,
        risk_flags=None if person.risk_flags is None else tuple(person.risk_flags),
    )


def judge(policy: PolicyDocument | None, known: PersonFacts, *, evaluated_on: date) -> Decision:
    """A decision under a policy; without one, UNDETERMINED: nobody is turned away for want of a rule."""
    if policy is not None:
        return evaluate(policy, known, evaluated_on=evaluated_on)
    reason = Reason(
        code=NO_POLICY,
        predicate="policy",
        detail="This programme has not said yet whom it is for, so we cannot say whether you can join it.",
    )
    return Decision(
        outcome=Outcome.UNDETERMINED,
        reasons=(reason,),
        basis=None,
        custody_end=None,
        threshold=None,
        warnings=(),
        evaluated_on=evaluated_on,
        policy=PolicyReference(id=None, version=None),
        inputs={},
    )


class PolicyOfDay(Protocol):
    """A version of a programme's policy, as it is kept."""

    @property
    def id(self) -> UUID: ...
    @property
    def policy_version(self) -> int: ...
    @property
    def document(self) -> dict[str, Any]: ...


def decided(
    *,
    actor: Actor,
    referral_id: UUID,
    partner_id: UUID | None,
    policy: PolicyOfDay | None,
    known: PersonFacts,
    custody_facts_id: UUID | None,
    evaluated_on: date,
    sequence: int,
    now: datetime,
) -> dict[str, Any]:
    """Judge a referral by a policy, that in force on the day it was received: a row with all its inputs, for the caller to
    add once the referral is there."""
    document = PolicyDocument.model_validate(policy.document) if policy else None
    decision = judge(document, known, evaluated_on=evaluated_on)
    return {
        "id": new_id(),
        "charity_id": actor.charity_id,
        "referral_id": referral_id,
        "partner_id": partner_id,
        "sequence": sequence,
        "policy_id": policy.id if policy else None,
        "policy_version": policy.policy_version if policy else None,
        "custody_facts_id": custody_facts_id,
        "decided_at": now,
        "decided_for": actor.subject_id,
        **decision.model_dump(mode="python", exclude={"policy", "reasons", "warnings"}),
        "reasons": [reason.model_dump(mode="json") for reason in decision.reasons],
        "warnings": list(decision.warnings),
    }


async def publish_policy(
    session: AsyncSession, *, actor: Actor, programme_id: UUID, command: PublishPolicy, now: datetime
) -> EligibilityPolicy:
    """Add a version to a programme's policy. Two at once are safe: the programme's row is locked, so each gets a number
    of its own. Decisions already made keep the version they were made under."""
    require(actor, Permission.PROGRAMMES_WRITE)
    programme = await load(session, Programme, programme_id, actor=actor, lock=True)
    newest = await session.exec(
        select(EligibilityPolicy.policy_version)
        .where(EligibilityPolicy.programme_id == programme_id)
        .order_by(col(EligibilityPolicy.policy_version).desc())
        .limit(1)
    )
    # With its nulls: a bound that is null is not set yet, and a policy without it could not be read again.
    document = command.document.model_dump(mode="json", by_alias=True)
    row = EligibilityPolicy(
        charity_id=actor.charity_id,
        programme_id=programme_id,
        policy_version=(newest.first() or 0) + 1,
        valid_from=command.valid_from or civil_date(now),
        document=document,
        created_at=now,
        created_by=actor.subject_id,
    )
    session.add(row)
    touch(programme, now=now)
    session.add(programme)
    await audit.record(session, "programme.policy_published", programme_id, ["document", "valid_from"])
    await events.tell(session, actor, "programme.policy_published", programme, now)
    return row
