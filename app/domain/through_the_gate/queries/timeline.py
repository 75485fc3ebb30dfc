"""What may be asked about somebody's story."""

from uuid import UUID

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Order, View, attach
from app.domain.kernel.rows import CivilDate
from app.domain.people.queries import PEOPLE
from app.domain.through_the_gate.models import TimelineEntry, TimelineEntryRead, TimelineKind

TIMELINE: View = View(
    "timeline_entry", TimelineEntry, TimelineEntryRead, Permission.PLACEMENTS_WRITE, versioned=False, summary=True
)
TIMELINE_LIST = Collection(
    TIMELINE,
    orders={  # of one day by the id, which follows when it was told
        "happened_on": Order(lambda t: [t.happened_on]),
        "-happened_on": Order(lambda t: [t.happened_on], descending=True),
    },
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "engagement_id": lambda t, value: t.engagement_id == value,
        "kind": lambda t, value: t.kind == value,
        "since": lambda t, value: t.happened_on >= value,
        "until": lambda t, value: t.happened_on <= value,
    },
    filter_shapes={
        "person_id": UUID,
        "engagement_id": UUID,
        "kind": TimelineKind,
        "since": CivilDate,
        "until": CivilDate,
    },
)

attach(PEOPLE, timeline=Connection(lambda: TIMELINE_LIST, on=lambda p, t: t.person_id == p.id))
