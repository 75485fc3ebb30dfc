"""Who leaves in the next weeks, with what is still open: facts from one statement, judged by `release`."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import BaseModel
from pydantic import Field as SchemaField

from app.domain.eligibility.facts import CustodyFacts as JudgedCustody
from app.domain.kernel.access import Permission, require
from app.domain.kernel.errors import NotFound
from app.domain.kernel.reading.reads import Reads
from app.domain.people.models import PersonSummary
from app.domain.through_the_gate import queries
from app.domain.through_the_gate.models import (
    Accommodation,
    AccommodationPlan,
    HandoverBasis,
    ReleaseBasis,
    StillOpen,
)
from app.domain.through_the_gate.release import Handover, Leaving, Planned, handover, planned_release, still_open

_LAST_DAY = date(9999, 12, 31)


class CountdownEntry(BaseModel):
    """Somebody who is to be released, and what is still open."""

    engagement_id: UUID
    person: PersonSummary
    release_on: date | None = SchemaField(description="null: nobody knows; he stands at the end.")
    release_basis: ReleaseBasis | None = SchemaField(description="From where the day is known.")
    days_left: int | None = SchemaField(description="Days from today to it; negative when it has passed.")
    release_plan_id: UUID | None = SchemaField(description="His release plan; null: there is none.")
    gate_support_id: UUID | None = SchemaField(description="His support through the gate; null: none is on record.")
    first_accommodation: Accommodation | None
    community_offender_manager: str | None = SchemaField(description="By name, if known.")
    handover_due_on: date | None = SchemaField(description="From when on that one is to be responsible: a hint.")
    handover_basis: HandoverBasis | None
    items_open: int = SchemaField(description="How many things of his plan are still open.")
    still_open: list[StillOpen] = SchemaField(description="What somebody has to see to, the first thing first.")


class Countdown(BaseModel):
    """Who leaves soon, the soonest first; whoever was to have left, and is not on record as out, before all."""

    programme_id: UUID
    on: date
    until: date = SchemaField(description="The last day that it looks at.")
    total: int
    items: list[CountdownEntry]
    next: str | None = SchemaField(description="The cursor of the next page; null on the last one.")


class _One(NamedTuple):
    row: Mapping[str, Any]
    planned: Planned
    hint: Handover

    @property
    def key(self) -> tuple[date, str]:
        return self.planned.release_on or _LAST_DAY, str(self.row["engagement_id"])


async def countdown_of(
    reads: Reads, programme_id: UUID, *, today: date, days: int, limit: int, cursor: str | None
) -> Countdown:
    """A page of the countdown. Raises `NotFound`, `InvalidCursor`."""
    require(reads.actor, Permission.GATE_SUPPORT_WRITE)
    if not await reads.rows(queries.programme_there(), {"programme": programme_id}):
        raise NotFound()
    until = today + timedelta(days=days)
    rows = await reads.rows(queries.leaving(), {"programme": programme_id, "today": today})
    found = [_One(row, *_dates(row)) for row in rows]
    soon = sorted((one for one in found if (one.planned.release_on or today) <= until), key=lambda one: one.key)
    shown, following = reads.slice(
        soon,
        key=lambda one: one.key,
        types=(date, str),
        scope=f"countdown|{programme_id}|{days}",
        limit=limit,
        cursor=cursor,
    )
    items = [_entry(one, today) for one in shown]
    return Countdown(programme_id=programme_id, on=today, until=until, total=len(soon), items=items, next=following)


def _dates(row: Mapping[str, Any]) -> tuple[Planned, Handover]:
    facts = JudgedCustody.model_validate({name: row[name] for name in JudgedCustody.model_fields})
    planned = planned_release(facts, told=row["expected_on"], released_on=None)
    hint = handover(
        facts,
        release_on=planned.release_on,
        sentence_started_on=row["sentence_started_on"],
        early_allocation=row["early_allocation"],
    )
    return planned, hint


def _entry(one: _One, today: date) -> CountdownEntry:
    row, release_on = one.row, one.planned.release_on
    accepted = row["accepted_on"] is not None and row["declined_on"] is None
    leaving = Leaving(
        planned=one.planned,
        handover_due_on=one.hint.due_on,
        has_plan=row["plan_id"] is not None,
        accommodation=AccommodationPlan(row["accommodation_plan"] or AccommodationPlan.NOT_KNOWN),
        items_open=row["items_open"],
        com_known=row["com"] is not None,
        licence_asked=row["licence_asked"],
        support_offered=row["offered_on"] is not None,
        support_answered=accepted or row["declined_on"] is not None,
        support_accepted=accepted,
        contact_permitted=row["contact_permitted"],
        card_works=row["card_works"],
    )
    return CountdownEntry(
        engagement_id=row["engagement_id"],
        person=PersonSummary.model_validate(orjson.loads(row["person"])),
        release_on=release_on,
        release_basis=one.planned.basis,
        days_left=None if release_on is None else (release_on - today).days,
        release_plan_id=row["plan_id"],
        gate_support_id=row["support_id"],
        first_accommodation=row["first_accommodation"],
        community_offender_manager=row["com"],
        handover_due_on=one.hint.due_on,
        handover_basis=one.hint.basis,
        items_open=row["items_open"],
        still_open=list(still_open(leaving, today)),
    )
