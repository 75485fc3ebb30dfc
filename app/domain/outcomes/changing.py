"""How scores moved, as both doors answer it: one statement fetches the forms, `rules` compares them."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from app.domain.eligibility.dates import add_months
from app.domain.kernel.access import Permission, require
from app.domain.kernel.errors import NotFound
from app.domain.kernel.reading.reads import Reads
from app.domain.outcomes.models import MeasureChanges
from app.domain.outcomes.queries import complete_forms
from app.domain.outcomes.rules import Filled, changes

MONTHS_AFTER_RELEASE = 6
_FORMS = TypeAdapter(list[Filled])


class MeasureChangesAsked(BaseModel):
    """Of which relationship."""

    engagement_id: UUID


async def changes_of(reads: Reads, engagement_id: UUID) -> MeasureChanges:
    """How the scores of a relationship moved. Raises `NotFound`."""
    require(reads.actor, Permission.MEASURE_RESPONSES_READ)
    rows = await reads.rows(complete_forms(), {"key": engagement_id})
    if not rows:
        raise NotFound()
    [row] = rows
    until = counts_until(row["ended_on"], row["released_on"])
    found = changes(forms_from(row["forms"]), begun_on=row["started_on"], until=until)
    return MeasureChanges(engagement_id=engagement_id, items=found)


def forms_from(told: str | None) -> list[Filled]:
    """Forms as the statement tells them."""
    return [] if told is None else _FORMS.validate_json(told)


def counts_until(ended_on: date | None, released_on: date | None) -> date | None:
    """The last day whose forms count; None while it goes on."""
    if ended_on is None:
        return None
    return ended_on if released_on is None else max(ended_on, add_months(released_on, MONTHS_AFTER_RELEASE))
