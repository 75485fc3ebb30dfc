"""Feedback handed in: by whom it is about, or for somebody who does not write."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel import audit, events
from app.domain.kernel.access import Permission, Role, require
from app.domain.kernel.actor import Actor
from app.domain.kernel.errors import FieldError, ValidationFailed, invalid
from app.domain.kernel.rows import civil_date, new_id
from app.domain.matching.models import Engagement, EngagementMentor
from app.domain.mentors.models import Mentor
from app.domain.referrals.models import Referral
from app.domain.support.feedback.errors import FeedbackSuperseded
from app.domain.support.feedback.models import (
    Audience,
    Feedback,
    FeedbackForm,
    FeedbackQuestion,
    GiveFeedback,
)
from app.domain.support.feedback.rules import Wrong, wrong_answers, wrong_form_of, wrong_hands


async def give(session: AsyncSession, *, actor: Actor, command: GiveFeedback, now: datetime) -> UUID:
    """Its id, and no more: who hands in does not read. Two at once are two; where both put the same one right, the index on
    what they supersede lets one through. Raises `ValidationFailed` (422), `FeedbackSuperseded` (409)."""
    require(actor, Permission.FEEDBACK_WRITE)
    given_on = command.given_on or civil_date(now)
    form = await _form(session, actor, command.form_id, given_on=given_on, now=now)
    _check(actor, form, command)
    if form.audience is Audience.PROFESSIONAL:
        await _check_referral(session, actor, command)
    else:
        await _check_engagement(session, actor, command, form.audience, civil_date(now))
    if command.supersedes_id is not None:
        await _check_superseded(session, actor, command, command.supersedes_id)
    key = new_id()
    session.add(
        Feedback(
            **command.model_dump(
                mode="json", exclude={"given_on", "form_id", "engagement_id", "referral_id", "supersedes_id"}
            ),
            id=key,
            charity_id=actor.charity_id,
            form_id=form.id,
            audience=form.audience,
            engagement_id=command.engagement_id,
            referral_id=command.referral_id,
            supersedes_id=command.supersedes_id,
            given_on=given_on,
            created_at=now,
            created_by=actor.subject_id,
        )
    )
    await session.flush()
    await audit.record(session, "feedback.give", key, command.model_fields_set)
    await events.publish(session, actor=actor, type="feedback.given", aggregate_id=key, aggregate_version=1, now=now)
    return key


async def _form(session: AsyncSession, actor: Actor, form_id: UUID, *, given_on: date, now: datetime) -> FeedbackForm:
    """The form, if it was in use on that day: what was written on paper may come in after it was retired."""
    found = await session.exec(
        select(FeedbackForm).where(
            FeedbackForm.id == form_id,
            or_(col(FeedbackForm.charity_id).is_(None), col(FeedbackForm.charity_id) == actor.charity_id),
        )
    )
    form = found.one_or_none()
    if form is None:
        raise invalid("/form_id", "UNKNOWN_FORM", "There is no such form here: see /v1/feedback-forms.")
    if given_on > civil_date(now):
        raise invalid("/given_on", "IN_THE_FUTURE", "Give the day on which it was given: today, or one before.")
    if form.retired_at is not None and given_on > civil_date(form.retired_at):
        raise invalid(
            "/form_id", "FORM_RETIRED", "The form was not in use on that day: see /v1/feedback-forms?in_use=true."
        )
    form.audience = Audience(form.audience)
    return form


def _check(actor: Actor, form: FeedbackForm, command: GiveFeedback) -> None:
    questions = [FeedbackQuestion.model_validate(one) for one in form.questions]
    _refuse(wrong_hands(actor.role, form.audience, command.status, command.taken_by))
    _refuse(wrong_form_of(command.status, command.taken_by, command.answers))
    _refuse(wrong_answers(questions, command.answers))
    of_referral = form.audience is Audience.PROFESSIONAL
    if (command.referral_id is not None) != of_referral:
        raise invalid("/referral_id", "ONE_OF", "Name the referral with a form for professionals, and only then.")
    if (command.engagement_id is not None) == of_referral:
        raise invalid(
            "/engagement_id", "ONE_OF", "Name the engagement with a form for mentees or mentors, and only then."
        )


def _refuse(wrong: Iterable[Wrong]) -> None:
    errors = [FieldError(*one) for one in wrong]
    if errors:
        raise ValidationFailed(errors=errors)


async def _check_referral(session: AsyncSession, actor: Actor, command: GiveFeedback) -> None:
    """An agency finds its own referrals only, so one that is not there and somebody else's are the same to it."""
    found = await session.exec(
        select(Referral.id).where(Referral.id == command.referral_id, Referral.charity_id == actor.charity_id)
    )
    if found.first() is None:
        raise invalid("/referral_id", "UNKNOWN_REFERRAL", "There is no such referral here: see /v1/referrals.")


async def _check_engagement(
    session: AsyncSession, actor: Actor, command: GiveFeedback, audience: Audience, today: date
) -> None:
    """For a mentor it is one that is his, or was until a month ago; for what his mentee says, one that is."""
    found = await session.exec(
        select(Engagement.id, Engagement.mentor_id).where(
            Engagement.id == command.engagement_id, Engagement.charity_id == actor.charity_id
        )
    )
    engagement = found.first()
    if engagement is None or (
        actor.role is Role.MENTOR
        and not await _is_his(session, actor, engagement[0], now_too=audience is Audience.MENTEE, today=today)
    ):
        raise invalid("/engagement_id", "UNKNOWN_ENGAGEMENT", "There is no such engagement here: see /v1/engagements.")


async def _is_his(session: AsyncSession, actor: Actor, engagement_id: UUID, *, now_too: bool, today: date) -> bool:
    own = select(Mentor.id).where(Mentor.member_id == actor.subject_id)
    until = col(EngagementMentor.access_until)
    wanted = (
        select(EngagementMentor.id)
        .join(Engagement, col(Engagement.id) == col(EngagementMentor.engagement_id))
        .where(
            EngagementMentor.engagement_id == engagement_id,
            col(EngagementMentor.mentor_id).in_(own),
            or_(until.is_(None), until >= today),
        )
    )
    if now_too:
        wanted = wanted.where(col(Engagement.mentor_id).in_(own))
    return (await session.exec(wanted)).first() is not None


async def _check_superseded(session: AsyncSession, actor: Actor, command: GiveFeedback, key: UUID) -> None:
    """Whoever may not read puts right only what he handed in himself, of the same form and about the same."""
    wanted = select(Feedback.id).where(
        Feedback.id == key,
        Feedback.charity_id == actor.charity_id,
        Feedback.form_id == command.form_id,
        col(Feedback.engagement_id).is_not_distinct_from(command.engagement_id),
        col(Feedback.referral_id).is_not_distinct_from(command.referral_id),
    )
    if Permission.FEEDBACK_READ not in actor.permissions:
        wanted = wanted.where(Feedback.created_by == actor.subject_id)
    if (await session.exec(wanted)).first() is None:
        raise invalid(
            "/supersedes_id", "UNKNOWN_FEEDBACK", "There is nothing of this form about the same to put right."
        )
    by = await session.exec(select(Feedback.id).where(Feedback.supersedes_id == key))
    if by.first() is not None:
        raise FeedbackSuperseded()
