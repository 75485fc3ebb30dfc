"""What may be asked about who is here."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    or_,
    table,
)
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased

from app.domain.kernel.access import Permission, Role, Side
from app.domain.kernel.reading import (
    Collection,
    Connection,
    Context,
    Edge,
    Order,
    Plan,
    Row,
    View,
    compile_select,
    text_literal,
    unscoped,
)
from app.domain.organisations.models import (
    Client,
    ClientRead,
    ClientSecret,
    ColleagueRead,
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
    TrustedDocument,
    TrustedDocumentRead,
)

_BY_NAME = {"name": Order(lambda t: [t.name]), "-created_at": Order(lambda t: [t.created_at], descending=True)}

ORGANISATIONS = View(
    "organisation",
    Organisation,
    OrganisationRead,
    Permission.ORGANISATIONS_READ,
    # A platform operator sees every charity and its agencies; anybody else the organisations of one charity.
    scopes={Side.PLATFORM: unscoped},
    connections={
        "members": Connection(lambda: MEMBERS_LIST, on=lambda o, m: m.organisation_id == o.id),
        "clients": Connection(lambda: CLIENTS_LIST, on=lambda o, c: c.organisation_id == o.id),
    },
    lookups={"code": ("code",)},
)
ORGANISATIONS_LIST = Collection(
    ORGANISATIONS,
    orders=_BY_NAME,
    filters={"kind": lambda t, value: t.kind == value, "active": lambda t, value: t.active == value},
    filter_shapes={"active": bool, "kind": OrganisationKind},
)


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

_OF_ORGANISATION = Edge(lambda: ORGANISATIONS, on=lambda t, o: o.id == t.organisation_id, expand=True)

MEMBERS = View(
    "member",
    Member,
    MemberRead,
    Permission.MEMBERS_READ,
    edges={"organisation": _OF_ORGANISATION},
    lookups={"email": ("email",)},
)
MEMBERS_LIST: Collection = Collection(
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


def _colleagues(row: Row) -> Sequence[ColumnElement[Any]]:
    """The charity's own people who can log in now; no agency's."""
    own = row.organisation_id == Context.charity
    return (row.charity_id == Context.charity, own, row.standing == text_literal(Standing.ACTIVE))


COLLEAGUES_LIST: Collection = Collection(
    View(
        "colleague", Member, ColleagueRead, Permission.COLLEAGUES_READ, scope=_colleagues, versioned=False, summary=True
    ),
    orders={"display_name": Order(lambda t: [t.display_name])},
    filters={"role": lambda t, value: value == func.any(t.roles)},
    filter_shapes={"role": Role},
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


CLIENTS = View(
    "client",
    Client,
    ClientRead,
    Permission.CLIENTS_READ,
    computed={"secrets": _valid_secrets},
    edges={"organisation": _OF_ORGANISATION},
)
CLIENTS_LIST: Collection = Collection(
    CLIENTS,
    orders=_BY_NAME,
    filters={
        "standing": lambda t, value: t.standing == value,
        "role": lambda t, value: t.role == value,
        "organisation_id": lambda t, value: t.organisation_id == value,
    },
    filter_shapes={"organisation_id": UUID, "standing": Standing, "role": Role},
)


def _documents_to_see(row: Row) -> Sequence[ColumnElement[bool]]:
    """A manager sees every client's; anybody else is a program that sees its own."""
    managing = Context.role == text_literal(Role.MANAGER)
    return [row.charity_id == Context.charity, or_(managing, row.client_id == Context.subject)]


TRUSTED_DOCUMENTS = View(
    "trusted_document",
    TrustedDocument,
    TrustedDocumentRead,
    Permission.TRUSTED_DOCUMENTS_READ,
    scope=_documents_to_see,
)
TRUSTED_DOCUMENTS_LIST = Collection(
    TRUSTED_DOCUMENTS,
    orders={
        "-created_at": Order(lambda t: [t.created_at], descending=True),
        "created_at": Order(lambda t: [t.created_at]),
    },
    filters={
        "client_id": lambda t, value: t.client_id == value,
        "in_force": lambda t, value: t.withdrawn_at.is_(None) == value,
    },
    filter_shapes={"client_id": UUID, "in_force": bool},
)


@cache
def document_in_force() -> Plan:
    """The text (column `document`) that whoever asks has registered under a hash (parameter `sha256`), if any. It takes no
    permission: what it asks for takes its own."""

    def build() -> Select[Any]:
        row: Row = aliased(TrustedDocument)
        return select_columns(row.document).where(
            row.charity_id == Context.charity,
            row.client_id == Context.subject,
            row.sha256 == bindparam("sha256", type_=Text()),
            row.withdrawn_at.is_(None),
        )

    return compile_select(build)
