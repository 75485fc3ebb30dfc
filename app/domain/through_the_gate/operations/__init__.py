"""What may be done about where somebody is, and about what follows from it."""

from app.domain.through_the_gate.operations.absences import record_absence, return_from_absence, withdraw_absence
from app.domain.through_the_gate.operations.cards import issue_card, revoke_card
from app.domain.through_the_gate.operations.moving import recall, release, transfer
from app.domain.through_the_gate.operations.permitting import record_contact_permission
from app.domain.through_the_gate.operations.placing import (
    correct_placement,
    follow_record,
    record_placement,
    withdraw_placement,
)
from app.domain.through_the_gate.operations.reviewing import decide_move
from app.domain.through_the_gate.operations.supporting import find_eligible, take_gate_step

__all__ = [
    "correct_placement",
    "decide_move",
    "find_eligible",
    "follow_record",
    "issue_card",
    "recall",
    "record_absence",
    "record_contact_permission",
    "record_placement",
    "release",
    "return_from_absence",
    "revoke_card",
    "take_gate_step",
    "transfer",
    "withdraw_absence",
    "withdraw_placement",
]
