"""By which way somebody may be contacted after his release."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, OWNER, grant, protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


HIS_PEOPLE = "select person_id from engagement where id in (select throughgate.last_mentored())"
MAY_BE_CONTACTED = """
create or replace function throughgate.may_be_contacted(p_person uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with last_release as (
    select max(p.arrived_on) as released_on from public.placement p where p.person_id = p_person and p.kind = 'RELEASE'
  )
  select r.released_on is null
      or exists (select 1 from public.placement p
                  where p.person_id = p_person and p.arrived_on > r.released_on and p.kind in ('RECALL', 'BACK_IN_CUSTODY'))
      or exists (select 1 from public.gate_support g
                  where g.person_id = p_person and g.first_contact_on >= r.released_on)
      or exists (select 1 from public.mentoring_session s
                  where s.person_id = p_person and s.state = 'HELD'
                    and (s.occurred_at at time zone 'Europe/London')::date >= r.released_on)
      or coalesce((select c.given from public.consent c
                    where c.person_id = p_person and c.purpose = 'CONTACT_AFTER_RELEASE'
                    order by c.recorded_at desc, c.id desc limit 1), false)
      or exists (select 1 from (
           select distinct on (c.channel) c.permitted from public.contact_permission c
            where c.person_id = p_person order by c.channel, c.recorded_at desc, c.id desc) as newest
          where newest.permitted)
    from last_release r
$$
"""


def upgrade() -> None:
    op.create_table(
        "contact_permission",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("safe_times", sa.String(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contact_permission_of_person", "contact_permission", ["person_id", "channel"])
    op.create_index("contact_permission_newest", "contact_permission", ["charity_id", "recorded_at", "id"])
    op.execute(
        "create trigger keep before update or delete on contact_permission"
        " for each row execute function throughgate.keep()"
    )
    op.execute(
        "create trigger keep_all before truncate on contact_permission"
        " for each statement execute function throughgate.keep()"
    )
    protect("contact_permission")
    for role in ("tg_manager", "tg_coordinator"):
        grant("contact_permission", role, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("contact_permission", "tg_mentor", {"select": f"{OWN_CHARITY} and person_id in ({HIS_PEOPLE})"})
    grant("contact_permission", OWNER, {"select": OWN_CHARITY})
    op.execute(MAY_BE_CONTACTED)


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
