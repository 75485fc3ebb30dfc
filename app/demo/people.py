"""The people of the demo: every one is invented, and everybody can see it by the name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from dateutil.relativedelta import relativedelta

from app.domain.people.codes import Ethnicity, EthnicitySource, IdentifierScheme, Setting, Sex
from app.domain.people.models import ConvictionInput, IdentifierInput, PersonInput
from app.domain.people.offences import ConvictionScope, OffenceGroup

T = TypeVar("T")

GIVEN_NAMES = (
    "Testman",
    "Sample",
    "Demoman",
    "Specimen",
    "Fixture",
    "Mockup",
    "Placeholder",
    "Prototype",
    "Trialman",
    "Exemplar",
    "Pretend",
)
_BEGINNINGS = (
    "Example",
    "Sampler",
    "Testcase",
    "Specimen",
    "Fixture",
    "Prototype",
    "Pretend",
    "Invented",
    "Synthetic",
    "Fictional",
)
_ENDINGS = ("ton", "son", "by", "ford", "ham", "worth", "ley", "wick", "field", "stead")
FAMILY_NAMES = tuple(beginning + ending for ending in _ENDINGS for beginning in _BEGINNINGS)
"""A hundred, so that nobody of the demo shares one by chance."""

# The charity's report on the 31 men who had a mentor: how many in each age band (both ends included), by the day they
# got him; of which ethnicity; convicted of what.
AGE_BANDS: dict[tuple[int, int], int] = {
    (20, 25): 4,
    (26, 30): 3,
    (31, 35): 5,
    (36, 40): 9,
    (41, 45): 5,
    (46, 50): 2,
    (51, 55): 1,
    (56, 60): 1,
    (61, 65): 1,
}
ETHNICITIES: dict[Ethnicity, int] = {
    Ethnicity.W1: 14,
    Ethnicity.B1: 5,
    Ethnicity.O9: 3,
    Ethnicity.W9: 2,
    Ethnicity.B9: 2,
    Ethnicity.W3: 1,
    Ethnicity.B2: 1,
    Ethnicity.A1: 1,
    Ethnicity.M1: 1,
    Ethnicity.NS: 1,
}
CONVICTIONS: dict[OffenceGroup, int] = {
    OffenceGroup.CRIMINAL_DAMAGE: 10,
    OffenceGroup.VIOLENCE_AGAINST_THE_PERSON_SUB_ABH: 9,
    OffenceGroup.ACQUISITIVE_VIOLENCE: 7,
    OffenceGroup.VIOLENCE_AGAINST_THE_PERSON_ABH_PLUS: 6,
    OffenceGroup.SEXUAL_NOT_AGAINST_CHILD: 3,
    OffenceGroup.PUBLIC_ORDER_AND_HARRASSMENT: 2,
    OffenceGroup.FIREARMS_OTHER: 2,
    OffenceGroup.WEAPONS_NON_FIREARM: 2,
    OffenceGroup.MOTORING_OFFENCES: 2,
}
# The report lists 43 convictions, 38 of them violent, and says that two thirds were: so there were 57, and 14 that it
# does not list, none of them violent. What they were for is invented.
UNLISTED_CONVICTIONS: dict[OffenceGroup, int] = {
    OffenceGroup.DRUG_POSSESSION_OR_SUPPLY: 6,
    OffenceGroup.THEFT_NON_MOTOR: 5,
    OffenceGroup.BURGLARY_OTHER: 3,
}


@dataclass(frozen=True)
class Profile:
    """What the report counts about somebody."""

    date_of_birth: date
    ethnicity: Ethnicity
    convictions: tuple[OffenceGroup, ...]


def profiles(chance: Random, allocated_on: Sequence[date]) -> list[Profile]:
    """One for each day of an allocation, together as the report counts them. Ages are those of that day."""
    ages = [chance.randint(low, high) for (low, high), count in AGE_BANDS.items() for _ in range(count)]
    ethnicities = _spread(ETHNICITIES)
    convictions = _spread(CONVICTIONS) + _spread(UNLISTED_CONVICTIONS)
    chance.shuffle(ages)
    chance.shuffle(ethnicities)
    men = len(allocated_on)
    return [
        Profile(born(chance, age, day), ethnicity, tuple(convictions[n::men]))
        for n, (age, day, ethnicity) in enumerate(zip(ages, allocated_on, ethnicities, strict=True))
    ]


def anybody(chance: Random, on: date) -> Profile:
    """Somebody of whom the report says nothing."""
    return Profile(born(chance, chance.randint(21, 62), on), chance.choice(_spread(ETHNICITIES)), ())


def born(chance: Random, age: int, on: date) -> date:
    """A date of birth of somebody who is of this age on this day."""
    return on - relativedelta(years=age) - timedelta(days=chance.randint(5, 355))


def person(number: int, profile: Profile, *, location: str, said_himself: bool) -> PersonInput:
    """The man of this number, as somebody refers him who has his papers."""
    scopes = (ConvictionScope.INDEX, ConvictionScope.EVER)
    return PersonInput(
        given_name=GIVEN_NAMES[number % len(GIVEN_NAMES)],
        family_name=FAMILY_NAMES[number % len(FAMILY_NAMES)],
        date_of_birth=profile.date_of_birth,
        sex=Sex.MALE,
        establishment="BXI",
        location=location,
        setting=Setting.CUSTODY,
        ethnicity=profile.ethnicity,
        ethnicity_source=EthnicitySource.SELF_DEFINED if said_himself else EthnicitySource.PARTNER,
        identifiers=[prison_number(number)],
        convictions=[
            ConvictionInput(offence_group=group, scope=scope)
            for group, scope in zip(profile.convictions, scopes, strict=False)
        ],
    )


def on_a_slip(known: PersonInput) -> PersonInput:
    """The same man by a paper slip from the wing: a name and a cell."""
    return PersonInput(given_name=known.given_name, family_name=known.family_name, location=known.location)


def prison_number(number: int) -> IdentifierInput:
    """Of the right form, and visibly from the beginning of a row that nobody was given."""
    return IdentifierInput(scheme=IdentifierScheme.PRISON_NUMBER, value=f"A{number:04d}AA")


def cell(chance: Random) -> str:
    return f"{chance.choice('ABCDG')} wing, {chance.randint(1, 4)}-{chance.randint(1, 30):02d}"


def _spread(counts: dict[T, int]) -> list[T]:
    return [key for key, count in counts.items() for _ in range(count)]
