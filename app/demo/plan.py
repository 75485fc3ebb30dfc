"""What happened at Brixton from February 2024 to March 2025, to be lived through: the report's totals, given faces.

The report says of 54 of its 93 referrals what became of them; what became of the other 39 is invented, and says so.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from app.demo.people import Profile, anybody, cell, person, profiles
from app.domain.eligibility.dates import CalendarDuration, add_months
from app.domain.kernel.rows import LONDON, civil_date
from app.domain.people.codes import LegalStatus
from app.domain.people.models import CustodyInput, PersonInput
from app.domain.people.offences import Pathway
from app.domain.referrals.models import REPORTED_SOURCES, Disposition, Source

FIRST_DAY, LAST_DAY = date(2024, 2, 1), date(2025, 3, 31)
PUSHED = (Source.PRISON_OFFENDER_MANAGER, Source.OTHER_SERVICE)
"""What the partner's own program sends; the rest is entered by the coordinator."""

D = Disposition
# How many of each source, in the order of REPORTED_SOURCES, ended where. The report states the sums of the columns and
# those of the first three rows.
MIX: dict[Disposition, tuple[int, ...]] = {
    D.ALLOCATED: (17, 2, 1, 7, 3, 0, 1),
    D.WAITING: (3, 1, 0, 1, 1, 0, 0),
    D.RELEASED_UNSERVED: (9, 1, 0, 4, 2, 0, 1),
    D.DECLINED_BY_PERSON: (4, 0, 1, 2, 1, 0, 1),
    D.WITHDRAWN: (3, 1, 0, 1, 1, 0, 0),
    D.INELIGIBLE: (7, 0, 0, 1, 1, 1, 1),
    D.AWAITING_INFORMATION: (4, 0, 0, 0, 0, 0, 0),
    D.DUPLICATE: (2, 0, 0, 1, 0, 0, 0),
    D.TRANSFERRED_BEFORE_ALLOCATION: (3, 1, 0, 1, 1, 0, 0),
}
STATED = (D.ALLOCATED, D.WAITING, D.RELEASED_UNSERVED)
# When they came in: who still waits came late, and each of the others must have had time to end within the period.
RECEIVED = {
    D.ALLOCATED: (FIRST_DAY, date(2025, 2, 10)),
    D.WAITING: (date(2024, 10, 1), date(2025, 3, 26)),
    D.RELEASED_UNSERVED: (FIRST_DAY, date(2024, 11, 20)),
    D.DECLINED_BY_PERSON: (FIRST_DAY, date(2025, 3, 3)),
    D.WITHDRAWN: (FIRST_DAY, date(2025, 2, 26)),
    D.INELIGIBLE: (FIRST_DAY, date(2025, 3, 19)),
    D.AWAITING_INFORMATION: (date(2024, 12, 2), date(2025, 3, 26)),
    D.TRANSFERRED_BEFORE_ALLOCATION: (FIRST_DAY, date(2025, 2, 14)),
}
DAYS_TO_THE_END = {
    D.ALLOCATED: (12, 44),
    D.DECLINED_BY_PERSON: (3, 25),
    D.WITHDRAWN: (4, 30),
    D.INELIGIBLE: (5, 9),
    D.TRANSFERRED_BEFORE_ALLOCATION: (10, 38),
    D.DUPLICATE: (1, 5),
}
# So many of the first came on a paper slip with a name and a cell; the rest was found out later or never.
SLIPS = {D.ALLOCATED: 3, D.INELIGIBLE: 1, D.AWAITING_INFORMATION: 4}
DUPLICATES_OF = ((D.ALLOCATED, 5), (D.RELEASED_UNSERVED, 2), (D.ALLOCATED, 12))
# Somebody on the first day and somebody on the last, as both belong to the period.
ON_THAT_DAY = {(D.ALLOCATED, 3): FIRST_DAY, (D.AWAITING_INFORMATION, 3): LAST_DAY}


@dataclass(frozen=True)
class Course:
    """When a referral came in and when it ended; `nth` among those that became the same."""

    becomes: Disposition
    nth: int
    source: Source
    received: datetime
    ended: datetime | None

    @property
    def key(self) -> tuple[Disposition, int]:
        return self.becomes, self.nth


@dataclass(frozen=True)
class Referred(Course):
    """One referral of the year with everything that was known of the man in the end."""

    number: int
    person: PersonInput
    custody: CustodyInput
    needs: tuple[Pathway, ...]
    duplicate_of: str | None = None

    @property
    def reference(self) -> str:
        """By this a second run knows what the first one made."""
        return f"DEMO-{self.number:03d}"

    @property
    def on_a_slip(self) -> bool:
        return self.nth < SLIPS.get(self.becomes, 0)


def the_year(today: date) -> list[Referred]:
    """The 93 referrals in the order in which they came in. The same at every call, save that the sentences of those who
    still wait reach beyond `today`."""
    chance = Random(20240201)  # noqa: S311 -- the same year every time is what is wanted
    courses = sorted(_courses(chance), key=lambda course: course.received)
    served = [c.ended.date() for c in courses if c.becomes is D.ALLOCATED and c.ended is not None]
    counted = iter(profiles(chance, served))
    year = []
    for number, course in enumerate(courses, start=1):
        profile = next(counted) if course.becomes is D.ALLOCATED else anybody(chance, course.received.date())
        year.append(_referred(chance, number, course, profile, today))
    return _with_duplicates(year)


