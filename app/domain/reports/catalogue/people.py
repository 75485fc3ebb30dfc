"""What is counted of the people who were supported."""

from collections.abc import Iterable

from app.domain.people.codes import Ethnicity
from app.domain.people.offences import ReportOffenceGroup
from app.domain.reports.catalogue.definition import BANDS, Definition, Row, labelled, parts
from app.domain.reports.counting import AGE_BANDS, LENGTHS, NOT_KNOWN, Figures
from app.domain.reports.models import MetricKind, MetricUnit

K, U = MetricKind, MetricUnit

_MENTORED = (
    "People whose relationship with a mentor had begun by the last day of the period and had not ended before the first. Each "
    "counts once, however many referrals, relationships or mentors he has had."
)


def _ethnicities(figures: Figures) -> Iterable[Row]:
    """Codes that nobody has are left out."""
    for code in Ethnicity:
        if figures.counts.get(f"ethnicity.{code}"):
            yield Row(code, code.label, f"ethnicity.{code}", "people")


PEOPLE: tuple[Definition, ...] = (
    Definition("people_supported", "People supported", K.COUNT, U.PEOPLE, _MENTORED, "people"),
    Definition(
        "age_bands",
        "Age",
        K.PARTS,
        U.PEOPLE,
        "People supported in the period, by their age on the day on which the first of these relationships began.",
        "people",
        rows=parts(
            "age",
            (*(key for key, _, _ in AGE_BANDS), NOT_KNOWN),
            "people",
            lambda key: BANDS.get(key, key),
        ),
    ),
    Definition(
        "ethnicity",
        "Ethnicity",
        K.PARTS,
        U.PEOPLE,
        "People supported in the period, by HMPPS' ethnicity code. UN: nobody has asked. Codes that nobody has are left out.",
        "people",
        rows=_ethnicities,
    ),
    Definition(
        "offence_groups",
        "Convictions",
        K.PARTS,
        U.CONVICTIONS,
        "Convictions on record of the people supported in the period, by offence group. Convictions, not people.",
        "convictions",
        rows=parts("offence", ReportOffenceGroup, "convictions", labelled(ReportOffenceGroup)),
    ),
    Definition(
        "violent_share",
        "Violent convictions",
        K.RATE,
        U.CONVICTIONS,
        "Of these convictions, those of a category that HMPPS counts as a violent sanction (criminal damage, public order, "
        "weapons and firearms among them, sexual offences not).",
        "violent",
        "convictions",
    ),
    Definition(
        "engagement_length",
        "How long they were mentored",
        K.PARTS,
        U.PEOPLE,
        "People supported in the period, by the days of their relationships to their end or the period's last.",
        "people",
        rows=parts("length", (key for key, _, _ in LENGTHS), "people", BANDS.__getitem__),
        median="length",
        median_of="people",
    ),
)
