"""What a run is told, as the database knows it: one statement, under the row security of whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Date, Select, Text, Uuid, bindparam, cast, func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.reading import Context, Plan, Row, compile_select
from app.domain.kernel.statements import fetch
from app.domain.matching.facts import ANY_TIME, MenteeFacts, MentorFacts
from app.domain.matching.policy import MatchingPolicyDocument
from app.domain.matching.run import Inputs
from app.domain.mentors.models import Slot
from app.domain.organisations.models import Programme
from app.domain.referrals.models import Referral

_BITS = {slot.value: 1 << place for place, slot in enumerate(Slot)}
_WITHOUT_POLICY = MatchingPolicyDocument(name="Default")

_WITHIN = "select throughgate.match_inputs($1, $2, $3, $4)::text as j"


@dataclass(frozen=True)
class Told:
    """The inputs of a run, and which version of the programme's policy they hold (None: the default's rules)."""

    inputs: Inputs
    policy_version: int | None


@cache
def told_plan(of: type[Programme | Referral]) -> Plan:
    """The facts of a programme, or of a referral's programme (parameter `key`), on a day (parameter `day`): its id, and the
    facts as JSON in the column `j`. No row where it is not there."""

    def build() -> Select[Any]:
        row: Row = aliased(of)
        programme = row.id if of is Programme else row.programme_id
        facts = func.throughgate.match_inputs(programme, bindparam("day", type_=Date()))
        return select_columns(programme.label("programme_id"), cast(facts, Text()).label("j")).where(
            row.charity_id == Context.charity, row.id == bindparam("key", type_=Uuid())
        )

    return compile_select(build)


async def told_within(
    session: AsyncSession,
    programme_id: UUID,
    day: date,
    *,
    referral_id: UUID | None = None,
    mentor_id: UUID | None = None,
) -> Told:
    """The same inside a write transaction; or of one referral, wherever it stands, and of one mentor."""
    rows = await fetch(session, _WITHIN, programme_id, day, referral_id, mentor_id)
    return told_from(rows[0]["j"], day)


def told_from(json: str, day: date) -> Told:
    """The facts as the database gave them, checked."""
    given = orjson.loads(json)
    policy = given["policy"]
    document = MatchingPolicyDocument.model_validate(policy["document"]) if policy else _WITHOUT_POLICY
    inputs = Inputs(
        for_day=day,
        policy=document,
        mentees=tuple(MenteeFacts.model_validate(_with_bits(one)) for one in given["mentees"]),
        mentors=tuple(MentorFacts.model_validate(_with_bits(one)) for one in given["mentors"]),
    )
    return Told(inputs, policy["version"] if policy else None)


def _with_bits(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "times": bits(one["times"])}


def bits(slots: Sequence[str] | None) -> int:
    """Parts of the week as the solver's bits; what is not said is any time."""
    return ANY_TIME if slots is None else sum(_BITS[slot] for slot in set(slots))
