"""Which figures may be shown to people outside, so that nobody can be picked out. Pure, and knows no metric.

A figure is a count under a name. Some figures are tied together: the parts of a whole, or the steps of a chain in which each counts
some of those before. Whoever knows the ties can subtract. So a figure is hidden under its name wherever it is printed, and the ties
are gone through until nothing more has to be hidden:

1. a count from 1 to below the threshold T is hidden; a true zero is not;
2. where a whole is shown, at least two of its parts are hidden or none; the hidden ones sum to at least T, and to so much that each
   of them can still be more than one number;
3. of a chain a step is shown only if it is the one shown before, or at least T fewer. The share of a whole group that is a headline
   ("27 of 31 improved") is shown with its complement: whoever publishes it means to.

The hidden are not marked as small or as hidden with them: else their bounds would tell. And nothing depends on which of two equal
counts comes first: parts of the same size are hidden together. So whoever knows these rules can exchange the counts behind any two
hidden parts and sees the same table; were a tie broken by name, 5, 5 and 4 could be told from what is left of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

THRESHOLD = 5
SMALLEST_DENOMINATOR = 10
"""Below so many there is no share."""


@dataclass(frozen=True)
class Whole:
    """A count that is the sum of others."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Chain:
    """Each counts some of those before it. `headlines` are pairs whose difference is meant to be seen."""

    steps: tuple[str, ...]
    headlines: frozenset[tuple[str, str]] = field(default_factory=frozenset)


Tie = Whole | Chain


def hidden(figures: Mapping[str, int], ties: Iterable[Tie], *, threshold: int = THRESHOLD) -> frozenset[str]:
    """The names of what is not shown. It only ever grows, so it ends."""
    known = [tie for tie in ties if _names(tie) <= figures.keys()]
    found = {name for name, count in figures.items() if 0 < count < threshold}
    while True:
        before = len(found)
        for tie in known:
            if isinstance(tie, Whole):
                _hide_parts(tie, figures, found, threshold)
            else:
                _hide_steps(tie, figures, found, threshold)
        if len(found) == before:
            return frozenset(found)


def _names(tie: Tie) -> set[str]:
    return {tie.total, *tie.parts} if isinstance(tie, Whole) else set(tie.steps)


def _hide_parts(tie: Whole, figures: Mapping[str, int], found: set[str], threshold: int) -> None:
    """Hide the smallest of the parts that are left until what is hidden stays unknown."""
    while (gone := [name for name in tie.parts if name in found]) or tie.total in found:
        if tie.total in found and (len(gone) >= 2 or (gone and len(tie.parts) == 1)):
            return  # neither the sum nor the parts can be worked out from the others
        if tie.total not in found and _unknown([figures[name] for name in gone], threshold):
            return
        left = [name for name in tie.parts if name not in found and figures[name] > 0]
        if not left:
            # Even all of its parts together are too few to be unknown.
            if tie.total in found or not gone:
                return
            found.add(tie.total)
            return
        least = min(figures[name] for name in left)
        found.update(name for name in left if figures[name] == least)


def _unknown(counts: list[int], threshold: int) -> bool:
    """Whether counts of which only the sum is known could each be another number too. Where two differ they can be exchanged; where
    all are the same, one can be a little more and another less, unless they are all the least or the most that is hidden."""
    if len(counts) < 2 or sum(counts) < threshold:
        return False
    return len(set(counts)) > 1 or 1 < counts[0] < threshold - 1


def _hide_steps(tie: Chain, figures: Mapping[str, int], found: set[str], threshold: int) -> None:
    shown: str | None = None
    for name in tie.steps:
        if name in found:
            continue
        if shown is not None:
            fewer = figures[shown] - figures[name]
            if 0 < fewer < threshold and (shown, name) not in tie.headlines:
                found.add(name)
                continue
        shown = name


def hidden_in_table(
    rows: Mapping[str, Mapping[str, int]], *, threshold: int = THRESHOLD
) -> tuple[frozenset[tuple[str, str]], frozenset[str], frozenset[str], bool]:
    """Of a table of counts by row and column, printed with the sums of its rows, of its columns and the whole: the cells, the rows'
    sums and the columns' sums that are not shown, and whether the whole is not."""
    columns = sorted({column for row in rows.values() for column in row})
    figures: dict[str, int] = {}
    for key, row in rows.items():
        figures |= {_cell(key, column): row.get(column, 0) for column in columns}
        figures[_cell(key, "")] = sum(row.values())
    for column in columns:
        figures[_cell("", column)] = sum(row.get(column, 0) for row in rows.values())
    figures[_cell("", "")] = sum(sum(row.values()) for row in rows.values())
    ties: list[Tie] = [Whole(_cell(key, ""), tuple(_cell(key, column) for column in columns)) for key in rows]
    ties += [Whole(_cell("", column), tuple(_cell(key, column) for key in rows)) for column in columns]
    ties += [Whole(_cell("", ""), tuple(_cell(key, "") for key in rows))]
    # Also where the sums of rows and columns are hidden, the whole is the sum of its cells.
    ties += [Whole(_cell("", ""), tuple(_cell(key, column) for key in rows for column in columns))]
    ties += [Whole(_cell("", ""), tuple(_cell("", column) for column in columns))]
    gone = hidden(figures, ties, threshold=threshold)
    cells = frozenset((key, column) for key, column in _product(rows, columns) if _cell(key, column) in gone)
    return (
        cells,
        frozenset(key for key in rows if _cell(key, "") in gone),
        frozenset(column for column in columns if _cell("", column) in gone),
        _cell("", "") in gone,
    )


def _cell(row: str, column: str) -> str:
    return f"{row}\x1f{column}"


def _product(rows: Iterable[str], columns: Iterable[str]) -> Iterable[tuple[str, str]]:
    listed = list(columns)
    return chain.from_iterable(((key, column) for column in listed) for key in rows)
