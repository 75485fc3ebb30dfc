"""A metric with rows as a Vega-Lite specification, its data in it: nothing is loaded from anywhere when it is drawn."""

import orjson

from app.domain.reports.models import Metric, MetricKind

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


def vega_lite(metric: Metric) -> bytes:
    """Bars by row, with their counts; shares with the range in which each could lie by chance. What is not shown is not in it."""
    shares = metric.kind is MetricKind.ROWS and any(row.percent is not None for row in metric.rows)
    values = [
        {
            "label": row.label,
            "count": row.numerator,
            "percent": row.percent,
            "low": None if row.interval is None else row.interval.low,
            "high": None if row.interval is None else row.interval.high,
        }
        for row in metric.rows
        if not row.suppressed
    ]
    rows = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 320}}
    across = (
        {"field": "percent", "type": "quantitative", "title": "per cent", "scale": {"domain": [0, 100]}}
        if shares
        else {"field": "count", "type": "quantitative", "title": str(metric.unit).lower(), "axis": {"tickMinStep": 1}}
    )
    layers: list[dict[str, object]] = [
        {"mark": {"type": "bar", "color": "#1d4f73"}, "encoding": {"y": rows, "x": across}}
    ]
    if shares:
        layers.append(
            {
                "mark": {"type": "rule", "color": "#111111", "strokeWidth": 2},
                "encoding": {"y": rows, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
            }
        )
    period = metric.period
    whole = {
        "$schema": _SCHEMA,
        "title": {"text": metric.title, "subtitle": f"{period.period_from} to {period.period_to}", "anchor": "start"},
        "description": metric.method,
        "width": 480,
        "height": {"step": 26},
        "data": {"values": values},
        "layer": layers,
        "config": {"font": "sans-serif", "view": {"stroke": None}},
        "usermeta": {"metric": metric.name, "version": metric.version, "snapshot_id": str(metric.snapshot_id)},
    }
    return orjson.dumps(whole)
