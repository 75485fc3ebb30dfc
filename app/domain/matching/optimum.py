"""The best assignment of everybody who waits to the places there are.

People come in the order of their priority. Among all assignments, the best serves as many people as can be, and of two
sets of people the one that has the more pressing case; among the assignments that serve these, it has the most points.
Since priority is a property of people alone, the people served do not depend on points at all (they are the greedy basis
of a transversal matroid), which is what makes every reason in `reasons` short and true.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from app.domain.matching.matrix import Matrix

UNSERVED = -1
MOST_CHOICES = 8_000_000
"""Pairs, times the places of each: some 500 MB."""


class TooLarge(ValueError):
    """More choices than are weighed at once."""


@dataclass(frozen=True)
class Edges:
    """The possible pairs, by row and then by column: row (a person's place in the order), column (a mentor), points from 0."""

    people: int
    mentors: int
    rows: Matrix
    columns: Matrix
    points: Matrix


def edges_of(fits: Matrix) -> Edges:
    """From a matrix of points, -1 for what is ruled out."""
    rows, columns = np.nonzero(fits >= 0)
    people, mentors = fits.shape
    return Edges(people, mentors, rows.astype(np.int32), columns.astype(np.int32), fits[rows, columns])


def solve(edges: Edges, places: Sequence[int]) -> list[int]:
    """For each person the mentor's column, or `UNSERVED`. `places` are the free places of each mentor.

    Two calls with the same arguments give the same answer. Each connected part is solved by itself.
    """
    assigned = np.full(edges.people, UNSERVED, dtype=np.int64)
    room = np.asarray(places, dtype=np.int64)
    rows, columns, points = edges.rows, edges.columns, edges.points
    if not room[columns].all():
        keep = room[columns] > 0
        rows, columns, points = rows[keep], columns[keep], points[keep]
    if not len(rows):
        return assigned.tolist()
    for part in _parts(rows, columns, edges):
        _solve_part(assigned, rows[part], columns[part], points[part], room)
    return assigned.tolist()


def _parts(rows: Matrix, columns: Matrix, edges: Edges) -> Iterator[Any]:
    """The pairs of each connected part, in their order."""
    nodes = edges.people + edges.mentors
    graph = csr_array((np.ones(len(rows), dtype=np.int8), (rows, columns + edges.people)), shape=(nodes, nodes))
    _, label = connected_components(graph, directed=False)
    part_of = label[rows]
    if (part_of == part_of[0]).all():
        yield np.s_[:]
        return
    by_part = np.argsort(part_of, kind="stable")
    yield from np.split(by_part, np.flatnonzero(np.diff(part_of[by_part])) + 1)


def _solve_part(assigned: Matrix, rows: Matrix, columns: Matrix, points: Matrix, room: Matrix) -> None:
    """The matrix of costs is laid out in place: this is where the memory of a great programme goes."""
    starts = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
    people, pairs = rows[starts], np.diff(np.append(starts, len(rows)))
    row = np.repeat(np.arange(len(people), dtype=np.int32), pairs)
    present = np.bincount(columns, minlength=len(room))
    mentors = np.flatnonzero(present)
    slots = np.minimum(room[mentors], present[mentors])  # more places than people could use are of no use
    first = np.zeros(len(room), dtype=np.int32)
    first[mentors] = np.concatenate(([0], np.cumsum(slots)[:-1]))
    places = np.zeros(len(room), dtype=np.int32)
    places[mentors] = slots
    total, repeat = int(slots.sum()), places[columns]
    if int(repeat.sum(dtype=np.int64)) > MOST_CHOICES:
        raise TooLarge()
    # Each person has a column of his own for being served by nobody: so a full matching always exists.
    ends = np.cumsum(np.add.reduceat(repeat, starts, dtype=np.int64) + 1)
    own = np.zeros(int(ends[-1]), dtype=bool)
    own[ends - 1] = True
    columns_of = np.empty(len(own), dtype=np.int32)
    columns_of[own] = total + np.arange(len(people), dtype=np.int32)
    columns_of[~own] = _slots(first[columns], repeat)
    # Serving somebody outweighs all points together, and serving the more pressing case the less pressing one.
    most = int(points.max()) * len(people) + 1
    cost = row * float(most)
    cost -= points
    cost -= cost.min() - 1.0
    dearest = cost.max() + float(most) * len(people)
    costs = np.empty(len(own), dtype=np.float64)
    costs[own] = dearest
    costs[~own] = np.repeat(cost, repeat)
    del row, cost, repeat, own
    bounds = np.concatenate(([0], ends)).astype(np.int32)
    matrix = csr_array((costs, columns_of, bounds), shape=(len(people), total + len(people)))
    matched, chosen = min_weight_full_bipartite_matching(matrix)
    served = chosen < total
    assigned[people[matched[served]]] = np.repeat(mentors, slots)[chosen[served]]


def _slots(first: Matrix, repeat: Matrix) -> Matrix:
    """The numbers of the places of each pair's mentor, one pair after the other."""
    if (repeat == 1).all():
        return first
    ends = np.cumsum(repeat, dtype=np.int32)
    return np.repeat(first - ends + repeat, repeat) + np.arange(ends[-1], dtype=np.int32)
