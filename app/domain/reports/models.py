"""What metrics, reports and publications are."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as SchemaField
from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.domain.kernel.rows import CivilDate, Identified, Line, Tenanted, command_config, instant_field
from app.domain.referrals.models import DEMO_PROGRAMME_ID
from app.domain.reports.case_study import Story

SMALLEST_THRESHOLD, LARGEST_THRESHOLD = 5, 50


class MetricKind(StrEnum):
    """What a metric is. COUNT: a number of something. RATE: a part of a whole. PARTS: a whole and all its parts. ROWS: several
    shares, which need not add up."""

    COUNT = "COUNT"
    RATE = "RATE"
    PARTS = "PARTS"
    ROWS = "ROWS"


class MetricUnit(StrEnum):
    """What is counted. CONVICTIONS are not people."""

    PEOPLE = "PEOPLE"
    REFERRALS = "REFERRALS"
    CONVICTIONS = "CONVICTIONS"
    SESSIONS = "SESSIONS"
    MENTORS = "MENTORS"
    PLACES = "PLACES"
    RELATIONSHIPS = "RELATIONSHIPS"
    SCORES = "SCORES"


class Suppression(StrEnum):
    """Whether small numbers were hidden: `none` for the charity's own coordinators and managers, `applied` for everybody else."""

    NONE = "none"
    APPLIED = "applied"


class ReportView(StrEnum):
    """With true counts, or as people outside see it."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class MetricPeriod(BaseModel):
    """A period, both days included."""

    period_from: date = SchemaField(serialization_alias="from", description="First day, inclusive.")
    period_to: date = SchemaField(serialization_alias="to", description="Last day, inclusive.")


class ShareInterval(BaseModel):
    """From where to where the share could lie by chance alone, in whole per cent."""

    low: int
    high: int


class MetricRow(BaseModel):
    """One row of a metric."""

    key: str = SchemaField(description="Stable, for programs.")
    label: str = SchemaField(description="For people.")
    numerator: int | None = SchemaField(description="How many; null: not shown.")
    denominator: int | None = SchemaField(description="Of how many; null: not shown, or there is no whole.")
    percent: int | None = SchemaField(description="Whole per cent, half up. Outside, only of ten or more.")
    interval: ShareInterval | None = SchemaField(
        serialization_alias="interval_95", description="The Wilson score interval of the share."
    )
    suppressed: bool = SchemaField(description="Whether the count is hidden so that nobody can be picked out.")


class MetricDefinition(BaseModel):
    """A metric: what it counts, of whom, how. A definition never changes; its next version is another one."""

    name: str
    version: int
    title: str
    kind: MetricKind
    unit: MetricUnit
    method: str = SchemaField(description="Who is counted, and how.")
    inside_only: bool = SchemaField(description="Whether only the charity's coordinators and managers see it.")


class Metric(BaseModel):
    """One figure of one programme and period, with all that is needed to quote it."""

    name: str
    version: int = SchemaField(description="Of the definition.")
    title: str
    kind: MetricKind
    unit: MetricUnit
    programme_id: UUID
    period: MetricPeriod
    numerator: int | None = SchemaField(description="How many; null: not shown, or only its rows say anything.")
    denominator: int | None = SchemaField(description="Of how many; null: not shown, or there is no whole.")
    percent: int | None
    interval: ShareInterval | None = SchemaField(serialization_alias="interval_95")
    median: float | None = SchemaField(
        description="The middle number of days, where days are measured; outside, of ten or more."
    )
    rows: list[MetricRow]
    suppression: Suppression
    suppressed: bool = SchemaField(description="Whether the figure itself is hidden.")
    threshold: int | None = SchemaField(description="Counts from 1 to below it are hidden; null: none is.")
    rounding: str = SchemaField(default="half_up", description="To whole per cent, from integers.")
    method: str
    as_of: datetime = SchemaField(description="As it was known at this instant.")
    snapshot_id: UUID | None = SchemaField(description="The report that froze it; null: counted just now.")


class PublishedPeriod(BaseModel):
    """A period whose figures are published. They stay as they are for ever."""

    report_id: UUID
    title: str
    period: MetricPeriod
    published_at: datetime


class MetricCatalogue(BaseModel):
    """The metrics there are, and of which periods somebody outside may ask."""

    programme_id: UUID
    items: list[MetricDefinition]
    published: list[PublishedPeriod] = SchemaField(description="The newest first. No two of them share a day.")
    next: str | None = SchemaField(default=None, description="Always null: all of it is here.")


class ReportFields(SQLModel):
    programme_id: UUID = Field(foreign_key="programme.id", description="Whose figures.")
    title: Line = Field(description="What stands above it.")
    period_from: CivilDate = Field(description="First day, inclusive.")
    period_to: CivilDate = Field(description="Last day, inclusive.")


class Report(ReportFields, Identified, Tenanted, table=True):
    """Append-only: every figure as it was counted then. `metrics` is what insiders are shown, `figures` the counts by name."""

    __table_args__ = (
        UniqueConstraint("id", "charity_id", "programme_id", "period_from", "period_to", name="report_of_period"),
        CheckConstraint(text("period_from <= period_to"), name="report_period"),
        Index("report_newest", "charity_id", "taken_at", "id"),
        Index("report_of_programme", "programme_id"),
    )
    programme_name: str
    charity_name: str
    metrics: list[dict[str, Any]] = Field(sa_type=JSONB)
    figures: dict[str, Any] = Field(sa_type=JSONB)
    taken_at: datetime = instant_field()
    taken_by: UUID


class Publication(ReportFields, Identified, Tenanted, table=True):
    """Append-only, and the only one of the two that an analyst's role may read. Its id is the report's. That no two of a programme
    share a day is a constraint that SQLAlchemy cannot say: `publication_days_apart`."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["id", "charity_id", "programme_id", "period_from", "period_to"],
            ["report.id", "report.charity_id", "report.programme_id", "report.period_from", "report.period_to"],
            name="publication_report",
        ),
        Index("publication_newest", "charity_id", "published_at", "id"),
    )
    programme_name: str
    charity_name: str
    threshold: int = Field(sa_type=BigInteger)
    metrics: list[dict[str, Any]] = Field(sa_type=JSONB)
    taken_at: datetime = instant_field()
    published_at: datetime = instant_field()
    published_by: UUID


