"""The code lists of where somebody is and how he came there."""

from enum import StrEnum
from typing import Self

from app.domain.people.codes import CodeList


class GateSide(StrEnum):
    """On which side of the gate a place is. NEITHER: at large; NOT_KNOWN: nobody knows."""

    CUSTODY = "CUSTODY"
    COMMUNITY = "COMMUNITY"
    NEITHER = "NEITHER"
    NOT_KNOWN = "NOT_KNOWN"


_IN, _OUT = GateSide.CUSTODY, GateSide.COMMUNITY


class Accommodation(CodeList):
    """Where somebody stays: the accommodation codes of HMPPS' single accommodation service, and what it has no code for.

    `settled` says whether it can last; None where that is not known. A hospital to which somebody is taken from prison is
    still custody: he has not been released.
    """

    side: GateSide
    settled: bool | None

    def __new__(
        cls,
        code: str,
        label: str = "",
        side: GateSide = GateSide.NOT_KNOWN,
        settled: bool | None = None,
    ) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label, member.side, member.settled = label, side, settled
        return member

    HMP = "HMP", "Prison or young offender institution", _IN, False
    HOSPITAL_IN_CUSTODY = "HOSPITAL_IN_CUSTODY", "Hospital, while still a prisoner", _IN, False
    IMMIGRATION_DETENTION = "A15", "Immigration detention", _IN, False
    APPROVED_PREMISES = "A02", "Approved Premises (CAS1)", _OUT, False
    CAS2 = "A10", "CAS2, 13 weeks or more", _OUT, False
    CAS2_SHORT = "A11", "CAS2, less than 13 weeks", _OUT, False
    CAS3 = "A17", "CAS3", _OUT, False
    OWNER = "A01A", "Home that he owns", _OUT, True
    PRIVATE_RENT = "A01C", "Rented privately", _OUT, True
    SOCIAL_RENT = "A01D", "Rented from a social landlord", _OUT, True
    SHORT_TERM = "A03", "Transient or short-term", _OUT, False
    SUPPORTED = "A04", "Supported housing", _OUT, True
    FRIENDS_FAMILY_TRANSIENT = "A07A", "With friends or family, for now", _OUT, False
    FRIENDS_FAMILY_SETTLED = "A07B", "With friends or family, settled", _OUT, True
    SQUAT = "A08", "Squat", _OUT, False
    ROUGH_SLEEPING = "A08A", "Sleeping rough", _OUT, False
    SHELTER = "A08C", "Shelter, emergency hostel or campsite", _OUT, False
    CARE_HOME = "A12", "Care or nursing home", _OUT, True
    HOME_OFFICE_S4 = "A13", "Home Office accommodation, section 4", _OUT, False
    HOME_OFFICE_S10 = "A14", "Home Office accommodation, schedule 10", _OUT, False
    AWAITING_ASSESSMENT = "A16", "Awaiting assessment", _OUT, None
    HOSPITAL = "HOSPITAL", "Hospital, in the community", _OUT, None
    COMMUNITY_NOT_KNOWN = "COMMUNITY_NOT_KNOWN", "In the community, nobody knows where", _OUT, None
    AT_LARGE = "AT_LARGE", "Unlawfully at large", GateSide.NEITHER, False
    NOT_KNOWN = "NOT_KNOWN", "Not known", GateSide.NOT_KNOWN, None

    @property
    def in_custody(self) -> bool:
        return self.side is GateSide.CUSTODY

    @property
    def in_community(self) -> bool:
        return self.side is GateSide.COMMUNITY


class MoveKind(StrEnum):
    """How somebody came where he is, worked out from where he was before. A day in court or a temporary licence is none of
    these: see `AbsenceKind`. MOVE: from one place to another on the same side of the gate, or nobody knows."""

    FIRST_KNOWN = "FIRST_KNOWN"
    TRANSFER = "TRANSFER"
    RELEASE = "RELEASE"
    RECALL = "RECALL"
    BACK_IN_CUSTODY = "BACK_IN_CUSTODY"
    MOVE = "MOVE"
    WENT_AT_LARGE = "WENT_AT_LARGE"


class CustodyReason(StrEnum):
    """Why somebody who had been released is in custody again."""

    RECALL = "RECALL"
    NEW_CHARGE = "NEW_CHARGE"
    NEW_SENTENCE = "NEW_SENTENCE"
    NOT_KNOWN = "NOT_KNOWN"


class ReleaseType(StrEnum):
    """By which way somebody was released."""

    CONDITIONAL = "CONDITIONAL"
    HOME_DETENTION_CURFEW = "HOME_DETENTION_CURFEW"
    PAROLE = "PAROLE"
    AT_SENTENCE_END = "AT_SENTENCE_END"
    AFTER_RECALL = "AFTER_RECALL"
    BAIL = "BAIL"
    COMPASSIONATE = "COMPASSIONATE"
    OTHER = "OTHER"
    NOT_KNOWN = "NOT_KNOWN"


