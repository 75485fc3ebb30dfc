"""What the through-the-gate step refuses in its own words."""

from app.domain.kernel.errors import Conflict, DomainError


class AlreadyThere(Conflict):
    """A placement says that somebody came to a place. Where he is said to have been there already on that day, a second one
    would tell the same stay twice."""

    code = "ALREADY_THERE"
    title = "He is on record as being there on that day"
    cure = "Read the placement that the answer links to; if its day is wrong, correct it."


class PlacementWithdrawn(Conflict):
    """A placement that was withdrawn counts for no day, and stays as it was."""

    code = "PLACEMENT_WITHDRAWN"
    title = "The placement was withdrawn"
    cure = "Record the placement anew."


class NotInCustody(Conflict):
    """Only somebody in custody is transferred, released, or let out for a time."""

    code = "NOT_IN_CUSTODY"
    title = "He is on record as not being in custody on that day"
    cure = "Read the placement that the answer links to: correct it, or record his return to custody first."


class InCustodyAlready(Conflict):
    """Only somebody who is not in custody comes back into it."""

    code = "IN_CUSTODY_ALREADY"
    title = "He is on record as being in custody on that day"
    cure = "Take a transfer if he came to another prison; record his release first if he had been released."


class AwayAlready(Conflict):
    """Somebody is out of the prison once at a time."""

    code = "AWAY_ALREADY"
    title = "He is on record as being out already"
    cure = "Say when he came back from the absence that the answer links to, or withdraw it."


class AbsenceNotOpen(Conflict):
    """An absence that has ended, or was withdrawn, stays as it is."""

    code = "ABSENCE_NOT_OPEN"
    title = "The absence has ended"
    cure = "Read it anew; if it was told wrongly, withdraw it and record it anew."


class MoveDecided(Conflict):
    """What was decided about a move stands, with who decided and when."""

    code = "MOVE_DECIDED"
    title = "It is decided already, or no longer asked"
    cure = "Read it anew. To change the mentor, hand the engagement over; to change how they meet, move the sessions."


class MentorNotCleared(Conflict):
    """Into a prison goes only who is cleared by it."""

    code = "MENTOR_NOT_CLEARED"
    title = "The mentor is not cleared for the prison where he is now"
    cure = "Choose VISIT, PHONE, VIDEO, LETTER or EMAIL, record the prison's clearance first, or decide ANOTHER_MENTOR."


class GateSupportThere(Conflict):
    """A relationship has support through the gate once: after a recall it begins anew with the next release."""

    code = "GATE_SUPPORT_THERE"
    title = "Support through the gate is on record for this engagement"
    cure = "Go on with the one that the answer links to; if it has ended, reopen it."


class GateStepNotOpen(Conflict):
    """A step comes after another: an offer before an answer, contact before support."""

    code = "GATE_STEP_NOT_OPEN"
    title = "This step cannot be taken now"
    cure = "Take the step that the answer names first."


class CardNotOpen(Conflict):
    """A card that was used or revoked stays as it is."""

    code = "CARD_NOT_OPEN"
    title = "The card no longer works"
    cure = "Issue a new one."


class CodeNotAccepted(DomainError):
    """Whether it is wrong, was used, was revoked or has expired is not said: nobody learns anything from a code."""

    code = "CODE_NOT_ACCEPTED"
    title = "The code was not accepted"
    status = 404
    cure = "Look at the card again; if it is as it stands there, ask whoever gave it to you for a new one."


class TooManyCodes(DomainError):
    """Codes are not guessed: after some that were not accepted, an address has to wait, longer each time."""

    code = "TOO_MANY_CODES"
    title = "Too many codes were not accepted"
    status = 429
    cure = "Wait for the number of seconds in Retry-After."


class ReleasePlanThere(Conflict):
    """A relationship has one plan of a release: after a recall it begins anew."""

    code = "RELEASE_PLAN_THERE"
    title = "A release plan is on record for this engagement"
    cure = "Go on with the plan that the answer links to; after a return to custody, start it again."


class EndingNotOpen(Conflict):
    """An end is agreed for what goes on, and looked back at is what has begun."""

    code = "ENDING_NOT_OPEN"
    title = "The engagement is not going on"
    cure = "Read the engagement: reopen it if it is to go on."


class DeathRecorded(Conflict):
    """A death is recorded once."""

    code = "DEATH_RECORDED"
    title = "That he has died is on record"
    cure = "Read what the answer links to; if it is not true, withdraw it."


class DeathWithdrawn(Conflict):
    """What was withdrawn stays as it was."""

    code = "DEATH_WITHDRAWN"
    title = "It was withdrawn already"
    cure = "Nothing more is needed."


class ReminderNotOpen(Conflict):
    """A reminder is taken on once."""

    code = "REMINDER_NOT_OPEN"
    title = "Nobody has to look at it any more"
    cure = "Read it anew; nothing more is needed."
