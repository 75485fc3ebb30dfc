"""The code lists of mentors."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints


class MentorKind(StrEnum):
    """Who mentors: a volunteer of the charity, a trained prisoner, or the coordinator."""

    VOLUNTEER = "VOLUNTEER"
    PEER_SUPPORTER = "PEER_SUPPORTER"
    COORDINATOR = "COORDINATOR"


class Stage(StrEnum):
    """How far somebody is on the way to mentoring. Clearance can take months, so TRAINED and CLEARED come in either order."""

    APPLIED = "APPLIED"
    INTERVIEWED = "INTERVIEWED"
    VETTED = "VETTED"
    TRAINED = "TRAINED"
    CLEARED = "CLEARED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    LEFT = "LEFT"


class CheckKind(StrEnum):
    """VETTING is of the person; CLEARANCE is an establishment's own, and lets him into that one only."""

    VETTING = "VETTING"
    CLEARANCE = "CLEARANCE"


class CheckOutcome(StrEnum):
    """What came of it. The newest check of its kind, for its establishment, counts."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class TrainingModule(StrEnum):
    """CORE is what everybody completes before a first match."""

    CORE = "CORE"
    SAFEGUARDING = "SAFEGUARDING"
    TRAUMA = "TRAUMA"
    CONFLICT_COACHING = "CONFLICT_COACHING"
    THROUGH_THE_GATE = "THROUGH_THE_GATE"
    REFRESHER = "REFRESHER"


class SupervisionKind(StrEnum):
    """How a mentor and the supervisor spoke."""

    ONE_TO_ONE = "ONE_TO_ONE"
    GROUP = "GROUP"
    PHONE = "PHONE"
    MESSAGE = "MESSAGE"


class Activity(StrEnum):
    """What a mentor gave hours to."""

    MENTORING = "MENTORING"
    TRAINING = "TRAINING"
    SUPERVISION = "SUPERVISION"
    TRAVEL = "TRAVEL"
    OTHER = "OTHER"


class Alarm(StrEnum):
    """What somebody should look at. None of them ends anything."""

    NO_SUPERVISOR = "NO_SUPERVISOR"
    SUPERVISOR_AWAY = "SUPERVISOR_AWAY"
    SUPERVISION_OVERDUE = "SUPERVISION_OVERDUE"
    NO_VETTING = "NO_VETTING"
    VETTING_EXPIRED = "VETTING_EXPIRED"
    VETTING_EXPIRES_SOON = "VETTING_EXPIRES_SOON"
    NO_CLEARANCE = "NO_CLEARANCE"
    CLEARANCE_EXPIRED = "CLEARANCE_EXPIRED"
    CLEARANCE_EXPIRES_SOON = "CLEARANCE_EXPIRES_SOON"


class Wished(StrEnum):
    """What a person may wish of a mentor. Protected characteristics are asked of a mentor for no other purpose."""

    SEX = "SEX"
    ETHNICITY_GROUP = "ETHNICITY_GROUP"
    FAITH = "FAITH"
    LIVED_EXPERIENCE = "LIVED_EXPERIENCE"
    AGE_GROUP = "AGE_GROUP"
    LANGUAGE = "LANGUAGE"


SEXES = frozenset({"F", "M"})
"""The values of `Wished.SEX`."""


class Slot(StrEnum):
    """A part of the week, in the order of the week."""

    MON_MORNING = "MON_MORNING"
    MON_AFTERNOON = "MON_AFTERNOON"
    MON_EVENING = "MON_EVENING"
    TUE_MORNING = "TUE_MORNING"
    TUE_AFTERNOON = "TUE_AFTERNOON"
    TUE_EVENING = "TUE_EVENING"
    WED_MORNING = "WED_MORNING"
    WED_AFTERNOON = "WED_AFTERNOON"
    WED_EVENING = "WED_EVENING"
    THU_MORNING = "THU_MORNING"
    THU_AFTERNOON = "THU_AFTERNOON"
    THU_EVENING = "THU_EVENING"
    FRI_MORNING = "FRI_MORNING"
    FRI_AFTERNOON = "FRI_AFTERNOON"
    FRI_EVENING = "FRI_EVENING"
    SAT_MORNING = "SAT_MORNING"
    SAT_AFTERNOON = "SAT_AFTERNOON"
    SAT_EVENING = "SAT_EVENING"
    SUN_MORNING = "SUN_MORNING"
    SUN_AFTERNOON = "SUN_AFTERNOON"
    SUN_EVENING = "SUN_EVENING"


Area = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=2, max_length=60)]
"""A local authority or an outward postcode, as the charity names areas: `LAMBETH`, `SW2`. Compared as it is written."""

Interest = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=2, max_length=40)]
"""One interest, a word or two: `football`, `music`."""

Language = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z]{2,3}$")]
"""A language by ISO 639: `en`, `pl`, `so`."""

Cohort = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
"""The intake of a training by its month: `2025-06`."""
