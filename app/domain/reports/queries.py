"""What may be asked about reports: the lists, everything of one, and the facts that metrics are counted from."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
)
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import (
    Collection,
    Context,
    Edge,
    Nested,
    Order,
    Plan,
    Row,
    View,
    compile_select,
    text_literal,
)
from app.domain.matching.models import Engagement
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.organisations.models import Organisation, Programme
from app.domain.people.models import Consent
from app.domain.people.offences import ConsentPurpose
from app.domain.reports.case_study import CaseStudy, CaseStudyRead, ReportCaseStudy
from app.domain.reports.models import Publication, PublicationRead, Report, ReportRead
from app.domain.sessions.models import NoteWarning

P = Permission


def _published_at(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(Publication)
    return select_columns(one.published_at).where(one.id == row.id).correlate_except(one).scalar_subquery()


REPORTS: View = View(
    "report",
    Report,
    ReportRead,
    P.REPORTS_READ,
    computed={"published_at": _published_at},
    versioned=False,
)
REPORTS_LIST = Collection(
    REPORTS,
    orders={"-taken_at": Order(lambda t: [t.taken_at], descending=True)},
    filters={
        "programme_id": lambda t, value: t.programme_id == value,
        "published": lambda t, value: _published_at(t).is_not(None) == value,
    },
    filter_shapes={"programme_id": UUID, "published": bool},
)
# The same id as the report's: what the two show is not the same.
PUBLICATIONS: View = View("publication", Publication, PublicationRead, P.METRICS_READ, versioned=False, summary=True)
PUBLICATIONS_LIST = Collection(
    PUBLICATIONS,
    orders={"-published_at": Order(lambda t: [t.published_at], descending=True)},
    filters={"programme_id": lambda t, value: t.programme_id == value},
    filter_shapes={"programme_id": UUID},
)


CASE_STUDIES: View = View(
    "case_study",
    CaseStudy,
    CaseStudyRead,
    P.CASE_STUDIES_READ,
    nested={"warnings": Nested(NoteWarning, many=True)},
    edges={"engagement": Edge(lambda: ENGAGEMENTS, on=lambda c, e: e.id == c.engagement_id, expand=True)},
)
CASE_STUDIES_LIST = Collection(
    CASE_STUDIES,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "withdrawn": lambda t, value: t.withdrawn_at.is_not(None) == value,
    },
    filter_shapes={"engagement_id": UUID, "withdrawn": bool},
)


def _agrees(engagement_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whether his newest word on case studies is a yes."""
    consent: Row = aliased(Consent)
    engagement: Row = aliased(Engagement)
    return (
        select_columns(consent.given)
        .select_from(consent)
        .join(engagement, engagement.person_id == consent.person_id)
        .where(engagement.id == engagement_id, consent.purpose == text_literal(ConsentPurpose.CASE_STUDY))
        .order_by(consent.stated_at.desc(), consent.recorded_at.desc(), consent.id.desc())
        .limit(literal_column("1"))
        .correlate_except(consent, engagement)
        .scalar_subquery()
    )


def _stories(row: Row) -> ColumnElement[Any]:
    """The case studies that a report tells, in their places; without words once withdrawn, or once he agrees no more."""
    told: Row = aliased(ReportCaseStudy)
    study: Row = aliased(CaseStudy)
    parts = (
        ("id", study.id),
        ("pseudonym", study.pseudonym),
        ("title", study.title),
        ("words", case((func.coalesce(_agrees(study.engagement_id), false()), study.words))),
    )
    one = func.json_build_object(*(part for name, value in parts for part in (text_literal(name), value)))
    return (
        select_columns(cast(func.json_agg(aggregate_order_by(one, told.place)), Text))
        .select_from(told)
        .join(study, study.id == told.case_study_id)
        .where(told.report_id == row.id)
        .correlate_except(told, study)
        .scalar_subquery()
    )


@cache
def facts() -> Plan:
    """All that is counted of a programme (parameter `programme`) from `from` to `to`, as JSON; or no row. Each such look at true
    counts leaves its entry in the audit trail."""

    def build() -> Select[Any]:
        programme: Row = aliased(Programme)
        charity: Row = aliased(Organisation)
        told = func.throughgate.programme_facts(
            programme.id, bindparam("from", type_=Date()), bindparam("to", type_=Date())
        )
        name = (
            select_columns(charity.name)
            .where(charity.id == Context.charity)
            .correlate_except(charity)
            .scalar_subquery()
        )
        return select_columns(
            cast(told, Text).label("facts"),
            programme.name.label("programme_name"),
            name.label("charity_name"),
            func.now(type_=DateTime(timezone=True)).label("as_of"),
        ).where(programme.charity_id == Context.charity, programme.id == bindparam("programme", type_=Uuid()))

    return compile_select(build, audited="metrics.read_unsuppressed")


def _document(row: Row, *more: ColumnElement[Any]) -> Select[Any]:
    columns = ("id", "programme_id", "programme_name", "charity_name", "title", "period_from", "period_to", "taken_at")
    return select_columns(*(getattr(row, name) for name in columns), *more, cast(row.metrics, Text).label("metrics"))


@cache
def report_document() -> Plan:
    """A report with its true counts, by its id (parameter `key`)."""

    def build() -> Select[Any]:
        row: Row = aliased(Report)
        more: tuple[ColumnElement[Any], ...] = (
            _published_at(row).label("published_at"),
            literal_column("null::bigint").label("threshold"),
        )
        return _document(row, *more, _stories(row).label("stories")).where(
            row.charity_id == Context.charity, row.id == bindparam("key", type_=Uuid())
        )

    return compile_select(build, audited="report.read")


@cache
def published_document(*, with_stories: bool) -> Plan:
    """A publication by its report's id (parameter `key`). Stories are for the charity to hand on: an analyst's role may not read
    them."""

    def build() -> Select[Any]:
        row: Row = aliased(Publication)
        none = cast(literal_column("null"), Text).label("stories")
        stories = _stories(row).label("stories") if with_stories else none
        return _document(row, row.published_at, row.threshold, stories).where(
            row.charity_id == Context.charity, row.id == bindparam("key", type_=Uuid())
        )

    return compile_select(build)


@cache
def published_periods() -> Plan:
    """What is published of a programme (parameter `programme`), the newest first; no row where there is no such programme, one of
    nulls where nothing is."""

    def build() -> Select[Any]:
        programme: Row = aliased(Programme)
        row: Row = aliased(Publication)
        return (
            select_columns(row.id, row.title, row.period_from, row.period_to, row.published_at)
            .select_from(programme)
            .outerjoin(row, row.programme_id == programme.id)
            .where(programme.charity_id == Context.charity, programme.id == bindparam("programme", type_=Uuid()))
        )

    return compile_select(build, order=("-period_to",))
