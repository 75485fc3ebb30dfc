"""What may be asked about where somebody is and was. A mentor sees it of whom he mentors."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, Row, View, attach
from app.domain.people.queries import PEOPLE, PERSON_SUMMARIES
from app.domain.through_the_gate.models import (
    Accommodation,
    Placement,
    PlacementEntry,
    PlacementEntryRead,
    PlacementRead,
)

P = Permission


def _current(row: Row) -> ColumnElement[Any]:
    return func.coalesce(func.upper_inf(row.days), false())


PLACEMENTS: View = View(
    "placement",
    Placement,
    PlacementRead,
    P.PLACEMENTS_READ,
    computed={"left_on": lambda t: func.upper(t.days), "current": _current},
    edges={
        "person": Edge(lambda: PERSON_SUMMARIES, on=lambda a, p: p.id == a.person_id, expand=True),
        "entries": Edge(
            lambda: PLACEMENT_ENTRIES,
            on=lambda a, e: e.placement_id == a.id,
            many=True,
            order=lambda e: [e.sequence],
            expand=True,
        ),
    },
)
PLACEMENT_ENTRIES: View = View(
    "placement_entry", PlacementEntry, PlacementEntryRead, P.PLACEMENTS_READ, versioned=False
)
PLACEMENTS_LIST = Collection(
    PLACEMENTS,
    orders={
        "-arrived_on": Order(lambda t: [t.arrived_on, t.recorded_nth], descending=True),
        "arrived_on": Order(lambda t: [t.arrived_on, t.recorded_nth]),
    },
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "accommodation": lambda t, value: t.accommodation == value,
        "establishment": lambda t, value: t.establishment == value,
        "current": lambda t, value: _current(t) == value,
        "counts": lambda t, value: t.days.is_not(None) == value,
    },
    filter_shapes={
        "person_id": UUID,
        "accommodation": Accommodation,
        "establishment": str,
        "current": bool,
        "counts": bool,
    },
)

attach(PEOPLE, placements=Connection(lambda: PLACEMENTS_LIST, on=lambda p, a: a.person_id == p.id))
