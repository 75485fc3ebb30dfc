"""What the parts of support share of codes."""

from enum import StrEnum


class ProposedBy(StrEnum):
    """Whose idea it was. Nothing is imposed, so it is kept."""

    MENTEE = "MENTEE"
    MENTOR = "MENTOR"
    COORDINATOR = "COORDINATOR"
    TOGETHER = "TOGETHER"
