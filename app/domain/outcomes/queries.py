"""What may be asked about outcomes and measures."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, Text, Uuid, bindparam, case, cast, func, literal_column, true
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import (
    Collection,
    Connection,
    Context,
    Edge,
    Nested,
    Order,
    Plan,
    Row,
    View,
    attach,
    compile_select,
    text_literal,
)
from app.domain.matching.models import Engagement, EngagementState
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.outcomes.models import (
    EvidenceSource,
    Judgement,
    Measure,
    MeasureRead,
    MeasureResponse,
    MeasureResponseRead,
    MeasureScale,
    MentoringOutcome,
    OutcomeJudgement,
    OutcomeJudgementRead,
    OutcomeSummaryRead,
    ResponseStatus,
    ScaleScore,
)
from app.domain.people.queries import PERSON_SUMMARIES
from app.domain.through_the_gate.models import GateSupport

P = Permission


def _stands(row: Row) -> ColumnElement[Any]:
    later: Row = aliased(OutcomeJudgement)
    newer = (
        select_columns(true())
        .where(
            later.engagement_id == row.engagement_id,
            later.outcome == row.outcome,
            later.sequence > row.sequence,
        )
        .correlate_except(later)
        .exists()
    )
    return ~newer


JUDGEMENTS: View = View(
    "outcome_judgement",
    OutcomeJudgement,
    OutcomeJudgementRead,
    P.OUTCOMES_READ,
    computed={"stands": _stands},
    edges={"engagement": Edge(lambda: ENGAGEMENTS, on=lambda j, e: e.id == j.engagement_id, expand=True)},
    versioned=False,
)
JUDGEMENTS_LIST = Collection(
    JUDGEMENTS,
    orders={"-recorded_at": Order(lambda t: [t.recorded_at], descending=True)},
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "outcome": lambda t, value: t.outcome == value,
        "judgement": lambda t, value: t.judgement == value,
        "evidence_source": lambda t, value: t.evidence_source == value,
        "stands": lambda t, value: _stands(t) == value,
    },
    filter_shapes={
        "engagement_id": UUID,
        "outcome": MentoringOutcome,
        "judgement": Judgement,
        "evidence_source": EvidenceSource,
        "stands": bool,
    },
)


def _found(row: Row, outcome: MentoringOutcome) -> ColumnElement[Any]:
    """What stands of one outcome; null where nobody has judged it."""
    one: Row = aliased(OutcomeJudgement)
    return (
        select_columns(one.judgement)
        .where(one.engagement_id == row.id, one.outcome == text_literal(outcome))
        .order_by(one.sequence.desc())
        .limit(literal_column("1"))
        .correlate_except(one)
        .scalar_subquery()
    )


def _judged(judgement: Judgement) -> Any:
    """The outcomes that stand so, in the order of the list. Not judged at all is not assessed."""

    def codes(row: Row) -> ColumnElement[Any]:
        none, code = text_literal(Judgement.NOT_ASSESSED), text_literal(judgement)
        held: list[ColumnElement[str]] = [
            case((func.coalesce(_found(row, outcome), none) == code, text_literal(outcome)))
            for outcome in MentoringOutcome
        ]
        return func.array_remove(array(held), cast(literal_column("null"), Text()), type_=ARRAY(Text))

    return codes


_improved, _not_assessed = _judged(Judgement.IMPROVED), _judged(Judgement.NOT_ASSESSED)


def _breadth(row: Row) -> ColumnElement[Any]:
    return cast(func.cardinality(_improved(row)), BigInteger)


def _last_assessed(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(OutcomeJudgement)
    return (
        select_columns(func.max(one.assessed_on))
        .where(one.engagement_id == row.id, _stands(one))
        .correlate_except(one)
        .scalar_subquery()
    )


OUTCOME_SUMMARIES: View = View(
    "outcome_summary",
    Engagement,
    OutcomeSummaryRead,
    P.OUTCOMES_READ,
    computed={
        "improved": _improved,
        "not_improved": _judged(Judgement.NOT_IMPROVED),
        "not_assessed": _not_assessed,
        "breadth": _breadth,
        "last_assessed_on": _last_assessed,
    },
    edges={"person": Edge(lambda: PERSON_SUMMARIES, on=lambda e, p: p.id == e.person_id, expand=True)},
    scope=lambda t: (t.charity_id == Context.charity, t.started_on.is_not(None)),
    versioned=False,
    summary=True,
)
OUTCOME_SUMMARIES_LIST = Collection(
    OUTCOME_SUMMARIES,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "programme_id": lambda t, value: t.programme_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "state": lambda t, value: t.state == value,
        "improved": lambda t, value: value == func.any(_improved(t)),
        "not_assessed": lambda t, value: value == func.any(_not_assessed(t)),
    },
    filter_shapes={
        "programme_id": UUID,
        "person_id": UUID,
        "state": EngagementState,
        "improved": MentoringOutcome,
        "not_assessed": MentoringOutcome,
    },
)

MEASURES: View = View(
    "measure",
    Measure,
    MeasureRead,
    P.MEASURE_RESPONSES_READ,
    nested={"scales": Nested(MeasureScale, many=True)},
)
MEASURES_LIST = Collection(
    MEASURES,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "code": lambda t, value: t.code == value,
        "in_use": lambda t, value: t.retired_at.is_(None) == value,
    },
    filter_shapes={"in_use": bool},
)


def _superseded_by(row: Row) -> ColumnElement[Any]:
    one: Row = aliased(MeasureResponse)
    return select_columns(one.id).where(one.supersedes_id == row.id).correlate_except(one).scalar_subquery()


RESPONSES: View = View(
    "measure_response",
    MeasureResponse,
    MeasureResponseRead,
    P.MEASURE_RESPONSES_READ,
    computed={"superseded_by_id": _superseded_by},
    nested={"scores": Nested(ScaleScore, many=True)},
    edges={
        "measure": Edge(lambda: MEASURES, on=lambda r, m: m.id == r.measure_id, expand=True),
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda r, e: e.id == r.engagement_id, expand=True),
    },
    versioned=False,
)
RESPONSES_LIST = Collection(
    RESPONSES,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "measure_id": lambda t, value: t.measure_id == value,
        "status": lambda t, value: t.status == value,
        "stands": lambda t, value: _superseded_by(t).is_(None) == value,
    },
    filter_shapes={"engagement_id": UUID, "measure_id": UUID, "status": ResponseStatus, "stands": bool},
)

attach(
    ENGAGEMENTS,
    outcome_judgements=Connection(lambda: JUDGEMENTS_LIST, on=lambda e, j: j.engagement_id == e.id),
    measure_responses=Connection(lambda: RESPONSES_LIST, on=lambda e, r: r.engagement_id == e.id),
)


@cache
def complete_forms() -> Plan:
    """The complete forms of an engagement (parameter `key`) that stand, each with its edition and its scales; and from when to
    when they count: to its end, or to six calendar months after the last release where that is later. One row, or none."""

    def build() -> Select[Any]:
        row: Row = aliased(Engagement)
        form: Row = aliased(MeasureResponse)
        measure: Row = aliased(Measure)
        support: Row = aliased(GateSupport)
        told = func.jsonb_build_object(
            *(
                part
                for name, value in (
                    ("code", measure.code),
                    ("edition", measure.edition),
                    ("taken_on", form.taken_on),
                    ("entered_at", form.created_at),
                    ("scales", measure.scales),
                    ("scores", form.scores),
                )
                for part in (text_literal(name), value)
            )
        )
        forms = (
            select_columns(cast(func.jsonb_agg(told), Text))
            .select_from(form)
            .join(measure, measure.id == form.measure_id)
            .where(
                form.engagement_id == row.id,
                form.status == text_literal(ResponseStatus.COMPLETE),
                _superseded_by(form).is_(None),
            )
            .correlate_except(form, measure)
            .scalar_subquery()
        )
        released_on = (
            select_columns(func.max(support.released_on))
            .where(support.engagement_id == row.id)
            .correlate_except(support)
            .scalar_subquery()
        )
        return select_columns(
            row.started_on, row.ended_on, released_on.label("released_on"), forms.label("forms")
        ).where(
            row.charity_id == Context.charity, row.id == bindparam("key", type_=Uuid()), row.started_on.is_not(None)
        )

    return compile_select(build)
