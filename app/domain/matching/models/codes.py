"""The code lists of the mentoring relationship."""

from enum import StrEnum


class EngagementState(StrEnum):
    """Where a mentoring relationship stands. BRIDGING: it goes on, and somebody has to find its next mentor."""

    PROPOSED = "PROPOSED"
    ACCEPTED_BY_MENTOR = "ACCEPTED_BY_MENTOR"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    BRIDGING = "BRIDGING"
    ENDED = "ENDED"
    DECLINED = "DECLINED"

    @property
    def over(self) -> bool:
        return self in (EngagementState.ENDED, EngagementState.DECLINED)


class EngagementStep(StrEnum):
    """What moves it: always somebody's decision. No absence, transfer or regime level is among them."""

    PROPOSE = "propose"
    ACCEPT_BY_MENTOR = "accept_by_mentor"
    ACCEPT_BY_PERSON = "accept_by_person"
    DECLINE = "decline"
    TAKE_BACK = "take_back"
    PAUSE = "pause"
    RESUME = "resume"
    HAND_OVER = "hand_over"
    BRIDGE = "bridge"
    END = "end"
    REOPEN = "reopen"


class Side(StrEnum):
    """Who said it. A person's word is recorded by whoever he gave it to."""

    MENTOR = "MENTOR"
    PERSON = "PERSON"


class DeclineReason(StrEnum):
    """Why somebody said no to a match. Each has a consequence; none counts against anybody."""

    NO_TIME = "NO_TIME"
    NOT_NOW = "NOT_NOW"
    KNOWS_THEM = "KNOWS_THEM"
    OTHER_MENTOR_WISHED = "OTHER_MENTOR_WISHED"
    NOT_COMFORTABLE = "NOT_COMFORTABLE"
    NO_LONGER_WANTED = "NO_LONGER_WANTED"
    NOT_SAID = "NOT_SAID"


class Consequence(StrEnum):
    """What a decline leads to."""

    NONE = "NONE"
    NOT_THIS_PAIR = "NOT_THIS_PAIR"
    KNOWN_TO_EACH_OTHER = "KNOWN_TO_EACH_OTHER"
    REFERRAL_DECLINED = "REFERRAL_DECLINED"


class EndReason(StrEnum):
    """Why a relationship ended. UNSUITABLE keeps the two from being matched again."""

    COMPLETED = "COMPLETED"
    GATE_WINDOW_ENDED = "GATE_WINDOW_ENDED"
    PERSON_WISHED = "PERSON_WISHED"
    MENTOR_COULD_NOT = "MENTOR_COULD_NOT"
    UNSUITABLE = "UNSUITABLE"
    MOVED_OUT_OF_REACH = "MOVED_OUT_OF_REACH"
    DIED = "DIED"
    OTHER = "OTHER"


class ExclusionKind(StrEnum):
    """What keeps a person and a mentor apart."""

    KNOWS = "KNOWS"
    EXCLUDED_BY_PERSON = "EXCLUDED_BY_PERSON"
    EXCLUDED_BY_MENTOR = "EXCLUDED_BY_MENTOR"
    UNSUITABLE = "UNSUITABLE"


class TaskKind(StrEnum):
    """What has to be done when a mentor is suddenly gone."""

    TELL_PERSON = "TELL_PERSON"
    KEEP_CONTACT = "KEEP_CONTACT"
    FIND_MENTOR = "FIND_MENTOR"
