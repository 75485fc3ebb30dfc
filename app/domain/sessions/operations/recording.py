"""What became of a session, written down now or long after, once; and corrected."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import new_id
from app.domain.people.models import Explanation
from app.domain.people.offences import ExplanationKind
from app.domain.sessions.errors import NotExplained
from app.domain.sessions.models import (
    Attendance,
    CorrectSession,
    MentoringSession,
    RecordSession,
    SessionStep,
)
from app.domain.sessions.operations.checking import cause_of, check_free, session_for, stood
from app.domain.sessions.rules import state_after

T = SessionStep


async def record(
    session: AsyncSession, *, actor: Actor, session_id: UUID, command: RecordSession, version: int | None, now: datetime
) -> MentoringSession:
    """What became of it. An absence closes nothing, downgrades nothing and is reported to nobody. Raises `NotExplained`
    (409) for the first session that he attends, before voluntariness and confidentiality were explained."""
    row = await session_for(session, actor=actor, session_id=session_id, version=version, step=T.RECORD)
    await say_what_became(session, actor=actor, row=row, said=command, at="", now=now)
    await _check_still_free(session, actor, row)
    return await stood(session, actor=actor, row=row, step=T.RECORD, now=now)


async def correct(
    session: AsyncSession,
    *,
    actor: Actor,
    session_id: UUID,
    command: CorrectSession,
    version: int | None,
    now: datetime,
) -> MentoringSession:
    """What really became of it. What was recorded before stays in its entries."""
    row = await session_for(session, actor=actor, session_id=session_id, version=version, step=T.CORRECT)
    await say_what_became(session, actor=actor, row=row, said=command, at="", now=now)
    await _check_still_free(session, actor, row)
    return await stood(session, actor=actor, row=row, step=T.CORRECT, now=now, reason=command.reason)


async def say_what_became(
    session: AsyncSession, *, actor: Actor, row: MentoringSession, said: RecordSession, at: str, now: datetime
) -> None:
    """`at`: where in what was sent the recording stands, for the errors."""
    attended = said.attendance is Attendance.ATTENDED
    begins = said.occurred_at or row.starts_at
    if begins > now:
        raise invalid(f"{at}/occurred_at", "IN_THE_FUTURE", "It has not begun yet: cancel or move it instead.")
    if attended:
        await _check_explained(session, actor=actor, row=row, said=said, when=begins, now=now)
    row.attendance, row.prison_cause = said.attendance, cause_of(said.attendance, said.prison_cause)
    row.state = state_after(said.attendance)
    row.occurred_at = begins if attended else None
    row.minutes = said.minutes or row.minutes
    row.topics = list(said.topics) if attended else []


async def _check_still_free(session: AsyncSession, actor: Actor, row: MentoringSession) -> None:
    """It may have taken longer than was planned, or had been called off and its time given to another."""
    await check_free(
        session,
        actor=actor,
        engagement_id=row.engagement_id,
        starts=[row.starts_at],
        minutes=row.minutes,
        but=row.id,
    )


async def _check_explained(
    session: AsyncSession, *, actor: Actor, row: MentoringSession, said: RecordSession, when: datetime, now: datetime
) -> None:
    known = await session.exec(select(func.throughgate.was_explained(row.person_id, now)))
    if known.one():
        return
    if not said.explained:
        raise NotExplained()
    for kind in ExplanationKind:
        await session.exec(
            insert(Explanation)
            .inline()
            .values(
                id=new_id(),
                charity_id=actor.charity_id,
                person_id=row.person_id,
                kind=kind,
                explained_at=when,
                recorded_at=now,
                recorded_by=actor.subject_id,
            )
        )
