"""What may be asked about workbooks: the catalogue, how far somebody is, his certificate."""

from uuid import UUID

from sqlalchemy import or_

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Context, Edge, Nested, Order, View, attach
from app.domain.matching.queries import ENGAGEMENTS
from app.domain.sessions.queries import SESSIONS
from app.domain.support.toolkits.models import (
    Certificate,
    CertificateRead,
    ProgressEntry,
    ProgressEntryRead,
    ProgressState,
    ProgressUnit,
    ProgressUnitRead,
    Toolkit,
    ToolkitProgress,
    ToolkitProgressRead,
    ToolkitRead,
    Unit,
)

P = Permission

TOOLKITS = View(
    "toolkit",
    Toolkit,
    ToolkitRead,
    P.TOOLKITS_READ,
    scope=lambda t: (or_(t.charity_id.is_(None), t.charity_id == Context.charity),),
    computed={"everyones": lambda t: t.charity_id.is_(None)},
    nested={"units": Nested(Unit, many=True)},
)
TOOLKITS_LIST = Collection(
    TOOLKITS,
    orders={"code": Order(lambda t: [t.code])},
    filters={
        "family": lambda t, value: t.family == value,
        "retired": lambda t, value: t.retired_on.is_not(None) == value,
    },
    filter_shapes={"retired": bool},
)

TOOLKIT_PROGRESS: View = View(
    "toolkit_progress",
    ToolkitProgress,
    ToolkitProgressRead,
    P.TOOLKITS_READ,
    edges={
        "engagement": Edge(lambda: ENGAGEMENTS, on=lambda p, e: e.id == p.engagement_id, expand=True),
        "toolkit": Edge(lambda: TOOLKITS, on=lambda p, t: t.id == p.toolkit_id, expand=True),
        "certificate": Edge(lambda: CERTIFICATES, on=lambda p, c: c.progress_id == p.id, expand=True),
        "units": Edge(
            lambda: PROGRESS_UNITS,
            on=lambda p, u: u.progress_id == p.id,
            many=True,
            order=lambda u: [u.number],
            expand=True,
        ),
        "entries": Edge(
            lambda: PROGRESS_ENTRIES,
            on=lambda p, e: e.progress_id == p.id,
            many=True,
            order=lambda e: [e.sequence],
            expand=True,
        ),
    },
)
TOOLKIT_PROGRESS_LIST = Collection(
    TOOLKIT_PROGRESS,
    orders={"-created_at": Order(lambda t: [t.created_at], descending=True)},
    filters={
        "engagement_id": lambda t, value: t.engagement_id == value,
        "person_id": lambda t, value: t.person_id == value,
        "toolkit_id": lambda t, value: t.toolkit_id == value,
        "state": lambda t, value: t.state == value,
    },
    filter_shapes={"engagement_id": UUID, "person_id": UUID, "toolkit_id": UUID, "state": ProgressState},
)
PROGRESS_UNITS: View = View(
    "progress_unit",
    ProgressUnit,
    ProgressUnitRead,
    P.TOOLKITS_READ,
    edges={"session": Edge(lambda: SESSIONS, on=lambda u, s: s.id == u.session_id, expand=True)},
    versioned=False,
)
PROGRESS_ENTRIES: View = View("progress_entry", ProgressEntry, ProgressEntryRead, P.TOOLKITS_READ, versioned=False)
CERTIFICATES: View = View(
    "certificate",
    Certificate,
    CertificateRead,
    P.TOOLKITS_READ,
    edges={"progress": Edge(lambda: TOOLKIT_PROGRESS, on=lambda c, p: p.id == c.progress_id, expand=True)},
    versioned=False,
)

attach(
    ENGAGEMENTS,
    toolkit_progress=Connection(lambda: TOOLKIT_PROGRESS_LIST, on=lambda e, p: p.engagement_id == e.id),
)
