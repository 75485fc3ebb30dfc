"""A decision on facts that somebody sends, kept nowhere."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from app.domain.eligibility.models import DecisionRead, PolicyUsed, PreviewEligibility
from app.domain.eligibility.operations import facts, judge
from app.domain.eligibility.policy import PolicyDocument
from app.domain.eligibility.queries import policy_for_preview
from app.domain.kernel.access import Permission, require
from app.domain.kernel.errors import invalid
from app.domain.kernel.reading.reads import Reads
from app.domain.organisations.queries import PROGRAMMES
from app.domain.people.models import PersonFields, ProtectedCharacteristicFields

Chosen = tuple[UUID | None, int | None, PolicyDocument | None]


def chosen_policy(command: PreviewEligibility, rows: Sequence[dict[str, Any]]) -> Chosen:
    """The policy sent along, or the programme's (the row of `queries.policy_for_preview`): id, version, document."""
    if (command.policy is None) == (command.programme_id is None):
        raise invalid("/programme_id", "ONE_OF", "Give either `programme_id` or `policy`, not both.")
    if command.policy is not None:
        return None, None, command.policy
    if not rows:
        return None, None, None
    document = PolicyDocument.model_validate(orjson.loads(rows[0]["document"]))
    return rows[0]["id"], rows[0]["policy_version"], document


def preview(command: PreviewEligibility, chosen: Chosen, *, on: date) -> DecisionRead:
    """Judge. The facts are those of the command alone."""
    policy_id, version, document = chosen
    person = command.person
    protected = None
    if person is not None:
        protected = ProtectedCharacteristicFields(ethnicity=person.ethnicity, ethnicity_source=person.ethnicity_source)
    known = facts(
        person or PersonFields(),
        custody=command.custody,
        convictions=person.convictions if person else (),
        protected=protected,
    )
    decision = judge(document, known, evaluated_on=on)
    return DecisionRead(
        **decision.model_dump(exclude={"policy", "warnings"}),
        warnings=list(decision.warnings),
        policy=PolicyUsed(id=policy_id, version=version),
        decided_at=None,
    )


async def decide(reads: Reads, command: PreviewEligibility, *, today: date) -> DecisionRead:
    """Read the policy and judge. Raises `Forbidden`, `NotFound` for a programme that is not there, `ValidationFailed`."""
    require(reads.actor, Permission.ELIGIBILITY_PREVIEW)
    on = command.on or today
    if command.programme_id is not None:
        await reads.one(PROGRAMMES, command.programme_id)
    rows = await reads.rows(policy_for_preview(), {"programme": command.programme_id, "on": on})
    return preview(command, chosen_policy(command, [dict(row) for row in rows]), on=on)
