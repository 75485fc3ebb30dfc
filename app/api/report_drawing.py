"""Bars, drawn as SVG with text as text: small, the same bytes each time, and legible to who cannot see them."""

from html import escape
from textwrap import wrap

from app.domain.reports.models import Metric, MetricKind, MetricRow

_WIDTH, _LABEL, _BAR, _STEP, _TOP = 640, 270, 270, 38, 6
_LINE = 32


def bars(metric: Metric, *, standalone: bool = False) -> str:
    """One bar for each row: its share with the range by chance, where the metric is shares; else its count. A row that is not shown
    has no bar and says so. Rows of none are left to the table."""
    rows = [row for row in metric.rows if row.numerator != 0] or metric.rows[:1]
    shares = metric.kind is MetricKind.ROWS and any(row.percent is not None for row in rows)
    most = 100 if shares else max((row.numerator or 0 for row in rows), default=0) or 1
    height = _TOP * 2 + _STEP * len(rows)
    drawn = "".join(_bar(row, n, most, shares=shares) for n, row in enumerate(rows))
    space = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    told = escape(alternative(metric), quote=True)
    return (
        f'<svg{space} viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{told}" font-family="Segoe UI, Roboto,'
        f' Helvetica, Arial, sans-serif" font-size="14"><title>{escape(metric.title)}</title>'
        f'<line x1="{_LABEL}" y1="{_TOP}" x2="{_LABEL}" y2="{height - _TOP}" stroke="#9fb3c2"/>{drawn}</svg>'
    )


def alternative(metric: Metric) -> str:
    """What is drawn, in words."""
    told = "; ".join(f"{row.label}: {value_of(row)}" for row in metric.rows if row.numerator != 0)
    return f"{metric.title}. {told}." if told else f"{metric.title}: none."


def value_of(row: MetricRow) -> str:
    """A row in few words."""
    if row.numerator is None:
        return "not shown"
    return f"{row.numerator}" if row.percent is None else f"{row.numerator} ({row.percent}%)"


def _bar(row: MetricRow, nth: int, most: int, *, shares: bool) -> str:
    top = _TOP + nth * _STEP
    middle = top + _STEP // 2
    name = _name(row.label, middle)
    if row.numerator is None:
        return f'{name}<text x="{_LABEL + 8}" y="{middle + 5}" fill="#5c5c5c" font-style="italic">not shown</text>'
    size = (row.percent or 0) if shares else row.numerator
    long = round(size * _BAR / most)
    drawn = f'<rect x="{_LABEL}" y="{top + 7}" width="{long}" height="{_STEP - 14}" fill="#1d4f73"/>'
    end = long
    if shares and row.interval is not None:
        low, high = (round(edge * _BAR / most) + _LABEL for edge in (row.interval.low, row.interval.high))
        drawn += (
            f'<path d="M{low} {middle}H{high}M{low} {middle - 5}V{middle + 5}M{high} {middle - 5}V{middle + 5}"'
            ' stroke="#c77700" stroke-width="2" fill="none"/>'
        )
        end = max(end, high - _LABEL)
    return f'{name}{drawn}<text x="{_LABEL + end + 8}" y="{middle + 5}" fill="#1b1b1b">{value_of(row)}</text>'


def _name(label: str, middle: int) -> str:
    """The label in one line or two; what does not fit there stands in the table."""
    lines = wrap(label, _LINE, max_lines=2, placeholder=" \u2026") or [""]
    first = middle + 5 if len(lines) == 1 else middle - 3
    return "".join(
        f'<text x="{_LABEL - 8}" y="{first + 16 * n}" text-anchor="end" fill="#1b1b1b">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
