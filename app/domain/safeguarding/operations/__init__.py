"""What may be done about safeguarding: record, add, take an alarm on, say how an ACCT stands, write a restricted note."""

from app.domain.safeguarding.operations.adding import acknowledge, add_to_concern
from app.domain.safeguarding.operations.recording import record_concern
from app.domain.safeguarding.operations.restricted import record_acct, write_restricted_note

__all__ = ["acknowledge", "add_to_concern", "record_acct", "record_concern", "write_restricted_note"]
