"""A report as a page to read and to print: nothing is loaded, nothing runs, and the same report is the same bytes."""

from base64 import b64encode
from datetime import date
from hashlib import sha256
from html import escape

import orjson

from app.api.report_drawing import bars
from app.domain.kernel.rows import LONDON
from app.domain.reports.case_study import Story
from app.domain.reports.models import Metric, MetricRow, ReportDocument

_STYLE = (
    "@page{size:A4;margin:16mm 15mm}"
    "*{box-sizing:border-box}"
    "body{margin:0;color:#1b1b1b;background:#eef1f4;font:16px/1.5 'Segoe UI',Roboto,Helvetica,Arial,sans-serif}"
    "main{max-width:1020px;margin:0 auto;background:#fff;padding:0 48px 48px}"
    "header{background:#1d4f73;color:#fff;margin:0 -48px;padding:44px 48px 36px}"
    "header p{margin:0;opacity:.92}h1{margin:6px 0 10px;font-size:34px;line-height:1.2;font-weight:600}"
    "h2{margin:48px 0 4px;font-size:24px;color:#1d4f73;border-bottom:2px solid #d5dee6;padding-bottom:6px}"
    "h3{margin:30px 0 2px;font-size:18px}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;margin:28px 0 8px;padding:0;"
    "list-style:none}"
    ".tiles li{border:1px solid #d5dee6;border-top:4px solid #1d4f73;border-radius:4px;padding:12px 14px}"
    ".tiles strong{display:block;font-size:30px;line-height:1.15}.tiles span{font-size:14px;color:#444}"
    ".words{background:#f5f8fa;border-left:4px solid #c77700;padding:14px 20px;margin:20px 0}.words li{margin:4px 0}"
    ".method{margin:0 0 8px;font-size:14px;color:#444}"
    ".pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:28px;align-items:start;"
    "break-inside:avoid}.pair.long{break-inside:auto}"
    "figure{margin:8px 0 0}figure svg{width:100%;height:auto;display:block}"
    "table{border-collapse:collapse;width:100%;font-size:14px}caption{text-align:left;font-size:13px;color:#444;"
    "padding-bottom:4px}th,td{padding:4px 6px;border-bottom:1px solid #e1e7ec;text-align:right;vertical-align:top}"
    "th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #9fb3c2;font-weight:600}"
    ".told p{max-width:70ch}"
    "tbody th{font-weight:normal}.hid{color:#5c5c5c;font-style:italic;white-space:nowrap}"
    "footer{margin-top:48px;border-top:2px solid #d5dee6;padding-top:12px;font-size:13px;color:#444;overflow-wrap:anywhere}"
    "@media(max-width:760px){main{padding:0 18px 32px}header{margin:0 -18px;padding:28px 18px}.pair{grid-template-columns:1fr}}"
    "@media print{body{background:#fff;font-size:10.5pt}main{max-width:none;padding:0}header{margin:0;padding:14mm 10mm;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}h2,h3{break-after:avoid}.tiles li,.words{break-inside:avoid}}"
)
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; {_POLICY}",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
}
SVG_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; {_POLICY}",
    "X-Content-Type-Options": "nosniff",
}

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What changed", ("outcomes", "outcome_breadth", "outcomes_not_assessed", "measure_changes")),
    ("Referrals", ("referrals_by_source", "dispositions", "waiting_time")),
    ("The people", ("age_bands", "ethnicity", "offence_groups")),
    ("Mentoring", ("engagement_length", "sessions", "toolkits")),
    ("Through the gate", ("gate_support",)),
    ("Mentors", ("volunteers",)),
)
TILES = (
    "people_supported",
    "referrals_received",
    "released_unserved",
    "gate_support",
    "supported_to_approved_premises",
    "supported_in_multiple_prisons",
    "violent_share",
    "planned_endings",
)
_MANY_ROWS = 12
STORIES = "In their lives"
NAMES_CHANGED = "Told with their consent, under other names."


def report_json(document: ReportDocument) -> bytes:
    """All of it, its metrics by name."""
    told = document.model_dump(mode="json", by_alias=True)
    return orjson.dumps(told | {"metrics": {one["name"]: one for one in told["metrics"]}})


