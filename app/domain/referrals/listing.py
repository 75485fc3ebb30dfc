"""The waiting list and the ledger as they are answered: facts from one statement each, judged by `rules`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel
from pydantic import Field as SchemaField

from app.domain.kernel.access import Permission, require
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.reading.reads import Reads
from app.domain.people.models import PersonSummary
from app.domain.referrals import queries
from app.domain.referrals.models import REPORTED_SOURCES, Disposition, Source
from app.domain.referrals.rules import (
    WAITING_LIST_RULE,
    WAITING_LIST_RULE_VERSION,
    Flag,
    OrderReason,
    Place,
    Waiting,
    waiting_list,
)

LONGEST_PERIOD = timedelta(days=366 * 20)


class WaitingEntry(BaseModel):
    """Somebody who waits, where he stands, and why."""

    position: int = SchemaField(description="1 is next.")
    referral_id: UUID
    reference: str
    person: PersonSummary
    received_on: date
    custody_end: date | None = SchemaField(description="As far as known; null where there is no fixed end.")
    last_useful_start: date | None = SchemaField(description="The last day on which an allocation is still useful.")
    days_left: int | None = SchemaField(
        description="Days from today to the last useful start; negative when it has passed."
    )
    reason: OrderReason = SchemaField(description="Which part of the rule placed him.")
    flags: list[Flag]


class WaitingList(BaseModel):
    """The waiting list of a programme, in the order of its rule."""

    programme_id: UUID
    on: date
    rule: str = SchemaField(default=WAITING_LIST_RULE, description="The rule, in words.")
    rule_version: int = WAITING_LIST_RULE_VERSION
    total: int
    items: list[WaitingEntry]
    next: str | None = SchemaField(description="The cursor of the next page; null on the last one.")


class DispositionCount(BaseModel):
    disposition: Disposition
    count: int


class SourceCount(BaseModel):
    source: Source = SchemaField(description="One of the seven reported sources; finer ones are counted under theirs.")
    count: int


class Ledger(BaseModel):
    """Every referral received in the period, each in exactly one disposition: the parts sum to the whole."""

    programme_id: UUID
    period_from: date = SchemaField(serialization_alias="from", description="First day of the period, inclusive.")
    period_to: date = SchemaField(serialization_alias="to", description="Last day of the period, inclusive.")
    as_of: datetime = SchemaField(
        description="As it was known at this instant. The same question gets the same answer for ever."
    )
    received: int = SchemaField(description="The whole.")
    dispositions: list[DispositionCount] = SchemaField(description="All ten, also those with none.")
    sources: list[SourceCount] = SchemaField(description="All seven, also those with none.")


def ledger(programme_id: UUID, period: tuple[date, date], as_of: datetime, rows: Iterable[Any]) -> Ledger:
    """Add up rows of (source, disposition, count)."""
    by_disposition = dict.fromkeys(Disposition, 0)
    by_source = dict.fromkeys(REPORTED_SOURCES, 0)
    for row in rows:
        by_disposition[Disposition(row["disposition"])] += row["count"]
        by_source[Source(row["source"]).reports_as] += row["count"]
    return Ledger(
        programme_id=programme_id,
        period_from=period[0],
        period_to=period[1],
        as_of=as_of,
        received=sum(by_disposition.values()),
        dispositions=[DispositionCount(disposition=d, count=n) for d, n in by_disposition.items()],
        sources=[SourceCount(source=s, count=n) for s, n in by_source.items()],
    )


async def waiting_list_of(
    reads: Reads, programme_id: UUID, *, today: date, limit: int, cursor: str | None
) -> WaitingList:
    """A page of a programme's waiting list. Raises `NotFound`, `InvalidCursor`."""
    require(reads.actor, Permission.WAITING_LIST_READ)
    terms = await _programme(reads, programme_id)
    rows = {row["id"]: row for row in await reads.rows(queries.waiting(), {"programme": programme_id})}
    places = waiting_list(
        (Waiting(row["id"], row["received_on"], row["custody_end"]) for row in rows.values()),
        today=today,
        minimum=terms["minimum_length"],
        to_first_session=terms["time_to_first_session"],
        warning_days=terms["warning_days"],
    )
    shown, following = reads.slice(
        places,
        key=lambda place: place.key,
        types=(int, date, date, str),
        scope=f"waiting|{programme_id}",
        limit=limit,
        cursor=cursor,
    )
    items = [_entry(place, rows[place.referral_id]) for place in shown]
    return WaitingList(programme_id=programme_id, on=today, total=len(places), items=items, next=following)


def _entry(place: Place, row: Mapping[str, Any]) -> WaitingEntry:
    return WaitingEntry(
        position=place.position,
        referral_id=place.referral_id,
        reference=row["reference"],
        person=PersonSummary.model_validate(orjson.loads(row["person"])),
        received_on=row["received_on"],
        custody_end=row["custody_end"],
        last_useful_start=place.last_useful_start,
        days_left=place.days_left,
        reason=place.reason,
        flags=list(place.flags),
    )


async def ledger_of(
    reads: Reads, programme_id: UUID, period: tuple[date, date], as_of: datetime | None, *, at: str = ""
) -> Ledger:
    """The ledger of a period, as known at an instant (default: now). Two statements: the first waits for whoever is just
    recording something, so that the instant it names is past for everybody. `at` begins the pointers of what is wrong.
    Raises `NotFound`, `ValidationFailed`."""
    require(reads.actor, Permission.LEDGER_READ)
    start, end = period
    if end < start:
        raise invalid(f"{at}/to", "BEFORE_FROM", "Give a day on or after `from`.")
    if end - start > LONGEST_PERIOD:
        raise invalid(f"{at}/to", "TOO_LONG", "Ask for at most 20 years.")
    await _programme(reads, programme_id)
    [clock] = await reads.rows(queries.ledger_clock(), {})
    instant: datetime = as_of or clock["now"]
    if instant > clock["now"]:
        raise invalid(
            f"{at}/as_of", "IN_THE_FUTURE", "Nobody knows yet how it will stand: give an instant that has passed."
        )
    values = {"programme": programme_id, "from": start, "to": end, "as_of": instant}
    return ledger(programme_id, period, instant, await reads.rows(queries.ledger(), values))


async def _programme(reads: Reads, programme_id: UUID) -> Mapping[str, Any]:
    """What the waiting list needs to know of a programme; a scope for the list alone is enough to ask."""
    found = await reads.rows(queries.programme_terms(), {"programme": programme_id})
    if not found:
        raise NotFound()
    return found[0]