class AbsenceKind(StrEnum):
    """Out of the prison and back: no release, whatever another system calls it. RDR, ROR, CRL and SPL are the kinds of
    release on temporary licence."""

    COURT = "COURT"
    HOSPITAL_VISIT = "HOSPITAL_VISIT"
    POLICE_PRODUCTION = "POLICE_PRODUCTION"
    RDR = "RDR"
    ROR = "ROR"
    CRL = "CRL"
    SPL = "SPL"
    OTHER = "OTHER"


class ToldBy(StrEnum):
    """Who told the charity. Nothing of it comes from an agreement with HMPPS: there is none."""

    PERSON = "PERSON"
    MENTOR = "MENTOR"
    FAMILY = "FAMILY"
    PRISON_STAFF = "PRISON_STAFF"
    PRISON_OFFENDER_MANAGER = "PRISON_OFFENDER_MANAGER"
    COMMUNITY_OFFENDER_MANAGER = "COMMUNITY_OFFENDER_MANAGER"
    APPROVED_PREMISES_STAFF = "APPROVED_PREMISES_STAFF"
    REFERRER = "REFERRER"
    OTHER = "OTHER"
    NOT_SAID = "NOT_SAID"


class MoveDecision(StrEnum):
    """How a relationship goes on after a move. It never ends by one."""

    SAME_MENTOR = "SAME_MENTOR"
    ANOTHER_MENTOR = "ANOTHER_MENTOR"


class Clearance(StrEnum):
    """Whether a mentor may go into the prison where somebody is now. NOT_NEEDED: he is in no prison. NOT_KNOWN: nobody knows in
    which. NO_MENTOR: he has none at present."""

    IN_FORCE = "IN_FORCE"
    MISSING = "MISSING"
    NOT_NEEDED = "NOT_NEEDED"
    NOT_KNOWN = "NOT_KNOWN"
    NO_MENTOR = "NO_MENTOR"


class PlacementStep(StrEnum):
    """What was done to what is known of a placement."""

    RECORD = "record"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


class GateStep(StrEnum):
    """What happens to support through the gate."""

    OFFER = "OFFER"
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    FIRST_CONTACT = "FIRST_CONTACT"
    SUPPORT = "SUPPORT"
    SUSTAIN = "SUSTAIN"
    REVIEW_3_MONTHS = "REVIEW_3_MONTHS"
    REVIEW_6_MONTHS = "REVIEW_6_MONTHS"
    EXTEND = "EXTEND"
    END = "END"
    REOPEN = "REOPEN"


class GateState(StrEnum):
    """How far it has come. STOPPED: he is back in custody; it begins anew with his next release."""

    ELIGIBLE = "ELIGIBLE"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    FIRST_CONTACT = "FIRST_CONTACT"
    SUPPORTED = "SUPPORTED"
    SUSTAINED = "SUSTAINED"
    STOPPED = "STOPPED"
    ENDED = "ENDED"


class ContactMadeBy(StrEnum):
    """Who made contact after release. There is no agreement to share information: the charity never makes it."""

    MENTEE = "MENTEE"
    COMMUNITY_OFFENDER_MANAGER = "COMMUNITY_OFFENDER_MANAGER"
    APPROVED_PREMISES_STAFF = "APPROVED_PREMISES_STAFF"


class GateEndReason(StrEnum):
    """Why it ended. Not attending is none."""

    AGREED_END = "AGREED_END"
    WINDOW_OVER = "WINDOW_OVER"
    GOALS_REACHED = "GOALS_REACHED"
    PERSON_DECIDED = "PERSON_DECIDED"
    NO_CONTACT_MADE = "NO_CONTACT_MADE"
    OTHER_SERVICE = "OTHER_SERVICE"
    MENTOR_LEFT = "MENTOR_LEFT"
    DIED = "DIED"
    OTHER = "OTHER"


class ContactChannel(StrEnum):
    """A way of contact. THROUGH_OFFENDER_MANAGER: the community offender manager passes it on."""

    PHONE = "PHONE"
    TEXT = "TEXT"
    EMAIL = "EMAIL"
    LETTER = "LETTER"
    VISIT = "VISIT"
    THROUGH_OFFENDER_MANAGER = "THROUGH_OFFENDER_MANAGER"


class MessageSafety(StrEnum):
    """Whether a message may be left, which somebody else may hear or read."""

    YES = "YES"
    NO = "NO"
    NOT_KNOWN = "NOT_KNOWN"