def report_page(document: ReportDocument) -> str:
    """The whole page."""
    by_name = {one.name: one for one in document.metrics}
    first, last = day_in_words(document.period.period_from), day_in_words(document.period.period_to)
    tiles = "".join(_tile(metric) for metric in tiles_of(document))
    words = "".join(f"<li>{escape(one)}</li>" for one in document.words)
    sections = "".join(
        f"<section><h2>{title}</h2>{''.join(_metric(by_name[name]) for name in names if name in by_name)}</section>"
        for title, names in SECTIONS
    )
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<header><p>{escape(document.charity_name)}</p><h1>{escape(document.title)}</h1>"
        f"<p>{escape(document.programme_name)}: {first} to {last}</p></header>"
        f'<ul class="tiles">{tiles}</ul>'
        f'<aside class="words" aria-label="What the figures say, and what they do not"><ul>{words}</ul></aside>'
        f"{sections}{_stories(document)}<footer><p>{escape(seen_by(document))}</p><p>Report {document.id}, as known on"
        f" {document.taken_at.astimezone(LONDON):%d %B %Y at %H:%M}. Shares are whole per cent, rounded half up from"
        " the counts; ranges are Wilson 95 per cent intervals.</p></footer></main></body></html>"
    )


def tiles_of(document: ReportDocument) -> list[Metric]:
    """The figures at the top, but for shares of nobody and for what is not shown."""
    by_name = {one.name: one for one in document.metrics}
    there = [by_name[name] for name in TILES if name in by_name]
    return [one for one in there if one.denominator != 0 and not one.suppressed]


def method_of(metric: Metric) -> str:
    """Who is counted, and how, for people."""
    middle = "" if metric.median is None else f" Half of them: up to {metric.median:g} days."
    return metric.method.replace("`", "") + middle


def seen_by(document: ReportDocument) -> str:
    """For whom it is."""
    if document.threshold is None:
        return (
            "With true counts: for the charity's own coordinators and managers. Do not pass it on; publish it instead."
        )
    return f"For people outside: counts from 1 to {document.threshold - 1} are hidden, and what they could be worked out from."


def day_in_words(day: date) -> str:
    """1 February 2024."""
    return f"{day.day} {day:%B %Y}"


def headline(metric: Metric) -> str:
    """The figure of a tile, in words."""
    if metric.suppressed or metric.numerator is None:
        return "not shown"
    return f"{metric.numerator}" if metric.denominator is None else f"{metric.numerator} of {metric.denominator}"


def _stories(document: ReportDocument) -> str:
    if not document.case_studies:
        return ""
    told = "".join(
        f"<h3>{escape(one.pseudonym)}: {escape(one.title)}</h3>"
        + "".join(f"<p>{escape(words)}</p>" for words in paragraphs(one))
        for one in document.case_studies
    )
    return f'<section class="told"><h2>{STORIES}</h2><p class="method">{NAMES_CHANGED}</p>{told}</section>'


def paragraphs(story: Story) -> list[str]:
    """Its words, or that there are none any more."""
    if story.words is None:
        return ["This story has been withdrawn."]
    return [words.strip() for words in story.words.split("\n") if words.strip()]


def tile_title(metric: Metric) -> str:
    """What stands below it."""
    title = "Accepted support through the gate" if metric.name == "gate_support" else metric.title
    return title if metric.percent is None else f"{title} ({metric.percent}%)"


def _tile(metric: Metric) -> str:
    return f"<li><strong>{headline(metric)}</strong><span>{escape(tile_title(metric))}</span></li>"


def _metric(metric: Metric) -> str:
    if not metric.rows:
        return ""
    wide = " long" if len(metric.rows) > _MANY_ROWS else ""
    return (
        f'<h3>{escape(metric.title)}</h3><p class="method">{escape(method_of(metric))}</p>'
        f'<div class="pair{wide}"><figure>{bars(metric)}</figure>{_table(metric)}</div>'
    )


def _table(metric: Metric) -> str:
    shares = any(row.denominator is not None for row in metric.rows)
    head = "<th scope=col>How many</th>" + (
        "<th scope=col>Of</th><th scope=col>%</th><th scope=col>Range</th>" * shares
    )
    body = "".join(
        f"<tr><th scope=row>{escape(row.label)}</th>{_cells(row, shares=shares)}</tr>" for row in metric.rows
    )
    unit = str(metric.unit).lower()
    return (
        f"<table><caption>{escape(metric.title)}: {unit}</caption><thead><tr><th scope=col></th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _cells(row: MetricRow, *, shares: bool) -> str:
    how_many = '<td class="hid">not shown</td>' if row.numerator is None else f"<td>{row.numerator}</td>"
    if not shares:
        return how_many
    whole = "" if row.denominator is None else str(row.denominator)
    share = "" if row.percent is None else str(row.percent)
    spread = "" if row.interval is None else f"{row.interval.low}\u2013{row.interval.high}"
    return f"{how_many}<td>{whole}</td><td>{share}</td><td>{spread}</td>"
