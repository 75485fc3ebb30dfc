"""What sessions refuse in their own words."""

from app.domain.kernel.errors import Conflict


class SessionThere(Conflict):
    """There is a session of this engagement at that time already, planned or recorded: two of one time would be one session
    counted twice. The answer names it."""

    code = "SESSION_THERE"
    title = "There is a session at that time already"
    cure = "Record, move or correct the one that the answer names; or choose a time at which there is none."


class SessionStepNotOpen(Conflict):
    """A planned session is recorded, cancelled or moved; one that was recorded is corrected; the others stay as they are."""

    code = "SESSION_STEP_NOT_OPEN"
    title = "The session cannot take this step from where it is"
    cure = "Read the session again: what was recorded is corrected with POST /v1/sessions/{id}/correct."


class NotExplained(Conflict):
    """Before somebody's first session he is told that the service is voluntary, and where confidentiality ends. A first
    session that he attended is not recorded before both are."""

    code = "NOT_EXPLAINED"
    title = "Voluntariness and confidentiality have not been explained"
    cure = "Explain both; if it was done in this session, send `explained: true`. Nothing that was sent is lost: send it again."


class NoteReplaced(Conflict):
    """Each note is replaced once; what took its place can be replaced in turn."""

    code = "NOTE_REPLACED"
    title = "Another note has taken its place already"
    cure = "Read the note that the answer names, and replace that one if it should not stand either."


class NotAMentor(Conflict):
    """A feed shows a mentor's own sessions: whoever asks for one has a mentor's record that names him."""

    code = "NOT_A_MENTOR"
    title = "You have no mentor's record"
    cure = "Ask your coordinator to name you in your mentor's record: PATCH /v1/mentors/{id} with `member_id`."


class CalendarFeedEnded(Conflict):
    """A feed ends once: revoked, replaced by another, or because the mentor left or his rights changed."""

    code = "CALENDAR_FEED_ENDED"
    title = "The calendar feed has ended"
    cure = "Nothing is left to do: its address answers nobody. The mentor may make a new one."


class NotYetInContact(Conflict):
    """After his release nobody contacts him who has neither made contact himself nor permitted it: there is no agreement to share
    information, and a call to the wrong house can harm him."""

    code = "NOT_YET_IN_CONTACT"
    title = "He has neither made contact since his release nor permitted it"
    cure = (
        "Wait until he makes contact and record it, record his consent CONTACT_AFTER_RELEASE, or, if they have met, record that"
        " session."
    )
