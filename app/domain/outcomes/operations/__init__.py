"""What may be done about outcomes: judge one, publish a measure, retire it, write down a form."""

from app.domain.outcomes.operations.judging import judge_outcome
from app.domain.outcomes.operations.measuring import publish_measure, record_response, retire_measure

__all__ = ["judge_outcome", "publish_measure", "record_response", "retire_measure"]
