"""From facts to figures: each count under one name, and only one. Pure; what the names mean stands in `catalogue`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from app.domain.mentors.models import Stage
from app.domain.outcomes.changing import counts_until
from app.domain.outcomes.models import ChangeResult, MentoringOutcome
from app.domain.outcomes.rules import Filled, changes
from app.domain.people.codes import Ethnicity
from app.domain.people.offences import ReportOffenceGroup
from app.domain.referrals.models import REPORTED_SOURCES, Disposition
from app.domain.reports.arithmetic import median
from app.domain.reports.facts import Facts, PersonFact
from app.domain.sessions.models import Attendance

AGE_BANDS: tuple[tuple[str, int, int], ...] = (
    ("<18", 0, 17),
    ("18-19", 18, 19),
    ("20-25", 20, 25),
    *((f"{low}-{low + 4}", low, low + 4) for low in range(26, 66, 5)),
    ("66+", 66, 200),
)
"""Both ends included. The first of the report's bands is six years wide; the rest covers every age."""

LENGTHS: tuple[tuple[str, int, int], ...] = (
    ("under_3_months", 0, 91),
    ("3_to_6_months", 92, 182),
    ("6_to_12_months", 183, 365),
    ("over_12_months", 366, 100_000),
)
WAITS: tuple[tuple[str, int, int], ...] = (
    ("up_to_2_weeks", -100_000, 14),
    ("2_to_4_weeks", 15, 28),
    ("4_to_8_weeks", 29, 56),
    ("over_8_weeks", 57, 100_000),
)
BREADTHS = {"1_or_more": 1, "3_or_more": 3, "5_or_more": 5}
GATE_STEPS = ("offered", "accepted", "first_contact", "supported", "sustained")
NOT_KNOWN = "not_known"


@dataclass
class Figures:
    """Counts by name; medians by name; and the labels of what has no code list of its own."""

    counts: dict[str, int] = field(default_factory=dict)
    medians: dict[str, float | None] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def spread(self, prefix: str, keys: Iterable[str], found: Iterable[str]) -> None:
        """One count for each key, zeros too."""
        tally = Counter(found)
        self.counts |= {f"{prefix}.{key}": tally[key] for key in keys}


def count(facts: Facts) -> Figures:
    """Every figure of a programme and period."""
    figures = Figures()
    _referrals(figures, facts)
    _people(figures, facts.people)
    _convictions(figures, facts.people)
    _outcomes(figures, facts.people)
    _gate(figures, facts.people)
    _work(figures, facts)
    _volunteers(figures, facts)
    return figures


def band(value: int, bands: Sequence[tuple[str, int, int]]) -> str:
    """The key of the band that a number is in."""
    return next(key for key, low, high in bands if low <= value <= high)


def _referrals(figures: Figures, facts: Facts) -> None:
    received = facts.referrals
    figures.counts["referrals"] = len(received)
    figures.spread("source", REPORTED_SOURCES, (one.source.reports_as for one in received))
    figures.spread("disposition", Disposition, (one.disposition for one in received))
    pairs = (f"{one.source.reports_as}.{one.disposition}" for one in received)
    figures.spread("route", (f"{s}.{d}" for s in REPORTED_SOURCES for d in Disposition), pairs)
    waits = [one.waited for one in received if one.disposition is Disposition.ALLOCATED]
    figures.spread(
        "wait",
        (*(key for key, _, _ in WAITS), NOT_KNOWN),
        (NOT_KNOWN if days is None else band(days, WAITS) for days in waits),
    )
    figures.medians["wait"] = median([days for days in waits if days is not None])


def _people(figures: Figures, people: Sequence[PersonFact]) -> None:
    figures.counts["people"] = len(people)
    ages = (NOT_KNOWN if one.age is None else band(one.age, AGE_BANDS) for one in people)
    figures.spread("age", (*(key for key, _, _ in AGE_BANDS), NOT_KNOWN), ages)
    figures.spread("ethnicity", Ethnicity, (one.ethnicity or Ethnicity.UN for one in people))
    figures.spread("length", (key for key, _, _ in LENGTHS), (band(one.days, LENGTHS) for one in people))
    figures.medians["length"] = median([one.days for one in people])
    figures.counts["several_prisons"] = sum(one.prisons > 1 for one in people)


