"""Nobody can be picked out: against somebody who knows every rule of hiding, and tries everything that would look the same."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.reports.arithmetic import median, percent, wilson
from app.domain.reports.disclosure import THRESHOLD, Chain, Whole, hidden, hidden_in_table


@pytest.mark.parametrize(
    ("part", "share", "interval"),
    [
        (20, 65, (47, 79)),
        (26, 84, (67, 93)),
        (24, 77, (60, 89)),
        (23, 74, (57, 86)),
        (27, 87, (71, 95)),
        (25, 81, (64, 91)),
        (31, 100, (89, 100)),
    ],
)
def test_shares_and_intervals_of_the_report(part: int, share: int, interval: tuple[int, int]) -> None:
    assert (percent(part, 31), wilson(part, 31)) == (share, interval)


@given(st.integers(1, 500), st.data())
def test_half_up_and_the_interval_is_around_the_share(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    share, (low, high) = percent(part, whole), wilson(part, whole)
    assert abs(share * whole - 100 * part) * 2 <= whole
    assert (2 * share - 1) * whole <= 200 * part < (2 * share + 1) * whole
    assert 0 <= low <= share <= high <= 100
    mirrored = wilson(whole - part, whole)
    assert abs(100 - mirrored[1] - low) <= 1
    assert abs(100 - mirrored[0] - high) <= 1


def test_the_middle_one() -> None:
    assert [median(one) for one in ([], [3], [1, 2], [9, 1, 5])] == [None, 3.0, 1.5, 5.0]


def shown(parts: dict[str, int]) -> tuple[tuple[str, int | None], ...]:
    """A table as somebody outside sees it, its sum included."""
    whole = Whole("all", tuple(parts))
    gone = hidden({**parts, "all": sum(parts.values())}, [whole])
    told = {name: None if name in gone else count for name, count in {**parts, "all": sum(parts.values())}.items()}
    return tuple(told.items())


def alike(view: tuple[tuple[str, int | None], ...]) -> Iterator[dict[str, int]]:
    """Every table that looks like this one to somebody who knows how tables are hidden."""
    names = [name for name, _ in view if name != "all"]
    told = dict(view)
    gone = [name for name in names if told[name] is None]
    total = told["all"]
    rest = sum(told[name] or 0 for name in names)
    for filled in _sums(len(gone), total - rest) if total is not None else _few(len(gone)):
        one = {name: told[name] if told[name] is not None else 0 for name in names}
        one |= dict(zip(gone, filled, strict=True))
        table = {name: int(count or 0) for name, count in one.items()}
        if shown(table) == view:
            yield table


def _few(many: int) -> Iterator[tuple[int, ...]]:
    """A whole is hidden only where there is next to nothing of it."""
    return (filled for filled in product(range(6), repeat=many))


def _sums(many: int, total: int) -> Iterator[tuple[int, ...]]:
    if many == 0:
        if total == 0:
            yield ()
        return
    if many == 1:
        if total >= 0:
            yield (total,)
        return
    for first in range(total + 1):
        for rest in _sums(many - 1, total - first):
            yield (first, *rest)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 7), st.integers(0, 30)), min_size=1, max_size=4))
def test_no_small_count_can_be_worked_out_by_whoever_knows_the_rules(counts: list[int]) -> None:
    """Trying every table that would have been printed the same: each hidden count could be another number too."""
    table = {f"k{n}": count for n, count in enumerate(counts)}
    view = shown(table)
    told = dict(view)
    others = list(alike(view))
    assert table in others
    for name, count in table.items():
        if 0 < count < THRESHOLD:
            assert told[name] is None
            assert len({one[name] for one in others}) > 1, (table, view)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_what_is_large_enough_is_hidden_only_for_the_sake_of_others(counts: list[int]) -> None:
    table = {f"k{n}": count for n, count in enumerate(counts)}
    gone = {name for name, count in shown(table) if count is None}
    if all(count == 0 or count >= THRESHOLD for count in counts):
        assert not gone
    assert not {name for name, count in table.items() if count == 0} & gone, "a true zero is no secret"


def test_the_tables_of_the_report() -> None:
    """What is left of them is what the rule book says is left."""

    def left(table: dict[str, int]) -> set[str]:
        return {name for name, count in shown(table) if count is not None} - {"all"}

    ethnicity = {"W1": 14, "B1": 5, "O9": 3, "W9": 2, "B9": 2, "W3": 1, "B2": 1, "A1": 1, "M1": 1, "NS": 1}
    assert left(ethnicity) == {"W1", "B1"}
    ages = {"20-25": 4, "26-30": 3, "31-35": 5, "36-40": 9, "41-45": 5, "46-50": 2, "51-55": 1, "56-60": 1, "61-65": 1}
    assert left(ages) == {"31-35", "36-40", "41-45"}
    sources = {"wing": 52, "other": 6, "recommended": 2, "pom": 18, "staff": 10, "csu": 1, "service": 4}
    assert left(sources) == {"wing", "other", "pom", "staff"}


def test_a_step_is_shown_only_where_the_difference_is_nobodys() -> None:
    steps = {"eligible": 12, "offered": 12, "accepted": 8, "contact": 7, "supported": 7, "sustained": 5}
    plain = hidden(steps, [Chain(tuple(steps))])
    assert plain == {"accepted", "sustained"}, "7 of 12 is five fewer"
    headline = hidden(steps, [Chain(tuple(steps), frozenset({("offered", "accepted")}))])
    assert headline == {"contact", "supported", "sustained"}


def test_a_figure_that_is_hidden_in_one_table_is_hidden_in_every_table() -> None:
    figures = {"all": 40, "a": 36, "b": 4, "a_yes": 20, "a_no": 16}
    gone = hidden(figures, [Whole("all", ("a", "b")), Whole("a", ("a_yes", "a_no"))])
    assert {"a", "b"} <= gone
    assert len(gone & {"a_yes", "a_no"}) == 2, "else the two would give back what is hidden"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_small_cell_of_a_two_way_table_can_be_worked_out(counts: list[list[int]]) -> None:
    """The attacker solves for the least and the most that each hidden cell can be, with every sum that is shown."""
    from scipy.optimize import linprog

    rows = {f"r{n}": {f"c{m}": count for m, count in enumerate(row)} for n, row in enumerate(counts)}
    cells, row_sums, column_sums, whole = hidden_in_table(rows)
    names = [(key, column) for key in rows for column in ("c0", "c1", "c2")]
    place = {name: n for n, name in enumerate(names)}
    equal, to = [], []

    def know(among: list[tuple[str, str]], total: int) -> None:
        equal.append([1.0 if name in among else 0.0 for name in names])
        to.append(float(total))

    for name in names:
        if name not in cells:
            know([name], rows[name[0]][name[1]])
    for key in rows.keys() - row_sums:
        know([one for one in names if one[0] == key], sum(rows[key].values()))
    for column in {"c0", "c1", "c2"} - column_sums:
        know([one for one in names if one[1] == column], sum(row[column] for row in rows.values()))
    everybody = sum(sum(row.values()) for row in rows.values())
    if not whole:
        know(names, everybody)
    bounds = [(1.0 if name in cells else 0.0, None) for name in names]
    for key, column in cells:
        if 0 < rows[key][column] < THRESHOLD:
            found = []
            for sign in (1.0, -1.0):
                goal = [0.0] * len(names)
                goal[place[key, column]] = sign
                solved = linprog(goal, A_eq=equal or None, b_eq=to or None, bounds=bounds)
                found.append(sign * solved.fun if solved.status == 0 else float("inf"))
            assert found[1] - found[0] >= 1 - 1e-6, (rows, key, column, found)
