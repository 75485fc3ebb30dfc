"""What safeguarding refuses in its own words."""

from app.domain.kernel.errors import Conflict


class NotAcknowledged(Conflict):
    """Somebody other than its writer takes an alarm on, unless staff have been told by then; and once."""

    code = "ALARM_NOT_YOURS"
    title = "The alarm cannot be acknowledged"
    cure = "Have somebody else acknowledge it: a coordinator or the safeguarding lead. Or tell staff and add REPORTED first."


class AlarmTaken(Conflict):
    """An alarm is taken on once."""

    code = "ALARM_TAKEN"
    title = "Somebody has taken the alarm on already"
    cure = "Read the concern: it says who. Add to it what you know."


class RestrictedNoteReplaced(Conflict):
    """Each note is replaced once; what took its place can be replaced in turn."""

    code = "RESTRICTED_NOTE_REPLACED"
    title = "Another note has taken its place already"
    cure = "Read the note that the answer names, and replace that one if it should not stand either."
