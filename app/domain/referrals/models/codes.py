"""Who thought of a referral, how it came, and where it can stand."""

from enum import StrEnum
from typing import Self


class Source(StrEnum):
    """Who thought of it. The first seven are the report's; each finer one reports under one of them."""

    reports_as: "Source"

    def __new__(cls, code: str, reports_as: str | None = None) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.reports_as = member if reports_as is None else cls(reports_as)
        return member

    SELF_WING = "self_wing"
    SELF_OTHER = "self_other"
    PARTICIPANT_RECOMMENDATION = "participant_recommendation"
    PRISON_OFFENDER_MANAGER = "prison_offender_manager"
    NON_OPERATIONAL_STAFF = "non_operational_staff"
    OPERATIONAL_STAFF = "operational_staff"
    OTHER_SERVICE = "other_service"
    COMMUNITY_OFFENDER_MANAGER = "community_offender_manager", "other_service"
    PROBATION_REGION = "probation_region", "other_service"
    KEY_WORKER = "key_worker", "operational_staff"
    CHAPLAINCY = "chaplaincy", "non_operational_staff"
    HEALTHCARE = "healthcare", "non_operational_staff"
    FAMILY = "family", "other_service"


REPORTED_SOURCES: tuple[Source, ...] = tuple(source for source in Source if source.reports_as is source)


class Channel(StrEnum):
    """How it reached the charity; another question than who thought of it."""

    PAPER_SLIP = "PAPER_SLIP"
    KIOSK_APPLICATION = "KIOSK_APPLICATION"
    IN_PERSON = "IN_PERSON"
    TELEPHONE = "TELEPHONE"
    EMAIL = "EMAIL"
    API = "API"
    OTHER = "OTHER"


class Disposition(StrEnum):
    """Where a referral stands: exactly one of these at any instant, never null."""

    AWAITING_INFORMATION = "awaiting_information"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    INELIGIBLE = "ineligible"
    WAITING = "waiting"
    ALLOCATED = "allocated"
    DECLINED_BY_PERSON = "declined_by_person"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    TRANSFERRED_BEFORE_ALLOCATION = "transferred_before_allocation"
    RELEASED_UNSERVED = "released_unserved"

    @property
    def open(self) -> bool:
        """Somebody still has something to do before he has a mentor."""
        return self in (
            Disposition.AWAITING_INFORMATION,
            Disposition.AWAITING_CONFIRMATION,
            Disposition.WAITING,
        )


class Status(StrEnum):
    """The short word for it: still open, with a mentor, or closed."""

    OPEN = "open"
    ALLOCATED = "allocated"
    CLOSED = "closed"
