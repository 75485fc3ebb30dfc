"""The best assignment is the best: equal to trying everything, never worse than taking turns, and its reasons are true."""

import itertools
import random

import numpy as np
import pytest

from app.domain.matching.codes import Change, Rule
from app.domain.matching.matrix import bits_of, rules_of
from app.domain.matching.optimum import UNSERVED, edges_of, solve
from app.domain.matching.reasons import Solved, left_over, unused

SMALL = 1000


def programme(seed: int, most: int = 6) -> tuple[np.ndarray, list[int]]:
    dice = random.Random(seed)
    people, mentors = dice.randint(1, most), dice.randint(1, 4)
    fits = [
        [dice.choice((-1, 0, 5, 10, dice.randint(0, 99))) if dice.random() < 0.6 else -1 for _ in range(mentors)]
        for _ in range(people)
    ]
    return np.asarray(fits, dtype=np.int32), [dice.choice((0, 1, 1, 2)) for _ in range(mentors)]


def worth(fits: np.ndarray, assigned: tuple[int, ...] | list[int]) -> tuple[int, tuple[bool, ...], int]:
    """How many are served, then who (the first in the order first), then the points."""
    served = tuple(mentor != UNSERVED for mentor in assigned)
    points = sum(int(fits[person, mentor]) for person, mentor in enumerate(assigned) if mentor != UNSERVED)
    return sum(served), served, points


def everything(fits: np.ndarray, places: list[int]) -> tuple[int, tuple[bool, ...], int]:
    choices = [[UNSERVED, *(m for m in range(len(places)) if row[m] >= 0)] for row in fits]
    return max(
        worth(fits, each)
        for each in itertools.product(*choices)
        if all(each.count(m) <= room for m, room in enumerate(places))
    )


def in_turn(fits: np.ndarray, places: list[int]) -> list[int]:
    """Whoever comes first takes the mentor who suits him best."""
    room, assigned = list(places), []
    for row in fits:
        free = [m for m in range(len(places)) if row[m] >= 0 and room[m] > 0]
        best = max(free, key=row.tolist().__getitem__, default=UNSERVED)
        if best != UNSERVED:
            room[best] -= 1
        assigned.append(best)
    return assigned


@pytest.mark.parametrize("block", range(10))
def test_it_equals_trying_everything(block: int) -> None:
    for seed in range(block * SMALL // 10, (block + 1) * SMALL // 10):
        fits, places = programme(seed)
        assigned = solve(edges_of(fits), places)
        assert all(mentor == UNSERVED or fits[person, mentor] >= 0 for person, mentor in enumerate(assigned)), seed
        assert all(assigned.count(m) <= room for m, room in enumerate(places)), seed
        assert worth(fits, assigned) == everything(fits, places), seed


def test_it_is_never_worse_than_taking_turns() -> None:
    for seed in range(50):
        dice = np.random.default_rng(seed)
        fits = dice.integers(-60, 40, (120, 25)).astype(np.int32)
        fits[fits < 0] = -1
        places = dice.integers(0, 4, 25).tolist()
        assert worth(fits, solve(edges_of(fits), places)) >= worth(fits, in_turn(fits, places)), seed


def test_the_same_question_has_the_same_answer() -> None:
    dice = np.random.default_rng(7)
    fits = np.where(dice.random((300, 60)) < 0.3, 10, -1).astype(np.int32)  # ties everywhere
    answers = {tuple(solve(edges_of(fits), [2] * 60)) for _ in range(5)}
    assert len(answers) == 1


@pytest.mark.parametrize(("people", "mentors"), [(0, 0), (0, 3), (3, 0), (2, 2)])
def test_nobody_and_nothing_are_answered(people: int, mentors: int) -> None:
    fits = np.full((people, mentors), -1, dtype=np.int32)
    assert solve(edges_of(fits), [1] * mentors) == [UNSERVED] * people


def solved(fits: np.ndarray, places: list[int]) -> Solved:
    edges = edges_of(fits)
    return Solved(edges, places, solve(edges, places))


def test_who_was_left_over_would_have_been_served_in_front_of_the_one_who_is_named() -> None:
    tried = 0
    for seed in range(600):
        fits, places = programme(seed, most=9)
        answer = solved(fits, places)
        for person in answer.unserved():
            last = answer.last_served(person)
            if last is None:
                continue
            tried += 1
            assert last < person
            assert _served_if_moved(fits, places, person, last), (seed, person)
            assert not _served_if_moved(fits, places, person, last + 1), (seed, person)
    assert tried > 200


def _served_if_moved(fits: np.ndarray, places: list[int], person: int, to: int) -> bool:
    order = [n for n in range(len(fits)) if n != person]
    order.insert(to, person)
    return solve(edges_of(fits[order]), places)[order.index(person)] != UNSERVED


def test_as_many_more_places_as_are_named_would_have_served_him() -> None:
    tried = 0
    for seed in range(600):
        fits, places = programme(seed, most=9)
        answer = solved(fits, places)
        for left in left_over(answer, np.zeros(fits.shape, dtype=np.uint16)):
            if left.change.code is not Change.MORE_PLACES:
                continue
            for mentor in left.change.mentors:
                tried += 1
                more = [room + (left.change.places if n == mentor else 0) for n, room in enumerate(places)]
                assert solve(edges_of(fits), more)[left.person] != UNSERVED, (seed, left)
    assert tried > 200


def test_one_more_place_is_named_for_whoever_comes_next() -> None:
    fits = np.zeros((4, 1), dtype=np.int32)
    answer = solved(fits, [1])
    changes = [each.change.places for each in left_over(answer, np.zeros((4, 1), dtype=np.uint16))]
    assert changes == [1, 2, 3]


def test_lifting_the_rules_that_are_named_would_have_served_him_or_in_vain_as_is_said() -> None:
    tried = in_vain = 0
    for seed in range(600):
        fits, places = programme(seed, most=6)
        dice = random.Random(seed)
        blocks = np.asarray(
            [
                [0 if fit >= 0 else bits_of(dice.sample(sorted(Rule), dice.randint(1, 3))) for fit in row]
                for row in fits.tolist()
            ],
            dtype=np.uint16,
        ).reshape(fits.shape)
        answer = solved(fits, places)
        for left in left_over(answer, blocks):
            if left.change.code is Change.LIFT_RULES and left.change.mentors:
                tried += 1
                [mentor] = left.change.mentors
                assert set(left.change.rules) == set(rules_of(int(blocks[left.person, mentor])))
                lifted = fits.copy()
                lifted[left.person, mentor] = 0
                served = solve(edges_of(lifted), places)[left.person] != UNSERVED
                assert served == left.change.served, (seed, left)
                in_vain += not served
    assert tried > 100
    assert in_vain > 10


def test_a_mentor_with_places_left_has_nobody_left_to_take() -> None:
    for seed in range(300):
        fits, places = programme(seed, most=9)
        answer = solved(fits, places)
        waiting = set(answer.unserved())
        for idle in unused(answer, {}):
            assert idle.places == places[idle.mentor] - answer.assigned.count(idle.mentor)
            assert not any(fits[person, idle.mentor] >= 0 for person in waiting), seed
