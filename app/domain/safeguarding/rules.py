"""What is true of concerns: when they are followed up, when telling staff took too long, what has to be said. Pure functions."""

from datetime import date, datetime, timedelta
from functools import cache

from holidays.countries.united_kingdom import UnitedKingdom

from app.domain.kernel.rows import civil_date
from app.domain.safeguarding.models import AdditionKind, Telling

TOLD_WITHIN = timedelta(minutes=60)
TOLD_AGAIN_AFTER = timedelta(minutes=15)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    """In England and Wales."""
    known: dict[date, str] = UnitedKingdom(subdiv="ENG", years=year)  # type: ignore[no-untyped-call]
    return frozenset(known)


def next_working_day(after: date) -> date:
    """The first day after it that is no Saturday, Sunday or bank holiday."""
    day = after + timedelta(days=1)
    while day.weekday() >= 5 or day in _bank_holidays(day.year):
        day += timedelta(days=1)
    return day


def follow_up_due(disclosed_at: datetime) -> date:
    """The next working day by the calendar in London."""
    return next_working_day(civil_date(disclosed_at))


def unsaid(told: Telling) -> list[str]:
    """What is missing of who was told and when; all of it where nothing was said."""
    return [name for name in ("reported_at", "reported_to_role") if getattr(told, name) is None]


def said_anything(told: Telling) -> list[str]:
    """What was said of who was told."""
    return [name for name in Telling.model_fields if getattr(told, name) is not None]


def needs(kind: AdditionKind) -> frozenset[str]:
    """What an addition of this kind must say."""
    return {
        AdditionKind.REPORTED: frozenset({"reported_at", "reported_to_role"}),
        AdditionKind.FOLLOWED_UP: frozenset({"followed_up_on"}),
        AdditionKind.WORDS: frozenset({"words"}),
    }.get(kind, frozenset())
