"""The code lists of sessions."""

from enum import StrEnum


class SessionSetting(StrEnum):
    """How they meet. MEETING_WITH_OTHERS is a handover, an ACCT review or an assessment that the mentor takes part in."""

    IN_PERSON = "IN_PERSON"
    VISIT = "VISIT"
    COMMUNITY = "COMMUNITY"
    PHONE = "PHONE"
    VIDEO = "VIDEO"
    LETTER = "LETTER"
    EMAIL = "EMAIL"
    MEETING_WITH_OTHERS = "MEETING_WITH_OTHERS"


class MeetingKind(StrEnum):
    """Which meeting with others."""

    HANDOVER = "HANDOVER"
    ACCT_REVIEW = "ACCT_REVIEW"
    ASSESSMENT = "ASSESSMENT"
    OTHER = "OTHER"


class SessionState(StrEnum):
    """Where a session stands. SUPERSEDED: another takes its place, and names the time to which it was moved."""

    PLANNED = "PLANNED"
    HELD = "HELD"
    NOT_HELD = "NOT_HELD"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"


class Attendance(StrEnum):
    """What became of it, and by whom. None of these closes, downgrades or reports anything; PRISON_CANCELLED never counts as
    the mentee's absence."""

    ATTENDED = "ATTENDED"
    MENTEE_DID_NOT_ATTEND = "MENTEE_DID_NOT_ATTEND"
    MENTEE_DECLINED = "MENTEE_DECLINED"
    MENTOR_CANCELLED = "MENTOR_CANCELLED"
    PRISON_CANCELLED = "PRISON_CANCELLED"
    OTHER = "OTHER"
    NOT_KNOWN = "NOT_KNOWN"


class PrisonCause(StrEnum):
    """Why the prison could not let it happen."""

    LOCK_DOWN = "LOCK_DOWN"
    NO_ESCORT = "NO_ESCORT"
    MOVED = "MOVED"
    OTHER = "OTHER"
    NOT_KNOWN = "NOT_KNOWN"


class Interval(StrEnum):
    """How often a series comes round."""

    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"

    @property
    def days(self) -> int:
        return 7 if self is Interval.WEEKLY else 14


class SessionStep(StrEnum):
    """What was done to a session. `hand_over`: somebody else mentors him now, and meets him from then on."""

    PLAN = "plan"
    RECORD = "record"
    CORRECT = "correct"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    HAND_OVER = "hand_over"


class NoteWarningCode(StrEnum):
    """What in a note its writer should look at again. A mentor is never told whether a name is known: he could ask by it who
    else is in the service."""

    PRISON_NUMBER = "PRISON_NUMBER"
    PROBATION_NUMBER = "PROBATION_NUMBER"
    POLICE_NUMBER = "POLICE_NUMBER"
    PHONE_NUMBER = "PHONE_NUMBER"
    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    POSTCODE = "POSTCODE"
    LOOKS_LIKE_A_NAME = "LOOKS_LIKE_A_NAME"
    KNOWN_NAME = "KNOWN_NAME"


class BarrierKind(StrEnum):
    """What stands in the way of meeting. NOT_KNOWN: somebody has asked, and nobody knows yet."""

    HEALTH = "HEALTH"
    MOOD = "MOOD"
    FAMILY = "FAMILY"
    OTHER_PEOPLE = "OTHER_PEOPLE"
    TRUST = "TRUST"
    READING_OR_LANGUAGE = "READING_OR_LANGUAGE"
    WORK_OR_EDUCATION = "WORK_OR_EDUCATION"
    TIME_OR_PLACE = "TIME_OR_PLACE"
    PRISON_REGIME = "PRISON_REGIME"
    TRANSFER_OR_RELEASE = "TRANSFER_OR_RELEASE"
    NOT_NOW = "NOT_NOW"
    OTHER = "OTHER"
    NOT_KNOWN = "NOT_KNOWN"


class SaidBy(StrEnum):
    """Whose words they are."""

    MENTEE = "MENTEE"
    MENTOR = "MENTOR"
    COORDINATOR = "COORDINATOR"
    STAFF = "STAFF"


class BarrierState(StrEnum):
    """Whether it still stands in the way. None of them has a consequence for him."""

    IN_THE_WAY = "IN_THE_WAY"
    EASED = "EASED"
    GONE = "GONE"


class DidHelp(StrEnum):
    """Whether what was tried has helped."""

    HELPED = "HELPED"
    HELPED_A_LITTLE = "HELPED_A_LITTLE"
    DID_NOT_HELP = "DID_NOT_HELP"
    NOT_KNOWN = "NOT_KNOWN"