class ReportRead(ReportFields):
    """A report: which programme, which period, when it was frozen, and whether it is published."""

    id: UUID
    programme_name: str = Field(description="As it was called then.")
    charity_name: str = Field(description="As it was called then.")
    taken_at: datetime = Field(description="As it was known at this instant.")
    taken_by: UUID
    published_at: datetime | None = Field(
        description="Since when its protected figures are published; null: they are not."
    )


class PublicationRead(ReportFields):
    """A period whose figures are published."""

    id: UUID = Field(description="The report.")
    programme_name: str
    charity_name: str
    threshold: int
    taken_at: datetime
    published_at: datetime


class FreezeReport(ReportFields):
    """Count everything now and keep it: the figures of a period as they are known today."""

    model_config = command_config(
        {
            "programme_id": DEMO_PROGRAMME_ID,
            "title": "Mentoring at Brixton, February 2024 to March 2025",
            "period_from": "2024-02-01",
            "period_to": "2025-03-31",
        }
    )
    case_study_ids: list[UUID] = Field(
        default=[], max_length=10, description="The case studies that it tells, in their order."
    )


class PublishReport(SQLModel):
    """Let people outside see the figures, with small numbers hidden. It cannot be taken back, and no other published period of the
    programme may share a day with this one: else one could be subtracted from the other."""

    model_config = command_config({"threshold": 5})
    threshold: int = Field(
        default=SMALLEST_THRESHOLD,
        ge=SMALLEST_THRESHOLD,
        le=LARGEST_THRESHOLD,
        description="Counts from 1 to below it are hidden, and what they could be worked out from.",
    )


class ReportDocument(BaseModel):
    """A report with all its figures."""

    id: UUID
    programme_id: UUID
    programme_name: str
    charity_name: str
    title: str
    period: MetricPeriod
    suppression: Suppression
    threshold: int | None
    taken_at: datetime
    published_at: datetime | None
    words: list[str] = SchemaField(description="What the figures do and do not say.")
    metrics: list[Metric]
    case_studies: list[Story] = SchemaField(description="For whoever reads reports; an analyst is shown none.")


class ReportByName(ReportDocument):
    """A report with all its figures, by the names of the metrics."""

    metrics: dict[str, Metric]  # type: ignore[assignment]
