"""What matching refuses in its own words."""

from app.domain.kernel.errors import Conflict


class NoPlaceLeft(Conflict):
    """The mentor has as many people as they can take: somebody else was faster, or the capacity was lowered. The answer
    says how many places are taken, and of how many."""

    code = "NO_PLACE_LEFT"
    title = "The mentor has no place left"
    cure = "Propose another mentor, or raise this one's capacity if they agree."


class PairRuledOut(Conflict):
    """A rule of the programme rules this pair out (docs/matching.md). The answer names each rule, and what would lift
    it."""

    code = "PAIR_RULED_OUT"
    title = "A rule rules this pair out"
    cure = "Choose another mentor (GET /v1/referrals/{id}/match-candidates), or do what the answer names for each rule."


class EngagementStepNotOpen(Conflict):
    """An engagement moves only along the arrows of one table (docs/engagements.md); this step is not one of them from
    where it is now. The answer names the steps that are."""

    code = "ENGAGEMENT_STEP_NOT_OPEN"
    title = "The engagement cannot take this step from where it is"
    cure = "Read the engagement again and choose one of the open steps that the answer names."


class ProgrammeTooLarge(Conflict):
    """So many people, mentors and places are more than is solved at once: eight million pairs, times the places of
    each."""

    code = "PROGRAMME_TOO_LARGE"
    title = "The programme is too large to be solved at once"
    cure = "Match in several programmes, or take people and mentors out of this one whom it is not about."


class NotWaiting(Conflict):
    """Somebody who has a mentor, or who waits for something else, is not matched: only referrals that wait are."""

    code = "NOT_WAITING"
    title = "The referral does not wait for a mentor"
    cure = "Read the referral: its disposition says where it stands, and whether an engagement is under way."


class NoLongerHisMentor(Conflict):
    """You mentored him, and do not any more. What you wrote yourself, notes and your own sessions, you may read for thirty days
    and finish; everything else is continued by whoever mentors him now."""

    code = "NO_LONGER_HIS_MENTOR"
    title = "You do not mentor him any more"
    cure = "Tell the coordinator what is missing: whoever mentors him now, or the coordinator, writes it down."


class PersonDeceased(Conflict):
    """Of a man who has died nobody is asked anything any more."""

    code = "PERSON_DECEASED"
    title = "That he has died is on record"
    cure = "If it is not true, withdraw it: see /v1/deaths."
