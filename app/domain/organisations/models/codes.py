"""The small lists and text forms of this step."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


class OrganisationKind(StrEnum):
    """The platform's own organisation, a charity (a tenant), or an agency that refers to one charity."""

    PLATFORM = "PLATFORM"
    CHARITY = "CHARITY"
    PARTNER = "PARTNER"


class Intake(StrEnum):
    """Whether a programme takes new referrals. Pausing refuses pushes and touches nobody who is already there."""

    OPEN = "open"
    PAUSED = "paused"


class EstablishmentKind(StrEnum):
    """A prison, or one of the two pseudo-agencies by which NOMIS says that somebody is in none."""

    PRISON = "PRISON"
    MOVEMENT = "MOVEMENT"


class Standing(StrEnum):
    """Whether a member or client may use the service. SUSPENDED and REVOKED bite on the next request."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"


_DURATION = re.compile(r"P[1-9][0-9]{0,2}[DWMY]")
_DAYS = {"D": 1, "W": 7, "M": 31, "Y": 372}


def _months_or_days(value: str) -> str:
    # The bound keeps the waiting list's dates within the calendar.
    if _DURATION.fullmatch(value) is None or int(value[1:-1]) * _DAYS[value[-1]] > 10 * _DAYS["Y"]:
        raise ValueError("must be an ISO 8601 duration of one unit, at most ten years, for example P3M, P6W or P28D")
    return value


SimpleDuration = Annotated[str, AfterValidator(_months_or_days)]
"""An ISO 8601 duration of one unit: `P3M`, `P6W`, `P28D`."""

AgencyId = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{2,12}$")]
"""A prison's agency id in NOMIS, for example BXI."""

CharityCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z]{3}$")]
"""Three letters that begin a charity's referral references."""

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$"),
]
