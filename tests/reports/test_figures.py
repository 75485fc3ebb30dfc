"""Metrics over random people and referrals, against counts by hand; and somebody outside who solves for everything that is
hidden."""

from collections import Counter
from datetime import UTC, date, datetime
from uuid import UUID

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from app.domain.mentors.models import Stage
from app.domain.outcomes.models import MentoringOutcome
from app.domain.people.codes import Ethnicity
from app.domain.people.offences import OffenceGroup, Pathway
from app.domain.referrals.models import Disposition, Source
from app.domain.reports.counting import Figures, count
from app.domain.reports.disclosure import THRESHOLD, Chain, Whole
from app.domain.reports.facts import Facts, GateFact, PersonFact, ReferralFact, ToolkitFact, VolunteerFact
from app.domain.reports.models import Metric, MetricKind
from app.domain.reports.presenting import About, inside, outside, ties
from app.domain.sessions.models import Attendance

ABOUT = About(UUID(int=1), (date(2026, 1, 1), date(2026, 12, 31)), datetime(2026, 12, 31, tzinfo=UTC))
SIX = tuple(MentoringOutcome)
HIDDEN_WITH_NOUGHTS = ("outcomes_of_people_with_need", "outcomes_not_assessed")
STEPS = ("offered", "accepted", "first_contact", "supported", "sustained")


@st.composite
def people(draw: st.DrawFn) -> PersonFact:
    assessed = draw(st.frozensets(st.sampled_from(SIX)))
    improved = frozenset(one for one in assessed if draw(st.booleans()))
    reached = draw(st.integers(-1, 5))
    steps = {step: n < reached for n, step in enumerate(STEPS)}
    gate = [] if reached < 0 else [GateFact(**steps, approved_premises=draw(st.booleans()))]
    return PersonFact(
        age=draw(st.none() | st.integers(17, 80)),
        ethnicity=draw(st.none() | st.sampled_from([Ethnicity.W1, Ethnicity.B1, Ethnicity.O9, Ethnicity.NS])),
        needs=draw(st.frozensets(st.sampled_from(list(Pathway)), max_size=3)),
        days=draw(st.integers(1, 700)),
        convictions=draw(st.lists(st.sampled_from(list(OffenceGroup)), max_size=3)),
        improved=improved,
        assessed=assessed,
        gate=gate,
        prisons=draw(st.integers(0, 2)),
        forms=[],
    )


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    few = st.sampled_from([Source.SELF_WING, Source.PRISON_OFFENDER_MANAGER, Source.FAMILY])
    became = st.sampled_from([Disposition.ALLOCATED, Disposition.WAITING, Disposition.WITHDRAWN])
    referrals = st.builds(ReferralFact, source=few, disposition=became, waited=st.none() | st.integers(0, 90))
    everybody = draw(st.lists(people(), max_size=30))
    begun = draw(st.integers(0, len(everybody)))
    return Facts(
        programme="A programme",
        referrals=draw(st.lists(referrals, max_size=40)),
        people=everybody,
        ended=draw(st.lists(st.booleans(), max_size=12)),
        sessions=draw(st.dictionaries(st.sampled_from(list(Attendance)), st.integers(1, 30))),
        toolkits=[ToolkitFact(code="FUTC", title="A book", begun=begun, completed=draw(st.integers(0, begun)))],
        volunteers=[
            VolunteerFact(
                stage=stage, joined=None, left=None, trained=False, mentored=True, places=2, supervised=stage is None
            )
            for stage in draw(st.lists(st.sampled_from([None, Stage.ACTIVE]), max_size=10))
        ],
    )


