"""What may be asked about where somebody is, what his moves ask, and support through the gate."""

from app.domain.through_the_gate.queries.contact import CONTACT_PERMISSIONS, CONTACT_PERMISSIONS_LIST
from app.domain.through_the_gate.queries.ending import (
    CLOSING_REVIEWS,
    CLOSING_REVIEWS_LIST,
    DEATHS,
    DEATHS_LIST,
    ENDING_AGREEMENTS,
    ENDING_AGREEMENTS_LIST,
    ENDINGS,
    ENDINGS_LIST,
)
from app.domain.through_the_gate.queries.release import (
    RELEASE_PLAN_ENTRIES,
    RELEASE_PLAN_ITEMS,
    RELEASE_PLANS,
    RELEASE_PLANS_LIST,
    leaving,
    programme_there,
)
from app.domain.through_the_gate.queries.reminders import REMINDERS, REMINDERS_LIST
from app.domain.through_the_gate.queries.supervision import (
    LICENCE_CONDITIONS,
    LICENCE_CONDITIONS_LIST,
    PROFESSIONAL_CONTACTS,
    PROFESSIONAL_CONTACTS_LIST,
)
from app.domain.through_the_gate.queries.support import (
    GATE_COUNTS,
    GATE_SUPPORT,
    GATE_SUPPORT_LIST,
    GATE_SUPPORT_STEPS,
    RECONNECT_CARDS,
    RECONNECT_CARDS_LIST,
)
from app.domain.through_the_gate.queries.timeline import TIMELINE, TIMELINE_LIST
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
    "CLOSING_REVIEWS",
    "CLOSING_REVIEWS_LIST",
    "CONTACT_PERMISSIONS",
    "CONTACT_PERMISSIONS_LIST",
    "DEATHS",
    "DEATHS_LIST",
    "ENDINGS",
    "ENDINGS_LIST",
    "ENDING_AGREEMENTS",
    "ENDING_AGREEMENTS_LIST",
    "GATE_COUNTS",
    "GATE_SUPPORT",
    "GATE_SUPPORT_LIST",
    "GATE_SUPPORT_STEPS",
    "LICENCE_CONDITIONS",
    "LICENCE_CONDITIONS_LIST",
    "MOVE_REVIEWS",
    "MOVE_REVIEWS_LIST",
    "PLACEMENTS",
    "PLACEMENTS_LIST",
    "PLACEMENT_ENTRIES",
    "PROFESSIONAL_CONTACTS",
    "PROFESSIONAL_CONTACTS_LIST",
    "RECONNECT_CARDS",
    "RECONNECT_CARDS_LIST",
    "RELEASE_PLANS",
    "RELEASE_PLANS_LIST",
    "RELEASE_PLAN_ENTRIES",
    "RELEASE_PLAN_ITEMS",
    "REMINDERS",
    "REMINDERS_LIST",
    "TEMPORARY_ABSENCES",
    "TEMPORARY_ABSENCES_LIST",
    "TIMELINE",
    "TIMELINE_LIST",
    "leaving",
    "programme_there",
]
