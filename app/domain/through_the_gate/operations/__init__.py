"""What may be done about where somebody is."""

from app.domain.through_the_gate.operations.placing import (
    correct_placement,
    follow_record,
    record_placement,
    withdraw_placement,
)

__all__ = ["correct_placement", "follow_record", "record_placement", "withdraw_placement"]
