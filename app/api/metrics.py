"""Metrics: one figure, one address, in the format that a script likes."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.calls import JSON, Call, needs
from app.api.tabular import FORMATS, as_csvw
from app.domain.kernel.access import Permission
from app.domain.kernel.rows import CivilDate
from app.domain.reports.asking import catalogue_of, metric_of
from app.domain.reports.models import Metric, MetricCatalogue

router = APIRouter(prefix="/v1/metrics", tags=["Metrics"])
P = Permission


class MetricFormat(StrEnum):
    """In which format. CSVW: what the columns of the CSV are."""

    JSON = "json"
    CSV = "csv"
    CSVW = "csvw"
    XLSX = "xlsx"
    PARQUET = "parquet"
    NDJSON = "ndjson"


class CatalogueQuery(BaseModel):
    """Of which programme."""

    model_config = ConfigDict(extra="forbid")
    programme_id: UUID


class MetricQuery(CatalogueQuery):
    """Of which programme and period. Without a period: the newest that is published."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    period_from: CivilDate | None = Field(default=None, alias="from", description="First day, inclusive.")
    period_to: CivilDate | None = Field(default=None, alias="to", description="Last day, inclusive.")
    report_id: UUID | None = Field(default=None, description="As this report froze it.")
    format: MetricFormat | None = Field(default=None, description="Instead of `Accept`.")


_TABLES = {
    media: {"schema": {"type": "string", "format": "binary"}}
    for media in (*(kind.partition(";")[0] for kind, _ in FORMATS.values()), "application/csvm+json")
}
_ANSWERS = {200: {"model": Metric, "description": "Here it is.", "content": _TABLES}}


@router.get("", summary="List metrics", responses={200: {"model": MetricCatalogue}})
async def list_metrics(query: Annotated[CatalogueQuery, Query()], call: Call = needs(P.METRICS_READ)) -> Response:
    """What is counted and how, and the periods of the programme whose figures are published."""
    answer = await catalogue_of(call.reader, query.programme_id)
    return Response(answer.model_dump_json(by_alias=True), 200, media_type=JSON)


@router.get("/{metric_name}", summary="Read a metric", responses=_ANSWERS)  # type: ignore[arg-type]
async def read_metric(
    metric_name: str, query: Annotated[MetricQuery, Query()], call: Call = needs(P.METRICS_READ)
) -> Response:
    """With `metrics:unsuppressed`, true counts of any period, counted now; each look is on record. Without it, the published
    figures of a published period, with small numbers hidden, the same for ever. `Accept` or `format` chooses JSON, CSV (RFC 4180),
    its CSVW metadata, NDJSON, XLSX or Parquet: the numbers are the same in all."""
    days = (query.period_from, query.period_to)
    answer = await metric_of(call.reader, metric_name, query.programme_id, days, report_id=query.report_id, at="/query")
    kind = query.format or _accepted(call)
    if kind is MetricFormat.JSON:
        return Response(answer.model_dump_json(by_alias=True), 200, media_type=JSON)
    if kind is MetricFormat.CSVW:
        return Response(as_csvw(_address(call, "csv")), 200, media_type="application/csvm+json")
    media, make = FORMATS[kind]
    headers = {"Content-Disposition": f'attachment; filename="{answer.name}.{kind}"', "Vary": "Accept"}
    if kind is MetricFormat.CSV:
        headers["Link"] = f'<{_address(call, "csvw")}>; rel="describedby"; type="application/csvm+json"'
    return Response(make([answer]), 200, headers, media)


def _accepted(call: Call) -> MetricFormat:
    """The first format of the header that there is; JSON where it names none."""
    for part in call.request.headers.get("accept", "").split(","):
        asked = part.partition(";")[0].strip()
        if asked == "application/csvm+json":
            return MetricFormat.CSVW
        for name, (media, _) in FORMATS.items():
            if asked == media.partition(";")[0]:
                return MetricFormat(name)
    return MetricFormat.JSON


def _address(call: Call, kind: str) -> str:
    """This very address in another format; no host, as we may stand behind another name."""
    url = call.request.url.include_query_params(format=kind)
    return f"{url.path}?{url.query}"