@settings(max_examples=60, deadline=None)
@given(facts())
def test_every_metric_is_what_a_count_by_hand_says(told: Facts) -> None:
    shown = {one.name: one for one in inside(count(told), ABOUT)}
    for metric in shown.values():
        if metric.kind is MetricKind.PARTS:
            assert sum(row.numerator or 0 for row in metric.rows) == metric.numerator, metric.name
        assert not metric.suppressed
    assert shown["people_supported"].numerator == len(told.people)
    improved = Counter(outcome for one in told.people for outcome in one.improved)
    rows = {row.key: row for row in shown["outcomes"].rows}
    assert {key: row.numerator for key, row in rows.items()} == {one: improved[one] for one in SIX}
    assert {row.denominator for row in rows.values()} == {len(told.people)}
    breadth = {row.key: row.numerator for row in shown["outcome_breadth"].rows}
    assert breadth["3_or_more"] == sum(len(one.improved) >= 3 for one in told.people)
    violent = sum(group.violent for one in told.people for group in one.convictions)
    assert (shown["violent_share"].numerator, shown["violent_share"].denominator) == (
        violent,
        sum(len(one.convictions) for one in told.people),
    )
    sources = {row.key: row.numerator for row in shown["referrals_by_source"].rows}
    assert sources["other_service"] == sum(one.source is Source.FAMILY for one in told.referrals), "finer ones belong"


@settings(max_examples=60, deadline=None)
@given(facts())
def test_whatever_is_shown_outside_is_a_true_count_that_is_nought_or_large_enough(told: Facts) -> None:
    figures = count(told)
    true = {(m.name, r.key): r.numerator for m in inside(figures, ABOUT) for r in m.rows}
    for metric in outside(figures, ABOUT, threshold=THRESHOLD):
        counts = [metric.numerator, metric.denominator] + [
            n for row in metric.rows for n in (row.numerator, row.denominator)
        ]
        assert not [n for n in counts if n is not None and 0 < n < THRESHOLD], metric.name
        for row in metric.rows:
            assert row.numerator in (None, true[metric.name, row.key])
            assert (row.percent is None) or (row.denominator or 0) >= 10


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(facts())
def test_an_attacker_with_every_published_figure_recovers_no_small_count(told: Facts) -> None:
    """He knows what every figure means and how they are tied together, and solves for the least and the most that each hidden one
    can be. The complements of headlines are meant to be seen."""
    figures = count(told)
    seen = seen_outside(figures)
    names = sorted(figures.counts)
    place = {name: n for n, name in enumerate(names)}
    equal, most, to, up_to = [], [], [], []

    def row(**weights: float) -> np.ndarray:
        line = np.zeros(len(names))
        for name, weight in weights.items():
            line[place[name]] += weight
        return line

    for name, value in seen.items():
        equal.append(row(**{name: 1.0}))
        to.append(float(value))
    for tie in (*ties(figures, threshold=THRESHOLD), *known_besides()):
        if isinstance(tie, Whole) and {tie.total, *tie.parts} <= figures.counts.keys():
            equal.append(row(**{tie.total: 1.0}) - sum(row(**{part: 1.0}) for part in tie.parts))
            to.append(0.0)
        elif isinstance(tie, Chain):
            for wider, narrower in zip(tie.steps, tie.steps[1:], strict=False):
                most.append(row(**{narrower: 1.0}) - row(**{wider: 1.0}))
                up_to.append(0.0)
    # A nought is shown as one: what is printed and hidden is at least one.
    gone = printed(figures) - seen.keys()
    bounds = [(1.0 if name in gone else 0.0, None) for name in names]
    for name in figures.counts.keys() - meant_to_be_seen(figures):
        if 0 < figures.counts[name] < THRESHOLD:
            goal = row(**{name: 1.0})
            limits = []
            for sign in (1.0, -1.0):
                solved = linprog(
                    sign * goal,
                    A_ub=np.array(most),
                    b_ub=up_to,
                    A_eq=np.array(equal),
                    b_eq=to,
                    bounds=bounds,
                )
                assert solved.status in (0, 3)
                limits.append(sign * solved.fun if solved.status == 0 else float("inf"))
            assert limits[1] - limits[0] >= 1 - 1e-6, (name, figures.counts[name], limits)


