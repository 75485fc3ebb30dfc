"""What this step is made of: referrals, the dispositions they stand in, and what is sent to move them."""

from app.domain.referrals.models.codes import (
    REPORTED_SOURCES,
    Channel,
    Disposition,
    Source,
    Status,
)
from app.domain.referrals.models.commands import (
    DEMO_PROGRAMME_ID,
    SUBMIT_EXAMPLE,
    ChangeReferral,
    ConsentStated,
    MergeReferral,
    ReasonedStepCommand,
    StepCommand,
    SubmitReferral,
)
from app.domain.referrals.models.referral import (
    DispositionChange,
    HistoryEntry,
    PartnerReference,
    Referral,
    ReferralFields,
    ReferralRead,
    SubmittedPerson,
    SubmittedReferralRead,
)

__all__ = [
    "DEMO_PROGRAMME_ID",
    "REPORTED_SOURCES",
    "SUBMIT_EXAMPLE",
    "ChangeReferral",
    "Channel",
    "ConsentStated",
    "Disposition",
    "DispositionChange",
    "HistoryEntry",
    "MergeReferral",
    "PartnerReference",
    "ReasonedStepCommand",
    "Referral",
    "ReferralFields",
    "ReferralRead",
    "Source",
    "Status",
    "StepCommand",
    "SubmitReferral",
    "SubmittedPerson",
    "SubmittedReferralRead",
]
