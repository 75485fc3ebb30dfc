"""What may be done about sessions: plan, record, correct, cancel, move; a series as a whole; notes; what stands in the way."""

from app.domain.sessions.operations.barring import name_barrier, try_barrier
from app.domain.sessions.operations.noting import write_note
from app.domain.sessions.operations.planning import cancel, end_series, plan, plan_series, reschedule
from app.domain.sessions.operations.recording import correct, record

__all__ = [
    "cancel",
    "correct",
    "end_series",
    "name_barrier",
    "plan",
    "plan_series",
    "record",
    "reschedule",
    "try_barrier",
    "write_note",
]
