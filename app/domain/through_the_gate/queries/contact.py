"""What may be asked about how somebody may be contacted. A mentor sees it of whom he mentors: he is the one who would ring."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, Row, View, attach
from app.domain.people.queries import PEOPLE, PERSON_SUMMARIES
from app.domain.through_the_gate.models import ContactChannel, ContactPermission, ContactPermissionRead


def permission_counts(row: Row) -> ColumnElement[Any]:
    """Whether it is the newest of its way."""
    later: Row = aliased(ContactPermission)
    newer = (
        select_columns(true())
        .where(
            later.person_id == row.person_id,
            later.channel == row.channel,
            func.row(later.recorded_at, later.id) > func.row(row.recorded_at, row.id),
        )
        .correlate_except(later)
        .exists()
    )
    return ~newer


CONTACT_PERMISSIONS: View = View(
    "contact_permission",
    ContactPermission,
    ContactPermissionRead,
    Permission.GATE_SUPPORT_READ,
    computed={"current": permission_counts},
    edges={"person": Edge(lambda: PERSON_SUMMARIES, on=lambda c, p: p.id == c.person_id, expand=True)},
    versioned=False,
)
CONTACT_PERMISSIONS_LIST = Collection(
    CONTACT_PERMISSIONS,
    orders={"-recorded_at": Order(lambda t: [t.recorded_at], descending=True)},
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "channel": lambda t, value: t.channel == value,
        "permitted": lambda t, value: t.permitted == value,
        "current": lambda t, value: permission_counts(t) == value,
    },
    filter_shapes={"person_id": UUID, "channel": ContactChannel, "permitted": bool, "current": bool},
)

attach(PEOPLE, contact_permissions=Connection(lambda: CONTACT_PERMISSIONS_LIST, on=lambda p, c: c.person_id == p.id))