def _courses(chance: Random) -> list[Course]:
    courses: dict[tuple[Disposition, int], Course] = {}
    for becomes, counts in MIX.items():
        sources = [source for source, count in zip(REPORTED_SOURCES, counts, strict=True) for _ in range(count)]
        for nth, source in enumerate(sources):
            if becomes is D.DUPLICATE:
                first = courses[DUPLICATES_OF[nth]].received
                day = _weekday(civil_date(first) + timedelta(days=chance.randint(6, 20)))
            else:
                day = ON_THAT_DAY.get((becomes, nth)) or _some_day(chance, becomes)
            received = _at(chance, day)
            courses[becomes, nth] = Course(becomes, nth, source, received, _end(chance, becomes, day))
    return list(courses.values())


def _end(chance: Random, becomes: Disposition, received_on: date) -> datetime | None:
    if becomes is D.RELEASED_UNSERVED:
        return _at(chance, add_months(received_on, 3) + timedelta(days=chance.randint(1, 32)))
    if becomes not in DAYS_TO_THE_END:
        return None
    return _at(chance, _weekday(received_on + timedelta(days=chance.randint(*DAYS_TO_THE_END[becomes]))))


def _referred(chance: Random, number: int, course: Course, profile: Profile, today: date) -> Referred:
    said_himself = course.source not in PUSHED
    return Referred(
        becomes=course.becomes,
        nth=course.nth,
        source=course.source,
        received=course.received,
        ended=course.ended,
        number=number,
        person=person(number, profile, location=cell(chance), said_himself=said_himself),
        custody=_custody(chance, course, today),
        needs=tuple(chance.sample(list(Pathway), chance.randint(1, 3))),
    )


def _with_duplicates(year: list[Referred]) -> list[Referred]:
    """A duplicate is the same man once more."""
    by_key = {referred.key: referred for referred in year}

    def again(referred: Referred) -> Referred:
        if referred.becomes is not D.DUPLICATE:
            return referred
        first = by_key[DUPLICATES_OF[referred.nth]]
        said = first.person.model_copy(update={"convictions": [], "ethnicity": None, "ethnicity_source": None})
        return replace(referred, person=said, custody=first.custody, duplicate_of=first.reference)

    return [again(referred) for referred in year]


def _custody(chance: Random, course: Course, today: date) -> CustodyInput:
    received_on = civil_date(course.received)
    calculated_on = received_on - timedelta(days=chance.randint(5, 60))
    if course.becomes is D.WAITING:
        return _still_inside(course.nth, today, calculated_on)
    if course.becomes is D.INELIGIBLE:
        return _too_short(course.nth, received_on, received_on + timedelta(days=chance.randint(15, 80)), calculated_on)
    if course.becomes is D.RELEASED_UNSERVED and course.ended is not None:
        return _sentence(civil_date(course.ended), calculated_on)
    if course.key == (D.ALLOCATED, 7):
        tariff = add_months(received_on, 30)
        return CustodyInput(
            legal_status=LegalStatus.INDETERMINATE_SENTENCE, in_custody=True, indeterminate=True, tariff_date=tariff
        )
    end = add_months(received_on, chance.randint(6, 22)) + timedelta(days=chance.randint(0, 27))
    custody = _sentence(end, calculated_on)
    if course.nth % 5 == 4:  # some could leave earlier on a tag, which is a warning and no bar
        curfew = {"home_detention_curfew_eligibility_date": add_months(received_on, 2)}
        return custody.model_copy(update=curfew)
    return custody


def _sentence(end: date, calculated_on: date) -> CustodyInput:
    return CustodyInput(
        legal_status=LegalStatus.SENTENCED,
        in_custody=True,
        conditional_release_date=end,
        sentence_expiry_date=add_months(end, 12),
        dates_calculated_on=calculated_on,
    )


def _still_inside(nth: int, today: date, calculated_on: date) -> CustodyInput:
    """The six who wait: one whose last useful start is ten days away, one without an end, and long sentences."""
    if nth == 0:
        start = today + timedelta(days=10)
        shortest = CalendarDuration.parse("P3M").after(CalendarDuration.parse("P14D").after(start))
        return _sentence(shortest, calculated_on)
    if nth == 1:
        return CustodyInput(
            legal_status=LegalStatus.INDETERMINATE_SENTENCE,
            in_custody=True,
            indeterminate=True,
            tariff_date=add_months(calculated_on, -8),
        )
    return _sentence(add_months(today, 5 + 7 * nth), calculated_on)


def _too_short(nth: int, received_on: date, end: date, calculated_on: date) -> CustodyInput:
    if nth in (4, 8):  # a recall for a fixed term of 28 days can never leave three months
        return CustodyInput(
            legal_status=LegalStatus.RECALL,
            in_custody=True,
            post_recall_release_date=received_on + timedelta(days=21),
            dates_calculated_on=received_on,
        )
    if nth == 9:
        return CustodyInput(legal_status=LegalStatus.IMMIGRATION_DETAINEE, in_custody=True)
    return _sentence(end, calculated_on)


def _some_day(chance: Random, becomes: Disposition) -> date:
    first, last = RECEIVED[becomes]
    return _weekday(first + timedelta(days=chance.randint(0, (last - first).days)))


def _weekday(day: date) -> date:
    """Slips are collected and offices open from Monday to Friday."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def _at(chance: Random, day: date) -> datetime:
    at = time(chance.randint(9, 16), chance.randint(0, 59))
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)
