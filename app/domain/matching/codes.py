"""The codes of matching: what rules out a pair, what speaks for it, and what would change an answer."""

from enum import StrEnum


class Rule(StrEnum):
    """What rules a pair out. Each is true of the pair when it is named; UNKNOWN never rules anybody out."""

    NOT_ACTIVE = "NOT_ACTIVE"
    OTHER_PROGRAMME = "OTHER_PROGRAMME"
    VETTING_MISSING = "VETTING_MISSING"
    VETTING_EXPIRED = "VETTING_EXPIRED"
    NOT_TRAINED = "NOT_TRAINED"
    CLEARANCE_MISSING = "CLEARANCE_MISSING"
    CLEARANCE_EXPIRED = "CLEARANCE_EXPIRED"
    NO_PLACE = "NO_PLACE"
    KNOWS_PERSON = "KNOWS_PERSON"
    EXCLUDED_BY_PERSON = "EXCLUDED_BY_PERSON"
    EXCLUDED_BY_MENTOR = "EXCLUDED_BY_MENTOR"
    ENDED_AS_UNSUITABLE = "ENDED_AS_UNSUITABLE"
    LIVES_IN_RELEASE_AREA = "LIVES_IN_RELEASE_AREA"
    NO_TIME_IN_COMMON = "NO_TIME_IN_COMMON"
    STATED_REQUIREMENT = "STATED_REQUIREMENT"


class Preference(StrEnum):
    """What speaks for a pair. The person's own stated wishes come first."""

    STATED_WISH = "STATED_WISH"
    CONTINUITY = "CONTINUITY"
    SHARED_LANGUAGE = "SHARED_LANGUAGE"
    BOTH_HAVE_CHILDREN = "BOTH_HAVE_CHILDREN"
    SHARED_INTERESTS = "SHARED_INTERESTS"
    LOCALITY = "LOCALITY"
    EXPECTED_LENGTH = "EXPECTED_LENGTH"


class Change(StrEnum):
    """The nearest change that would have changed an answer."""

    LIFT_RULES = "LIFT_RULES"
    MORE_PLACES = "MORE_PLACES"
    ONE_MORE_PERSON = "ONE_MORE_PERSON"


CURES: dict[Rule, str] = {
    Rule.NOT_ACTIVE: "The mentor becomes active.",
    Rule.OTHER_PROGRAMME: "The mentor joins this programme.",
    Rule.VETTING_MISSING: "The mentor is vetted.",
    Rule.VETTING_EXPIRED: "The mentor's vetting is renewed.",
    Rule.NOT_TRAINED: "The mentor completes the training.",
    Rule.CLEARANCE_MISSING: "The mentor is cleared for the establishment.",
    Rule.CLEARANCE_EXPIRED: "The mentor's clearance is renewed.",
    Rule.NO_PLACE: "A place with the mentor comes free, or the mentor takes one more.",
    Rule.KNOWS_PERSON: "Nothing: they know each other.",
    Rule.EXCLUDED_BY_PERSON: "The person takes back that he does not want this mentor.",
    Rule.EXCLUDED_BY_MENTOR: "The mentor takes back the exclusion.",
    Rule.ENDED_AS_UNSUITABLE: "A coordinator decides that they may try again.",
    Rule.LIVES_IN_RELEASE_AREA: "Another release area, or a programme that treats living nearby as a preference.",
    Rule.NO_TIME_IN_COMMON: "The mentor can come at a time that the regime leaves free.",
    Rule.STATED_REQUIREMENT: "The person makes the requirement a wish.",
}
