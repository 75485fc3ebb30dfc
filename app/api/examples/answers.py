"""The examples of all answers, by the name of the schema or, where an answer has none of its own, of the operation."""

from typing import Any

from app.api.examples import (
    access,
    directory,
    feedback,
    forecasts,
    mentoring,
    notes,
    organisations,
    outcomes,
    people,
    referrals,
    reports,
    safeguarding,
    service,
    sessions,
    signposting,
    support,
    through_the_gate,
)

ANSWERS: dict[str, Any] = {
    **referrals.ANSWERS,
    **people.ANSWERS,
    **organisations.ANSWERS,
    **mentoring.ANSWERS,
    **forecasts.ANSWERS,
    **sessions.ANSWERS,
    **notes.ANSWERS,
    **safeguarding.ANSWERS,
    **feedback.ANSWERS,
    **support.ANSWERS,
    **signposting.ANSWERS,
    **through_the_gate.ANSWERS,
    **outcomes.ANSWERS,
    **reports.ANSWERS,
    **directory.ANSWERS,
    **access.ANSWERS,
    **service.ANSWERS,
}
