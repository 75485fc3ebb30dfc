"""A form of the charity's own published, or taken out of use."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.changes import load_version, touch
from app.domain.kernel.errors import FieldError, ValidationFailed
from app.domain.support.feedback.errors import FormRetired
from app.domain.support.feedback.models import FeedbackForm, PublishForm
from app.domain.support.feedback.rules import wrong_questions


async def publish(session: AsyncSession, *, actor: Actor, command: PublishForm, now: datetime) -> FeedbackForm:
    """A new form, or the next edition of one, which takes the place of the one in use. Of two at once the second waits for the
    first one's lock, or is stopped by the index on editions, and may try again. Raises `ValidationFailed` (422)."""
    require(actor, Permission.FEEDBACK_FORMS_WRITE)
    wrong = [FieldError(*one) for one in wrong_questions(command.questions)]
    if wrong:
        raise ValidationFailed(errors=wrong)
    found = await session.exec(
        select(FeedbackForm)
        .where(FeedbackForm.charity_id == actor.charity_id, FeedbackForm.code == command.code)
        .order_by(col(FeedbackForm.edition).desc())
        .limit(1)
        .with_for_update()
    )
    newest = found.first()
    if newest is not None and newest.retired_at is None:
        await _take_out(session, newest, now)
    row = FeedbackForm(
        **command.model_dump(mode="json"),
        charity_id=actor.charity_id,
        edition=1 if newest is None else newest.edition + 1,
        created_at=now,
        created_by=actor.subject_id,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await audit.record(session, "feedback_form.publish", row.id, command.model_fields_set)
    await events.tell(session, actor, "feedback_form.published", row, now)
    return row


async def retire(
    session: AsyncSession, *, actor: Actor, form_id: UUID, version: int | None, now: datetime
) -> FeedbackForm:
    """No more of it. What was answered stays. Raises `NotFound`, also for everyone's forms; `FormRetired` (409)."""
    require(actor, Permission.FEEDBACK_FORMS_WRITE)
    row = await load_version(session, FeedbackForm, form_id, actor=actor, version=version)
    if row.retired_at is not None:
        raise FormRetired()
    await _take_out(session, row, now)
    await audit.record(session, "feedback_form.retire", row.id, ["retired_at"])
    await events.tell(session, actor, "feedback_form.retired", row, now)
    return row


async def _take_out(session: AsyncSession, row: FeedbackForm, now: datetime) -> None:
    row.retired_at = now
    touch(row, now=now)
    session.add(row)
    await session.flush()
