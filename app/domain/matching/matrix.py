"""Every pair at once: the same judgements as `pairs.judge`, by arrays, because a programme has hundreds of thousands."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain.matching.codes import Preference, Rule
from app.domain.matching.facts import MenteeFacts, MentorFacts, Wish
from app.domain.matching.pairs import has, not_ready, share, stays
from app.domain.matching.policy import Locality, MatchingPolicyDocument

Matrix = NDArray[Any]

_BIT = {rule: np.uint16(1 << n) for n, rule in enumerate(Rule)}


def judged(
    mentees: Sequence[MenteeFacts], mentors: Sequence[MentorFacts], policy: MatchingPolicyDocument, *, today: date
) -> tuple[Matrix, Matrix]:
    """Of each pair, people by mentors: the rules that rule it out, as bits (`rules_of`), and its points; -1 where a rule
    rules it out. Free places are not looked at."""
    points = np.zeros((len(mentees), len(mentors)), dtype=np.int32)
    out = np.zeros((len(mentees), len(mentors)), dtype=np.uint16)
    if not points.size:
        return out, points
    _by_mentor(out, mentors, policy, today)
    _by_place(out, mentees, mentors, policy, today)
    _by_name(out, mentees, mentors, policy)
    same_area = _same(_codes([m.release_area for m in mentees], [m.area for m in mentors]))
    if policy.applies(Rule.LIVES_IN_RELEASE_AREA):
        out |= same_area * _BIT[Rule.LIVES_IN_RELEASE_AREA]
    if policy.applies(Rule.NO_TIME_IN_COMMON):
        apart = np.bitwise_and.outer(_ints(m.times for m in mentees), _ints(m.times for m in mentors)) == 0
        out |= apart * _BIT[Rule.NO_TIME_IN_COMMON]
    _wishes(out, points, mentees, mentors, policy)
    weight = policy.weights.get
    if policy.locality is Locality.PREFERENCE:
        points += same_area * weight(Preference.LOCALITY, 0)
    _shared(points, mentees, mentors, policy)
    length = policy.expected_weeks
    stay = [share(stays(m, policy, today), length, weight(Preference.EXPECTED_LENGTH, 0)) for m in mentors]
    points += np.asarray(stay, dtype=np.int32)
    points[out > 0] = -1
    return out, points


def bits_of(rules: Iterable[Rule]) -> int:
    """The bits that stand for rules."""
    return sum(int(_BIT[rule]) for rule in rules)


@cache
def rules_of(bits: int) -> tuple[Rule, ...]:
    """The rules that a pair's bits stand for, in their order."""
    return tuple(rule for rule, bit in _BIT.items() if bits & int(bit))


def _by_mentor(out: Matrix, mentors: Sequence[MentorFacts], policy: MatchingPolicyDocument, today: date) -> None:
    def bits(mentor: MentorFacts) -> int:
        return bits_of(rule for rule in not_ready(mentor, today) if policy.applies(rule))

    out |= np.asarray([bits(mentor) for mentor in mentors], dtype=np.uint16)


def _by_place(
    out: Matrix,
    mentees: Sequence[MenteeFacts],
    mentors: Sequence[MentorFacts],
    policy: MatchingPolicyDocument,
    today: date,
) -> None:
    missing = _BIT[Rule.CLEARANCE_MISSING] * policy.applies(Rule.CLEARANCE_MISSING)
    expired = _BIT[Rule.CLEARANCE_EXPIRED] * policy.applies(Rule.CLEARANCE_EXPIRED)
    for place in {mentee.establishment for mentee in mentees} - {None}:
        here = np.asarray([mentee.establishment == place for mentee in mentees])
        never = np.asarray([place not in mentor.clearances for mentor in mentors])
        over = np.asarray(
            [(until := mentor.clearances.get(str(place))) is not None and until < today for mentor in mentors]
        )
        out[here] |= (never * missing | over * expired).astype(np.uint16)


