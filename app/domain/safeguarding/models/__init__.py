"""What a concern is, an alarm, the state of an ACCT, a restricted note."""

from app.domain.safeguarding.models.codes import (
    AcctOpened,
    AcctStatus,
    AdditionKind,
    ConcernType,
    Method,
    RestrictedKind,
    ToldRole,
)
from app.domain.safeguarding.models.concerns import (
    NOTICE,
    Acknowledge,
    AddToConcern,
    Concern,
    ConcernAddition,
    ConcernAdditionRead,
    ConcernAlarm,
    ConcernAlarmRead,
    ConcernRead,
    RecordConcern,
    Telling,
)
from app.domain.safeguarding.models.records import (
    AcctState,
    AcctStateRead,
    RecordAcct,
    RestrictedNote,
    RestrictedNoteRead,
    WriteRestrictedNote,
)

__all__ = [
    "NOTICE",
    "AcctOpened",
    "AcctState",
    "AcctStateRead",
    "AcctStatus",
    "Acknowledge",
    "AddToConcern",
    "AdditionKind",
    "Concern",
    "ConcernAddition",
    "ConcernAdditionRead",
    "ConcernAlarm",
    "ConcernAlarmRead",
    "ConcernRead",
    "ConcernType",
    "Method",
    "RecordAcct",
    "RecordConcern",
    "RestrictedKind",
    "RestrictedNote",
    "RestrictedNoteRead",
    "Telling",
    "ToldRole",
    "WriteRestrictedNote",
]
