"""What a workbook, the work on it, and a certificate are."""

from app.domain.support.toolkits.models.codes import HowWorked, ProgressState, ProgressStep
from app.domain.support.toolkits.models.progress import (
    BeginToolkit,
    Certificate,
    CertificateRead,
    IssueCertificate,
    MoveProgress,
    ProgressEntry,
    ProgressEntryRead,
    ProgressUnit,
    ProgressUnitRead,
    RecordUnit,
    ToolkitProgress,
    ToolkitProgressRead,
)
from app.domain.support.toolkits.models.toolkit import (
    ChangeToolkit,
    Code,
    MakeToolkit,
    RetireToolkit,
    Toolkit,
    ToolkitRead,
    Unit,
)

__all__ = [
    "BeginToolkit",
    "Certificate",
    "CertificateRead",
    "ChangeToolkit",
    "Code",
    "HowWorked",
    "IssueCertificate",
    "MakeToolkit",
    "MoveProgress",
    "ProgressEntry",
    "ProgressEntryRead",
    "ProgressState",
    "ProgressStep",
    "ProgressUnit",
    "ProgressUnitRead",
    "RecordUnit",
    "RetireToolkit",
    "Toolkit",
    "ToolkitProgress",
    "ToolkitProgressRead",
    "ToolkitRead",
    "Unit",
]
