"""Figures as metrics: for the charity's own people as they are, for everybody else without what would pick somebody out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.outcomes.models import ChangeResult, MentoringOutcome
from app.domain.people.codes import Ethnicity
from app.domain.people.offences import ReportOffenceGroup
from app.domain.referrals.models import REPORTED_SOURCES, Disposition
from app.domain.reports.arithmetic import percent, wilson
from app.domain.reports.catalogue import DEFINITIONS, Definition, Row
from app.domain.reports.counting import AGE_BANDS, GATE_STEPS, LENGTHS, NOT_KNOWN, WAITS, Figures
from app.domain.reports.disclosure import SMALLEST_DENOMINATOR, Chain, Tie, Whole, hidden
from app.domain.reports.models import Metric, MetricPeriod, MetricRow, ShareInterval, Suppression
from app.domain.sessions.models import Attendance


@dataclass(frozen=True)
class About:
    """Of which programme and period, as known when, and by which report it was frozen."""

    programme_id: UUID
    period: tuple[date, date]
    as_of: datetime
    snapshot_id: UUID | None = None


def inside(figures: Figures, about: About) -> list[Metric]:
    """Every metric with its true counts."""
    return [_metric(definition, figures, about, frozenset(), None) for definition in DEFINITIONS]


def outside(figures: Figures, about: About, *, threshold: int) -> list[Metric]:
    """Those that people outside may see, with nothing in them by which anybody could be picked out."""
    gone = not_shown(figures, threshold=threshold)
    return [
        _metric(definition, figures, about, gone, threshold) for definition in DEFINITIONS if not definition.inside_only
    ]


def not_shown(figures: Figures, *, threshold: int) -> frozenset[str]:
    """The names of the figures that are hidden from people outside."""
    counts = figures.counts
    blocked: set[str] = set()
    for one in MentoringOutcome:
        # Of those with the need and of all, the difference is those without it: no cell of the two by two may be small.
        cells = (f"need_improved.{one}", f"need_rest.{one}", f"no_need_improved.{one}", f"no_need_rest.{one}")
        sides = (f"need.{one}", f"no_need.{one}")
        if any(0 < counts[name] < threshold for name in (*cells, *sides)):
            blocked |= {f"need_improved.{one}", f"need.{one}"}
        # Where few are left beside the headline, whether they were assessed is theirs, a nought too.
        if 0 < counts[f"rest.{one}"] < threshold:
            blocked.add(f"not_assessed.{one}")
    return hidden(counts, ties(figures, threshold=threshold), threshold=threshold) | blocked


def ties(figures: Figures, *, threshold: int) -> list[Tie]:
    """How the figures are tied together: whatever could be worked out from one another by somebody who knows what they mean."""

    def parts(total: str, prefix: str, keys: Iterable[str]) -> Whole:
        return Whole(total, tuple(f"{prefix}.{key}" for key in keys))

    gate = ("people", "gate.eligible", *(f"gate.{step}" for step in GATE_STEPS))
    breadth = ("people", "breadth.1_or_more", "breadth.3_or_more", "breadth.5_or_more")
    found: list[Tie] = [
        parts("referrals", "source", REPORTED_SOURCES),
        parts("referrals", "disposition", Disposition),
        *(parts(f"source.{one}", f"route.{one}", Disposition) for one in REPORTED_SOURCES),
        Whole("referrals", tuple(f"route.{s}.{d}" for s in REPORTED_SOURCES for d in Disposition)),
        *(Whole(f"disposition.{d}", tuple(f"route.{s}.{d}" for s in REPORTED_SOURCES)) for d in Disposition),
        parts("disposition.allocated", "wait", (*(key for key, _, _ in WAITS), NOT_KNOWN)),
        parts("people", "age", (*(key for key, _, _ in AGE_BANDS), NOT_KNOWN)),
        parts("people", "ethnicity", Ethnicity),
        parts("people", "length", (key for key, _, _ in LENGTHS)),
        Whole("convictions", ("violent", "not_violent")),
        parts("convictions", "offence", ReportOffenceGroup),
        parts("violent", "offence_violent", ReportOffenceGroup),
        parts("not_violent", "offence_not_violent", ReportOffenceGroup),
        *(
            Whole(f"offence.{one}", (f"offence_violent.{one}", f"offence_not_violent.{one}"))
            for one in ReportOffenceGroup
        ),
        parts("sessions", "session", Attendance),
        parts("scores", "change", ChangeResult),
        Whole("ended", ("ended_planned", "ended_unplanned")),
        # Eight of twelve who accepted is a headline, and so is every share of all who were supported.
        Chain(gate, frozenset({("gate.offered", "gate.accepted"), ("gate.eligible", "gate.accepted")})),
        Chain(("gate.supported", "gate.approved_premises")),
        Chain(("people", "several_prisons")),
        Chain(breadth, frozenset(("people", name) for name in breadth[1:])),
    ]
    codes = [name.removeprefix("toolkit.") for name in figures.labels]
    found += [Chain(("people", f"toolkit_begun.{code}", f"toolkit_completed.{code}")) for code in codes]
    for one in MentoringOutcome:
        improved, rest, grey = f"improved.{one}", f"rest.{one}", f"not_assessed.{one}"
        if 0 < figures.counts[improved] < threshold:
            found.append(Whole("people", (improved, f"not_improved.{one}", grey)))
        else:  # the rest is seen beside the headline; of that no small part
            found.append(Chain((rest, grey)))
    return found


def _metric(
    definition: Definition, figures: Figures, about: About, gone: frozenset[str], threshold: int | None
) -> Metric:
    numerator, denominator = definition.numerator, definition.denominator
    found = _row(Row("", "", numerator, denominator), figures, gone, threshold) if numerator is not None else None
    whole = definition.median_of
    enough = threshold is None or (
        whole is not None and whole not in gone and figures.counts[whole] >= SMALLEST_DENOMINATOR
    )
    return Metric(
        name=definition.name,
        version=definition.version,
        title=definition.title,
        kind=definition.kind,
        unit=definition.unit,
        programme_id=about.programme_id,
        period=MetricPeriod(period_from=about.period[0], period_to=about.period[1]),
        numerator=None if found is None else found.numerator,
        denominator=None if found is None else found.denominator,
        percent=None if found is None else found.percent,
        interval=None if found is None else found.interval,
        median=figures.medians.get(definition.median) if definition.median is not None and enough else None,
        rows=[_row(row, figures, gone, threshold) for row in definition.rows(figures)],
        suppression=Suppression.NONE if threshold is None else Suppression.APPLIED,
        suppressed=found is not None and found.suppressed,
        threshold=threshold,
        method=definition.method,
        as_of=about.as_of,
        snapshot_id=about.snapshot_id,
    )


def _row(row: Row, figures: Figures, gone: frozenset[str], threshold: int | None) -> MetricRow:
    part = None if row.numerator in gone else figures.counts[row.numerator]
    whole = None if row.denominator is None or row.denominator in gone else figures.counts[row.denominator]
    least = 1 if threshold is None else SMALLEST_DENOMINATOR
    share = part is not None and whole is not None and whole >= least
    low, high = wilson(part, whole) if share and part is not None and whole is not None else (0, 0)
    return MetricRow(
        key=row.key,
        label=row.label,
        numerator=part,
        denominator=whole,
        percent=percent(part, whole) if share and part is not None and whole is not None else None,
        interval=ShareInterval(low=low, high=high) if share else None,
        suppressed=row.numerator in gone,
    )
