"""What may be done about mentors."""

from app.domain.mentors.operations.pipeline import change_mentor, create_mentor, move_mentor
from app.domain.mentors.operations.records import (
    record_absence,
    record_check,
    record_hours,
    record_supervision,
    record_training,
)

__all__ = [
    "change_mentor",
    "create_mentor",
    "move_mentor",
    "record_absence",
    "record_check",
    "record_hours",
    "record_supervision",
    "record_training",
]
