"""A whole run as one pure function of its inputs: what is proposed, why, and why not. The same inputs, the same bytes."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict

from app.domain.kernel.aside import Aside
from app.domain.matching.codes import CURES, Change
from app.domain.matching.errors import ProgrammeTooLarge
from app.domain.matching.facts import MenteeFacts, MentorFacts
from app.domain.matching.matrix import Matrix, judged, rules_of
from app.domain.matching.optimum import MOST_CHOICES, UNSERVED, TooLarge, edges_of, solve
from app.domain.matching.pairs import Pair, judge, not_ready
from app.domain.matching.policy import MatchingPolicyDocument
from app.domain.matching.priority import in_order
from app.domain.matching.reasons import LeftOver, NearestChange, Solved, left_over, unused

_MOST_NAMED = 10


class Inputs(BaseModel):
    """Everything that a run is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    for_day: date
    policy: MatchingPolicyDocument
    mentees: tuple[MenteeFacts, ...]
    mentors: tuple[MentorFacts, ...]

    def canonical(self) -> str:
        """As JSON text that is the same for the same inputs: sets and objects sorted, people and mentors by id."""
        plain = {
            "for_day": self.for_day,
            "policy": self.policy.model_dump(mode="json"),
            "mentees": sorted(self.mentees, key=lambda one: one.referral_id),
            "mentors": sorted(self.mentors, key=lambda one: one.mentor_id),
        }
        return orjson.dumps(plain, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()

    def digest(self) -> str:
        return digest_of(self.canonical())


def digest_of(canonical: str) -> str:
    """What names a run's inputs."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> object:
    """What orjson does not know: a model as its fields, a set in its order."""
    return vars(value) if isinstance(value, BaseModel) else sorted(value)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Line:
    """What is said of one person."""

    referral_id: UUID
    place: int
    mentor_id: UUID | None
    pair: Pair | None
    reasons: dict[str, Any] | None


@dataclass(frozen=True)
class Proposal:
    lines: tuple[Line, ...]
    summary: dict[str, Any]


def propose(inputs: Inputs) -> Proposal:
    """Solve a programme."""
    people = in_order(inputs.mentees, inputs.policy, today=inputs.for_day)
    mentors = sorted(inputs.mentors, key=lambda one: str(one.mentor_id))
    rules, points = judged(people, mentors, inputs.policy, today=inputs.for_day)
    edges, places = edges_of(points), [mentor.places for mentor in mentors]
    solved = Solved(edges, places, solve(edges, places))
    asked = _Asked(inputs, people, mentors, rules)
    told = {left.person: asked.told(left, solved) for left in left_over(solved, rules)}
    lines = []
    for n, (person, column) in enumerate(zip(people, solved.assigned, strict=True)):
        mentor = mentors[column] if column != UNSERVED else None
        pair = judge(person, mentor, inputs.policy, today=inputs.for_day) if mentor else None
        lines.append(Line(person.referral_id, n + 1, mentor.mentor_id if mentor else None, pair, told.get(n)))
    return Proposal(tuple(lines), asked.summary(solved))


_aside = Aside("matching")


async def proposed(inputs: Inputs) -> Proposal:
    """`propose`, beside the loop. Raises `ProgrammeTooLarge` (409)."""
    if len(inputs.mentees) * len(inputs.mentors) > MOST_CHOICES:
        raise ProgrammeTooLarge()
    try:
        return await _aside(lambda: propose(inputs))
    except TooLarge:
        raise ProgrammeTooLarge() from None


class _Asked:
    """A run's people and mentors by their place in it."""

    def __init__(
        self, inputs: Inputs, people: Sequence[MenteeFacts], mentors: Sequence[MentorFacts], rules: Matrix
    ) -> None:
        self._inputs, self._people, self._mentors, self._rules = inputs, people, mentors, rules

    def told(self, left: LeftOver, solved: Solved) -> dict[str, Any]:
        before = None if left.last_served is None else str(self._people[left.last_served].referral_id)
        return {
            "possible": left.possible,
            "blocked": {rule.value: count for rule, count in left.blocked.items()},
            "before": before,
            "change": self.change(left.change),
        }

    def change(self, change: NearestChange) -> dict[str, Any]:
        return {
            "code": change.code.value,
            "mentor_ids": [str(self._mentors[n].mentor_id) for n in change.mentors[:_MOST_NAMED]],
            "places": change.places,
            "rules": [rule.value for rule in change.rules],
            "cures": change.cures(),
            "served": change.served,
        }

    def summary(self, solved: Solved) -> dict[str, Any]:
        served = sum(column != UNSERVED for column in solved.assigned)
        return {
            "people": len(self._people),
            "mentors": len(self._mentors),
            "places": sum(solved.places),
            "served": served,
            "left_over": len(self._people) - served,
            "unused": [self._unused(one.mentor, one.places, one.possible) for one in unused(solved, {})],
        }

    def _unused(self, column: int, places: int, possible: int) -> dict[str, Any]:
        """Why somebody has places left: everybody whom they could take has somebody; or rules keep them from everybody."""
        mentor, policy = self._mentors[column], self._inputs.policy
        own = [rule for rule in not_ready(mentor, self._inputs.for_day) if policy.applies(rule)]
        blocked: Counter[str] = Counter({rule.value: len(self._people) for rule in own})
        if not possible and not own:
            for bits, count in Counter(self._rules[:, column].tolist()).items():
                blocked.update({rule.value: count for rule in rules_of(bits)})
        return {
            "mentor_id": str(mentor.mentor_id),
            "places": places,
            "possible": possible,
            "blocked": dict(sorted(blocked.items())),
            "change": {"code": "ONE_MORE_PERSON"} if possible or not self._people else self._to_lift(column),
        }

    def _to_lift(self, column: int) -> dict[str, Any]:
        """The fewest rules that keep a mentor from somebody; of two as few, those that keep from more people."""
        found = Counter(self._rules[:, column].tolist())
        rules = min(((len(rules_of(bits)), -count, rules_of(bits)) for bits, count in found.items()))[2]
        return {
            "code": Change.LIFT_RULES.value,
            "rules": [rule.value for rule in rules],
            "cures": [CURES[rule] for rule in rules],
        }
