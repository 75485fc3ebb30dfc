"""What an onward referral is."""

from app.domain.support.codes import ProposedBy
from app.domain.support.signposting.models.codes import (
    ConsentBy,
    DeclinedBy,
    DeclinedReason,
    OnwardReferralResult,
    OnwardReferralState,
    OnwardReferralStep,
)
from app.domain.support.signposting.models.onward_referral import (
    CloseOnwardReferral,
    DeclineOnwardReferral,
    OnwardConsent,
    OnwardReferral,
    OnwardReferralEntry,
    OnwardReferralEntryRead,
    OnwardReferralFields,
    OnwardReferralRead,
    OnwardStep,
    SendOnwardReferral,
    SuggestOnwardReferral,
)

__all__ = [
    "CloseOnwardReferral",
    "ConsentBy",
    "DeclineOnwardReferral",
    "DeclinedBy",
    "DeclinedReason",
    "OnwardConsent",
    "OnwardReferral",
    "OnwardReferralEntry",
    "OnwardReferralEntryRead",
    "OnwardReferralFields",
    "OnwardReferralRead",
    "OnwardReferralResult",
    "OnwardReferralState",
    "OnwardReferralStep",
    "OnwardStep",
    "ProposedBy",
    "SendOnwardReferral",
    "SuggestOnwardReferral",
]
