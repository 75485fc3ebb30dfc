"""Nobody is contacted after his release who has neither made contact nor permitted it."""

from alembic import op

from migrations.security import OWN_CHARITY, OWNER, grant

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Whoever asks may not see consents, or another's sessions: of them no more is told than whether he may be contacted. Who is in custody,
# or was never known to be released, is met as before.
MAY_BE_CONTACTED = """
create function throughgate.may_be_contacted(p_person uuid) returns boolean
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
    from last_release r
$$
"""


def upgrade() -> None:
    grant("placement", OWNER, {"select": OWN_CHARITY})
    grant("consent", OWNER, {"select": OWN_CHARITY})
    op.execute(MAY_BE_CONTACTED)
    op.execute("revoke all on function throughgate.may_be_contacted from public")
    op.execute("grant execute on function throughgate.may_be_contacted to tg_manager, tg_coordinator, tg_mentor")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
