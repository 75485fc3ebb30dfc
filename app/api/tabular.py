"""Metrics as tables: the same numbers as CSV with its CSVW metadata, NDJSON, XLSX and Parquet. One line for each row, and one for
the metric itself, whose `key` is empty."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from app.domain.reports.errors import NotInstalled
from app.domain.reports.models import Metric, MetricRow, ShareInterval

_CSVW = "http://www.w3.org/ns/csvw"
Line = dict[str, Any]

# Name, CSVW datatype, and what it is.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("metric", "string", "The metric's name."),
    ("version", "integer", "Of its definition."),
    ("key", "string", "The row's key; empty for the metric itself."),
    ("label", "string", "The row, or the metric, for people."),
    ("numerator", "integer", "How many; empty: not shown."),
    ("denominator", "integer", "Of how many; empty: not shown, or there is no whole."),
    ("percent", "integer", "Whole per cent, half up."),
    ("interval_low", "integer", "The Wilson 95 per cent interval, in whole per cent: from."),
    ("interval_high", "integer", "To."),
    ("median", "number", "The middle number of days, where days are measured."),
    ("suppressed", "boolean", "Whether the count is hidden so that nobody can be picked out."),
    ("unit", "string", "What is counted."),
    ("period_from", "date", "First day of the period, inclusive."),
    ("period_to", "date", "Last day, inclusive."),
    ("programme_id", "string", "The programme."),
    ("suppression", "string", "none, or applied."),
    ("threshold", "integer", "Counts from 1 to below it are hidden."),
    ("as_of", "datetime", "As it was known at this instant."),
    ("snapshot_id", "string", "The report that froze it; empty: counted when it was asked for."),
)
NAMES = tuple(name for name, _, _ in COLUMNS)


def lines(metrics: Iterable[Metric]) -> list[Line]:
    """All of them, in their order."""
    return [line for metric in metrics for line in _lines(metric)]


def _lines(metric: Metric) -> Iterable[Line]:
    if metric.numerator is not None or metric.suppressed or not metric.rows:
        yield _line(metric, "", metric.title, metric, metric.median)
    for row in metric.rows:
        yield _line(metric, row.key, row.label, row, None)


def _line(metric: Metric, key: str, label: str, told: Metric | MetricRow, middle: float | None) -> Line:
    interval: ShareInterval | None = told.interval
    return {
        "metric": metric.name,
        "version": metric.version,
        "key": key,
        "label": label,
        "numerator": told.numerator,
        "denominator": told.denominator,
        "percent": told.percent,
        "interval_low": None if interval is None else interval.low,
        "interval_high": None if interval is None else interval.high,
        "median": middle,
        "suppressed": told.suppressed,
        "unit": str(metric.unit),
        "period_from": metric.period.period_from.isoformat(),
        "period_to": metric.period.period_to.isoformat(),
        "programme_id": str(metric.programme_id),
        "suppression": str(metric.suppression),
        "threshold": metric.threshold,
        "as_of": _instant(metric.as_of),
        "snapshot_id": None if metric.snapshot_id is None else str(metric.snapshot_id),
    }


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula begins with an apostrophe instead (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def as_csv(metrics: Sequence[Metric]) -> bytes:
    """RFC 4180: a header, CRLF, UTF-8. What is not shown is an empty field; yes and no are `true` and `false`."""
    written = io.StringIO(newline="")
    out = csv.writer(written, lineterminator="\r\n")
    out.writerow(NAMES)
    for line in lines(metrics):
        out.writerow([_field(line[name]) for name in NAMES])
    return written.getvalue().encode()


def _field(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else harmless(value)


def as_csvw(url: str) -> bytes:
    """What the columns of the CSV at an address are (CSV on the Web)."""
    columns = [
        {"name": name, "titles": name, "datatype": kind, "dc:description": told, "required": False}
        for name, kind, told in COLUMNS
    ]
    whole = {
        "@context": [_CSVW, {"@language": "en"}],
        "url": url,
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": ["\r\n"], "delimiter": ","},
        "tableSchema": {"columns": columns, "primaryKey": ["metric", "key"]},
    }
    return orjson.dumps(whole)


def as_ndjson(metrics: Sequence[Metric]) -> bytes:
    """One JSON object a line."""
    return b"".join(orjson.dumps(line) + b"\n" for line in lines(metrics))


def as_xlsx(metrics: Sequence[Metric]) -> bytes:
    """A sheet with a header; text is written as text, whatever it begins with. Raises `NotInstalled` (501)."""
    try:
        import xlsxwriter  # noqa: PLC0415 -- optional
    except ImportError:
        raise NotInstalled() from None
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Metrics", "created": max(one.as_of for one in metrics).replace(tzinfo=None)})
    sheet = book.add_worksheet("metrics")
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, NAMES, book.add_format({"bold": True}))
    for number, line in enumerate(lines(metrics), start=1):
        for column, name in enumerate(NAMES):
            value = line[name]
            if isinstance(value, bool):
                sheet.write_boolean(number, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif value is not None:
                sheet.write_string(number, column, value)
    book.close()
    return written.getvalue()


def as_parquet(metrics: Sequence[Metric]) -> bytes:
    """The same columns with their types. Raises `NotInstalled` (501)."""
    try:
        import pyarrow as arrow  # noqa: PLC0415 -- optional
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise NotInstalled() from None
    kinds = {
        "string": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "date": arrow.string(),
        "datetime": arrow.string(),
    }
    schema = arrow.schema([(name, kinds[kind]) for name, kind, _ in COLUMNS])
    written = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(lines(metrics), schema=schema), written, compression="zstd")
    return written.getvalue()


FORMATS: dict[str, tuple[str, Callable[[Sequence[Metric]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", as_csv),
    "ndjson": ("application/x-ndjson", as_ndjson),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
}
"""By the name of the format: its media type, and what makes it."""
