"""What may be done about sessions: plan, record, correct, cancel, move; a series as a whole."""

from app.domain.sessions.operations.planning import cancel, end_series, plan, plan_series, reschedule
from app.domain.sessions.operations.recording import correct, record

__all__ = ["cancel", "correct", "end_series", "plan", "plan_series", "record", "reschedule"]
