"""Outcomes and measures through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.outcomes import operations
from app.domain.outcomes.changing import MeasureChangesAsked, changes_of
from app.domain.outcomes.models import JudgeOutcome, MeasureChanges, PublishMeasure, RecordResponse
from app.domain.outcomes.queries import (
    JUDGEMENTS,
    JUDGEMENTS_LIST,
    MEASURES,
    MEASURES_LIST,
    OUTCOME_SUMMARIES,
    OUTCOME_SUMMARIES_LIST,
    RESPONSES,
    RESPONSES_LIST,
)
from app.graphql.roots import Change, Command, Computed, Many, One, offer
from app.visits import Visit

P = Permission


async def _judge(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.judge_outcome(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _publish(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.publish_measure(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _retire(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.retire_measure(
        session, actor=visit.actor, measure_id=command.id, version=command.version, now=visit.now
    )
    return row.id


async def _record(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.record_response(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _changes(visit: Visit, given: MeasureChangesAsked) -> MeasureChanges:
    return await changes_of(visit.reader, given.engagement_id)


offer(
    One("outcomeJudgement", JUDGEMENTS, "What was found about one of the six outcomes."),
    Many("outcomeJudgements", JUDGEMENTS_LIST, "Judgements, the newest first."),
    One("outcomeSummary", OUTCOME_SUMMARIES, "The six outcomes of a relationship, by the engagement's id."),
    Many("outcomeSummaries", OUTCOME_SUMMARIES_LIST, "The six outcomes of each relationship, as they stand."),
    One("measure", MEASURES, "One edition of a measure."),
    Many("measures", MEASURES_LIST, "Measures in all their editions, the newest first."),
    One("measureResponse", RESPONSES, "A form that was filled in, or not."),
    Many("measureResponses", RESPONSES_LIST, "Forms, the newest first; a mentor sees those of whom he mentors."),
    Computed(
        "measureChanges",
        MeasureChangesAsked,
        MeasureChanges,
        P.MEASURE_RESPONSES_READ,
        _changes,
        "How the scores of a relationship moved, and whether that is more than chance.",
    ),
    Change(
        "judgeOutcome",
        JUDGEMENTS,
        _judge,
        "What was found about one of the six. It takes the place of what was found before.",
        P.OUTCOMES_WRITE,
        JudgeOutcome,
    ),
    Change(
        "publishMeasure",
        MEASURES,
        _publish,
        "A measure of the charity's, or its next edition.",
        P.MEASURES_WRITE,
        PublishMeasure,
    ),
    Change("retireMeasure", MEASURES, _retire, "Take a measure out of use.", P.MEASURES_WRITE, by_id=True),
    Change(
        "recordMeasureResponse",
        RESPONSES,
        _record,
        "A form that was filled in, or that it was not.",
        P.MEASURE_RESPONSES_WRITE,
        RecordResponse,
    ),
)
