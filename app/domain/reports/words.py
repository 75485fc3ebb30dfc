"""What a report's figures do and do not say, in words to stand beside them."""

from collections.abc import Sequence

from app.domain.reports.disclosure import SMALLEST_DENOMINATOR
from app.domain.reports.models import Metric


def words_for(metrics: Sequence[Metric], *, threshold: int | None) -> list[str]:
    """Sentences that hold for these figures; the first ones are the most needed."""
    people = next((one.numerator for one in metrics if one.name == "people_supported"), None)
    told = [
        "People who improved are people who improved: there was nobody to compare them with, so the figures do not say that "
        "mentoring was the cause.",
        "Outcomes are shares of everybody who was supported, also of those who asked for help with one thing only. Who was not "
        "assessed counts as not improved, and is counted by itself as well.",
    ]
    if people is not None and 0 < people < 100:
        told.append(
            f"With {people} people one more or one fewer moves a share by {_points(people)}. The range beside each share is "
            f"where it could lie by chance alone, 95 times in 100."
        )
    told += [
        "Convictions are counted by conviction, not by person. Support through the gate is counted state by state: who has "
        "accepted it has not yet been supported.",
        "What became of each referral is as it stood when the report was taken; the parts add up to all that were received.",
    ]
    if threshold is not None:
        told.append(
            f"Numbers from 1 to {threshold - 1} are not shown, nor is what they could be worked out from, and no share of fewer "
            f"than {SMALLEST_DENOMINATOR} people: nobody should be found in a table. A nought is a nought."
        )
    return told


def _points(people: int) -> str:
    points = (200 + people) // (2 * people)
    return "about one percentage point" if points == 1 else f"about {points} percentage points"
