"""What outcomes and measures refuse in their own words."""

from app.domain.kernel.errors import Conflict


class MeasureRetired(Conflict):
    """An edition is taken out of use once. What was scored with it stays as it was scored."""

    code = "MEASURE_RETIRED"
    title = "The measure is not in use any more"
    cure = "List the measures that are in use: GET /v1/measures?in_use=true."


class ResponseSuperseded(Conflict):
    """What was entered is put right once by another; whoever puts right again supersedes that other one."""

    code = "MEASURE_RESPONSE_SUPERSEDED"
    title = "This response was put right already"
    cure = "Supersede the one that took its place."


class TooEarlyForForm(Conflict):
    """Forms come after some sessions: first he gets to know his mentor. Nothing else waits for a form."""

    code = "TOO_EARLY_FOR_FORM"
    title = "They have not met often enough for this form"
    cure = "Wait until they have; or, if it was filled in all the same, send `override_reason` with why."
