"""Feedback through GraphQL."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.support.feedback import operations
from app.domain.support.feedback.models import GiveFeedback, PublishForm
from app.domain.support.feedback.queries import FEEDBACK, FEEDBACK_LIST, FORMS, FORMS_LIST, RECEIPTS
from app.graphql.roots import Change, Command, Many, One, offer
from app.visits import Visit

P = Permission


async def _publish(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.publish(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _retire(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await operations.retire(
        session, actor=visit.actor, form_id=command.id, version=command.version, now=visit.now
    )
    return row.id


async def _give(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    return await operations.give(session, actor=visit.actor, command=command.input, now=visit.now)


offer(
    One("feedbackForm", FORMS, "A form, with its questions."),
    Many("feedbackForms", FORMS_LIST, "The charity's own forms and everyone's, the newest first."),
    One("feedback", FEEDBACK, "What somebody said, or that he did not wish to."),
    Many("feedbackList", FEEDBACK_LIST, "What was handed in, the newest first."),
    Change(
        "publishFeedbackForm",
        FORMS,
        _publish,
        "A form of the charity's own, or its next edition.",
        P.FEEDBACK_FORMS_WRITE,
        PublishForm,
    ),
    Change("retireFeedbackForm", FORMS, _retire, "Take a form out of use.", P.FEEDBACK_FORMS_WRITE, by_id=True),
    Change(
        "giveFeedback",
        RECEIPTS,
        _give,
        "Hand in feedback, or that somebody did not wish to give any. The answer is a receipt.",
        P.FEEDBACK_WRITE,
        GiveFeedback,
    ),
)
