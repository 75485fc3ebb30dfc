"""What counts when somebody is matched: a person's wishes, what keeps two apart, and a programme's policy."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, touch
from app.domain.kernel.errors import NotFound, invalid
from app.domain.matching.models import (
    MatchExclusion,
    MatchingPolicy,
    MatchProfile,
    PublishMatchingPolicy,
    RecordMatchExclusion,
    RecordMatchProfile,
)
from app.domain.mentors.models import Mentor
from app.domain.organisations.models import Programme
from app.domain.people.models import Person


async def record_profile(
    session: AsyncSession, *, actor: Actor, person_id: UUID, profile: RecordMatchProfile, now: datetime
) -> MatchProfile:
    """What he says of himself and wishes of a mentor; what he said before is kept."""
    require(actor, Permission.MATCHING_WRITE)
    person = await load(session, Person, person_id, actor=actor)
    said = profile.model_dump(exclude={"wishes"})
    row = MatchProfile(
        **said,
        wishes=[wish.model_dump(mode="json") for wish in profile.wishes],
        charity_id=actor.charity_id,
        person_id=person_id,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add(row)
    await audit.record(session, "person.match_profile_recorded", person_id, profile.model_fields_set)
    await events.tell(session, actor, "person.match_profile_recorded", person, now)
    return row


async def record_exclusion(
    session: AsyncSession, *, actor: Actor, exclusion: RecordMatchExclusion, now: datetime
) -> MatchExclusion:
    """That two are to be kept apart, or no longer. Nobody's relationship is ended by it."""
    require(actor, Permission.MATCHING_WRITE)
    for row, key, pointer in ((Person, exclusion.person_id, "person_id"), (Mentor, exclusion.mentor_id, "mentor_id")):
        try:
            await load(session, row, key, actor=actor)
        except NotFound:
            raise invalid(f"/{pointer}", "UNKNOWN", "There is no such one in this charity.") from None
    return await keep_apart(session, actor=actor, now=now, **exclusion.model_dump())


async def keep_apart(session: AsyncSession, *, actor: Actor, now: datetime, **pair: object) -> MatchExclusion:
    """`record_exclusion`, for what follows from something else and was judged there."""
    row = MatchExclusion.model_validate(
        {**pair, "charity_id": actor.charity_id, "recorded_at": now, "recorded_by": actor.subject_id}
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "match_exclusion.recorded", row.id, ["kind", "applies"])
    await events.publish(
        session, actor=actor, type="match_exclusion.recorded", aggregate_id=row.id, aggregate_version=1, now=now
    )
    return row


async def publish_policy(
    session: AsyncSession, *, actor: Actor, programme_id: UUID, command: PublishMatchingPolicy, now: datetime
) -> MatchingPolicy:
    """Add a version to a programme's matching policy. Two at once are safe: the programme's row is locked, so each gets a
    number of its own. Runs already made keep the version they were made under."""
    require(actor, Permission.PROGRAMMES_WRITE)
    programme = await load(session, Programme, programme_id, actor=actor, lock=True)
    newest = await session.exec(
        select(MatchingPolicy.policy_version)
        .where(MatchingPolicy.programme_id == programme_id)
        .order_by(col(MatchingPolicy.policy_version).desc())
        .limit(1)
    )
    row = MatchingPolicy(
        charity_id=actor.charity_id,
        programme_id=programme_id,
        policy_version=(newest.first() or 0) + 1,
        document=command.document.model_dump(mode="json"),
        created_at=now,
        created_by=actor.subject_id,
    )
    session.add(row)
    touch(programme, now=now)
    session.add(programme)
    await session.flush()
    await audit.record(session, "programme.matching_policy_published", programme_id, ["document"])
    await events.tell(session, actor, "programme.matching_policy_published", programme, now)
    return row
