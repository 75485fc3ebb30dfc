"""How many mentors it takes.

Every number is tried, against the same people with the same releases and lengths. One more mentor nearly always helps and
can, run by run, do harm: a free place takes somebody who stays long, and is not free when three others come. So the answer
is the least number that is enough and from which every greater one is enough too: asked for less, it never says fewer.
"""

from datetime import date

from app.domain.matching.forecast import draws, history
from app.domain.matching.forecast.ahead import band, dice_of
from app.domain.matching.forecast.answers import LikelyRange, MentorsTried, NeededMentors, WhyNoNumber
from app.domain.matching.forecast.draws import Dice
from app.domain.matching.forecast.inputs import ForecastInputs
from app.domain.matching.forecast.simulation import simulate


def mentors_needed(
    inputs: ForecastInputs, *, at_most: int, by: date, seed: int, most: int = 30, runs: int = 500
) -> NeededMentors:
    """The fewest active mentors, from the next cohort on, with whom in nine runs of ten at most `at_most` people are
    released unserved between the start and `by`. At most `most` active mentors are thought of."""
    dice = dice_of(seed, runs)
    weeks = (by - inputs.start).days // 7
    if not 1 <= weeks <= inputs.horizon_weeks:
        raise ValueError(f"by lies 1 to {inputs.horizon_weeks} weeks (the horizon) after the start")
    if at_most < 0 or not 0 <= most <= 200:
        raise ValueError("at_most is 0 or more, and most is 0 to 200")
    unknown = history.unknown(inputs, more=True)
    cohort = min((day for day in inputs.cohorts if day >= inputs.start and inputs.week_of(day) < weeks), default=None)
    answer = NeededMentors(
        inputs_digest=inputs.digest(),
        seed=seed,
        runs=runs,
        at_most=at_most,
        by=by,
        active=None,
        additional=None,
        from_on=cohort,
        released_unserved=None,
        waiting=None,
        why_not=WhyNoNumber.CANNOT_BE_GIVEN if unknown else WhyNoNumber.NO_COHORT if cohort is None else None,
        tried=(),
        warnings=history.warnings(inputs, more=True),
        unknown=unknown,
    )
    if answer.why_not or cohort is None:
        return answer
    foreseen, tried = _tried(inputs, dice, week=inputs.week_of(cohort), weeks=weeks, most=most)
    enough = _enough_from([one.released_unserved for one in tried], at_most)
    shown = tried[-1 if enough is None else enough]
    found = (
        {"why_not": WhyNoNumber.NOT_EVEN_WITH_MOST}
        if enough is None
        else {"additional": enough, "active": foreseen + enough}
    )
    then = {"released_unserved": shown.released_unserved, "waiting": shown.waiting}
    return answer.model_copy(update={**found, **then, "tried": tuple(tried)})


def _enough_from(bands: list[LikelyRange], at_most: int) -> int | None:
    """The least number from which each is enough."""
    too_few = [n for n, each in enumerate(bands) if each.high > at_most]
    enough = too_few[-1] + 1 if too_few else 0
    return enough if enough < len(bands) else None


def _tried(inputs: ForecastInputs, dice: Dice, *, week: int, weeks: int, most: int) -> tuple[int, list[MentorsTried]]:
    """How many mentors are foreseen for the week, and what comes of none more, one more, and so on up to `most`."""
    foreseen = draws.staff(inputs, dice)
    there = band(foreseen.active(week + 1)[week])
    assert there is not None
    capacity = foreseen.capacity(weeks)
    people, held = draws.people(inputs, dice), draws.held_until(inputs, dice)
    tried = []
    extra = max(0, most - there.median)
    added = draws.more(inputs, dice, week=week, most=extra)
    for n in range(extra + 1):
        if n:
            capacity = capacity + added.only(n - 1).capacity(weeks)
        paths = simulate(people, capacity, held)
        unserved, waiting = band(paths.unserved[-1]), band(paths.waiting[-1])
        assert unserved is not None
        assert waiting is not None
        tried.append(MentorsTried(additional=n, released_unserved=unserved, waiting=waiting))
    return there.median, tried
