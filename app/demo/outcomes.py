"""What was found about the six outcomes of the demo's year: the totals of the charity's report. Who of the 31 improved in what is
invented; so are the form and its scores, which are nobody's instrument."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.kernel.actor import Actor
from app.domain.kernel.rows import civil_date
from app.domain.matching.models import Engagement
from app.domain.outcomes import operations
from app.domain.outcomes.models import (
    AdministeredBy,
    Direction,
    EvidenceSource,
    Judgement,
    JudgeOutcome,
    MeasureScale,
    MentoringOutcome,
    OutcomeJudgement,
    PublishMeasure,
    RawScore,
    RecordResponse,
    ResponseStatus,
)
from app.domain.referrals.models import Referral

_Six = MentoringOutcome
# How many of the 31 improved in each, as the report says.
IMPROVED = {
    _Six.EDUCATION_TRAINING_EMPLOYMENT: 20,
    _Six.PROBLEMS_IN_LIFE: 26,
    _Six.COMMUNITY_ACTIVITIES: 24,
    _Six.PROSOCIAL_BELIEFS: 23,
    _Six.HEALTH_WELLBEING: 27,
    _Six.PROSOCIAL_RELATIONSHIPS: 25,
}
# In how many of the six each of them improved: all in one, 26 in three or more, 20 in five or more; 145 in all.
BREADTH = (6,) * 14 + (5,) * 6 + (4,) * 5 + (3,) + (2,) * 3 + (1,) * 2

_SOURCES = tuple(EvidenceSource)
_BASIS = "Invented by the demo: the report prints totals, not how anybody was judged."
_FORM = PublishMeasure(
    code="DEMO_WELLBEING",
    title="How are you? (demo)",
    edition_label="1",
    rapport_sessions=2,
    scales=[
        MeasureScale(
            code="TOTAL",
            label="Well-being",
            direction=Direction.HIGHER_IS_BETTER,
            raw_min=0,
            raw_max=40,
            standard_error="1.5",
            reliable_difference="4.2",
        )
    ],
)
_EARLIER = "From before the service was used."
# Of the first twelve: the first and the last score, or what became of the form instead.
_SCORES = ((14, 21), (18, 19), (20, 26), (12, 14), (25, 22), (16, 30), (22, 22), (9, 17))
_OTHERWISE = (
    (ResponseStatus.DECLINED, "Sees no use in it."),
    (ResponseStatus.PARTIAL, "Tired."),
    (ResponseStatus.NOT_OFFERED, None),
    (ResponseStatus.DECLINED, None),
)


def joint() -> list[frozenset[MentoringOutcome]]:
    """In what each of the 31 improved, so that the sums of rows and of columns are as given: whoever improved in most comes first,
    and gets what is still wanted most."""
    wanted = dict(IMPROVED)
    rows: list[frozenset[MentoringOutcome]] = []
    for breadth in BREADTH:
        most = sorted(wanted, key=lambda outcome: -wanted[outcome])[:breadth]
        for outcome in most:
            wanted[outcome] -= 1
        rows.append(frozenset(most))
    return rows


async def ensure_outcomes(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """For the relationships of the demo's own year, all or none, by the operations that everybody uses."""
    async with database.write(coordinator) as session:
        if (await session.exec(select(OutcomeJudgement.id).limit(1))).first() is not None:
            return
        found = await session.exec(
            select(col(Engagement.id), col(Engagement.started_on))
            .join(Referral, col(Referral.id) == col(Engagement.referral_id))
            .where(
                Referral.programme_id == PROGRAMME_ID,
                col(Referral.partner_reference).startswith("DEMO-"),
                col(Engagement.started_on) <= LAST_DAY,
            )
            .order_by(col(Engagement.started_on), col(Engagement.id))
        )
        engagements = [(key, started) for key, started in found.all() if started is not None]
        for nth, ((key, started), improved) in enumerate(zip(engagements, joint(), strict=False)):
            for command in _judgements(key, max(started, LAST_DAY), nth, improved):
                await operations.judge_outcome(session, actor=coordinator, command=command, now=now)
        await _ask(session, coordinator, [key for key, _ in engagements], now)


def _judgements(key: UUID, on: date, nth: int, improved: frozenset[MentoringOutcome]) -> Iterator[JudgeOutcome]:
    """Of what he did not improve in, every third was never assessed."""
    for place, outcome in enumerate(MentoringOutcome):
        if outcome not in improved and (nth + place) % 3 == 0:
            continue
        found = Judgement.IMPROVED if outcome in improved else Judgement.NOT_IMPROVED
        source = _SOURCES[(nth + place) % len(_SOURCES)]
        yield JudgeOutcome(
            engagement_id=key, outcome=outcome, judgement=found, evidence_source=source, basis=_BASIS, assessed_on=on
        )


async def _ask(session: AsyncSession, actor: Actor, engagements: Sequence[UUID], now: datetime) -> None:
    measure = await operations.publish_measure(session, actor=actor, command=_FORM, now=now)
    today = civil_date(now)
    for nth, key in enumerate(engagements[: len(_SCORES) + len(_OTHERWISE)]):
        taken = RecordResponse(
            measure_id=measure.id,
            engagement_id=key,
            status=ResponseStatus.COMPLETE,
            administered_by=tuple(AdministeredBy)[nth % 3],
            override_reason=_EARLIER,
        )
        if nth >= len(_SCORES):
            status, why = _OTHERWISE[nth - len(_SCORES)]
            helped = taken.administered_by if status is ResponseStatus.PARTIAL else None
            update = {"status": status, "reason": why, "administered_by": helped}
            await operations.record_response(session, actor=actor, command=taken.model_copy(update=update), now=now)
            continue
        for score, days_ago in zip(_SCORES[nth], (200, 20), strict=True):
            scores = {"taken_on": today - timedelta(days=days_ago), "scores": [RawScore(scale="TOTAL", raw=score)]}
            await operations.record_response(session, actor=actor, command=taken.model_copy(update=scores), now=now)
