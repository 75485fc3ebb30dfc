"""What may be done about where somebody is, and about what follows from it."""

from app.domain.through_the_gate.operations.absences import record_absence, return_from_absence, withdraw_absence
from app.domain.through_the_gate.operations.cards import issue_card, revoke_card
from app.domain.through_the_gate.operations.dying import record_death, withdraw_death
from app.domain.through_the_gate.operations.ending import agree_ending, end_support_with, record_closing_review
from app.domain.through_the_gate.operations.moving import recall, release, transfer
from app.domain.through_the_gate.operations.permitting import record_contact_permission
from app.domain.through_the_gate.operations.placing import (
    correct_placement,
    follow_record,
    record_placement,
    withdraw_placement,
)
from app.domain.through_the_gate.operations.release_planning import (
    add_plan_item,
    answer_plan_item,
    change_release_plan,
    follow_facts,
    open_release_plan,
    start_plan_again,
)
from app.domain.through_the_gate.operations.reminding import acknowledge_reminder
from app.domain.through_the_gate.operations.reuniting import reunite
from app.domain.through_the_gate.operations.reviewing import decide_move
from app.domain.through_the_gate.operations.supervising import record_licence_condition, record_professional_contact
from app.domain.through_the_gate.operations.supporting import find_eligible, take_gate_step

__all__ = [
    "acknowledge_reminder",
    "add_plan_item",
    "agree_ending",
    "answer_plan_item",
    "change_release_plan",
    "correct_placement",
    "decide_move",
    "end_support_with",
    "find_eligible",
    "follow_facts",
    "follow_record",
    "issue_card",
    "open_release_plan",
    "recall",
    "record_absence",
    "record_closing_review",
    "record_contact_permission",
    "record_death",
    "record_licence_condition",
    "record_placement",
    "record_professional_contact",
    "release",
    "return_from_absence",
    "reunite",
    "revoke_card",
    "start_plan_again",
    "take_gate_step",
    "transfer",
    "withdraw_absence",
    "withdraw_death",
    "withdraw_placement",
]
