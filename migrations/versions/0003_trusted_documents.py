"""Clients register GraphQL documents that they ask by their hash, and may be limited to these."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Who withdraws a document is often no manager, and may not write clients; and the answer to a withdrawal is still read
# with the token that the withdrawal ends. So the count goes up in the transaction's last moment, whoever withdraws, by
# whatever door: there is no withdrawal without it.
DOCUMENT_WITHDRAWN = """
create function throughgate.document_withdrawn() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update public.client set authority = authority + 1 where id = new.client_id;
  if not found then
    raise exception 'the client of a withdrawn document is not in sight' using errcode = 'restrict_violation';
  end if;
  return null;
end
$$
"""

WITHDRAWN = """
create constraint trigger withdrawn after update on trusted_document deferrable initially deferred
for each row when (old.withdrawn_at is null and new.withdrawn_at is not null)
execute function throughgate.document_withdrawn()
"""

KEEP = """
create trigger keep before update on trusted_document for each row
when (
  old.withdrawn_at is not null
  or (old.id, old.charity_id, old.client_id, old.sha256, old.document, old.name, old.created_at, old.created_by)
     is distinct from
     (new.id, new.charity_id, new.client_id, new.sha256, new.document, new.name, new.created_at, new.created_by)
)
execute function throughgate.keep()
"""

KEEP_ROWS = (
    "create trigger keep_rows before delete on trusted_document for each row execute function throughgate.keep()"
)
KEEP_ALL = (
    "create trigger keep_all before truncate on trusted_document for each statement execute function throughgate.keep()"
)

OF_ITSELF = f"{OWN_CHARITY} and client_id = {SUBJECT}"
WITHDRAWING = "update(withdrawn_at, version, updated_at)"
# So far these had nothing to write; a program of theirs may now, and retry with the same Idempotency-Key.
NEW_WRITERS = ("tg_safeguarding_lead", "tg_mentor", "tg_analyst", "tg_data_protection_lead")


def upgrade() -> None:
    op.execute("alter table client add column trusted_documents_only boolean not null default false")
    op.create_table(
        "trusted_document",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "trusted_document_in_force",
        "trusted_document",
        ["client_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at is null"),
    )
    op.create_index("trusted_document_client", "trusted_document", ["client_id", "created_at", "id"])
    op.create_index("trusted_document_charity", "trusted_document", ["charity_id", "created_at", "id"])
    op.execute(DOCUMENT_WITHDRAWN)
    op.execute("revoke all on function throughgate.document_withdrawn from public")
    for trigger in (WITHDRAWN, KEEP, KEEP_ROWS, KEEP_ALL):
        op.execute(trigger)
    protect("trusted_document")
    grant("client", OWNER, {"update": OWN_CHARITY})
    of_its_clients = f"{OWN_CHARITY} and client_id in (select id from client)"  # noqa: S608 -- our own words
    grant("trusted_document", "tg_manager", {"select": OWN_CHARITY, "insert": of_its_clients, WITHDRAWING: OWN_CHARITY})
    grant("trusted_document", "tg_referrer", {"select": OF_ITSELF})  # it writes through the intake
    grant(
        "trusted_document",
        ("tg_coordinator", *NEW_WRITERS, "tg_intake"),
        {"select": OF_ITSELF, "insert": OF_ITSELF, WITHDRAWING: OF_ITSELF},
    )
    own = f"{OWN_CHARITY} and subject_id = {SUBJECT}"
    grant("idempotency_record", NEW_WRITERS, {"select": own, "insert": own})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
