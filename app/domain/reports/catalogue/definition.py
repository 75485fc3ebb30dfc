"""What a definition is made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.reports.counting import NOT_KNOWN, Figures
from app.domain.reports.models import MetricDefinition, MetricKind, MetricUnit


@dataclass(frozen=True)
class Row:
    """One row: which figure, of which whole."""

    key: str
    label: str
    numerator: str
    denominator: str | None


@dataclass(frozen=True)
class Definition:
    """What a metric counts, by the names of figures."""

    name: str
    title: str
    kind: MetricKind
    unit: MetricUnit
    method: str
    numerator: str | None = None
    denominator: str | None = None
    rows: Callable[[Figures], Iterable[Row]] = lambda _: ()
    median: str | None = None
    median_of: str | None = None
    inside_only: bool = False
    version: int = 1

    @property
    def told(self) -> MetricDefinition:
        """As it is told to whoever asks what there is."""
        return MetricDefinition(
            name=self.name,
            version=self.version,
            title=self.title,
            kind=self.kind,
            unit=self.unit,
            method=self.method,
            inside_only=self.inside_only,
        )


def words(code: str) -> str:
    """A code as one would say it."""
    return code.replace("_", " ").capitalize()


BANDS = {
    "under_3_months": "Up to three months",
    "3_to_6_months": "Three to six months",
    "6_to_12_months": "Six to twelve months",
    "over_12_months": "More than a year",
    "up_to_2_weeks": "Up to two weeks",
    "2_to_4_weeks": "Two to four weeks",
    "4_to_8_weeks": "Four to eight weeks",
    "over_8_weeks": "More than eight weeks",
    NOT_KNOWN: "Not known",
}


def parts(
    prefix: str, keys: Iterable[str], total: str, labels: Callable[[str], str]
) -> Callable[[Figures], Iterable[Row]]:
    listed = tuple(keys)
    return lambda _: [Row(key, labels(key), f"{prefix}.{key}", total) for key in listed]


def labelled(codes: type[StrEnum]) -> Callable[[str], str]:
    return lambda key: str(getattr(codes(key), "label", words(key)))
