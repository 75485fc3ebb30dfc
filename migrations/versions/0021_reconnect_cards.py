"""Cards by which somebody makes contact himself after his release."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, OWNER, grant, protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
# Without the digest: whoever sees a card cannot find out its code by trying.
SEEN = (
    "id, charity_id, support_id, way_of_contact, expires_on, used_at, used_by, revoked_at, version, created_at, created_by,"
    " updated_at"
)
# ruff: noqa: S608 -- our own words, never anything that was sent
OF_HIS = f"{OWN_CHARITY} and support_id in (select id from gate_support)"

# Whoever enters a code has no token. What he may learn is how to reach the charity, and nothing else: an unknown code, one that was
# used, one that was revoked and one that has expired are answered alike. Contact that was made is on record in the same moment;
# where nobody has told the charity of his release yet, the card alone says so.
ENTER_CODE = """
create function throughgate.enter_code(p_digest bytea, p_by text, p_now timestamptz) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_charity uuid;
  v_card uuid;
  v_support uuid;
  v_way text;
  v_version bigint;
  v_today date := (p_now at time zone 'Europe/London')::date;
begin
  select c.charity_id, c.id, c.support_id into v_charity, v_card, v_support
    from public.reconnect_card c where c.digest = p_digest;
  perform set_config('app.charity', coalesce(v_charity::text, ''), true);
  -- In the order in which an end takes them, so that neither waits for the other.
  perform 1 from public.gate_support s where s.id = v_support for update;
  update public.reconnect_card c
     set used_at = p_now, used_by = p_by, version = c.version + 1, updated_at = p_now
   where c.id = v_card and c.used_at is null and c.revoked_at is null and c.expires_on >= v_today
     and exists (select 1 from public.organisation o where o.id = c.charity_id and o.active)
  returning c.way_of_contact, c.version into v_way, v_version;
  if v_way is null then
    perform set_config('app.charity', '', true);
    return null;
  end if;
  insert into public.event (id, charity_id, type, aggregate_id, aggregate_version, occurred_at)
  values (uuidv7(), v_charity, 'reconnect_card.used', v_card, v_version, p_now);
  update public.gate_support s
     set first_contact_on = v_today, first_contact_by = p_by, state = 'FIRST_CONTACT', version = s.version + 1,
         updated_at = p_now
   where s.id = v_support and s.first_contact_on is null and s.state = 'ACCEPTED' and s.released_on <= v_today
  returning s.version into v_version;
  if found then
    insert into public.gate_support_step (id, charity_id, support_id, sequence, step, happened_on, by, recorded_at)
    select uuidv7(), v_charity, v_support, coalesce(max(t.sequence), 0) + 1, 'FIRST_CONTACT', v_today, p_by, p_now
      from public.gate_support_step t where t.support_id = v_support;
    insert into public.event (id, charity_id, type, aggregate_id, aggregate_version, occurred_at)
    values (uuidv7(), v_charity, 'gate_support.first_contact', v_support, v_version, p_now);
  end if;
  perform set_config('app.charity', '', true);
  return v_way;
end
$$
"""


def create_table() -> None:
    op.create_table(
        "reconnect_card",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("support_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("way_of_contact", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["support_id"], ["gate_support.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", name="reconnect_card_digest"),
    )
    op.create_index(
        "reconnect_card_one_open",
        "reconnect_card",
        ["support_id"],
        unique=True,
        postgresql_where=sa.text("used_at is null and revoked_at is null"),
    )
    op.create_index("reconnect_card_newest", "reconnect_card", ["charity_id", "created_at", "id"])
    op.create_index(op.f("ix_reconnect_card_support_id"), "reconnect_card", ["support_id"])


def upgrade() -> None:
    create_table()
    protect("reconnect_card")
    written = {"insert": OWN_CHARITY, "update(revoked_at, version, updated_at)": OWN_CHARITY}
    grant("reconnect_card", CASEWORK, {f"select({SEEN})": OWN_CHARITY, **written})
    grant("reconnect_card", "tg_mentor", {f"select({SEEN})": OF_HIS})
    grant("reconnect_card", OWNER, {"select": "true", "update": OWN_CHARITY})
    grant("gate_support", OWNER, {"select": OWN_CHARITY, "update": OWN_CHARITY})
    grant("gate_support_step", OWNER, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    op.execute(ENTER_CODE)
    op.execute("revoke all on function throughgate.enter_code from public")
    op.execute("grant execute on function throughgate.enter_code to tg_authenticator")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
