"""What is counted of outcomes."""

from app.domain.outcomes.models import ChangeResult, MentoringOutcome
from app.domain.reports.catalogue.definition import Definition, Row, parts, words
from app.domain.reports.counting import BREADTHS
from app.domain.reports.models import MetricKind, MetricUnit

K, U = MetricKind, MetricUnit

_STANDING = " What was found about them counts as it stands when the figure is counted, also when it showed only later."

_BREADTHS = {"1_or_more": "One or more", "3_or_more": "Three or more", "5_or_more": "Five or more"}

OUTCOMES: tuple[Definition, ...] = (
    Definition(
        "outcomes",
        "Outcomes",
        K.ROWS,
        U.PEOPLE,
        "Of all people supported in the period, also those who asked for help with one thing only: who improved in each "
        "outcome. Who was not assessed counts as not improved, and is counted by itself in `outcomes_not_assessed`."
        + _STANDING,
        rows=lambda _: [Row(one, one.label, f"improved.{one}", "people") for one in MentoringOutcome],
    ),
    Definition(
        "outcomes_not_assessed",
        "Not assessed",
        K.ROWS,
        U.PEOPLE,
        "Of all people supported in the period, about whom nobody has said anything in this outcome.",
        rows=lambda _: [Row(one, one.label, f"not_assessed.{one}", "people") for one in MentoringOutcome],
    ),
    Definition(
        "outcomes_of_people_with_need",
        "Outcomes of those who had the need",
        K.ROWS,
        U.PEOPLE,
        "Another share than `outcomes`, never to be mixed with it: only of the people whose referral named a need that belongs "
        "to the outcome, who improved in it." + _STANDING,
        rows=lambda _: [Row(one, one.label, f"need_improved.{one}", f"need.{one}") for one in MentoringOutcome],
    ),
    Definition(
        "outcome_breadth",
        "In how many outcomes",
        K.ROWS,
        U.PEOPLE,
        "Of all people supported in the period, who improved in at least so many of the six." + _STANDING,
        rows=lambda _: [Row(key, _BREADTHS[key], f"breadth.{key}", "people") for key in BREADTHS],
    ),
    Definition(
        "measure_changes",
        "Whether scores have changed",
        K.PARTS,
        U.SCORES,
        "Scales of the people supported in the period with a complete form: whether the first and the last score differ "
        "by more than chance. A score is evidence for an outcome, and makes none.",
        "scores",
        rows=parts("change", ChangeResult, "scores", words),
    ),
)
