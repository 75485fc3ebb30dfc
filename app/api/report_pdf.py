"""A report as a tagged PDF (PDF/UA-1), by Typst: charts with their words, tables beside them, the same bytes each time."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

from app.api.report_drawing import alternative, value_of
from app.api.report_page import (
    NAMES_CHANGED,
    SECTIONS,
    STORIES,
    day_in_words,
    headline,
    method_of,
    paragraphs,
    seen_by,
    tile_title,
    tiles_of,
)
from app.domain.kernel.aside import Aside
from app.domain.kernel.rows import LONDON
from app.domain.reports.errors import NotInstalled
from app.domain.reports.models import Metric, MetricKind, MetricRow, ReportDocument

_aside = Aside("report-pdf")
_TEMPLATE = Path(__file__).with_name("report.typ")


async def report_pdf(document: ReportDocument) -> bytes:
    """The whole report. Typesetting takes about a second, so it is done beside the loop. Raises `NotInstalled` (501), `Unavailable`
    (503) where too much waits to be typeset."""
    _typst()
    return await _aside(lambda: _typeset(document))


@cache
def _typst() -> Any:
    try:
        import typst  # noqa: PLC0415 -- optional
    except ImportError:
        raise NotInstalled() from None
    return typst


def _typeset(document: ReportDocument) -> bytes:
    made: bytes = _typst().compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"report": orjson.dumps(_told(document)).decode()},
    )
    return made


def _told(document: ReportDocument) -> dict[str, Any]:
    by_name = {one.name: one for one in document.metrics}
    taken = document.taken_at.astimezone(LONDON)
    return {
        "title": document.title,
        "charity": document.charity_name,
        "programme": document.programme_name,
        "period": f"{day_in_words(document.period.period_from)} to {day_in_words(document.period.period_to)}",
        "taken": {"year": taken.year, "month": taken.month, "day": taken.day},
        "tiles": [{"value": headline(one), "label": tile_title(one)} for one in tiles_of(document)],
        "words": document.words,
        "sections": [
            {
                "title": title,
                "metrics": [_metric(by_name[name]) for name in names if name in by_name and by_name[name].rows],
            }
            for title, names in SECTIONS
        ],
        "stories": {
            "title": STORIES,
            "note": NAMES_CHANGED,
            "told": [
                {"title": f"{one.pseudonym}: {one.title}", "words": paragraphs(one)} for one in document.case_studies
            ],
        },
        "seen_by": seen_by(document),
        "closing": f"Report {document.id}, as known on {taken:%d %B %Y at %H:%M}. Shares are whole per cent, rounded half up from "
        "the counts; ranges are Wilson 95 per cent intervals.",
    }


def _metric(metric: Metric) -> dict[str, Any]:
    rows = [row for row in metric.rows if row.numerator != 0] or metric.rows[:1]
    shares = metric.kind is MetricKind.ROWS and any(row.percent is not None for row in rows)
    most = 100 if shares else max((row.numerator or 0 for row in rows), default=0) or 1
    return {
        "title": metric.title,
        "method": method_of(metric),
        "alternative": alternative(metric),
        "bars": [_bar(row, most, shares=shares) for row in rows],
        "rows": [_cells(row) for row in metric.rows],
    }


def _bar(row: MetricRow, most: int, *, shares: bool) -> dict[str, Any]:
    size = (row.percent or 0) if shares else (row.numerator or 0)
    ranged = shares and row.interval is not None
    return {
        "label": row.label,
        "value": value_of(row),
        "hidden": row.numerator is None,
        "long": size / most,
        "low": row.interval.low / most if ranged and row.interval is not None else None,
        "high": row.interval.high / most if ranged and row.interval is not None else None,
    }


def _cells(row: MetricRow) -> list[str]:
    return [
        row.label,
        "not shown" if row.numerator is None else str(row.numerator),
        "" if row.denominator is None else str(row.denominator),
        "" if row.percent is None else str(row.percent),
        "" if row.interval is None else f"{row.interval.low}\u2013{row.interval.high}",
    ]
