"""A forecast loses nobody, repeats itself, knows what it does not know, and agrees with what can be worked out by hand."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.matching.facts import MenteeFacts
from app.domain.matching.forecast import (
    ForecastInputs,
    ForecastQuantity,
    ForecastWarningCode,
    Lengths,
    LikelyRange,
    Mentors,
    ObservedRate,
    Outlook,
    PassRate,
    PipelineStage,
    PlannedMentors,
    WaitingPerson,
    WhyNoNumber,
    forecast,
    mentors_needed,
)
from app.domain.matching.forecast.ahead import everything
from app.domain.matching.forecast.curves import Curve
from app.domain.matching.forecast.draws import Dice, People, held_until, people, staff
from app.domain.matching.forecast.simulation import Paths, simulate
from app.domain.matching.policy import MatchingPolicyDocument
from app.domain.matching.priority import in_order

START = date(2026, 11, 23)
JUNE = date(2027, 6, 7)
NEVER = ObservedRate(events=0, weeks=1_000_000)


def told(**other: Any) -> ForecastInputs:
    """A year of an invented charity: 54 eligible referrals, 11 mentors, 17 places."""
    said: dict[str, Any] = {
        "start": START,
        "horizon_weeks": 52,
        "useful_weeks": 12,
        "waiting": [
            {"weeks_to_release": left, "weeks_waited": been}
            for left, been in ((20, 3), (35, 6), (14, 9), (26, 2), (50, 1), (28, 12))
        ],
        "mentors": {"places": (2, 1, 2, 3, 1, 1, 2, 1, 2, 1, 1), "held": tuple(range(1, 34, 2))},
        "arrivals": {"events": 54, "weeks": 52},
        "lengths": {"ended": tuple(range(14, 45)), "still_going": tuple(range(1, 34, 2))},
        "weeks_to_release": tuple(range(8, 62)),
        "leaving": {"events": 6, "weeks": 600},
        **other,
    }
    return ForecastInputs(**said)


def alone(**other: Any) -> ForecastInputs:
    """Where next to nothing happens by itself."""
    quiet = {"waiting": (), "arrivals": NEVER, "leaving": NEVER, "mentors": {"places": (), "held": ()}}
    return told(**{**quiet, **other})


samples = st.lists(st.integers(0, 80), min_size=1, max_size=6).map(tuple)
programmes = st.builds(
    told,
    horizon_weeks=st.integers(1, 40),
    useful_weeks=st.sampled_from([0, 4, 12]),
    waiting=st.lists(
        st.builds(WaitingPerson, weeks_to_release=st.none() | st.integers(0, 60), weeks_waited=st.integers(0, 30)),
        max_size=8,
    ).map(tuple),
    mentors=st.builds(
        Mentors,
        places=st.lists(st.integers(0, 4), max_size=6).map(tuple),
        held=st.lists(st.integers(0, 50), max_size=8).map(tuple),
    ),
    arrivals=st.builds(ObservedRate, events=st.integers(0, 120), weeks=st.just(52)),
    lengths=st.builds(Lengths, ended=samples, still_going=st.just(()) | samples),
    weeks_to_release=st.lists(st.none() | st.integers(0, 60), max_size=8).map(lambda some: (*some, 20)),
    leaving=st.builds(ObservedRate, events=st.integers(0, 9), weeks=st.just(500)),
    pipeline=st.just(())
    | st.builds(
        PipelineStage,
        name=st.just("VETTED"),
        so_far=samples,
        passed=st.just(PassRate(successes=3, trials=4)),
        weeks_in_stage=samples,
    ).map(lambda stage: (stage,)),
    new_mentor_places=st.just((1, 2)),
    additions=st.just(()) | st.just((PlannedMentors(on=START + timedelta(weeks=5), mentors=3, places_each=2),)),
)


@settings(max_examples=40, deadline=None)
@given(programmes, st.integers(0, 2**32))
def test_nobody_is_lost_and_no_place_is_given_twice_in_any_week_of_any_run(inputs: ForecastInputs, seed: int) -> None:
    dice = Dice(seed, 20)
    paths, capacity = everything(inputs, dice), staff(inputs, dice).capacity(inputs.horizon_weeks)
    assert (paths.arrived + len(inputs.waiting) == paths.served + paths.unserved + paths.waiting).all()
    assert all((each >= 0).all() for each in (paths.waiting, paths.engaged, paths.free, paths.arrived))
    assert (paths.free == np.maximum(capacity - paths.engaged, 0)).all()
    for cumulative in (paths.arrived, paths.served, paths.unserved):
        assert (np.diff(cumulative, axis=0) >= 0).all()
    rose = np.diff(paths.engaged, axis=0) > 0
    assert (paths.engaged[1:] <= capacity[1:])[rose].all()  # mentors who stop leave too many behind, never take more
    assert (paths.served[-1] == (paths.served_in >= 0).sum(axis=1)).all()


@settings(max_examples=40, deadline=None)
@given(programmes, st.integers(0, 2**32))
def test_a_place_stays_free_only_where_nobody_whom_a_match_would_serve_waits(inputs: ForecastInputs, seed: int) -> None:
    dice = Dice(seed, 20)
    paths, who = everything(inputs, dice), people(inputs, dice)
    for week in range(inputs.horizon_weeks):
        gone = (paths.served_in >= 0) & (paths.served_in <= week)
        could = (who.arrives <= week) & ~gone & (who.leaves >= week) & (who.matched_until >= week)
        assert not (could.any(axis=1) & (paths.free[week] > 0)).any(), week


@settings(max_examples=15, deadline=None)
@given(programmes, st.integers(0, 2**32))
def test_the_same_inputs_and_seed_give_the_same_bytes(inputs: ForecastInputs, seed: int) -> None:
    first = forecast(inputs, seed=seed, runs=20).canonical()
    again = forecast(ForecastInputs.model_validate_json(inputs.canonical()), seed=seed, runs=20).canonical()
    assert first.encode() == again.encode()
    assert Outlook.model_validate_json(first).canonical() == first


def test_another_seed_is_another_forecast() -> None:
    assert (
        len({forecast(told(), seed=seed, runs=20).model_copy(update={"seed": 0}).canonical() for seed in range(5)}) == 5
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | st.integers(0, 60), st.integers(0, 30)), max_size=8))
def test_people_come_in_the_order_of_a_run(waiting: list[tuple[int | None, int]]) -> None:
    """`priority.in_order`, of those for whom a match is of use: the others are not matched here at all."""
    waiting.sort(key=lambda one: -one[1])  # the list: whoever has waited longest in front
    inputs = told(waiting=[{"weeks_to_release": left, "weeks_waited": been} for left, been in waiting], arrivals=NEVER)
    mentees = [
        MenteeFacts(
            referral_id=UUID(int=n),
            person_id=UUID(int=n),
            place=n + 1,
            release_on=None if left is None else START + timedelta(weeks=left),
        )
        for n, (left, _) in enumerate(waiting)
    ]
    policy = MatchingPolicyDocument(name="As told", useful_weeks=inputs.useful_weeks)
    expected = [
        float(waiting[one.place - 1][1])
        for one in in_order(mentees, policy, today=START)
        if (left := waiting[one.place - 1][0]) is None or left >= inputs.useful_weeks
    ]
    who = people(inputs, Dice(1, 20))
    here = (who.matched_until[0] >= 0) & (who.arrives[0] < 52)
    assert who.waited[0][here].tolist() == expected


def by_hand() -> Paths:
    """One place. A: released in week 5; B: in week 9; C: not known, and really in week 30. Useful: 2 weeks. 3 weeks each."""
    who = People(
        arrives=np.array([[0, 0, 1]]),
        leaves=np.array([[5.0, 4.5, 30.0]]),
        matched_until=np.array([[3.0, 2.5, np.inf]]),
        length=np.array([[3, 3, 3]]),
        waited=np.array([[4.0, 1.0, 0.0]]),
        at_start=2,
    )
    return simulate(who, np.ones((8, 1), dtype=np.int64), np.array([[0]]))


def test_a_small_case_is_as_worked_out_by_hand() -> None:
    """The held place is over at once. A has it in weeks 0 to 2; B has 1.5 weeks left in week 3 and goes unserved in week 4;
    C has it in weeks 3 to 5."""
    paths = by_hand()
    assert paths.served_in.tolist() == [[0, -1, 3]]
    assert paths.arrived.ravel().tolist() == [0, 1, 1, 1, 1, 1, 1, 1]
    assert paths.waiting.ravel().tolist() == [1, 2, 2, 1, 0, 0, 0, 0]
    assert paths.unserved.ravel().tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert paths.served.ravel().tolist() == [1, 1, 1, 2, 2, 2, 2, 2]
    assert paths.engaged.ravel().tolist() == [1, 1, 1, 1, 1, 1, 0, 0]
    assert paths.free.ravel().tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert paths.mean_wait.tolist() == [(4 + 2) / 2]  # A waited 4 weeks before the start, C 2 in it


def test_littles_law_holds_where_things_are_steady() -> None:
    inputs = told(
        horizon_weeks=260,
        waiting=(),
        mentors={"places": (2,) * 8, "held": ()},  # far too few: the list is as long as it gets before the count begins
        arrivals={"events": 100_000, "weeks": 100_000},
        lengths={"ended": tuple(range(14, 45)), "still_going": ()},  # nothing lasts for ever, so it is steady soon
        leaving=NEVER,
    )
    dice = Dice(3, 200)
    who, paths = people(inputs, dice), everything(inputs, dice)
    steady = np.s_[80:230]
    comes = (who.arrives >= 80) & (who.arrives < 230)
    got = paths.served_in >= 0
    # Unserved, he has waited at the end of each week but the one of his release.
    waited = np.where(got, paths.served_in, np.minimum(np.floor(who.leaves), 260)) - who.arrives
    rate = comes.sum() / 150 / 200
    assert paths.waiting[steady].mean() == pytest.approx(rate * waited[comes].mean(), rel=0.02)
    began = got & (paths.served_in >= 80) & (paths.served_in < 230)
    assert paths.engaged[steady].mean() == pytest.approx(began.sum() / 150 / 200 * who.length[began].mean(), rel=0.02)
    assert paths.waiting[steady].mean() > 5  # and the law was not put to the test on nothing
    assert paths.engaged[steady].mean() == pytest.approx(16, rel=0.02)


def test_mentors_who_are_never_short_serve_everybody_for_whom_there_is_time() -> None:
    inputs = told(mentors={"places": (50,) * 6, "held": ()}, leaving=NEVER, weeks_to_release=(13, 20, 40))
    totals = forecast(inputs, seed=1).totals
    assert totals.released_unserved == LikelyRange(low=0, median=0, high=0)
    assert totals.served is not None
    assert totals.arrived is not None
    assert totals.served.median == totals.arrived.median + 6


def test_one_more_mentor_never_does_harm_in_any_run_while_no_place_is_used_twice() -> None:
    """Places that are used once are a matroid: nothing that more of them could spoil."""
    inputs = told(lengths={"ended": (300,) * 9, "still_going": ()}, leaving=NEVER)
    dice = Dice(5, 200)
    who, held, before = people(inputs, dice), held_until(inputs, dice), None
    for places in range(0, 60, 4):
        unserved = simulate(who, np.full((52, 200), places), held).unserved
        assert before is None or (unserved <= before).all()
        before = unserved


@settings(max_examples=15, deadline=None)
@given(programmes, st.integers(0, 2**32))
def test_one_more_mentor_never_does_harm_on_average_over_the_runs(inputs: ForecastInputs, seed: int) -> None:
    """Over the same people, and within a tenth of a person: in single runs it can, as `needed` says."""
    dice, weeks = Dice(seed, 200), inputs.horizon_weeks
    capacity, who, held = staff(inputs, dice).capacity(weeks), people(inputs, dice), held_until(inputs, dice)
    least = np.inf
    for more in range(0, 9):
        unserved = simulate(who, capacity + more, held).unserved[-1].mean()
        assert unserved <= least + 0.1
        least = min(least, unserved)


def test_long_ones_that_go_on_make_lengths_longer_than_leaving_them_out_would() -> None:
    ended, going = [10.0, 12, 14, 16, 18, 40], [30.0, 35, 38, 20]
    dice = Dice(2, 400)

    def mean(still_going: list[float]) -> float:
        stream = np.random.default_rng(dice.seed)
        return float(Curve.of(ended, still_going, dice=stream, runs=400).draw(stream, 50).mean())

    assert mean([]) == pytest.approx(np.mean(ended), rel=0.05)
    assert mean(going) > mean([]) * 1.2
    assert mean(going) > np.mean(ended + going)  # nor is what goes on over


def test_the_true_length_is_found_behind_the_censoring() -> None:
    stream = np.random.default_rng(4)
    true, seen = stream.uniform(10, 40, 1500), stream.uniform(0, 45, 1500)
    ended, going = true[true <= seen], seen[true > seen]
    found = Curve.of(ended.tolist(), going.tolist(), dice=stream, runs=50).draw(stream, 400)
    assert ended.mean() < 24
    assert found.mean() == pytest.approx(25, rel=0.02)


def test_what_has_lasted_long_lasts_longer_than_that() -> None:
    stream = np.random.default_rng(4)
    curve = Curve.of([10.0, 20, 30, 60], [50.0], dice=stream, runs=300)
    over = [0.0, 15, 35, 59, 60, 200]
    drawn = curve.draw(stream, 6, beyond=over)
    assert (drawn > over).all()
    assert set(drawn[:, 1]) == {20.0, 30.0, 60.0}
    assert (drawn[:, 5].mean() - 200) == pytest.approx(170 / 4, rel=0.2)


def test_without_mentors_everybody_waits_until_released() -> None:
    answer = forecast(alone(waiting=told().waiting), seed=1)
    assert answer.weeks[-1].engaged == LikelyRange(low=0, median=0, high=0)
    assert answer.totals.served == LikelyRange(low=0, median=0, high=0)
    assert answer.totals.mean_wait is None
    assert [week.week for week in answer.weeks if week.released_unserved.median == 0][-1] == 14  # type: ignore[union-attr]
    assert answer.totals.released_unserved == LikelyRange(low=6, median=6, high=6)


def test_where_nobody_waits_and_nobody_comes_nothing_happens() -> None:
    answer = forecast(alone(mentors={"places": (2, 1), "held": ()}), seed=1)
    for week in answer.weeks:
        assert week.waiting == week.released_unserved == week.engaged == LikelyRange(low=0, median=0, high=0)
        assert week.free_places == LikelyRange(low=3, median=3, high=3)
    assert answer.weeks[0].ends_on == date(2026, 11, 29)


def test_planned_mentors_come_on_their_day() -> None:
    answer = forecast(alone(additions=[{"on": JUNE, "mentors": 6, "places_each": 2}]), seed=1)
    first = next(week for week in answer.weeks if week.active_mentors == LikelyRange(low=6, median=6, high=6))
    assert first.ends_on == JUNE + timedelta(days=6)
    assert first.free_places == LikelyRange(low=12, median=12, high=12)


def test_who_is_in_the_pipeline_comes_through_it() -> None:
    """Two stages of four weeks, each passed by everybody; one volunteer has a week of the first to go."""
    passed = {"successes": 100_000, "trials": 100_000}
    stages = [
        {"name": "INTERVIEWED", "so_far": (3,), "passed": passed, "weeks_in_stage": (4,) * 5},
        {"name": "VETTED", "so_far": (), "passed": passed, "weeks_in_stage": (4,) * 5},
    ]
    active = [
        week.active_mentors for week in forecast(alone(pipeline=stages, new_mentor_places=(1,) * 5), seed=1).weeks
    ]
    assert active[4] == LikelyRange(low=0, median=0, high=0)
    assert active[5] == LikelyRange(low=1, median=1, high=1)


def test_a_shorter_useful_time_serves_more_of_those_who_leave_soon() -> None:
    inputs = told(mentors={"places": (50,), "held": ()}, weeks_to_release=tuple(range(6, 30)), leaving=NEVER)
    twelve, eight = (
        forecast(inputs.model_copy(update={"useful_weeks": weeks}), seed=1).totals.released_unserved
        for weeks in (12, 8)
    )
    assert twelve is not None
    assert eight is not None
    assert eight.median < twelve.median


def test_little_history_is_said_with_its_count() -> None:
    inputs = told(
        arrivals={"events": 4, "weeks": 4},
        lengths={"ended": (20, 30), "still_going": (31, 10)},
        leaving={"events": 0, "weeks": 100},
        waiting=[{"weeks_to_release": None, "weeks_waited": 3}],
    )
    said = {(one.code, one.input, one.count) for one in forecast(inputs, seed=1, runs=20).warnings}
    assert said == {
        (ForecastWarningCode.LITTLE_HISTORY, "arrivals", 4),
        (ForecastWarningCode.LITTLE_HISTORY, "lengths.ended", 2),
        (ForecastWarningCode.LITTLE_HISTORY, "leaving", 0),
        (ForecastWarningCode.BEYOND_HISTORY, "lengths.still_going", 1),
        (ForecastWarningCode.RELEASE_NOT_KNOWN, "waiting", 1),
    }
    assert forecast(told(), seed=1, runs=20).warnings == ()


def test_a_rate_from_little_history_is_less_certain() -> None:
    def width(events: int) -> int:
        arrived = forecast(told(arrivals={"events": events, "weeks": events}), seed=1).totals.arrived
        assert arrived is not None
        return arrived.high - arrived.low

    assert width(3) > 1.5 * width(60)


@pytest.mark.parametrize(
    ("absent", "name"),
    [
        ({"arrivals": None}, "arrivals"),
        ({"lengths": {"ended": (), "still_going": (9,)}}, "lengths.ended"),
        ({"weeks_to_release": (None, None)}, "weeks_to_release"),
        ({"leaving": None}, "leaving"),
        (
            {
                "pipeline": [
                    {
                        "name": "VETTED",
                        "so_far": (1,),
                        "passed": {"successes": 0, "trials": 0},
                        "weeks_in_stage": (2,) * 5,
                    }
                ]
            },
            "pipeline.VETTED.passed",
        ),
    ],
)
def test_without_any_history_a_quantity_is_unknown_and_nothing_is_made_up(absent: dict[str, Any], name: str) -> None:
    answer = forecast(told(**absent), seed=1, runs=20)
    cannot = {one.quantity: one.because for one in answer.unknown}
    assert cannot[ForecastQuantity.WAITING] == (name,)
    assert all(
        week.waiting is week.released_unserved is week.engaged is week.free_places is None for week in answer.weeks
    )
    assert answer.totals.served is answer.totals.mean_wait is None
    assert (ForecastQuantity.ACTIVE_MENTORS in cannot) == (answer.weeks[0].active_mentors is None)
    assert (ForecastQuantity.ACTIVE_MENTORS in cannot) == name.startswith(("leaving", "pipeline"))
    assert (answer.totals.arrived is None) == (name == "arrivals")
    needed = mentors_needed(told(cohorts=(JUNE,), **absent), at_most=9, by=START + timedelta(weeks=52), seed=1)
    assert needed.why_not is WhyNoNumber.CANNOT_BE_GIVEN
    assert needed.active is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon_weeks": 0},
        {"additions": [{"on": "2026-11-22", "mentors": 1, "places_each": 1}]},
        {"leaving": {"events": 1, "weeks": 0}},
        {"weeks_to_release": (-1,)},
        {"lengths": {"ended": (float("nan"),), "still_going": ()}},
        {"made_up": 1},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        told(**wrong)


def test_more_people_than_can_be_held_are_refused_not_tried() -> None:
    with pytest.raises(ValueError, match="arrivals"):
        forecast(told(arrivals={"events": 100_000, "weeks": 1}), seed=1)


def test_the_number_needed_is_enough_and_one_fewer_is_not() -> None:
    inputs = told(cohorts=(JUNE, date(2026, 12, 7)))
    year = START + timedelta(weeks=52)
    answers = [mentors_needed(inputs, at_most=keep, by=year, seed=1, runs=100) for keep in range(0, 25)]
    numbers = [31 if one.additional is None else one.additional for one in answers]
    assert numbers == sorted(numbers, reverse=True)  # asked for less, it never says fewer
    assert answers[0].why_not is WhyNoNumber.NOT_EVEN_WITH_MOST
    assert answers[0].active is None
    found = [one for one in answers if one.additional]
    assert found
    for one in found:
        assert one.from_on == date(2026, 12, 7)
        high = [each.released_unserved.high for each in one.tried]
        assert max(high[one.additional :]) <= one.at_most < high[one.additional - 1]
        assert one.active is not None
        assert one.active >= one.additional
    assert answers[-1].additional == 0


def test_mentors_who_come_too_late_are_no_answer() -> None:
    inputs = told(cohorts=(date(2026, 6, 1), date(2028, 6, 1)))
    assert mentors_needed(inputs, at_most=0, by=JUNE, seed=1, runs=20).why_not is WhyNoNumber.NO_COHORT
    with pytest.raises(ValueError, match="by lies"):
        mentors_needed(inputs, at_most=0, by=START, seed=1)


def test_the_number_needed_repeats_itself_and_agrees_with_the_forecast() -> None:
    inputs = told(cohorts=(JUNE,))
    needed = [mentors_needed(inputs, at_most=5, by=START + timedelta(weeks=52), seed=9) for _ in range(2)]
    assert needed[0].canonical() == needed[1].canonical()
    assert needed[0].tried[0].released_unserved == forecast(inputs, seed=9).totals.released_unserved
