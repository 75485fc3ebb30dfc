"""What may be done about referrals: submit, judge again, take a step of the table, correct."""

from app.domain.referrals.operations.correcting import change
from app.domain.referrals.operations.intake import submit
from app.domain.referrals.operations.judging import open_referrals_of, reassess
from app.domain.referrals.operations.steps import take_step

__all__ = ["change", "open_referrals_of", "reassess", "submit", "take_step"]
