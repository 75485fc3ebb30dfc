"""What the history is enough for. Little of it is said with the answer; none at all, and there is no answer."""

from app.domain.matching.forecast.answers import ForecastQuantity, ForecastUnknown, ForecastWarning, ForecastWarningCode
from app.domain.matching.forecast.inputs import ForecastInputs

ENOUGH = 5
"""Fewer events than this behind a rate are little history."""


def _of_mentors(inputs: ForecastInputs) -> dict[str, int | None]:
    """The events behind each input that says how many mentors there will be; None where nothing was ever observed."""
    found: dict[str, int | None] = {"leaving": inputs.leaving.events if inputs.leaving else None}
    for n, stage in enumerate(inputs.pipeline):
        if any(one.so_far for one in inputs.pipeline[: n + 1]):  # somebody will have to pass it
            found[f"pipeline.{stage.name}.passed"] = stage.passed.trials or None
            found[f"pipeline.{stage.name}.weeks_in_stage"] = len(stage.weeks_in_stage) or None
    return found


def _of_places(inputs: ForecastInputs, *, more: bool) -> dict[str, int | None]:
    if more or any(stage.so_far for stage in inputs.pipeline):
        return {"new_mentor_places": len(inputs.places_of_new()) or None}
    return {}


def _of_people(inputs: ForecastInputs) -> dict[str, int | None]:
    return {
        "arrivals": inputs.arrivals.events if inputs.arrivals else None,
        "lengths.ended": len(inputs.lengths.ended) or None,
        "weeks_to_release": sum(weeks is not None for weeks in inputs.weeks_to_release) or None,
    }


def unknown(inputs: ForecastInputs, *, more: bool = False) -> tuple[ForecastUnknown, ...]:
    """What cannot be given. `more`: mentors are added whose places nobody has said."""
    mentors = _missing(_of_mentors(inputs))
    people = _missing(_of_people(inputs)) + mentors + _missing(_of_places(inputs, more=more))
    arrived = ("arrivals",) if inputs.arrivals is None else ()
    because = dict.fromkeys(ForecastQuantity, people) | {
        ForecastQuantity.ACTIVE_MENTORS: mentors,
        ForecastQuantity.ARRIVED: arrived,
    }
    return tuple(ForecastUnknown(quantity=quantity, because=names) for quantity, names in because.items() if names)


def warnings(inputs: ForecastInputs, *, more: bool = False) -> tuple[ForecastWarning, ...]:
    """What makes the figures worth less than they look."""
    counts = _of_people(inputs) | _of_mentors(inputs) | _of_places(inputs, more=more)
    little = [
        ForecastWarning(code=ForecastWarningCode.LITTLE_HISTORY, input=name, count=count or 0)
        for name, count in counts.items()
        if (count or 0) < ENOUGH and name not in inputs.assumed
    ]
    little += [
        ForecastWarning(code=ForecastWarningCode.ASSUMED, input=name, count=counts.get(name) or 0)
        for name in inputs.assumed
    ]
    longest = max(inputs.lengths.ended, default=0.0)
    if beyond := sum(weeks > longest for weeks in inputs.lengths.still_going):
        little.append(
            ForecastWarning(code=ForecastWarningCode.BEYOND_HISTORY, input="lengths.still_going", count=beyond)
        )
    if blank := sum(one.weeks_to_release is None for one in inputs.waiting):
        little.append(ForecastWarning(code=ForecastWarningCode.RELEASE_NOT_KNOWN, input="waiting", count=blank))
    if inputs.undecided:
        little.append(ForecastWarning(code=ForecastWarningCode.UNDECIDED, input="arrivals", count=inputs.undecided))
    return tuple(little)


def _missing(counts: dict[str, int | None]) -> tuple[str, ...]:
    return tuple(name for name, count in counts.items() if count is None)
