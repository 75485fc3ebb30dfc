"""What may be done about workbooks: the catalogue, the work on one, the certificate."""

from app.domain.support.toolkits.operations.beginning import begin
from app.domain.support.toolkits.operations.catalogue import change_toolkit, make_toolkit, retire_toolkit
from app.domain.support.toolkits.operations.certifying import certify
from app.domain.support.toolkits.operations.working import move_progress, record_unit

__all__ = [
    "begin",
    "certify",
    "change_toolkit",
    "make_toolkit",
    "move_progress",
    "record_unit",
    "retire_toolkit",
]
