"""The code lists of safeguarding (domain rules 4.1)."""

from enum import StrEnum


class ConcernType(StrEnum):
    """What somebody is worried about."""

    SELF_HARM_OR_SUICIDE = "SELF_HARM_OR_SUICIDE"
    HARM_TO_OTHERS = "HARM_TO_OTHERS"
    HARM_FROM_OTHERS = "HARM_FROM_OTHERS"
    CHILD_AT_RISK = "CHILD_AT_RISK"
    ADULT_AT_RISK = "ADULT_AT_RISK"
    SECURITY_OR_ESCAPE = "SECURITY_OR_ESCAPE"
    EXTREMISM = "EXTREMISM"
    STAFF_CONDUCT = "STAFF_CONDUCT"
    OTHER = "OTHER"


class ToldRole(StrEnum):
    """Who was told, by role."""

    WING_OFFICER = "WING_OFFICER"
    DUTY_MANAGER = "DUTY_MANAGER"
    SAFER_CUSTODY = "SAFER_CUSTODY"
    HEALTHCARE = "HEALTHCARE"
    PRISON_OFFENDER_MANAGER = "PRISON_OFFENDER_MANAGER"
    COMMUNITY_OFFENDER_MANAGER = "COMMUNITY_OFFENDER_MANAGER"
    SECURITY = "SECURITY"
    CHAPLAINCY = "CHAPLAINCY"
    APPROVED_PREMISES_STAFF = "APPROVED_PREMISES_STAFF"
    SOCIAL_SERVICES = "SOCIAL_SERVICES"
    EMERGENCY_SERVICES = "EMERGENCY_SERVICES"
    CHARITY = "CHARITY"
    OTHER = "OTHER"


class Method(StrEnum):
    """How they were told."""

    VERBAL_IN_PERSON = "VERBAL_IN_PERSON"
    PHONE = "PHONE"
    FORM = "FORM"


class AcctOpened(StrEnum):
    """Whether an ACCT document was opened for him."""

    YES = "YES"
    ALREADY_OPEN = "ALREADY_OPEN"
    NO = "NO"
    NOT_KNOWN = "NOT_KNOWN"


class AcctStatus(StrEnum):
    """How his ACCT stands."""

    OPEN = "OPEN"
    POST_CLOSURE = "POST_CLOSURE"
    CLOSED = "CLOSED"
    NOT_KNOWN = "NOT_KNOWN"


class AdditionKind(StrEnum):
    """What was added to a concern. It is never edited and never closed: what is known now is added."""

    REPORTED = "REPORTED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    FOLLOWED_UP = "FOLLOWED_UP"
    WORDS = "WORDS"


class RestrictedKind(StrEnum):
    """What a restricted note is about."""

    HEALTH = "HEALTH"
    TRAUMA = "TRAUMA"
    SEXUALITY_OR_GENDER = "SEXUALITY_OR_GENDER"
    FAMILY = "FAMILY"
    SAFETY = "SAFETY"
    OTHER = "OTHER"
