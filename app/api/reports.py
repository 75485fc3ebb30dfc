"""Reports: the figures of a period, frozen; and what of them people outside may see."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.api import shapes
from app.api.calls import JSON, Call, IdempotencyKey, needs
from app.api.charts import vega_lite
from app.api.pages import PageQuery, listed
from app.api.report_drawing import bars
from app.api.report_page import HEADERS, SVG_HEADERS, report_json, report_page
from app.api.report_pdf import report_pdf
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound
from app.domain.reports import operations
from app.domain.reports.asking import report_of
from app.domain.reports.models import (
    FreezeReport,
    PublicationRead,
    PublishReport,
    ReportByName,
    ReportRead,
    ReportView,
)
from app.domain.reports.queries import PUBLICATIONS_LIST, REPORTS, REPORTS_LIST

router = APIRouter(prefix="/v1/reports", tags=["Reports"])
publications = APIRouter(prefix="/v1/publications", tags=["Reports"])
P = Permission


class ReportFormat(StrEnum):
    """In which format."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"


class ChartFormat(StrEnum):
    """A specification for programs that draw, or a drawing."""

    VEGA_LITE = "vega-lite"
    SVG = "svg"


class ReportsQuery(PageQuery):
    """Filters of the list of reports."""

    programme_id: UUID | None = None
    published: bool | None = None


class PublicationsQuery(PageQuery):
    """Filters of the list of publications."""

    programme_id: UUID | None = None


class ViewQuery(BaseModel):
    """Which of the two views."""

    model_config = ConfigDict(extra="forbid")
    view: ReportView | None = Field(
        default=None, description="Default: `inside` for who may see true counts, else `outside`."
    )


class ReportQuery(ViewQuery):
    """Which view, in which format."""

    format: ReportFormat | None = Field(default=None, description="Instead of `Accept`.")


class ChartQuery(ViewQuery):
    """Which view, in which format."""

    format: ChartFormat = Field(default=ChartFormat.VEGA_LITE)


_BYTES = {"schema": {"type": "string", "format": "binary"}}
_DOCUMENT = {
    200: {
        "model": ReportByName,
        "description": "Here it is.",
        "content": {"text/html": _BYTES, "application/pdf": _BYTES},
    }
}
_CHART = {
    200: {
        "description": "A Vega-Lite specification, or a drawing.",
        "content": {"application/vnd.vegalite.v5+json": {"schema": {"type": "object"}}, "image/svg+xml": _BYTES},
    }
}


@router.post("", summary="Freeze a report", status_code=201, responses=shapes.made(ReportRead))
async def freeze_report(
    command: FreezeReport, idempotency_key: IdempotencyKey = None, call: Call = needs(P.REPORTS_WRITE)
) -> Response:
    """Count everything of a period and keep it for ever, as it is known now. It holds no name and no id of anybody, so it is the
    same after corrections, and after somebody was erased. Nobody outside sees it until it is published."""

    async def create(session: AsyncSession) -> UUID:
        return (await operations.freeze_report(session, actor=call.actor, command=command, now=call.now)).id

    return await call.create(create, view=REPORTS, location="/v1/reports/{id}", key=idempotency_key)


@router.get("", summary="List reports", responses=shapes.page(ReportRead))
async def list_reports(query: Annotated[ReportsQuery, Query()], call: Call = needs(P.REPORTS_READ)) -> Response:
    """What was frozen, the newest first."""
    return await listed(call, REPORTS_LIST, query)


@router.get("/{report_id}", summary="Read a report", responses=_DOCUMENT)  # type: ignore[arg-type]
async def read_report(
    report_id: UUID, query: Annotated[ReportQuery, Query()], call: Call = needs(P.METRICS_READ)
) -> Response:
    """All its figures, as JSON, as a page, or as a PDF to print; the same bytes each time. With `metrics:unsuppressed` true counts,
    each look on record, or with `view=outside` what people outside see; without it only that, and only once it is published."""
    document = await report_of(call.reader, report_id, query.view)
    kind = query.format or _accepted(call)
    if kind is ReportFormat.HTML:
        return Response(report_page(document), 200, HEADERS, "text/html")
    if kind is ReportFormat.PDF:
        name = f"report-{document.period.period_from}-{document.period.period_to}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Vary": "Accept"}
        return Response(await report_pdf(document), 200, headers, "application/pdf")
    return Response(report_json(document), 200, {"Vary": "Accept"}, JSON)


@router.post("/{report_id}/publish", summary="Publish a report", status_code=201, responses=shapes.made(ReportRead))
async def publish_report(
    report_id: UUID,
    command: PublishReport,
    idempotency_key: IdempotencyKey = None,
    call: Call = needs(P.REPORTS_PUBLISH),
) -> Response:
    """Let analysts and their scripts see its figures, with small numbers hidden, for ever: it cannot be taken back. No two
    published periods of a programme share a day, so that none can be subtracted from another."""

    async def create(session: AsyncSession) -> UUID:
        row = await operations.publish_report(
            session, actor=call.actor, report_id=report_id, command=command, now=call.now
        )
        return row.id

    return await call.create(create, view=REPORTS, location="/v1/reports/{id}", key=idempotency_key)


@router.get("/{report_id}/charts/{metric_name}", summary="Read a chart", responses=_CHART)  # type: ignore[arg-type]
async def read_chart(
    report_id: UUID, metric_name: str, query: Annotated[ChartQuery, Query()], call: Call = needs(P.METRICS_READ)
) -> Response:
    """One metric with rows of a report, as a Vega-Lite specification with its data in it, or drawn as SVG."""
    document = await report_of(call.reader, report_id, query.view)
    for metric in document.metrics:
        if metric.name == metric_name and metric.rows:
            if query.format is ChartFormat.SVG:
                return Response(bars(metric, standalone=True), 200, SVG_HEADERS, "image/svg+xml")
            return Response(vega_lite(metric), 200, media_type="application/vnd.vegalite.v5+json")
    raise NotFound()


@publications.get("", summary="List publications", responses=shapes.page(PublicationRead))
async def list_publications(
    query: Annotated[PublicationsQuery, Query()], call: Call = needs(P.METRICS_READ)
) -> Response:
    """The periods whose figures are published, the newest first. What each shows is at `/v1/reports/{id}`."""
    return await listed(call, PUBLICATIONS_LIST, query)


def _accepted(call: Call) -> ReportFormat:
    for part in call.request.headers.get("accept", "").split(","):
        asked = part.partition(";")[0].strip()
        if asked in ("text/html", "application/xhtml+xml"):
            return ReportFormat.HTML
        if asked == "application/pdf":
            return ReportFormat.PDF
        if asked == "application/json":
            return ReportFormat.JSON
    return ReportFormat.JSON