def _convictions(figures: Figures, people: Sequence[PersonFact]) -> None:
    all_of_them = [group for one in people for group in one.convictions]
    violent = [group for group in all_of_them if group.violent]
    figures.counts["convictions"] = len(all_of_them)
    figures.counts["violent"] = len(violent)
    figures.counts["not_violent"] = len(all_of_them) - len(violent)
    figures.spread("offence", ReportOffenceGroup, (group.report_group for group in all_of_them))
    figures.spread("offence_violent", ReportOffenceGroup, (group.report_group for group in violent))
    calm = (group.report_group for group in all_of_them if not group.violent)
    figures.spread("offence_not_violent", ReportOffenceGroup, calm)


def _outcomes(figures: Figures, people: Sequence[PersonFact]) -> None:
    for outcome in MentoringOutcome:
        needing = [one for one in people if one.needs & outcome.needs]
        figures.counts[f"improved.{outcome}"] = sum(outcome in one.improved for one in people)
        figures.counts[f"rest.{outcome}"] = sum(outcome not in one.improved for one in people)
        figures.counts[f"not_assessed.{outcome}"] = sum(outcome not in one.assessed for one in people)
        figures.counts[f"not_improved.{outcome}"] = sum(outcome in one.assessed - one.improved for one in people)
        figures.counts[f"need.{outcome}"] = len(needing)
        figures.counts[f"need_improved.{outcome}"] = sum(outcome in one.improved for one in needing)
        figures.counts[f"need_rest.{outcome}"] = sum(outcome not in one.improved for one in needing)
        figures.counts[f"no_need.{outcome}"] = len(people) - len(needing)
        others = [one for one in people if not one.needs & outcome.needs]
        figures.counts[f"no_need_improved.{outcome}"] = sum(outcome in one.improved for one in others)
        figures.counts[f"no_need_rest.{outcome}"] = sum(outcome not in one.improved for one in others)
    for key, least in BREADTHS.items():
        figures.counts[f"breadth.{key}"] = sum(len(one.improved) >= least for one in people)
    results = [result for one in people for result in _changes(one)]
    figures.spread("change", ChangeResult, results)
    figures.counts["scores"] = len(results)


def _changes(person: PersonFact) -> Iterable[ChangeResult]:
    forms = sorted(person.forms, key=lambda form: form.relationship)
    for _, group in groupby(forms, key=lambda form: form.relationship):
        of_one = list(group)
        filled = [
            Filled(form.code, form.edition, form.taken_on, form.entered_at, form.scales, form.scores) for form in of_one
        ]
        until = counts_until(of_one[0].ended_on, of_one[0].released_on)
        yield from (change.result for change in changes(filled, begun_on=of_one[0].begun_on, until=until))


def _gate(figures: Figures, people: Sequence[PersonFact]) -> None:
    figures.counts["gate.eligible"] = sum(bool(one.gate) for one in people)
    for step in GATE_STEPS:
        figures.counts[f"gate.{step}"] = sum(one.reached(step) for one in people)
    figures.counts["gate.approved_premises"] = sum(
        any(support.supported and support.approved_premises for support in one.gate) for one in people
    )


def _work(figures: Figures, facts: Facts) -> None:
    figures.counts["sessions"] = sum(facts.sessions.values())
    figures.counts |= {f"session.{code}": facts.sessions.get(code, 0) for code in Attendance}
    for toolkit in facts.toolkits:
        figures.counts[f"toolkit_begun.{toolkit.code}"] = toolkit.begun
        figures.counts[f"toolkit_completed.{toolkit.code}"] = toolkit.completed
        figures.labels[f"toolkit.{toolkit.code}"] = toolkit.title
    figures.counts["ended"] = len(facts.ended)
    figures.counts["ended_planned"] = sum(facts.ended)
    figures.counts["ended_unplanned"] = len(facts.ended) - sum(facts.ended)


def _volunteers(figures: Figures, facts: Facts) -> None:
    everybody = facts.volunteers
    active = [one for one in everybody if one.stage is Stage.ACTIVE]
    figures.counts |= {
        "volunteers.mentored": sum(one.mentored for one in everybody),
        "volunteers.active": len(active),
        "volunteers.joined": sum(bool(one.joined) for one in everybody),
        "volunteers.trained": sum(one.trained for one in everybody),
        "volunteers.left": sum(bool(one.left) for one in everybody),
        "volunteers.supervised": sum(one.supervised for one in active),
        "places": sum(one.places for one in active),
    }
