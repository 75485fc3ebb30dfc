"""What a move asks of whoever coordinates, and what is decided. The relationship goes on meanwhile as it is."""

from datetime import datetime, time
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load, load_version, touch
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import LONDON
from app.domain.matching.models import Engagement
from app.domain.matching.writing_in import GOING_ON
from app.domain.mentors.models import Mentor
from app.domain.mentors.queries import cleared_for
from app.domain.sessions.models import MentoringSession, SessionSetting, SessionState
from app.domain.sessions.operations import meet_elsewhere
from app.domain.through_the_gate.errors import MentorNotCleared, MoveDecided
from app.domain.through_the_gate.models import Accommodation, DecideMove, MoveDecision, MoveKind, MoveReview, Placement
from app.domain.through_the_gate.rules import Spell

_ASKS = frozenset({MoveKind.TRANSFER, MoveKind.RELEASE, MoveKind.RECALL, MoveKind.BACK_IN_CUSTODY})


async def ask_for_reviews(
    session: AsyncSession, *, actor: Actor, person_id: UUID, here: Spell, now: datetime
) -> list[MoveReview]:
    """One for each relationship that goes on. Whoever calls has locked the person, so that none is asked twice; one that is still
    open about the same placement is asked about where he is said to be now."""
    if here.kind not in _ASKS:
        return []
    goes_on = await session.exec(
        select(Engagement.id)
        .where(Engagement.person_id == person_id, col(Engagement.state).in_(GOING_ON))
        .order_by(col(Engagement.id))
    )
    asked = await session.exec(
        select(MoveReview)
        .where(MoveReview.placement_id == here.fact.id)
        .order_by(col(MoveReview.created_at), col(MoveReview.id))
        .with_for_update()
    )
    newest = {row.engagement_id: row for row in asked.all()}
    rows = []
    for engagement_id in goes_on.all():
        row = newest.get(engagement_id)
        if row is not None and (row.kind, row.accommodation, row.establishment) == _place(here):
            continue
        if row is None or row.decided_at is not None:
            row = MoveReview(
                charity_id=actor.charity_id,
                engagement_id=engagement_id,
                person_id=person_id,
                placement_id=here.fact.id,
                created_at=now,
                created_by=actor.subject_id,
                updated_at=now,
                moved_on=here.arrived_on,
                kind=here.kind,
                accommodation=here.fact.accommodation,
            )
        else:
            touch(row, now=now)
        row.kind, row.accommodation, row.establishment = _place(here)
        row.moved_on = here.arrived_on
        session.add(row)
        rows.append(row)
    await session.flush()
    for row in rows:
        await audit.record(session, "move_review.asked", row.id, ["kind", "accommodation", "establishment"])
        await events.tell(session, actor, "move_review.asked", row, now)
    return rows


async def decide_move(
    session: AsyncSession, *, actor: Actor, review_id: UUID, command: DecideMove, version: int | None, now: datetime
) -> MoveReview:
    """How it goes on. Raises `MoveDecided` (409), `MentorNotCleared` (409), `ValidationFailed` (422)."""
    require(actor, Permission.ENGAGEMENTS_WRITE)
    found = await load(session, MoveReview, review_id, actor=actor)
    engagement = await load(session, Engagement, found.engagement_id, actor=actor, lock=True)
    row = await load_version(session, MoveReview, review_id, actor=actor, version=version)
    if row.decided_at is not None:
        raise MoveDecided(f"It was decided as {row.decision}.")
    placement = await load(session, Placement, row.placement_id, actor=actor)
    if placement.days is None or placement.days.upper is not None:
        raise MoveDecided("He is no longer there.")
    if engagement.state not in GOING_ON:
        raise MoveDecided(
            f"The engagement is {engagement.state}.", links={"engagement": f"/v1/engagements/{row.engagement_id}"}
        )
    if command.setting is not None:
        await _check_setting(session, row, engagement, command)
        await _meet_there(session, actor, row, command.setting, now)
    row.decision, row.setting, row.reason = command.decision, command.setting, command.reason
    row.decided_at, row.decided_by = now, actor.subject_id
    touch(row, now=now)
    session.add(row)
    await session.flush()
    await audit.record(session, "move_review.decided", row.id, command.model_fields_set)
    await events.tell(session, actor, "move_review.decided", row, now)
    return row


async def _check_setting(session: AsyncSession, row: MoveReview, engagement: Engagement, command: DecideMove) -> None:
    if command.decision is MoveDecision.ANOTHER_MENTOR:
        raise invalid("/setting", "ONLY_WITH", "Leave it out: whoever takes over plans with him how they meet.")
    if command.setting is SessionSetting.MEETING_WITH_OTHERS:
        raise invalid("/setting", "ONE_OF", "A meeting with others is planned by itself.")
    outside = not Accommodation(row.accommodation).in_custody
    if outside and command.setting in (SessionSetting.IN_PERSON, SessionSetting.VISIT):
        raise invalid("/setting", "ONE_OF", "IN_PERSON and VISIT are in a prison: take COMMUNITY.")
    if not outside and command.setting is SessionSetting.COMMUNITY:
        raise invalid("/setting", "ONE_OF", "He is in custody: take IN_PERSON, VISIT, PHONE, VIDEO, LETTER or EMAIL.")
    if (
        command.setting is SessionSetting.IN_PERSON
        and engagement.mentor_id is not None
        and row.establishment is not None
        and not await _cleared(session, engagement.mentor_id, row.establishment)
    ):
        raise MentorNotCleared(f"Nothing is on record that clears the mentor for {row.establishment}.")


async def _meet_there(
    session: AsyncSession, actor: Actor, row: MoveReview, setting: SessionSetting, now: datetime
) -> None:
    """What is planned for after the move, and not there: each session keeps its time."""
    since = max(now, datetime.combine(row.moved_on, time(0), LONDON))
    planned = await session.exec(
        select(MentoringSession)
        .where(
            MentoringSession.engagement_id == row.engagement_id,
            MentoringSession.state == SessionState.PLANNED,
            MentoringSession.starts_at >= since,
            col(MentoringSession.establishment).is_distinct_from(row.establishment),
        )
        .order_by(col(MentoringSession.starts_at))
        .with_for_update()
    )
    for one in planned.all():
        await meet_elsewhere(
            session,
            actor=actor,
            row=one,
            setting=setting,
            establishment=row.establishment,
            reason="He has moved.",
            now=now,
        )


async def _cleared(session: AsyncSession, mentor_id: UUID, establishment: str) -> bool:
    found = await session.exec(select(cleared_for(Mentor, establishment)).where(Mentor.id == mentor_id))
    return bool(found.one())


def _place(here: Spell) -> tuple[MoveKind, Accommodation, str | None]:
    return here.kind, here.fact.accommodation, here.fact.establishment
