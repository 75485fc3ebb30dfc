"""How long support after release lasts, and how far it has come: pure functions of the placements and the steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from app.domain.eligibility.dates import add_months
from app.domain.through_the_gate.models.codes import GateState, GateStep, MoveKind
from app.domain.through_the_gate.rules import Spell

MONTHS: Final = 6
REVIEW_MONTHS: Final = (3, 6)
_BACK = frozenset({MoveKind.RECALL, MoveKind.BACK_IN_CUSTODY})


@dataclass(frozen=True, slots=True)
class Window:
    """From the last release to its end. `stopped_on`: he came back into custody, and nothing runs; each new release begins a new
    one. All None: no release is known."""

    released_on: date | None = None
    stopped_on: date | None = None
    ends_on: date | None = None


def window(spells: Iterable[Spell], extended_until: date | None) -> Window:
    """Six calendar months from the last release, or until the day to which it was extended; stopped by any return to custody."""
    released_on = stopped_on = None
    for spell in spells:
        if spell.kind is MoveKind.RELEASE:
            released_on, stopped_on = spell.arrived_on, None
        elif released_on is not None and stopped_on is None and spell.kind in _BACK:
            stopped_on = spell.arrived_on
    if released_on is None or stopped_on is not None:
        return Window(released_on, stopped_on)
    ends_on = add_months(released_on, MONTHS)
    return Window(released_on, None, ends_on if extended_until is None else max(ends_on, extended_until))


class Reached(Protocol):
    """How far it has come, each with its day."""

    offered_on: date | None
    accepted_on: date | None
    declined_on: date | None
    first_contact_on: date | None
    supported_on: date | None
    sustained_on: date | None
    ended_on: date | None
    stopped_on: date | None


def state_of(reached: Reached) -> GateState:
    """The furthest that counts: an end and a return to custody before all else."""
    s = GateState
    found = (
        (reached.ended_on, s.ENDED),
        (reached.stopped_on, s.STOPPED),
        (reached.sustained_on, s.SUSTAINED),
        (reached.supported_on, s.SUPPORTED),
        (reached.first_contact_on, s.FIRST_CONTACT),
        (reached.declined_on, s.DECLINED),
        (reached.accepted_on, s.ACCEPTED),
        (reached.offered_on, s.OFFERED),
    )
    return next((state for day, state in found if day is not None), s.ELIGIBLE)


# The column that a step fills, and the one that has to be filled before, on that day or earlier.
FILLS: Final = {
    GateStep.OFFER: ("offered_on", "eligible_on"),
    GateStep.ACCEPT: ("accepted_on", "offered_on"),
    GateStep.DECLINE: ("declined_on", "offered_on"),
    GateStep.FIRST_CONTACT: ("first_contact_on", "released_on"),
    GateStep.SUPPORT: ("supported_on", "first_contact_on"),
    GateStep.SUSTAIN: ("sustained_on", "supported_on"),
    GateStep.REVIEW_3_MONTHS: ("three_month_review_on", "released_on"),
    GateStep.REVIEW_6_MONTHS: ("six_month_review_on", "released_on"),
    GateStep.END: ("ended_on", "eligible_on"),
}
