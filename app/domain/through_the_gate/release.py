"""When somebody is to be released, when his community offender manager is to take over, and what is still open: pure functions."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from app.domain.eligibility.custody import expected_release, is_indeterminate
from app.domain.eligibility.dates import add_months
from app.domain.eligibility.facts import CustodyFacts
from app.domain.people.offences import Pathway
from app.domain.through_the_gate.models.release_codes import (
    AccommodationPlan,
    HandoverBasis,
    ReleaseBasis,
    StillOpen,
)

FROM_THE_START_MONTHS: Final = 10
"""Whoever serves so little that his first months reach his release has a responsible COM from the start."""

USUAL_ITEMS: Final = (
    (0, Pathway.ACCOMMODATION, "Somewhere to sleep tonight, and the way there"),
    (0, Pathway.FINANCE_AND_ID, "Discharge grant, money for the way, and a document that says who he is"),
    (0, Pathway.HEALTH, "Medicine for the first week, and the prescription after it"),
    (0, Pathway.CHILDREN_FAMILIES_AND_COMMUNITY, "Whether somebody meets him at the gate"),
    (1, Pathway.ATTITUDES_THINKING_AND_BEHAVIOUR, "First appointment with the community offender manager"),
    (1, Pathway.CHILDREN_FAMILIES_AND_COMMUNITY, "A telephone that works, and the numbers that he needs"),
    (3, Pathway.FINANCE_AND_ID, "Claim for benefits made"),
    (3, Pathway.DRUGS_AND_ALCOHOL, "First appointment with the drug and alcohol service"),
    (7, Pathway.HEALTH, "Registered with a doctor"),
    (7, Pathway.FINANCE_AND_ID, "Bank account"),
    (28, Pathway.EDUCATION_SKILLS_AND_WORK, "Work, training or what comes first on the way there"),
    (28, Pathway.ACCOMMODATION, "Where he lives after the first weeks"),
)
"""What a plan begins with: by which day after the release, on which pathway, what."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The day of a release and from where it is known; both None: nobody knows. `calculated_on`: what the custody facts say, also
    where somebody named another day."""

    release_on: date | None = None
    basis: ReleaseBasis | None = None
    calculated_on: date | None = None


def planned_release(facts: CustodyFacts, *, told: date | None, released_on: date | None) -> Planned:
    """As it was; else as somebody named it; else as his custody facts have it; else as he remembers it."""
    dated = expected_release(facts)
    calculated = None if dated is None else dated[1]
    if released_on is not None:
        return Planned(released_on, ReleaseBasis.RELEASED, calculated)
    if told is not None:
        return Planned(told, ReleaseBasis.TOLD, calculated)
    if dated is not None:
        return Planned(calculated, ReleaseBasis(dated[0].value), calculated)
    if facts.self_reported_release_date is not None:
        return Planned(facts.self_reported_release_date, ReleaseBasis.SELF_REPORTED)
    return Planned()


@dataclass(frozen=True, slots=True)
class Handover:
    """From which day on the community offender manager is to be responsible, and why; both None: it cannot be told."""

    due_on: date | None = None
    basis: HandoverBasis | None = None


def handover(
    facts: CustodyFacts, *, release_on: date | None, sentence_started_on: date | None, early_allocation: bool | None
) -> Handover:
    """When responsibility passes from the prison's offender manager to the community's. By HMPPS' rule: eight months and fourteen
    days before the release of a determinate sentence, twelve months before the earliest possible release by parole, fifteen where
    probation takes over early, and from the start where the sentence began less than ten months before it. A hint, to ask by."""
    parole = is_indeterminate(facts) or facts.parole_eligibility_date is not None
    possible = [day for day in (facts.tariff_date, facts.parole_eligibility_date) if day is not None]
    earliest = min(possible, default=None) if parole else release_on
    if earliest is None:
        return Handover()
    if sentence_started_on is not None and add_months(sentence_started_on, FROM_THE_START_MONTHS) >= earliest:
        return Handover(sentence_started_on, HandoverBasis.FROM_THE_START)
    if early_allocation:
        return Handover(earliest - relativedelta(months=15), HandoverBasis.EARLY_ALLOCATION)
    if parole:
        return Handover(earliest - relativedelta(months=12), HandoverBasis.PAROLE_OR_INDETERMINATE)
    return Handover(earliest - relativedelta(months=8) - timedelta(days=14), HandoverBasis.DETERMINATE)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody who is to be released, and what is on record for it."""

    planned: Planned
    handover_due_on: date | None
    has_plan: bool
    accommodation: AccommodationPlan
    items_open: int
    com_known: bool
    licence_asked: bool
    support_offered: bool
    support_answered: bool
    support_accepted: bool
    contact_permitted: bool
    card_works: bool


def still_open(leaving: Leaving, today: date) -> tuple[StillOpen, ...]:
    """What somebody has to see to, in the order in which a coordinator would ask. None of it keeps anybody from support."""
    s, planned = StillOpen, leaving.planned
    release_on = planned.release_on
    accepted = leaving.support_accepted
    found = {
        s.RELEASE_DAY_HAS_PASSED: release_on is not None and release_on < today,
        s.RELEASE_DAY_NOT_KNOWN: release_on is None,
        s.RELEASE_DAY_NOT_CONFIRMED: planned.basis is not None and not planned.basis.certain,
        s.RELEASE_DAYS_DIFFER: planned.basis is ReleaseBasis.TOLD
        and planned.calculated_on is not None
        and planned.calculated_on != release_on,
        s.NO_RELEASE_PLAN: not leaving.has_plan,
        s.ASK_WHO_THE_COM_IS: not leaving.com_known
        and leaving.handover_due_on is not None
        and leaving.handover_due_on <= today,
        s.FIRST_ACCOMMODATION_NOT_ARRANGED: leaving.accommodation is not AccommodationPlan.ARRANGED,
        s.LICENCE_CONDITIONS_NOT_ASKED: not leaving.licence_asked,
        s.SUPPORT_NOT_OFFERED: not leaving.support_offered,
        s.SUPPORT_NOT_ANSWERED: leaving.support_offered and not leaving.support_answered,
        s.NO_CONTACT_PERMISSION: accepted and not leaving.contact_permitted,
        s.NO_CARD: accepted and not leaving.card_works,
        s.ITEMS_OPEN: leaving.items_open > 0,
    }
    return tuple(code for code, holds in found.items() if holds)
