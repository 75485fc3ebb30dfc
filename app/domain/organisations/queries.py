"""What may be asked about who is here."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Uuid, case, cast, column, func, literal_column, or_, table
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission, Role
from app.domain.kernel.actor import Actor
from app.domain.kernel.reading import Collection, Order, Row, View, text_literal, unscoped
from app.domain.organisations.models import (
    Client,
    ClientRead,
    ClientSecret,
    Establishment,
    EstablishmentKind,
    EstablishmentRead,
    Intake,
    Member,
    MemberRead,
    Organisation,
    OrganisationKind,
    OrganisationRead,
    Programme,
    ProgrammeRead,
    Standing,
)

_BY_NAME = {"name": Order(lambda t: [t.name]), "-created_at": Order(lambda t: [t.created_at], descending=True)}

ORGANISATIONS = View("organisation", Organisation, OrganisationRead, Permission.ORGANISATIONS_READ)
ALL_ORGANISATIONS = View(
    "any_organisation", Organisation, OrganisationRead, Permission.ORGANISATIONS_READ, scope=unscoped
)
_ORGANISATION_FILTERS: dict[str, Any] = {
    "kind": lambda t, value: t.kind == value,
    "active": lambda t, value: t.active == value,
}
ORGANISATIONS_LIST = Collection(
    ORGANISATIONS,
    orders=_BY_NAME,
    filters=_ORGANISATION_FILTERS,
    filter_shapes={"active": bool, "kind": OrganisationKind},
)
ALL_ORGANISATIONS_LIST = Collection(
    ALL_ORGANISATIONS,
    orders=_BY_NAME,
    filters=_ORGANISATION_FILTERS,
    filter_shapes={"active": bool, "kind": OrganisationKind},
)


def organisations_for(actor: Actor) -> View:
    """A platform operator sees every charity and its agencies; anybody else the organisations of one charity."""
    return ALL_ORGANISATIONS if actor.role is Role.PLATFORM_OPERATOR else ORGANISATIONS


def organisations_list_for(actor: Actor) -> Collection:
    return ALL_ORGANISATIONS_LIST if actor.role is Role.PLATFORM_OPERATOR else ORGANISATIONS_LIST


ESTABLISHMENTS_LIST = Collection(
    View(
        "establishment",
        Establishment,
        EstablishmentRead,
        Permission.ESTABLISHMENTS_READ,
        scope=unscoped,
        key="agency_id",
        versioned=False,
    ),
    orders={"agency_id": Order(lambda t: [])},
    filters={"kind": lambda t, value: t.kind == value, "active": lambda t, value: t.active == value},
    filter_shapes={"active": bool, "kind": EstablishmentKind},
)


def _policy_version(row: Row) -> ColumnElement[Any]:
    """The version in force today. The table is eligibility's, a later step: it is named here, not imported."""
    policy = table(
        "eligibility_policy",
        column("programme_id", Uuid()),
        column("policy_version", Integer()),
        column("valid_from", Date()),
    ).alias()
    today = cast(func.timezone(literal_column("'Europe/London'"), func.now()), Date())
    return (
        select_columns(func.max(policy.c.policy_version))
        .where(policy.c.programme_id == row.id, policy.c.valid_from <= today)
        .correlate_except(policy)
        .scalar_subquery()
    )


def _intake_now(row: Row) -> ColumnElement[Any]:
    """A pause with an end is over when that has come, without anybody's doing."""
    over = row.intake_until.is_not(None) & (row.intake_until <= func.now())
    return case((over, text_literal(Intake.OPEN)), else_=row.intake)


PROGRAMMES = View(
    "programme",
    Programme,
    ProgrammeRead,
    Permission.PROGRAMMES_READ,
    computed={"eligibility_policy_version": _policy_version, "intake": _intake_now},
)
PROGRAMMES_LIST = Collection(
    PROGRAMMES,
    orders=_BY_NAME,
    filters={"intake": lambda t, value: t.intake == value},
    filter_shapes={"intake": Intake},
)

MEMBERS = View("member", Member, MemberRead, Permission.MEMBERS_READ)
MEMBERS_LIST = Collection(
    MEMBERS,
    orders={
        "display_name": Order(lambda t: [t.display_name]),
        "-created_at": Order(lambda t: [t.created_at], descending=True),
    },
    filters={
        "standing": lambda t, value: t.standing == value,
        "role": lambda t, value: value == func.any(t.roles),
        "organisation_id": lambda t, value: t.organisation_id == value,
    },
    filter_shapes={"organisation_id": UUID, "standing": Standing, "role": Role},
)


def _valid_secrets(row: Row) -> ColumnElement[Any]:
    secret: Row = aliased(ClientSecret)
    made = cast(func.timezone(literal_column("'UTC'"), secret.created_at), Date())
    return (
        select_columns(func.coalesce(func.json_agg(made), literal_column("'[]'::json")))
        .where(secret.client_id == row.id, or_(secret.expires_at.is_(None), secret.expires_at > func.now()))
        .correlate_except(secret)
        .scalar_subquery()
    )


CLIENTS = View("client", Client, ClientRead, Permission.CLIENTS_READ, computed={"secrets": _valid_secrets})
CLIENTS_LIST = Collection(
    CLIENTS,
    orders=_BY_NAME,
    filters={
        "standing": lambda t, value: t.standing == value,
        "role": lambda t, value: t.role == value,
        "organisation_id": lambda t, value: t.organisation_id == value,
    },
    filter_shapes={"organisation_id": UUID, "standing": Standing, "role": Role},
)
