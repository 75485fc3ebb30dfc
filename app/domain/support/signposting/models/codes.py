"""The code lists of onward referrals."""

from enum import StrEnum


class OnwardReferralState(StrEnum):
    """Where an onward referral stands."""

    SUGGESTED = "SUGGESTED"
    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    STARTED = "STARTED"
    CLOSED = "CLOSED"
    DECLINED = "DECLINED"


class OnwardReferralStep(StrEnum):
    """What may be done with one. WITHDRAW_CONSENT is the person's own and ends it, however far it has come."""

    SEND = "SEND"
    ACCEPT = "ACCEPT"
    START = "START"
    CLOSE = "CLOSE"
    DECLINE = "DECLINE"
    WITHDRAW_CONSENT = "WITHDRAW_CONSENT"


class ConsentBy(StrEnum):
    """How the person said yes."""

    WORDS = "WORDS"
    SIGNATURE = "SIGNATURE"


class DeclinedBy(StrEnum):
    """Who said no."""

    PERSON = "PERSON"
    SERVICE = "SERVICE"


class DeclinedReason(StrEnum):
    """Why it goes no further. CONSENT_WITHDRAWN is recorded by that step alone."""

    NOT_WANTED = "NOT_WANTED"
    FOUND_OTHER_HELP = "FOUND_OTHER_HELP"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    NO_CAPACITY = "NO_CAPACITY"
    NOT_IN_AREA = "NOT_IN_AREA"
    OTHER = "OTHER"
    NOT_KNOWN = "NOT_KNOWN"


class OnwardReferralResult(StrEnum):
    """Whether it helped."""

    HELPED = "HELPED"
    PARTLY_HELPED = "PARTLY_HELPED"
    DID_NOT_HELP = "DID_NOT_HELP"
    NOT_KNOWN = "NOT_KNOWN"
