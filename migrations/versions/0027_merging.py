"""Two records of one person become one; a number that took the place of another."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, OWNER, grant, protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

# Whatever belongs to a person by his id, and moves as it is.
WHOLE = (
    "acct_state",
    "action_plan",
    "barrier",
    "certificate",
    "concern",
    "concern_alarm",
    "consent",
    "contact_permission",
    "conviction",
    "death",
    "engagement",
    "engagement_mentor",
    "explanation",
    "gate_support",
    "goal",
    "licence_condition",
    "match_exclusion",
    "match_profile",
    "mentoring_session",
    "move_review",
    "onward_referral",
    "placement",
    "professional_contact",
    "referral",
    "release_plan",
    "reminder",
    "restricted_note",
    "session_note",
    "temporary_absence",
    "toolkit_progress",
)
IN_PART = ("custody_facts", "person_identifier", "protected_characteristics", "whereabouts")

# What is written once stays as it is, but for whose it is when two records become one: only the tables' owner may do that, as whom
# nobody signs in, and only in the function below.
KEEP = """
create or replace function throughgate.keep() returns trigger language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_may text[] := case when tg_table_name = 'custody_facts' then array['person_id', 'sequence'] else array['person_id'] end;
begin
  if tg_op = 'UPDATE' and current_user = 'throughgate_owner' then
    if to_jsonb(new) - v_may = to_jsonb(old) - v_may then
      return new;
    end if;
  end if;
  raise exception 'rows of % are written once', tg_table_name using errcode = 'restrict_violation';
end $$
"""

MERGE = """
create function throughgate.merge_people(p_into uuid, p_from uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_charity uuid := nullif(current_setting('app.charity', true), '')::uuid;
  v_table text;
  v_ids uuid[];
  v_moved jsonb := '{}';
begin
  if (select count(*) from public.person p where p.id in (p_into, p_from) and p.charity_id = v_charity) <> 2 then
    raise exception 'both records have to be of the charity that is entered' using errcode = 'insufficient_privilege';
  end if;
  -- In the order in which everybody locks them.
  perform from public.referral r where r.person_id in (p_into, p_from) order by r.id for update;
  perform from public.engagement e where e.person_id in (p_into, p_from) order by e.id for update;
  -- Where he was is worked out anew from what both told, by whoever calls.
  update public.whereabouts set days = null where person_id in (p_into, p_from);
  update public.placement set days = null, kind = null where person_id in (p_into, p_from) and days is not null;
  -- The newest facts count, in the order in which both were told.
  update public.custody_facts f set sequence = -o.nth
    from (select id, row_number() over (order by recorded_at, id) as nth
            from public.custody_facts where person_id in (p_into, p_from)) o
   where o.id = f.id;
  with moved as (
    update public.custody_facts set person_id = p_into where person_id = p_from returning id
  ) select array_agg(id) from moved into v_ids;
  if v_ids is not null then v_moved := v_moved || jsonb_build_object('custody_facts', v_ids); end if;
  update public.custody_facts set sequence = -sequence where person_id = p_into;
  -- A number that both have stays where it is.
  with moved as (
    update public.person_identifier i set person_id = p_into
     where i.person_id = p_from
       and not exists (select from public.person_identifier o
                        where o.person_id = p_into and o.scheme = i.scheme and o.value = i.value)
    returning i.id
  ) select array_agg(id) from moved into v_ids;
  if v_ids is not null then v_moved := v_moved || jsonb_build_object('person_identifier', v_ids); end if;
  if not exists (select from public.protected_characteristics where person_id = p_into) then
    update public.protected_characteristics set person_id = p_into where person_id = p_from;
    if found then
      v_moved := v_moved || jsonb_build_object('protected_characteristics', array[p_into]);
    end if;
  end if;
  foreach v_table in array array[TABLES] loop
    execute format(
      'with moved as (update public.%I set person_id = $1 where person_id = $2 returning id) select array_agg(id) from moved',
      v_table
    ) using p_into, p_from into v_ids;
    if v_ids is not null then v_moved := v_moved || jsonb_build_object(v_table, v_ids); end if;
  end loop;
  return v_moved;
end
$$
"""


def _policies() -> None:
    """The owner sees and moves what is of the charity that is entered. What it may see already it keeps."""
    for table in (*WHOLE, *IN_PART):
        op.execute(f"grant select, update on {table} to {OWNER}")
        for command in ("select", "update"):
            check = f" with check ({OWN_CHARITY})" if command == "update" else ""
            op.execute(
                f"do $do$ begin if not exists (select from pg_policies where tablename = '{table}'"
                f" and policyname = '{OWNER}_{command}') then"
                f" create policy {OWNER}_{command} on {table} for {command} to {OWNER} using ({OWN_CHARITY}){check};"
                " end if; end $do$"
            )
    # Alarms are told again for every charity; beside that, those of the one that is entered may move.
    for command in ("select", "update"):
        told = f"acknowledged_at is null or {OWN_CHARITY}"
        check = f" with check ({told})" if command == "update" else ""
        op.execute(f"alter policy {OWNER}_{command} on concern_alarm using ({told}){check}")


def upgrade() -> None:
    # Nobody has been merged yet, so there is nothing to validate.
    op.execute("alter table person add column merged_into_id uuid")
    op.execute(
        "alter table person add constraint person_merged_into_id_fkey"
        " foreign key (merged_into_id) references person (id) not valid"
    )
    op.execute("alter table person_identifier add column superseded_at timestamptz")
    op.execute("alter table person_identifier add column superseded_by_id uuid")
    op.execute(
        "alter table person_identifier add constraint person_identifier_superseded_by_id_fkey"
        " foreign key (superseded_by_id) references person_identifier (id) not valid"
    )
    op.create_table(
        "person_merge",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("duplicate_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rows_moved", sa.BigInteger(), nullable=False),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["duplicate_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duplicate_id"),
    )
    op.create_index("person_merge_newest", "person_merge", ["charity_id", "recorded_at", "id"])
    op.create_index("person_merge_of", "person_merge", ["person_id"])
    op.execute(
        "create trigger keep before update or delete on person_merge for each row execute function throughgate.keep()"
    )
    op.execute(
        "create trigger keep_all before truncate on person_merge for each statement execute function throughgate.keep()"
    )
    protect("person_merge")
    grant("person_merge", CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("person_merge", "tg_safeguarding_lead", {"select": OWN_CHARITY})
    grant("person_identifier", CASEWORK, {"update(superseded_at, superseded_by_id)": OWN_CHARITY})
    _policies()
    op.execute(KEEP)
    op.execute(MERGE.replace("TABLES", ", ".join(f"'{table}'" for table in WHOLE)))
    op.execute("revoke all on function throughgate.merge_people(uuid, uuid) from public")
    op.execute("grant execute on function throughgate.merge_people(uuid, uuid) to tg_manager, tg_coordinator")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