def _by_name(
    out: Matrix, mentees: Sequence[MenteeFacts], mentors: Sequence[MentorFacts], policy: MatchingPolicyDocument
) -> None:
    column = {mentor.mentor_id: n for n, mentor in enumerate(mentors)}
    rows: dict[UUID, list[int]] = {}
    for row, mentee in enumerate(mentees):
        rows.setdefault(mentee.person_id, []).append(row)
        named = (
            (Rule.KNOWS_PERSON, mentee.known_mentors),
            (Rule.EXCLUDED_BY_PERSON, mentee.excludes),
            (Rule.ENDED_AS_UNSUITABLE, mentee.unsuitable),
        )
        for rule, ids in named:
            if ids and policy.applies(rule):
                out[row, [column[each] for each in ids if each in column]] |= _BIT[rule]
    for n, mentor in enumerate(mentors):
        for person in mentor.excludes:
            out[rows.get(person, []), n] |= _BIT[Rule.EXCLUDED_BY_MENTOR]


def _wishes(
    out: Matrix,
    points: Matrix,
    mentees: Sequence[MenteeFacts],
    mentors: Sequence[MentorFacts],
    policy: MatchingPolicyDocument,
) -> None:
    weight, required = policy.weights.get(Preference.STATED_WISH, 0), policy.applies(Rule.STATED_REQUIREMENT)
    met: dict[tuple[str, str], Matrix] = {}
    for row, mentee in enumerate(mentees):
        if not mentee.wishes:
            continue
        count = np.zeros(len(mentors), dtype=np.int64)
        for wish in mentee.wishes:
            key = (wish.attribute.value, wish.value)
            if key not in met:
                met[key] = _bools(wish, mentors)
            count += met[key]
            if wish.required and required:
                out[row] |= ~met[key] * _BIT[Rule.STATED_REQUIREMENT]
        points[row] += (2 * count * weight + len(mentee.wishes)) // (2 * len(mentee.wishes))


def _bools(wish: Wish, mentors: Sequence[MentorFacts]) -> Matrix:
    return np.asarray([has(mentor, wish) for mentor in mentors], dtype=bool)


def _shared(
    points: Matrix, mentees: Sequence[MenteeFacts], mentors: Sequence[MentorFacts], policy: MatchingPolicyDocument
) -> None:
    weight = policy.weights.get
    column = {mentor.mentor_id: n for n, mentor in enumerate(mentors)}
    for row, mentee in enumerate(mentees):
        columns = [column[each] for each in mentee.earlier_mentors if each in column]
        points[row, columns] += weight(Preference.CONTINUITY, 0)
    languages = _counts([m.languages for m in mentees], [m.languages for m in mentors])
    points += (languages > 0) * weight(Preference.SHARED_LANGUAGE, 0)
    parents = np.logical_and.outer([m.has_children is True for m in mentees], [m.has_children is True for m in mentors])
    points += parents * weight(Preference.BOTH_HAVE_CHILDREN, 0)
    interests = np.minimum(3, _counts([m.interests for m in mentees], [m.interests for m in mentors]))
    worth = np.asarray([share(n, 3, weight(Preference.SHARED_INTERESTS, 0)) for n in range(4)], dtype=np.int32)
    points += worth[interests]


def _counts(left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]) -> Matrix:
    """How many members each two sets share."""
    known = sorted(set().union(*left) & set().union(*right))
    mine = np.asarray([[code in each for code in known] for each in left], dtype=np.int32).reshape(len(left), -1)
    theirs = np.asarray([[code in each for code in known] for each in right], dtype=np.int32).reshape(len(right), -1)
    return mine @ theirs.T


def _codes(left: Sequence[str | None], right: Sequence[str | None]) -> tuple[Matrix, Matrix]:
    """Equal texts as equal numbers; None equals nothing."""
    numbers = {text: n for n, text in enumerate(dict.fromkeys([*left, *right])) if text is not None}

    def numbered(texts: Sequence[str | None], nothing: int) -> Matrix:
        return _ints(nothing if text is None else numbers[text] for text in texts)

    return numbered(left, -1), numbered(right, -2)


def _same(codes: tuple[Matrix, Matrix]) -> Matrix:
    return np.equal.outer(*codes)


def _ints(values: Iterable[int]) -> Matrix:
    return np.fromiter(values, dtype=np.int64)
