"""How relationships end, through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.journeys import endings
from app.domain.kernel.access import Permission
from app.domain.through_the_gate import operations
from app.domain.through_the_gate.models import AgreeEnding, RecordClosingReview, RecordDeath, WithdrawDeath
from app.domain.through_the_gate.queries import (
    CLOSING_REVIEWS,
    CLOSING_REVIEWS_LIST,
    DEATHS,
    DEATHS_LIST,
    ENDING_AGREEMENTS,
    ENDING_AGREEMENTS_LIST,
    ENDINGS,
    ENDINGS_LIST,
)
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


async def _agree(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.agree_ending(
        session, actor=visit.actor, engagement_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _review(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.record_closing_review(
        session, actor=visit.actor, engagement_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _died(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await endings.record_death(
        session, actor=visit.actor, person_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _untrue(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.withdraw_death(
        session,
        actor=visit.actor,
        death_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


offer(
    One("ending", ENDINGS, "How a relationship comes to its end, or came to it, by the engagement's id."),
    Many("endings", ENDINGS_LIST, "How relationships come to their end; a mentor sees his own."),
    Many("endingAgreements", ENDING_AGREEMENTS_LIST, "When relationships were to end, as it was agreed each time."),
    Many("closingReviews", CLOSING_REVIEWS_LIST, "What was said when they looked back."),
    One("death", DEATHS, "That somebody has died."),
    Many("deaths", DEATHS_LIST, "Whom the charity has lost."),
    Change(
        "agreeEnding",
        ENDING_AGREEMENTS,
        _agree,
        "When it will end, said early so that nobody is surprised.",
        P.SESSIONS_WRITE,
        AgreeEnding,
        of="engagementId",
    ),
    Change(
        "recordClosingReview",
        CLOSING_REVIEWS,
        _review,
        "They looked back at it.",
        P.SESSIONS_WRITE,
        RecordClosingReview,
        of="engagementId",
    ),
    Change(
        "recordDeath",
        DEATHS,
        _died,
        "He has died: whatever was to come stops.",
        P.PLACEMENTS_WRITE,
        RecordDeath,
        of="personId",
    ),
    Change(
        "withdrawDeath",
        DEATHS,
        _untrue,
        "It is not true. What stopped is taken up again one by one.",
        P.PLACEMENTS_WRITE,
        WithdrawDeath,
        by_id=True,
    ),
)
