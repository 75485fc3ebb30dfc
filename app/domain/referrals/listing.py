"""The waiting list and the ledger as they are answered: facts from one statement, judged by `rules`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as SchemaField

from app.domain.people.models import PersonSummary
from app.domain.referrals.models import REPORTED_SOURCES, Disposition, Source
from app.domain.referrals.rules import WAITING_LIST_RULE, WAITING_LIST_RULE_VERSION, Flag, OrderReason


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
