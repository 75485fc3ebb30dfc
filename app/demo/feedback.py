"""The demo's feedback: some of each audience, and some who did not wish to give any or were not asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.database import Database
from app.demo.mentors import PROGRAMME_ID
from app.demo.plan import LAST_DAY
from app.domain.kernel.actor import Actor
from app.domain.matching.models import Engagement
from app.domain.referrals.models import Referral
from app.domain.support.feedback.models import Audience, Feedback, FeedbackForm, GiveFeedback
from app.domain.support.feedback.operations import give

_OF_HOW_MANY = 12
_SAID: dict[Audience, tuple[dict[str, Any], ...]] = {
    Audience.MENTEE: (
        {
            "status": "ANSWERED",
            "taken_by": "READ_ALOUD",
            "answers": [{"question": "LISTENED", "value": "5"}, {"question": "GOOD", "value": "Somebody turned up."}],
        },
        {"status": "DECLINED"},
        {"status": "ANSWERED", "taken_by": "ON_PAPER", "answers": [{"question": "USEFUL", "value": "3"}]},
        {"status": "NOT_OFFERED"},
    ),
    Audience.MENTOR: (
        {
            "status": "ANSWERED",
            "taken_by": "SELF",
            "answers": [{"question": "SUPPORTED", "value": "4"}, {"question": "GO_ON", "value": "YES"}],
        },
        {"status": "DECLINED"},
    ),
    Audience.PROFESSIONAL: (
        {"status": "ANSWERED", "taken_by": "PHONE", "answers": [{"question": "EASY", "value": "4"}]},
        {"status": "DECLINED"},
        {"status": "NOT_OFFERED"},
    ),
}


async def ensure_feedback(database: Database, *, coordinator: Actor, now: datetime) -> None:
    """Of the first relationships of the demo's own year, all or none, through the operation that everybody hands in by."""
    async with database.write(coordinator) as session:
        if (await session.exec(select(Feedback.id).limit(1))).first() is not None:
            return
        forms = await session.exec(select(FeedbackForm).where(col(FeedbackForm.charity_id).is_(None)))
        form_of = {Audience(form.audience): form.id for form in forms.all()}
        found = await session.exec(
            select(Engagement.id, Engagement.referral_id)
            .join(Referral, col(Referral.id) == col(Engagement.referral_id))
            .where(
                Referral.programme_id == PROGRAMME_ID,
                col(Referral.partner_reference).startswith("DEMO-"),
                col(Engagement.started_on) <= LAST_DAY,
                col(Engagement.mentor_id).is_not(None),
            )
            .order_by(col(Engagement.started_on), col(Engagement.id))
            .limit(_OF_HOW_MANY)
        )
        for nth, (engagement, referral) in enumerate(found.all()):
            for audience, said in _SAID.items():
                about = _about(audience, engagement, referral)
                command = GiveFeedback.model_validate({"form_id": form_of[audience], **about, **said[nth % len(said)]})
                await give(session, actor=coordinator, command=command, now=now)


def _about(audience: Audience, engagement: UUID, referral: UUID) -> dict[str, UUID]:
    return {"referral_id": referral} if audience is Audience.PROFESSIONAL else {"engagement_id": engagement}
