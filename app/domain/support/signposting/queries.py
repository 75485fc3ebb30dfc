"""What may be asked about onward referrals. No count of them leads to the directory, and nothing in the directory to them."""

from uuid import UUID

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, View, attach
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.people.offences import Pathway
from app.domain.support.directory.queries import SERVICES
from app.domain.support.signposting.models import (
    OnwardReferral,
    OnwardReferralEntry,
    OnwardReferralEntryRead,
    OnwardReferralRead,
    OnwardReferralState,
)

P = Permission

ONWARD_REFERRALS: View = View(
    "onward_referral",
    OnwardReferral,
    OnwardReferralRead,
    P.SIGNPOSTING_READ,
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda r, e: e.id == r.engagement_id, expand=True),
        "service": Edge(lambda: SERVICES, on=lambda r, s: s.id == r.service_id, expand=True),
        "entries": Edge(
            lambda: ONWARD_REFERRAL_ENTRIES,
            on=lambda r, e: e.onward_referral_id == r.id,
            many=True,
            order=lambda e: [e.sequence],
            expand=True,
        ),
    },
)
ONWARD_REFERRAL_ENTRIES: View = View(
    "onward_referral_entry", OnwardReferralEntry, OnwardReferralEntryRead, P.SIGNPOSTING_READ, versioned=False
)
ONWARD_REFERRALS_LIST = Collection(
    ONWARD_REFERRALS,
    orders={
        "-created_at": Order(lambda t: [t.created_at], descending=True),
        "created_at": Order(lambda t: [t.created_at]),
    },
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "pathway": lambda t, value: t.pathway == value,
        "state": lambda t, value: t.state == value,
    },
    filter_shapes={"engagement_id": UUID, "person_id": UUID, "pathway": Pathway, "state": OnwardReferralState},
)

attach(
    ENGAGEMENTS,
    onward_referrals=Connection(lambda: ONWARD_REFERRALS_LIST, on=lambda e, r: r.engagement_id == e.id),
)
