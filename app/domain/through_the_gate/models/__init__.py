"""What the through-the-gate step keeps, and the shapes that go in and out."""

from app.domain.through_the_gate.models.codes import (
    AbsenceKind,
    Accommodation,
    CustodyReason,
    MoveKind,
    PlacementStep,
    ReleaseType,
    ToldBy,
)
from app.domain.through_the_gate.models.placement import (
    CorrectPlacement,
    Placement,
    PlacementEntry,
    PlacementEntryRead,
    PlacementFields,
    PlacementRead,
    RecordPlacement,
    Whereabouts,
    WithdrawPlacement,
)

__all__ = [
    "AbsenceKind",
    "Accommodation",
    "CorrectPlacement",
    "CustodyReason",
    "MoveKind",
    "Placement",
    "PlacementEntry",
    "PlacementEntryRead",
    "PlacementFields",
    "PlacementRead",
    "PlacementStep",
    "RecordPlacement",
    "ReleaseType",
    "ToldBy",
    "Whereabouts",
    "WithdrawPlacement",
]
