"""What may be done about people. Nothing here judges a referral: `journeys` does, when what is known has changed."""

from app.domain.people.operations.identity import (
    add_conviction,
    add_identifier,
    change_person,
    create_person,
    new_person,
    supersede_identifier,
)
from app.domain.people.operations.merging import merge_records
from app.domain.people.operations.on_file import Known, known
from app.domain.people.operations.statements import (
    record_consent,
    record_custody_facts,
    record_explanation,
    set_protected_characteristics,
)

__all__ = [
    "Known",
    "add_conviction",
    "add_identifier",
    "change_person",
    "create_person",
    "known",
    "merge_records",
    "new_person",
    "record_consent",
    "record_custody_facts",
    "record_explanation",
    "set_protected_characteristics",
    "supersede_identifier",
]
