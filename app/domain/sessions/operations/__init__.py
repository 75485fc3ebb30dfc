"""What may be done about sessions: plan, record, correct, cancel, move; a series as a whole; notes; calendar feeds."""

from app.domain.sessions.operations.barring import name_barrier, try_barrier
from app.domain.sessions.operations.calendars import make_calendar, revoke_calendar
from app.domain.sessions.operations.noting import write_note
from app.domain.sessions.operations.planning import cancel, end_series, meet_elsewhere, plan, plan_series, reschedule
from app.domain.sessions.operations.recording import correct, record

__all__ = [
    "cancel",
    "correct",
    "end_series",
    "make_calendar",
    "meet_elsewhere",
    "name_barrier",
    "plan",
    "plan_series",
    "record",
    "reschedule",
    "revoke_calendar",
    "try_barrier",
    "write_note",
]
