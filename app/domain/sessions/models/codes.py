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
    """What was done to a session."""

    PLAN = "plan"
    RECORD = "record"
    CORRECT = "correct"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
