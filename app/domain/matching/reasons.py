"""Why somebody was left over, why a mentor has free places, and what would have changed it.

Every sentence here can be checked by changing the input as it says and solving again.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from app.domain.matching.codes import CURES, Change, Rule
from app.domain.matching.matrix import Matrix, bits_of, rules_of
from app.domain.matching.optimum import UNSERVED, Edges

_HOW_MANY = np.asarray([bits.bit_count() for bits in range(1 << 16)], dtype=np.int64)
_KNOWS = bits_of([Rule.KNOWS_PERSON])
_IN_VAIN, _NEVER = 100, 1000


@dataclass(frozen=True)
class NearestChange:
    """`places` more with any one of `mentors`; or these `rules` lifted between him and the first of `mentors`."""

    code: Change
    mentors: tuple[int, ...] = ()
    places: int = 0
    rules: tuple[Rule, ...] = ()
    served: bool = True
    """Whether he would then have been served, not only become possible."""

    def cures(self) -> list[str]:
        return [CURES[rule] for rule in self.rules]


@dataclass(frozen=True)
class LeftOver:
    """A person for whom the best assignment has nobody.

    `possible` counts the mentors whom no rule rules out. If there are any, all their places went to people who come
    first; `last_served` is the last of those in the order: had this person come before him, he would have been served.
    """

    person: int
    possible: int
    blocked: dict[Rule, int]
    last_served: int | None
    change: NearestChange


@dataclass(frozen=True)
class Unused:
    """A mentor with `places` left. `possible` counts the people whom no rule rules out: all are served by somebody."""

    mentor: int
    places: int
    possible: int
    blocked: dict[Rule, int] = field(default_factory=dict)


class Solved:
    """A solved programme: who has whom, and what follows from it."""

    def __init__(self, edges: Edges, places: Sequence[int], assigned: Sequence[int]) -> None:
        self.edges, self.places, self.assigned = edges, list(places), list(assigned)
        self._could_be: dict[int, list[int]] | None = None
        taken = Counter(mentor for mentor in assigned if mentor != UNSERVED)
        self.left = [room - taken[n] for n, room in enumerate(self.places)]
        order = np.argsort(edges.rows, kind="stable")
        starts = np.searchsorted(edges.rows[order], np.arange(edges.people + 1))
        self._columns, self._starts = edges.columns[order], starts
        self._last, self._roomy = self._last_served(), self._with_room()
        self._last_known = np.asarray([-1 if last is None else last for last in self._last], dtype=np.int64)

    def mentors_of(self, person: int) -> Matrix:
        """The columns of the mentors whom no rule rules out for him, free places or not."""
        return self._columns[self._starts[person] : self._starts[person + 1]]

    def unserved(self) -> list[int]:
        return [person for person, mentor in enumerate(self.assigned) if mentor == UNSERVED]

    def last_served(self, person: int) -> int | None:
        """The least pressing case whose place he would have if he came before him."""
        found = [self._last[mentor] for mentor in self.mentors_of(person) if self._last[mentor] is not None]
        return max((last for last in found if last is not None), default=None)

    def would_serve(self, person: int) -> Matrix:
        """For each mentor, whether he would be served if no rule kept the two apart: there is room, if need be after others
        have moved on to other mentors; or somebody who comes after him would make room."""
        return self._roomy | (self._last_known > person)

    def ahead(self) -> dict[int, int]:
        """For each unserved person with a possible mentor: how many unserved come before him who want the same places."""
        groups: dict[int, int] = {}
        counted: dict[int, int] = {}
        parts = self._parts()
        for person in self.unserved():
            mentors = self.mentors_of(person)
            if len(mentors):
                group = parts[int(mentors[0])]
                counted[person] = groups.get(group, 0)
                groups[group] = counted[person] + 1
        return counted

    def _last_served(self) -> list[int | None]:
        """For each mentor the least pressing case that can be put out, step by step, when one more person is put in:
        each person put out of a place may take another's, whose holder may take another's, and so on."""
        pushes = self._pushes()
        last: list[int | None] = [None] * self.edges.mentors
        for person in range(self.edges.people - 1, -1, -1):
            waiting = deque([self.assigned[person]])
            while waiting:
                mentor = waiting.popleft()
                if mentor != UNSERVED and last[mentor] is None:
                    last[mentor] = person
                    waiting.extend(pushes.get(mentor, ()))
        return last

    def _with_room(self) -> Matrix:
        """The mentors who have a place left, or whose people can move, one after the other, until somebody's place is."""
        pushes = self._pushes()
        waiting = deque(mentor for mentor, left in enumerate(self.left) if left > 0)
        found = set(waiting)
        while waiting:
            for mentor in pushes.get(waiting.popleft(), ()):
                if mentor not in found:
                    found.add(mentor)
                    waiting.append(mentor)
        return np.isin(np.arange(self.edges.mentors), list(found))

    def _pushes(self) -> dict[int, list[int]]:
        """By mentor: the mentors of those who could be his as well."""
        if self._could_be is None:
            self._could_be = {}
            for person, mentor in enumerate(self.assigned):
                if mentor != UNSERVED:
                    for other in self.mentors_of(person).tolist():
                        if other != mentor:
                            self._could_be.setdefault(other, []).append(mentor)
        return self._could_be

    def _parts(self) -> list[int]:
        """Mentors who share people, directly or through others, have the same number."""
        nodes = self.edges.people + self.edges.mentors
        at = (self.edges.rows, self.edges.columns + self.edges.people)
        graph = csr_array((np.ones(len(self.edges.rows), dtype=np.int8), at), shape=(nodes, nodes))
        _, label = connected_components(graph, directed=False)
        parts: list[int] = label[self.edges.people :].tolist()
        return parts


