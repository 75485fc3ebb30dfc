"""The best assignment of everybody who waits to the places there are.

People come in the order of their priority. Among all assignments, the best serves as many people as can be, and of two
sets of people the one that has the more pressing case; among the assignments that serve these, it has the most points.
Since priority is a property of people alone, the people served do not depend on points at all (they are the greedy basis
of a transversal matroid), which is what makes every reason in `reasons` short and true.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from app.domain.matching.matrix import Matrix

UNSERVED = -1


@dataclass(frozen=True)
class Edges:
    """The possible pairs: row (a person's place in the order), column (a mentor), points from 0."""

    people: int
    mentors: int
    rows: Matrix
    columns: Matrix
    points: Matrix


def edges_of(fits: Matrix) -> Edges:
    """From a matrix of points, -1 for what is ruled out."""
    rows, columns = np.nonzero(fits >= 0)
    people, mentors = fits.shape
    return Edges(people, mentors, rows, columns, fits[rows, columns])


def solve(edges: Edges, places: Sequence[int]) -> list[int]:
    """For each person the mentor's column, or `UNSERVED`. `places` are the free places of each mentor.

    Two calls with the same arguments give the same answer. Each connected part is solved by itself.
    """
    assigned = np.full(edges.people, UNSERVED, dtype=np.int64)
    room = np.asarray(places, dtype=np.int64)
    keep = room[edges.columns] > 0 if len(edges.columns) else np.zeros(0, dtype=bool)
    rows, columns, points = edges.rows[keep], edges.columns[keep], edges.points[keep].astype(np.int64)
    if not len(rows):
        return assigned.tolist()
    nodes = edges.people + edges.mentors
    graph = csr_array((np.ones(len(rows), dtype=np.int8), (rows, columns + edges.people)), shape=(nodes, nodes))
    _, label = connected_components(graph, directed=False)
    part_of = label[rows]
    by_part = np.argsort(part_of, kind="stable")
    bounds = np.flatnonzero(np.diff(part_of[by_part])) + 1
    for part in np.split(by_part, bounds):
        _solve_part(assigned, rows[part], columns[part], points[part], room)
    return assigned.tolist()


def _solve_part(assigned: Matrix, rows: Matrix, columns: Matrix, points: Matrix, room: Matrix) -> None:
    people, row = np.unique(rows, return_inverse=True)
    mentors, column = np.unique(columns, return_inverse=True)
    slots = np.minimum(room[mentors], np.bincount(column))  # more places than people could use are of no use
    first = np.concatenate(([0], np.cumsum(slots)[:-1]))
    # Serving somebody outweighs all points together, and serving the more pressing case the less pressing one.
    most = int(points.max()) * len(people) + 1
    value = ((len(people) - row) * most + points + most * len(people)).astype(np.float64)
    dearest = value.max() + 1
    repeat = slots[column]
    ends = np.cumsum(repeat)
    total = int(slots.sum())
    served_by_nobody = np.arange(len(people), dtype=np.int32)
    # Each person has a column of his own for being served by nobody: so a full matching always exists.
    slot = np.repeat((first[column] - ends + repeat).astype(np.int32), repeat) + np.arange(ends[-1], dtype=np.int32)
    at = (
        np.concatenate((np.repeat(row.astype(np.int32), repeat), served_by_nobody)),
        np.concatenate((slot, total + served_by_nobody)),
    )
    cost = np.concatenate((np.repeat(dearest - value, repeat), np.full(len(people), dearest)))
    matrix = coo_array((cost, at), shape=(len(people), total + len(people))).tocsr()
    del cost, at, slot, value
    matched, chosen = min_weight_full_bipartite_matching(matrix)
    served = chosen < total
    assigned[people[matched[served]]] = np.repeat(mentors, slots)[chosen[served]]
