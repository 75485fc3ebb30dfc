"""The code lists of a release: who is responsible for somebody, what shapes meetings, what is arranged, what is still open."""

from enum import StrEnum
from typing import Final

from app.domain.people.codes import CodeList

PLAN_DAYS: Final = (0, 1, 3, 7, 28)
"""By which day after the release something has to be there; 0 is the day of the release itself."""


class ProfessionalRole(CodeList):
    """As what a professional has to do with somebody. Each role is held by one at a time."""

    PRISON_OFFENDER_MANAGER = "PRISON_OFFENDER_MANAGER", "Prison offender manager (POM)"
    COMMUNITY_OFFENDER_MANAGER = "COMMUNITY_OFFENDER_MANAGER", "Community offender manager (COM)"
    KEY_WORKER = "KEY_WORKER", "Key worker in the prison"
    RESETTLEMENT_WORKER = "RESETTLEMENT_WORKER", "Resettlement worker"
    APPROVED_PREMISES_KEY_WORKER = "APPROVED_PREMISES_KEY_WORKER", "Key worker of the Approved Premises"
    SUBSTANCE_MISUSE_WORKER = "SUBSTANCE_MISUSE_WORKER", "Substance misuse worker"
    SOCIAL_WORKER = "SOCIAL_WORKER", "Social worker"
    CHAPLAIN = "CHAPLAIN", "Chaplain"
    HOUSING_OFFICER = "HOUSING_OFFICER", "Housing officer"


class LicenceFlag(CodeList):
    """A condition of a licence that shapes how and where meetings can be. Never whom it protects, and no address."""

    EXCLUSION_ZONE = "EXCLUSION_ZONE", "Areas that he may not enter"
    RESTRICTION_ZONE = "RESTRICTION_ZONE", "An area that he may not leave"
    NO_CONTACT = "NO_CONTACT", "People whom he may not contact"
    NON_ASSOCIATION = "NON_ASSOCIATION", "People or groups whom he may not meet"
    CURFEW = "CURFEW", "Hours at which he has to be in"
    RESIDENCE = "RESIDENCE", "He lives where it was approved"
    REPORTING = "REPORTING", "Times at which he has to report"
    LOCATION_MONITORING = "LOCATION_MONITORING", "A tag that tells where he is"
    ALCOHOL_MONITORING = "ALCOHOL_MONITORING", "A tag that tells whether he drank"
    DEVICES_RESTRICTED = "DEVICES_RESTRICTED", "Telephones or the internet only as allowed"
    CHILDREN = "CHILDREN", "No contact with children unless allowed: where one meets matters"
    TRAVEL = "TRAVEL", "Permission is needed to travel"


class AccommodationPlan(StrEnum):
    """How far the first accommodation is arranged."""

    ARRANGED = "ARRANGED"
    APPLIED_FOR = "APPLIED_FOR"
    NONE_FOUND = "NONE_FOUND"
    NOT_KNOWN = "NOT_KNOWN"


class ItemState(StrEnum):
    """How far one thing of a release plan is. NOT_NEEDED: he does not need or want it."""

    OPEN = "OPEN"
    ARRANGED = "ARRANGED"
    DONE = "DONE"
    NOT_NEEDED = "NOT_NEEDED"


class PlanStep(StrEnum):
    """What was done to a release plan."""

    OPEN = "OPEN"
    CHANGE = "CHANGE"
    ADD_ITEM = "ADD_ITEM"
    ANSWER_ITEM = "ANSWER_ITEM"
    START_AGAIN = "START_AGAIN"


class ReleaseBasis(StrEnum):
    """From where the day of a release is known. RELEASED: he was released on it. TOLD: somebody named it. The others are the dates
    of his custody facts; SELF_REPORTED is what he himself remembers."""

    RELEASED = "RELEASED"
    TOLD = "TOLD"
    CONFIRMED = "CONFIRMED"
    APD = "APD"
    HDCAD = "HDCAD"
    ARD = "ARD"
    CRD = "CRD"
    NPD = "NPD"
    PRRD = "PRRD"
    MTD = "MTD"
    SELF_REPORTED = "SELF_REPORTED"

    @property
    def certain(self) -> bool:
        """Somebody decided or saw it; the others are calculated or remembered."""
        basis = ReleaseBasis
        return self in (basis.RELEASED, basis.TOLD, basis.CONFIRMED, basis.APD, basis.HDCAD)


class HandoverBasis(StrEnum):
    """Why the community offender manager is to be responsible from a day on."""

    FROM_THE_START = "FROM_THE_START"
    DETERMINATE = "DETERMINATE"
    PAROLE_OR_INDETERMINATE = "PAROLE_OR_INDETERMINATE"
    EARLY_ALLOCATION = "EARLY_ALLOCATION"


class StillOpen(StrEnum):
    """What is still open for somebody who is to be released, in the order in which a coordinator would ask."""

    RELEASE_DAY_HAS_PASSED = "RELEASE_DAY_HAS_PASSED"
    RELEASE_DAY_NOT_KNOWN = "RELEASE_DAY_NOT_KNOWN"
    RELEASE_DAY_NOT_CONFIRMED = "RELEASE_DAY_NOT_CONFIRMED"
    RELEASE_DAYS_DIFFER = "RELEASE_DAYS_DIFFER"
    NO_RELEASE_PLAN = "NO_RELEASE_PLAN"
    ASK_WHO_THE_COM_IS = "ASK_WHO_THE_COM_IS"
    FIRST_ACCOMMODATION_NOT_ARRANGED = "FIRST_ACCOMMODATION_NOT_ARRANGED"
    LICENCE_CONDITIONS_NOT_ASKED = "LICENCE_CONDITIONS_NOT_ASKED"
    SUPPORT_NOT_OFFERED = "SUPPORT_NOT_OFFERED"
    SUPPORT_NOT_ANSWERED = "SUPPORT_NOT_ANSWERED"
    NO_CONTACT_PERMISSION = "NO_CONTACT_PERMISSION"
    NO_CARD = "NO_CARD"
    ITEMS_OPEN = "ITEMS_OPEN"
