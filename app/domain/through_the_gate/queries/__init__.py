"""What may be asked about where somebody is, what his moves ask, and support through the gate."""

from app.domain.through_the_gate.queries.contact import CONTACT_PERMISSIONS, CONTACT_PERMISSIONS_LIST
from app.domain.through_the_gate.queries.support import (
    GATE_COUNTS,
    GATE_SUPPORT,
    GATE_SUPPORT_LIST,
    GATE_SUPPORT_STEPS,
    RECONNECT_CARDS,
    RECONNECT_CARDS_LIST,
)
from app.domain.through_the_gate.queries.whereabouts import (
    MOVE_REVIEWS,
    MOVE_REVIEWS_LIST,
    PLACEMENT_ENTRIES,
    PLACEMENTS,
    PLACEMENTS_LIST,
    TEMPORARY_ABSENCES,
    TEMPORARY_ABSENCES_LIST,
)

__all__ = [
    "CONTACT_PERMISSIONS",
    "CONTACT_PERMISSIONS_LIST",
    "GATE_COUNTS",
    "GATE_SUPPORT",
    "GATE_SUPPORT_LIST",
    "GATE_SUPPORT_STEPS",
    "MOVE_REVIEWS",
    "MOVE_REVIEWS_LIST",
    "PLACEMENTS",
    "PLACEMENTS_LIST",
    "PLACEMENT_ENTRIES",
    "RECONNECT_CARDS",
    "RECONNECT_CARDS_LIST",
    "TEMPORARY_ABSENCES",
    "TEMPORARY_ABSENCES_LIST",
]
