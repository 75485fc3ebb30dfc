"""What both doors answer about metrics and reports. Whoever holds `metrics:unsuppressed` is shown true counts of any period, each
look on record; everybody else what was published, from a table that has nothing else in it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.domain.kernel.access import Permission, require
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.reading.reads import Reads
from app.domain.reports import queries
from app.domain.reports.case_study import Story
from app.domain.reports.catalogue import BY_NAME, DEFINITIONS
from app.domain.reports.counting import Figures, count
from app.domain.reports.errors import PeriodNotPublished
from app.domain.reports.facts import Facts
from app.domain.reports.models import (
    Metric,
    MetricCatalogue,
    MetricPeriod,
    PublishedPeriod,
    ReportDocument,
    ReportView,
    Suppression,
)
from app.domain.reports.presenting import About, inside
from app.domain.reports.words import words_for

LONGEST_PERIOD = timedelta(days=366 * 20)
_METRICS = TypeAdapter(list[Metric])
_STORIES = TypeAdapter(list[Story])
Days = tuple[date | None, date | None]


def check_period(start: date, end: date, *, at: str = "") -> None:
    """Raises `ValidationFailed` (422). `at` begins the pointers of what is wrong."""
    if end < start:
        raise invalid(f"{at}/to", "BEFORE_FROM", "Give a day on or after `from`.")
    if end - start > LONGEST_PERIOD:
        raise invalid(f"{at}/to", "TOO_LONG", "Ask for at most 20 years.")


async def counted(reads: Reads, programme_id: UUID, start: date, end: date) -> tuple[Figures, Mapping[str, Any]]:
    """Every figure of a programme and period as of now, by one statement. Raises `NotFound`."""
    rows = await reads.rows(queries.facts(), {"programme": programme_id, "from": start, "to": end})
    if not rows:
        raise NotFound()
    return count(Facts.model_validate_json(rows[0]["facts"])), rows[0]


def sees_all(reads: Reads) -> bool:
    """Whether whoever asks is shown true counts."""
    return Permission.METRICS_UNSUPPRESSED in reads.actor.permissions


async def catalogue_of(reads: Reads, programme_id: UUID) -> MetricCatalogue:
    """The metrics there are, and the periods that are published. Raises `NotFound`."""
    require(reads.actor, Permission.METRICS_READ)
    rows = await reads.rows(queries.published_periods(), {"programme": programme_id})
    if not rows:
        raise NotFound()
    everything = sees_all(reads)
    return MetricCatalogue(
        programme_id=programme_id,
        items=[one.told for one in DEFINITIONS if everything or not one.inside_only],
        published=[
            PublishedPeriod(
                report_id=row["id"],
                title=row["title"],
                period=MetricPeriod(period_from=row["period_from"], period_to=row["period_to"]),
                published_at=row["published_at"],
            )
            for row in rows
            if row["id"] is not None
        ],
    )


async def metric_of(
    reads: Reads, name: str, programme_id: UUID, days: Days, *, report_id: UUID | None = None, at: str = ""
) -> Metric:
    """One metric of a programme: counted now, for whoever sees true counts; else as it was published, of that very period or, where
    none is given, of the newest. `report_id`: as that report froze it. Raises `NotFound`, `PeriodNotPublished` (404),
    `ValidationFailed` (422)."""
    require(reads.actor, Permission.METRICS_READ)
    definition = BY_NAME.get(name)
    if definition is None or (definition.inside_only and not sees_all(reads)):
        raise NotFound()
    start, end = days
    if (start is None) != (end is None):
        raise invalid(f"{at}/to", "GO_TOGETHER", "Give `from` and `to` together, or neither.")
    if start is not None and end is not None:
        check_period(start, end, at=at)
    if report_id is not None:
        return _named(await report_of(reads, report_id), name)
    if sees_all(reads) and start is not None and end is not None:
        figures, row = await counted(reads, programme_id, start, end)
        return next(one for one in inside(figures, About(programme_id, (start, end), row["as_of"])) if one.name == name)
    rows = await reads.rows(queries.published_periods(), {"programme": programme_id})
    if not rows:
        raise NotFound()
    asked = [row for row in rows if row["id"] and (start is None or (row["period_from"], row["period_to"]) == days)]
    if not asked:
        raise PeriodNotPublished()
    return _named(await report_of(reads, asked[0]["id"]), name)


def _named(document: ReportDocument, name: str) -> Metric:
    found = [one for one in document.metrics if one.name == name]
    if not found:  # of a version of the service that did not count it yet
        raise NotFound()
    return found[0]


async def report_of(reads: Reads, report_id: UUID, view: ReportView | None = None) -> ReportDocument:
    """A report with all its figures, as it was frozen. Whoever may read reports sees true counts unless `view` is `outside`;
    everybody else what was published. Raises `NotFound`."""
    require(reads.actor, Permission.METRICS_READ)
    true_counts = sees_all(reads) and view is not ReportView.OUTSIDE
    if view is ReportView.INSIDE and not sees_all(reads):
        require(reads.actor, Permission.METRICS_UNSUPPRESSED)
    stories = Permission.REPORTS_READ in reads.actor.permissions
    plan = queries.report_document() if true_counts else queries.published_document(with_stories=stories)
    rows = await reads.rows(plan, {"key": report_id})
    if not rows:
        raise NotFound()
    return document_from(rows[0])


def document_from(row: Mapping[str, Any]) -> ReportDocument:
    """A report as its row says it."""
    taken_at: datetime = row["taken_at"]
    metrics = _METRICS.validate_json(row["metrics"])
    suppression = Suppression.NONE if row["threshold"] is None else Suppression.APPLIED
    return ReportDocument(
        id=row["id"],
        programme_id=row["programme_id"],
        programme_name=row["programme_name"],
        charity_name=row["charity_name"],
        title=row["title"],
        period=MetricPeriod(period_from=row["period_from"], period_to=row["period_to"]),
        suppression=suppression,
        threshold=row["threshold"],
        taken_at=taken_at,
        published_at=row["published_at"],
        words=words_for(metrics, threshold=row["threshold"]),
        metrics=metrics,
        case_studies=[] if row["stories"] is None else _STORIES.validate_json(row["stories"]),
    )
