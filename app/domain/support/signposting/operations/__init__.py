"""What may be done about onward referrals: suggest, send, accept, start, decline, withdraw consent, close."""

from app.domain.support.signposting.operations.stepping import accept, close, decline, send, start, withdraw_consent
from app.domain.support.signposting.operations.suggesting import suggest

__all__ = ["accept", "close", "decline", "send", "start", "suggest", "withdraw_consent"]
