"""What is counted of the work: sessions, workbooks, support through the gate, mentors."""

from collections.abc import Iterable

from app.domain.reports.catalogue.definition import Definition, Row, parts, words
from app.domain.reports.counting import GATE_STEPS, Figures
from app.domain.reports.models import MetricKind, MetricUnit
from app.domain.sessions.models import Attendance

K, U = MetricKind, MetricUnit

_GATE = {
    "eligible": "Could have it",
    "offered": "Was offered it",
    "accepted": "Accepted",
    "first_contact": "Made contact after release",
    "supported": "Was supported",
    "sustained": "Kept it up",
}
_VOLUNTEERS = {
    "mentored": "Mentored somebody in the period",
    "active": "Active on the last day",
    "joined": "Applied in the period",
    "trained": "Completed the core training in the period",
    "left": "Left in the period",
}


def _toolkits(figures: Figures) -> Iterable[Row]:
    for name, title in sorted(figures.labels.items()):
        code = name.removeprefix("toolkit.")
        yield Row(code, title, f"toolkit_completed.{code}", f"toolkit_begun.{code}")


WORK: tuple[Definition, ...] = (
    Definition(
        "sessions",
        "Sessions",
        K.PARTS,
        U.SESSIONS,
        "Sessions of the period of which somebody wrote down what became of them. What the prison cancelled is no absence of his.",
        "sessions",
        rows=parts("session", Attendance, "sessions", words),
    ),
    Definition(
        "toolkits",
        "Workbooks",
        K.ROWS,
        U.PEOPLE,
        "People supported in the period who had begun a workbook by its last day, and of these who has completed it.",
        rows=_toolkits,
    ),
    Definition(
        "gate_support",
        "Support through the gate",
        K.ROWS,
        U.PEOPLE,
        "Of the people supported in the period: how far support through the gate has come when it is counted, each state by itself."
        " The headline is who accepted, of whom could have it.",
        "gate.accepted",
        "gate.eligible",
        rows=lambda _: [
            Row("eligible", _GATE["eligible"], "gate.eligible", "people"),
            *(Row(step, _GATE[step], f"gate.{step}", "gate.eligible") for step in GATE_STEPS),
        ],
    ),
    Definition(
        "supported_to_approved_premises",
        "Supported to Approved Premises",
        K.RATE,
        U.PEOPLE,
        "Of the people supported through the gate, who stayed in Approved Premises after release.",
        "gate.approved_premises",
        "gate.supported",
    ),
    Definition(
        "supported_in_multiple_prisons",
        "Supported in several prisons",
        K.RATE,
        U.PEOPLE,
        "Of the people supported in the period, whose relationship has had sessions in more than one prison.",
        "several_prisons",
        "people",
    ),
    Definition(
        "planned_endings",
        "Planned endings",
        K.RATE,
        U.RELATIONSHIPS,
        "Of the relationships that ended in the period, those that ended as was agreed.",
        "ended_planned",
        "ended",
    ),
    Definition(
        "volunteers",
        "Mentors",
        K.ROWS,
        U.MENTORS,
        "The programme's mentors, each row by itself: somebody may be in several.",
        rows=lambda _: [Row(key, label, f"volunteers.{key}", None) for key, label in _VOLUNTEERS.items()],
    ),
    Definition(
        "supervision",
        "Supervised in time",
        K.RATE,
        U.MENTORS,
        "Of the mentors who are active on the last day, those whose last supervision contact is no longer ago than was arranged.",
        "volunteers.supervised",
        "volunteers.active",
        inside_only=True,
    ),
    Definition(
        "capacity",
        "Places",
        K.COUNT,
        U.PLACES,
        "How many people the mentors who are active on the last day can take at once.",
        "places",
        inside_only=True,
    ),
)
