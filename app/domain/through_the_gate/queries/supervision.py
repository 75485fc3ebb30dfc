"""What may be asked about who is responsible for somebody and what shapes meetings. A mentor sees it of whom he mentors."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission
from app.domain.kernel.reading import Collection, Connection, Edge, Order, Row, View, attach
from app.domain.people.queries import PEOPLE, PERSON_SUMMARIES
from app.domain.through_the_gate.models import (
    LicenceCondition,
    LicenceConditionRead,
    LicenceFlag,
    ProfessionalContact,
    ProfessionalContactRead,
    ProfessionalRole,
)

P = Permission


def contact_counts(row: Row) -> ColumnElement[Any]:
    """Whether it is the one of its role that counts: of the latest day the newest."""
    later: Row = aliased(ProfessionalContact)
    newer = (
        select_columns(true())
        .where(
            later.person_id == row.person_id,
            later.role == row.role,
            func.row(later.since, later.recorded_at, later.id) > func.row(row.since, row.recorded_at, row.id),
        )
        .correlate_except(later)
        .exists()
    )
    return ~newer


def _corrected(row: Row) -> ColumnElement[Any]:
    later: Row = aliased(ProfessionalContact)
    return (
        select_columns(true())
        .where(
            later.person_id == row.person_id,
            later.role == row.role,
            later.since == row.since,
            func.row(later.recorded_at, later.id) > func.row(row.recorded_at, row.id),
        )
        .correlate_except(later)
        .exists()
    )


def _until(row: Row) -> ColumnElement[Any]:
    later: Row = aliased(ProfessionalContact)
    return (
        select_columns(func.min(later.since))
        .where(later.person_id == row.person_id, later.role == row.role, later.since > row.since)
        .correlate_except(later)
        .scalar_subquery()
    )


PROFESSIONAL_CONTACTS: View = View(
    "professional_contact",
    ProfessionalContact,
    ProfessionalContactRead,
    P.GATE_SUPPORT_READ,
    computed={"until": _until, "current": contact_counts, "corrected": _corrected},
    edges={"person": Edge(lambda: PERSON_SUMMARIES, on=lambda c, p: p.id == c.person_id, expand=True)},
    versioned=False,
)
PROFESSIONAL_CONTACTS_LIST = Collection(
    PROFESSIONAL_CONTACTS,
    orders={"-recorded_at": Order(lambda t: [t.recorded_at], descending=True)},
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "role": lambda t, value: t.role == value,
        "current": lambda t, value: contact_counts(t) == value,
    },
    filter_shapes={"person_id": UUID, "role": ProfessionalRole, "current": bool},
)


def _newest(row: Row) -> ColumnElement[Any]:
    later: Row = aliased(LicenceCondition)
    newer = (
        select_columns(true())
        .where(
            later.person_id == row.person_id,
            later.condition == row.condition,
            func.row(later.recorded_at, later.id) > func.row(row.recorded_at, row.id),
        )
        .correlate_except(later)
        .exists()
    )
    return ~newer


LICENCE_CONDITIONS: View = View(
    "licence_condition",
    LicenceCondition,
    LicenceConditionRead,
    P.GATE_SUPPORT_READ,
    computed={"current": _newest},
    edges={"person": Edge(lambda: PERSON_SUMMARIES, on=lambda c, p: p.id == c.person_id, expand=True)},
    versioned=False,
)
LICENCE_CONDITIONS_LIST = Collection(
    LICENCE_CONDITIONS,
    orders={"-recorded_at": Order(lambda t: [t.recorded_at], descending=True)},
    filters={
        "person_id": lambda t, value: t.person_id == value,
        "condition": lambda t, value: t.condition == value,
        "applies": lambda t, value: t.applies == value,
        "current": lambda t, value: _newest(t) == value,
    },
    filter_shapes={"person_id": UUID, "condition": LicenceFlag, "applies": bool, "current": bool},
)

attach(
    PEOPLE,
    licence_conditions=Connection(lambda: LICENCE_CONDITIONS_LIST, on=lambda p, c: c.person_id == p.id),
    professional_contacts=Connection(lambda: PROFESSIONAL_CONTACTS_LIST, on=lambda p, c: c.person_id == p.id),
)
