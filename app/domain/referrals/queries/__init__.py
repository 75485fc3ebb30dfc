"""What may be asked about referrals: themselves as the charity or as the agency sees them, their history, the waiting
list, the ledger."""

from app.domain.referrals.queries.counting import ledger, ledger_clock, programme_terms, waiting
from app.domain.referrals.queries.referrals import (
    HISTORY_ENTRIES,
    HISTORY_OF,
    REFERRALS,
    REFERRALS_LIST,
    SUBMITTED_REFERRALS,
    SUBMITTED_REFERRALS_LIST,
    referrals_for,
    referrals_list_for,
)

__all__ = [
    "HISTORY_ENTRIES",
    "HISTORY_OF",
    "REFERRALS",
    "REFERRALS_LIST",
    "SUBMITTED_REFERRALS",
    "SUBMITTED_REFERRALS_LIST",
    "ledger",
    "ledger_clock",
    "programme_terms",
    "referrals_for",
    "referrals_list_for",
    "waiting",
]
