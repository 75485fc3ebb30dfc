"""Feedback: forms, and what was answered to them, or that nothing was."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import Call, IdempotencyKey, IfMatch, needs
from app.api.pages import OneQuery, PageQuery, listed
from app.domain.kernel.access import Permission
from app.domain.support.feedback import operations
from app.domain.support.feedback.models import (
    Audience,
    FeedbackFormRead,
    FeedbackRead,
    FeedbackReceipt,
    FeedbackStatus,
    GiveFeedback,
    PublishForm,
)
from app.domain.support.feedback.queries import FEEDBACK, FEEDBACK_LIST, FORMS, FORMS_LIST, RECEIPTS

router = APIRouter(prefix="/v1/feedback", tags=["Feedback"])
forms = APIRouter(prefix="/v1/feedback-forms", tags=["Feedback"])
P = Permission


class FormsQuery(PageQuery):
    """Filters of the list of forms."""

    audience: Audience | None = None
    in_use: bool | None = None


@forms.post("", summary="Publish a feedback form", status_code=201, responses=shapes.made(FeedbackFormRead))
async def publish_feedback_form(
    command: PublishForm, idempotency_key: IdempotencyKey = None, call: Call = needs(P.FEEDBACK_FORMS_WRITE)
) -> Response:
    """A form of the charity's own. With the code of one that is in use it is the next edition, and takes that one's place:
    questions that were answered are never changed."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.publish(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=FORMS, location="/v1/feedback-forms/{id}", key=idempotency_key)


@forms.get("", summary="List feedback forms", responses=shapes.page(FeedbackFormRead))
async def list_feedback_forms(query: Annotated[FormsQuery, Query()], call: Call = needs(P.FEEDBACK_WRITE)) -> Response:
    """The charity's own forms and everyone's, the newest first; `in_use=true` leaves out those that were retired."""
    return await listed(call, FORMS_LIST, query)


@forms.get("/{form_id}", summary="Read a feedback form", responses=shapes.found(FeedbackFormRead))
async def read_feedback_form(
    form_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.FEEDBACK_WRITE)
) -> Response:
    """One edition of a form, with its questions."""
    return await call.one(FORMS, form_id, query.selection(FORMS))


@forms.post("/{form_id}/retire", summary="Retire a feedback form", responses=shapes.changed(FeedbackFormRead))
async def retire_feedback_form(
    form_id: UUID, if_match: IfMatch = None, call: Call = needs(P.FEEDBACK_FORMS_WRITE)
) -> Response:
    """Take one of the charity's own forms out of use. What was answered stays, and what was written before may still come
    in."""

    async def change(session: AsyncSession, version: int) -> UUID:
        row = await operations.retire(session, actor=call.actor, form_id=form_id, version=version, now=call.now)
        return row.id

    return await call.change(change, view=FORMS, if_match=if_match)


class FeedbackQuery(PageQuery):
    """Filters of the list of feedback."""

    audience: Audience | None = None
    status: FeedbackStatus | None = None
    form_id: UUID | None = None
    engagement_id: UUID | None = None


@router.post("", summary="Hand in feedback", status_code=201, responses=shapes.made(FeedbackReceipt))
async def give_feedback(
    command: GiveFeedback, idempotency_key: IdempotencyKey = None, call: Call = needs(P.FEEDBACK_WRITE)
) -> Response:
    """What was answered, or that somebody did not wish to, or was not asked. The answer is a receipt: a mentor and an agency
    hand in and read nothing back. It is never changed; a mistake is put right by another, with `supersedes_id`."""

    async def create(session: AsyncSession) -> UUID:
        return await operations.give(session, actor=call.actor, command=command, now=call.now)

    return await call.create(create, view=RECEIPTS, location="/v1/feedback/{id}", key=idempotency_key)


@router.get("", summary="List feedback", responses=shapes.page(FeedbackRead))
async def list_feedback(query: Annotated[FeedbackQuery, Query()], call: Call = needs(P.FEEDBACK_READ)) -> Response:
    """What was handed in, the newest first. The coordinator's and the manager's: what a man says about his mentor, his mentor
    does not read."""
    return await listed(call, FEEDBACK_LIST, query)


@router.get("/{feedback_id}", summary="Read feedback", responses=shapes.found(FeedbackRead))
async def read_feedback(
    feedback_id: UUID, query: Annotated[OneQuery, Query()], call: Call = needs(P.FEEDBACK_READ)
) -> Response:
    """One, with its answers. `expand=form` adds the questions, `engagement` or `referral` what it is about."""
    return await call.one(FEEDBACK, feedback_id, query.selection(FEEDBACK))
