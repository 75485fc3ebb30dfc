"""What may be done about feedback: publish a form, retire it, hand in what was said."""

from app.domain.support.feedback.operations.forms import publish, retire
from app.domain.support.feedback.operations.giving import give

__all__ = ["give", "publish", "retire"]
