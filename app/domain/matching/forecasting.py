"""What both doors answer about the weeks ahead: from the facts of now, kept nowhere."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Date, Select, Text, Uuid, bindparam, cast, func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission, require
from app.domain.kernel.aside import Aside
from app.domain.kernel.errors import NotFound, invalid
from app.domain.kernel.reading import Context, Plan, Row, compile_select
from app.domain.kernel.reading.reads import Reads
from app.domain.matching.forecast import (
    AskForecast,
    AskMentorsNeeded,
    ForecastInputs,
    ForecastRead,
    MentorsNeededRead,
    Simulated,
    Told,
    TooMuch,
    affordable,
    compared,
    forecast,
    history_from,
    inputs_from,
    mentors_needed,
    with_,
)
from app.domain.organisations.models import Programme

_aside = Aside("forecast")
_MOST_WEEKS = 156
T = TypeVar("T")


@cache
def _history_plan() -> Plan:
    def build() -> Select[Any]:
        row: Row = aliased(Programme)
        history = func.throughgate.forecast_history(
            row.id, bindparam("day", type_=Date()), bindparam("weeks", type_=BigInteger())
        )
        return select_columns(cast(history, Text()).label("j")).where(
            row.charity_id == Context.charity, row.id == bindparam("key", type_=Uuid())
        )

    return compile_select(build)


async def forecast_of(reads: Reads, programme_id: UUID, asked: AskForecast, *, today: date) -> ForecastRead:
    """What the weeks ahead hold, and what another way of doing it would make of them."""
    told, inputs = await _told(reads, programme_id, asked, today, asked.horizon_weeks)
    changed = _changed(inputs, asked)

    def work_out() -> ForecastRead:
        runs = affordable(changed or inputs, asked.runs, times=1 if changed is None else 2)
        history = history_from(told, inputs, history_weeks=asked.history_weeks)
        if changed is None:
            planned = forecast(inputs, seed=asked.seed, runs=runs)
            return ForecastRead(
                programme_id=programme_id, history=history, as_planned=planned, what_if=None, difference=None
            )
        planned, otherwise, difference = compared(inputs, changed, seed=asked.seed, runs=runs)
        return ForecastRead(
            programme_id=programme_id, history=history, as_planned=planned, what_if=otherwise, difference=difference
        )

    return await _worked_out(work_out, "/horizon_weeks")


async def mentors_needed_for(
    reads: Reads, programme_id: UUID, asked: AskMentorsNeeded, *, today: date
) -> MentorsNeededRead:
    """How many active mentors keep those who are released unserved few enough."""
    weeks = (asked.by - today).days // 7
    if not 1 <= weeks <= _MOST_WEEKS:
        first, last = today + timedelta(weeks=1), today + timedelta(weeks=_MOST_WEEKS)
        raise invalid("/by", "OUT_OF_RANGE", f"Give a day from {first.isoformat()} to {last.isoformat()}.")
    if asked.from_on is not None and asked.from_on < today:
        raise invalid("/from_on", "OUT_OF_RANGE", f"Give a day from {today.isoformat()} on.")
    if asked.from_on is not None and asked.from_on >= asked.by:
        raise invalid("/from_on", "OUT_OF_RANGE", f"Give a day before {asked.by.isoformat()}, by which it is counted.")
    told, inputs = await _told(reads, programme_id, asked, today, weeks)
    if asked.from_on is not None:
        inputs = with_(inputs, cohorts=(asked.from_on,))
    changed = _changed(inputs, asked) or inputs

    def work_out() -> MentorsNeededRead:
        runs = affordable(changed, asked.runs, times=asked.most)
        needed = mentors_needed(
            changed, at_most=asked.at_most, by=asked.by, seed=asked.seed, most=asked.most, runs=runs
        )
        history = history_from(told, changed, history_weeks=asked.history_weeks)
        return MentorsNeededRead(programme_id=programme_id, history=history, needed=needed)

    return await _worked_out(work_out, "/by")


async def _told(
    reads: Reads, programme_id: UUID, asked: Simulated, today: date, weeks: int
) -> tuple[Told, ForecastInputs]:
    """One statement: the history, and what a forecast is told of it."""
    require(reads.actor, Permission.MATCHING_READ)
    values = {"key": programme_id, "day": today, "weeks": asked.history_weeks}
    rows = await reads.rows(_history_plan(), values)
    if not rows:
        raise NotFound()
    told = Told.model_validate_json(rows[0]["j"])
    inputs = inputs_from(told, day=today, history_weeks=asked.history_weeks, horizon_weeks=weeks)
    return told, inputs if asked.assume is None else asked.assume.within(inputs)


def _changed(inputs: ForecastInputs, asked: Simulated) -> ForecastInputs | None:
    if asked.what_if is None:
        return None
    for n, planned in enumerate(asked.what_if.more_mentors):
        if planned.on < inputs.start:
            detail = f"Give a day from {inputs.start.isoformat()} on: whoever came before is a mentor already."
            raise invalid(f"/what_if/more_mentors/{n}/on", "OUT_OF_RANGE", detail)
    return asked.what_if.within(inputs)


async def _worked_out(work_out: Callable[[], T], pointer: str) -> T:
    try:
        return await _aside(work_out)
    except TooMuch as problem:
        raise invalid(pointer, "OUT_OF_RANGE", str(problem)) from None
