"""What may be asked about feedback: the forms, and, by the coordinator and the manager, what was said."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Context, Edge, Nested, Order, Row, View
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.referrals.queries import REFERRALS
from app.domain.support.feedback.models import (
    Audience,
    Feedback,
    FeedbackAnswer,
    FeedbackForm,
    FeedbackFormRead,
    FeedbackQuestion,
    FeedbackRead,
    FeedbackReceipt,
    FeedbackStatus,
)

P = Permission

FORMS = View(
    "feedback_form",
    FeedbackForm,
    FeedbackFormRead,
    P.FEEDBACK_WRITE,
    scope=lambda t: (or_(t.charity_id.is_(None), t.charity_id == Context.charity),),
    computed={"everyones": lambda t: t.charity_id.is_(None)},
    nested={"questions": Nested(FeedbackQuestion, many=True)},
)
FORMS_LIST = Collection(
    FORMS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "audience": lambda t, value: t.audience == value,
        "in_use": lambda t, value: t.retired_at.is_(None) == value,
    },
    filter_shapes={"audience": Audience, "in_use": bool},
)


def _superseded_by(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(Feedback)
    return select_columns(one.id).where(one.supersedes_id == row.id).correlate_except(one).scalar_subquery()


FEEDBACK: View = View(
    "feedback",
    Feedback,
    FeedbackRead,
    P.FEEDBACK_READ,
    computed={"superseded_by_id": _superseded_by},
    nested={"answers": Nested(FeedbackAnswer, many=True)},
    edges={
        "form": Edge(lambda: FORMS, on=lambda f, t: t.id == f.form_id, expand=True),
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda f, e: e.id == f.engagement_id, expand=True),
        "referral": Edge(lambda: REFERRALS, on=lambda f, r: r.id == f.referral_id, expand=True),
    },
    versioned=False,
)
FEEDBACK_LIST = Collection(
    FEEDBACK,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "audience": lambda t, value: t.audience == value,
        "status": lambda t, value: t.status == value,
        "form_id": lambda t, value: t.form_id == value,
        "engagement_id": lambda t, value: t.engagement_id == value,
    },
    filter_shapes={"audience": Audience, "status": FeedbackStatus, "form_id": UUID, "engagement_id": UUID},
)
RECEIPTS = View(
    "feedback_receipt",
    Feedback,
    FeedbackReceipt,
    P.FEEDBACK_WRITE,
    scope=lambda t: (t.charity_id == Context.charity, t.created_by == Context.subject),
    versioned=False,
    summary=True,
)
"""What whoever hands in is told, whatever his role: nothing of what anybody said."""
