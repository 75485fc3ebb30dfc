"""Something new is known about a person: keep it, and judge his referrals again by it."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load
from app.domain.people import operations as people
from app.domain.people.models import (
    ChangePerson,
    ConvictionInput,
    CustodyFacts,
    Person,
    RecordCustodyFacts,
    SetProtectedCharacteristics,
)
from app.domain.referrals.operations import open_referrals_of, reassess
from app.domain.through_the_gate.operations import follow_facts, follow_record


async def learn_custody_facts(
    session: AsyncSession, *, actor: Actor, person_id: UUID, command: RecordCustodyFacts, now: datetime
) -> CustodyFacts:
    """A new set of custody facts, new decisions on every referral that is still open or was found ineligible, and the day on which
    his release plan has him leave."""
    row = await people.record_custody_facts(
        session,
        actor=actor,
        person_id=person_id,
        facts=command,
        source=command.source,
        verified_by=command.verified_by,
        now=now,
    )
    await session.flush()
    await follow_facts(session, actor=actor, person_id=person_id, found=None, now=now)
    await judge_again(session, actor=actor, person_id=person_id, now=now)
    return row


async def correct_person(
    session: AsyncSession, *, actor: Actor, person_id: UUID, change: ChangePerson, version: int | None, now: datetime
) -> None:
    """Correct what is on file about a person; policies may ask about some of it, and where he is said to be is where he is
    from today on."""
    before = await load(session, Person, person_id, actor=actor, lock=True)
    left = before.location
    person = await people.change_person(
        session, actor=actor, person_id=person_id, change=change, version=version, now=now
    )
    if change.model_fields_set & {"establishment", "setting"}:
        said = change.location if "location" in change.model_fields_set else None
        await follow_record(session, actor=actor, person=person, left=left, location=said, now=now)
    await judge_again(session, actor=actor, person_id=person_id, now=now)


async def learn_conviction(
    session: AsyncSession,
    *,
    actor: Actor,
    person_id: UUID,
    conviction: ConvictionInput,
    version: int | None,
    now: datetime,
) -> None:
    """Add a conviction by its group."""
    await people.add_conviction(
        session, actor=actor, person_id=person_id, conviction=conviction, version=version, now=now
    )
    await judge_again(session, actor=actor, person_id=person_id, now=now)


async def learn_protected_characteristics(
    session: AsyncSession,
    *,
    actor: Actor,
    person_id: UUID,
    change: SetProtectedCharacteristics,
    version: int | None,
    now: datetime,
) -> None:
    """What he has said about himself; a policy may ask about some of it."""
    await people.set_protected_characteristics(
        session, actor=actor, person_id=person_id, change=change, version=version, now=now
    )
    await judge_again(session, actor=actor, person_id=person_id, now=now)


async def judge_again(session: AsyncSession, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Every referral of his that is still open or was found ineligible, by what is known now."""
    await session.flush()
    if not actor.may(Permission.REFERRALS_MANAGE):
        return  # the facts are kept; somebody who may judge will be shown that they are newer than the decision
    for referral_id in await open_referrals_of(session, actor=actor, person_id=person_id):
        await reassess(session, actor=actor, referral_id=referral_id, version=None, now=now, only_if_different=True)
