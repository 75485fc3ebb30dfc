"""A judgement on one of the six outcomes."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import invalid
from app.domain.kernel.rows import civil_date
from app.domain.matching.writing_in import begun_engagement
from app.domain.outcomes.models import Judgement, JudgeOutcome, OutcomeJudgement


async def judge_outcome(
    session: AsyncSession, *, actor: Actor, command: JudgeOutcome, now: datetime
) -> OutcomeJudgement:
    """The next judgement on this outcome of this relationship, also after its end. Of two at once the second waits for the
    first one's lock on the engagement and supersedes it. Raises `ValidationFailed` (422)."""
    require(actor, Permission.OUTCOMES_WRITE)
    today = civil_date(now)
    assessed_on = command.assessed_on or today
    engagement = await begun_engagement(session, actor=actor, engagement_id=command.engagement_id)
    _check_evidence(command)
    if engagement.started_on is not None and not engagement.started_on <= assessed_on <= today:
        first = engagement.started_on.isoformat()
        raise invalid("/assessed_on", "OUT_OF_RANGE", f"Give a day from {first} to {today.isoformat()}.")
    before = await session.exec(
        select(func.max(OutcomeJudgement.sequence)).where(
            col(OutcomeJudgement.engagement_id) == engagement.id, col(OutcomeJudgement.outcome) == command.outcome
        )
    )
    row = OutcomeJudgement(
        **command.model_dump(exclude={"assessed_on"}),
        charity_id=actor.charity_id,
        assessed_on=assessed_on,
        sequence=(before.one() or 0) + 1,
        recorded_at=now,
        recorded_by=actor.subject_id,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "outcome.judge", row.id, command.model_fields_set)
    await events.once(session, actor, "outcome_judgement.recorded", row.id, now)
    return row


def _check_evidence(command: JudgeOutcome) -> None:
    assessed = command.judgement is not Judgement.NOT_ASSESSED
    if assessed != (command.evidence_source is not None):
        raise invalid(
            "/evidence_source", "ONE_OF", "Say where the evidence comes from; with NOT_ASSESSED there is none."
        )
    if assessed and command.basis is None:
        raise invalid("/basis", "MISSING", "Say what it rests on, so that somebody else could come to it.")