def left_over(solved: Solved, blocks: Matrix) -> list[LeftOver]:
    """The reason of everybody unserved, in order. `blocks` are the rules that rule each pair out, people by mentors, as bits
    (`matrix.rules_of`; `NO_PLACE` left aside)."""
    ahead = solved.ahead()
    told = []
    for person in solved.unserved():
        mentors = solved.mentors_of(person).tolist()
        blocked: Counter[Rule] = Counter()
        for bits, count in Counter(blocks[person].tolist()).items():
            blocked.update(dict.fromkeys(rules_of(bits), count))
        change = _least_lifted(solved, blocks[person], person)
        if mentors and (not change.served or len(change.rules) > ahead[person]):
            change = NearestChange(Change.MORE_PLACES, tuple(mentors), ahead[person] + 1)
        told.append(LeftOver(person, len(mentors), dict(sorted(blocked.items())), solved.last_served(person), change))
    return told


def _least_lifted(solved: Solved, bits: Matrix, person: int) -> NearestChange:
    """The mentor with the fewest rules to lift so that he is served; where lifting would serve him with none, with the
    fewest."""
    worth = _HOW_MANY[bits] + np.where(solved.would_serve(person), 0, _IN_VAIN)
    worth[(bits == 0) | (bits & _KNOWS > 0)] = _NEVER
    mentor = int(worth.argmin()) if len(worth) else 0
    if not len(worth) or worth[mentor] == _NEVER:
        return NearestChange(Change.LIFT_RULES, served=False)
    served = bool(worth[mentor] < _IN_VAIN)
    return NearestChange(Change.LIFT_RULES, (mentor,), rules=rules_of(int(bits[mentor])), served=served)


def unused(solved: Solved, blocked: dict[int, dict[Rule, int]]) -> list[Unused]:
    """The mentors with places left; `blocked` counts, for each, the people whom a rule rules out."""
    possible = np.bincount(solved.edges.columns, minlength=solved.edges.mentors)
    return [
        Unused(mentor, left, int(possible[mentor]), blocked.get(mentor, {}))
        for mentor, left in enumerate(solved.left)
        if left > 0
    ]


def as_json(value: Any) -> Any:
    """A dataclass of this module as plain JSON."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: as_json(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(key): as_json(one) for key, one in value.items()}
    return [as_json(one) for one in value] if isinstance(value, list | tuple) else value