def printed(figures: Figures) -> set[str]:
    """The names of the figures that some metric outside prints, and never a nought that is hidden."""
    from app.domain.reports.catalogue import DEFINITIONS

    found: set[str] = set()
    for definition in DEFINITIONS:
        if not definition.inside_only and definition.name not in HIDDEN_WITH_NOUGHTS:
            found |= {row.numerator for row in definition.rows(figures)} | {definition.numerator or "people"}
    return found


def known_besides() -> list[Whole]:
    """How the outcomes of all and of those with the need are tied together, though parts of it are printed nowhere."""
    found = []
    for one in SIX:
        found += [
            Whole("people", (f"improved.{one}", f"rest.{one}")),
            Whole("people", (f"need.{one}", f"no_need.{one}")),
            Whole(f"rest.{one}", (f"not_improved.{one}", f"not_assessed.{one}")),
            Whole(f"improved.{one}", (f"need_improved.{one}", f"no_need_improved.{one}")),
            Whole(f"need.{one}", (f"need_improved.{one}", f"need_rest.{one}")),
            Whole(f"no_need.{one}", (f"no_need_improved.{one}", f"no_need_rest.{one}")),
        ]
    return found


def meant_to_be_seen(figures: Figures) -> set[str]:
    """The complement of a headline, under each of its names: where everybody was assessed, who did not improve is who is left."""
    whole = {f"not_improved.{one}" for one in SIX if figures.counts[f"not_assessed.{one}"] == 0}
    return whole | {f"rest.{one}" for one in SIX}


def seen_outside(figures: Figures) -> dict[str, int]:
    """The figures as somebody reads them off the published metrics, and nothing else."""
    from app.domain.reports.catalogue import BY_NAME

    found: dict[str, int] = {}

    def read(metric: Metric) -> None:
        definition = BY_NAME[metric.name]
        pairs = [(definition.numerator, metric.numerator), (definition.denominator, metric.denominator)]
        for row, told in zip(definition.rows(figures), metric.rows, strict=True):
            pairs += [(row.numerator, told.numerator), (row.denominator, told.denominator)]
        for name, value in pairs:
            if name is not None and value is not None:
                assert found.setdefault(name, value) == value
        hidden = {name for name, value in pairs if name is not None and value is None and name in found}
        assert not hidden, f"{hidden} hidden here and shown elsewhere"

    for metric in outside(figures, ABOUT, threshold=THRESHOLD):
        read(metric)
    return found


def test_the_share_of_those_with_the_need_is_hidden_where_it_would_tell_of_those_without() -> None:
    """14 of 20 improved; of ten with the need eight did, so two did not. Beside the headline the row would say so."""
    health, nobody = MentoringOutcome.HEALTH_WELLBEING, frozenset[MentoringOutcome]()
    plain = PersonFact(
        age=30,
        ethnicity=None,
        needs=frozenset(),
        days=9,
        convictions=[],
        improved=nobody,
        assessed=frozenset({health}),
        gate=[],
        prisons=1,
        forms=[],
    )

    def some(many: int, *, need: bool, improved: bool) -> list[PersonFact]:
        more = {"needs": health.needs if need else frozenset(), "improved": frozenset({health}) if improved else nobody}
        return [plain.model_copy(update=more)] * many

    def shown(*counts: int) -> tuple[int | None, int | None]:
        ways = ((True, True), (True, False), (False, True), (False, False))
        groups = [some(many, need=a, improved=b) for many, (a, b) in zip(counts, ways, strict=True)]
        told = Facts(
            programme="A",
            referrals=[],
            people=[one for group in groups for one in group],
            ended=[],
            sessions={},
            toolkits=[],
            volunteers=[],
        )
        by_name = {one.name: one for one in outside(count(told), ABOUT, threshold=THRESHOLD)}
        rows = {row.key: row for row in by_name["outcomes_of_people_with_need"].rows}
        assert {row.key: row.numerator for row in by_name["outcomes"].rows}[health] == counts[0] + counts[2]
        return rows[health].numerator, rows[health].denominator

    assert shown(8, 2, 6, 4) == (None, None)
    assert shown(8, 5, 6, 5) == (8, 13)
