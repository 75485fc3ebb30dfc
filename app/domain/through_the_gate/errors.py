"""What the through-the-gate step refuses in its own words."""

from app.domain.kernel.errors import Conflict


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
