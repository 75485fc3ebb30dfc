"""Metrics and reports through GraphQL."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.kernel.access import Permission
from app.domain.reports import operations, telling
from app.domain.reports.asking import catalogue_of, metric_of, report_of
from app.domain.reports.case_study import TellCaseStudy, WithdrawCaseStudy
from app.domain.reports.models import (
    FreezeReport,
    Metric,
    MetricCatalogue,
    PublishReport,
    ReportDocument,
    ReportView,
)
from app.domain.reports.queries import CASE_STUDIES, CASE_STUDIES_LIST, PUBLICATIONS_LIST, REPORTS, REPORTS_LIST
from app.graphql.roots import Change, Command, Computed, Many, One, offer
from app.visits import Visit

P = Permission


class CatalogueArguments(BaseModel):
    """Of which programme."""

    programme_id: UUID = Field(description="The programme.")


class MetricArguments(CatalogueArguments):
    """Which metric, of which programme and period."""

    name: str = Field(description="The metric's name, as `metricCatalogue` lists it.")
    period_from: date | None = Field(default=None, description="First day; without a period: the newest published one.")
    period_to: date | None = Field(default=None, description="Last day.")
    report_id: UUID | None = Field(default=None, description="As this report froze it.")


class DocumentArguments(BaseModel):
    """Which report, and which of its two views."""

    report_id: UUID = Field(description="The report.")
    view: ReportView | None = Field(default=None, description="Default: inside for who may see true counts.")


async def _catalogue(visit: Visit, given: CatalogueArguments) -> MetricCatalogue:
    return await catalogue_of(visit.reader, given.programme_id)


async def _metric(visit: Visit, given: MetricArguments) -> Metric:
    days = (given.period_from, given.period_to)
    return await metric_of(visit.reader, given.name, given.programme_id, days, report_id=given.report_id)


async def _document(visit: Visit, given: DocumentArguments) -> ReportDocument:
    return await report_of(visit.reader, given.report_id, given.view)


async def _freeze(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await operations.freeze_report(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _publish(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.of is not None
    row = await operations.publish_report(
        session, actor=visit.actor, report_id=command.of, command=command.input, now=visit.now
    )
    return row.id


async def _tell(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    row = await telling.tell_case_study(session, actor=visit.actor, command=command.input, now=visit.now)
    return row.id


async def _take_back(session: AsyncSession, visit: Visit, command: Command) -> UUID:
    assert command.id is not None
    row = await telling.withdraw_case_study(
        session,
        actor=visit.actor,
        case_study_id=command.id,
        command=command.input,
        version=command.version,
        now=visit.now,
    )
    return row.id


offer(
    Computed(
        "metricCatalogue",
        CatalogueArguments,
        MetricCatalogue,
        P.METRICS_READ,
        _catalogue,
        "What is counted and how, and the periods that are published.",
    ),
    Computed(
        "metric",
        MetricArguments,
        Metric,
        P.METRICS_READ,
        _metric,
        "One figure of one programme and period, with all that is needed to quote it.",
        cost=200,
    ),
    Computed(
        "reportDocument",
        DocumentArguments,
        ReportDocument,
        P.METRICS_READ,
        _document,
        "A report with all its figures, as it was frozen.",
        cost=50,
    ),
    One("caseStudy", CASE_STUDIES, "A story under another name."),
    Many("caseStudies", CASE_STUDIES_LIST, "Case studies, the newest first."),
    Change(
        "tellCaseStudy",
        CASE_STUDIES,
        _tell,
        "A story under another name, while he agrees to it.",
        P.CASE_STUDIES_WRITE,
        TellCaseStudy,
    ),
    Change(
        "withdrawCaseStudy",
        CASE_STUDIES,
        _take_back,
        "Its words are gone, from every report that tells it too.",
        P.CASE_STUDIES_WRITE,
        WithdrawCaseStudy,
        by_id=True,
    ),
    One("report", REPORTS, "A report: which programme and period, when it was frozen, whether it is published."),
    Many("reports", REPORTS_LIST, "What was frozen, the newest first."),
    Many("publications", PUBLICATIONS_LIST, "The periods whose figures are published, the newest first."),
    Change(
        "freezeReport",
        REPORTS,
        _freeze,
        "Count everything of a period and keep it for ever.",
        P.REPORTS_WRITE,
        FreezeReport,
    ),
    Change(
        "publishReport",
        REPORTS,
        _publish,
        "Let people outside see its figures, with small numbers hidden. It cannot be taken back.",
        P.REPORTS_PUBLISH,
        PublishReport,
        of="reportId",
    ),
)
