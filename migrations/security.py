"""Database roles and row-level security, in the words that the migration steps use.

An owner role that cannot log in owns every table, and row security is forced on it too. The login role can do nothing
by itself; it acts as one role of the application at a time. Each of those has its own policy on each table that it may
touch: one policy for all roles would be slower, and harder to read.
"""

from collections.abc import Iterable, Mapping

from alembic import op
from sqlalchemy import Connection, text

OWNER, LOGIN = "throughgate_owner", "throughgate_app"
APPLICATION_ROLES = (
    "tg_platform_operator",
    "tg_manager",
    "tg_coordinator",
    "tg_safeguarding_lead",
    "tg_mentor",
    "tg_referrer",
    "tg_analyst",
    "tg_data_protection_lead",
    "tg_intake",
    "tg_authenticator",
)
# Roles that later steps brought. They stand apart: what the first step grants to all roles, these do not get.
LATER_ROLES = ("tg_feed", "tg_public")
ACTED_AS = (*APPLICATION_ROLES, *LATER_ROLES)

# Settings of throughgate.enter, read once per statement (an init-plan), not once per row.
CHARITY = "(select nullif(current_setting('app.charity', true), '')::uuid)"
ORGANISATION = "(select nullif(current_setting('app.organisation', true), '')::uuid)"
SUBJECT = "(select nullif(current_setting('app.subject', true), '')::uuid)"

OWN_CHARITY = f"charity_id = {CHARITY}"
OWN_AGENCY = f"charity_id = {CHARITY} and partner_id = {ORGANISATION}"
EVERYTHING = "true"


def create_roles(connection: Connection) -> None:
    """Make the roles, which belong to the whole server, unless another database on it has made them already."""
    connection.execute(text("select pg_advisory_xact_lock(hashtextextended('throughgate roles', 0))"))
    have = set(connection.execute(text("select rolname from pg_roles")).scalars())
    for role in (OWNER, LOGIN, *ACTED_AS):
        if role not in have:
            connection.execute(
                text(f"create role {role} nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls")
            )
    member_of = set(
        connection.execute(
            text(
                "select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid"
                " join pg_roles u on u.oid = m.member where u.rolname = :login and m.set_option"
            ),
            {"login": LOGIN},
        ).scalars()
    )
    for role in ACTED_AS:
        if role not in member_of:
            connection.execute(text(f"grant {role} to {LOGIN} with inherit false, set true"))
    whoami, superuser, database = connection.execute(
        text("select current_user, rolsuper, current_database() from pg_roles where rolname = current_user")
    ).one()
    if not superuser and whoami != LOGIN:
        for role in (OWNER, LOGIN, *ACTED_AS):
            connection.execute(text(f'grant {role} to "{whoami}" with inherit false, set true'))
    connection.execute(text(f'grant create, connect on database "{database}" to {OWNER}'))
    connection.execute(text(f"grant usage, create on schema public to {OWNER}"))
    for role in (LOGIN, *ACTED_AS):
        connection.execute(text(f'grant connect on database "{database}" to {role}'))
        connection.execute(text(f"grant usage on schema public to {role}"))


def protect(table: str) -> None:
    """Switch row security on for everybody, the owner included."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")


def grant(table: str, roles: str | Iterable[str], privileges: Mapping[str, str]) -> None:
    """Let roles do things to rows of a table: `{"select": OWN_CHARITY, "update(name)": OWN_CHARITY}`.

    A privilege may name columns. Each gets the grant and a policy with the condition; for insert and update the
    condition also holds for the new row.
    """
    for role in [roles] if isinstance(roles, str) else roles:
        for privilege, condition in privileges.items():
            command, _, columns = privilege.partition("(")
            op.execute(f"grant {command}{' (' + columns if columns else ''} on {table} to {role}")
            using = "" if command == "insert" else f" using ({condition})"
            check = f" with check ({condition})" if command in ("insert", "update") else ""
            op.execute(f"create policy {role}_{command} on {table} for {command} to {role}{using}{check}")
