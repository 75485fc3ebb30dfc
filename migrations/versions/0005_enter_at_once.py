"""`enter` finds the holder of a token and says who acts in one statement, where it took two: every request passes it."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ENTER = """
create or replace function throughgate.enter(
  p_subject uuid, p_role text, p_authority bigint, p_request text, p_audit_action text, p_audit_object uuid
) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- The connection must already act as the role that the token names; only the intake role stands in for referrers.
  if pg_catalog.current_setting('role') is distinct from 'tg_' || p_role
     and not (p_role = 'referrer' and pg_catalog.current_setting('role') = 'tg_intake') then
    raise exception 'the connection does not act as the role of the token' using errcode = 'TG401';
  end if;
  perform pg_catalog.set_config('app.charity', m.charity_id::text, true),
          pg_catalog.set_config('app.organisation', m.organisation_id::text, true),
          pg_catalog.set_config('app.subject', p_subject::text, true),
          pg_catalog.set_config('app.role', p_role, true),
          pg_catalog.set_config('app.request', coalesce(p_request, ''), true)
    from public.member m
   where m.id = p_subject and m.standing = 'ACTIVE' and m.authority = p_authority and p_role = any (m.roles)
     and not exists (
       select from public.organisation o where o.id in (m.organisation_id, m.charity_id) and not o.active
     );
  if not found then
    perform pg_catalog.set_config('app.charity', k.charity_id::text, true),
            pg_catalog.set_config('app.organisation', k.organisation_id::text, true),
            pg_catalog.set_config('app.subject', p_subject::text, true),
            pg_catalog.set_config('app.role', p_role, true),
            pg_catalog.set_config('app.request', coalesce(p_request, ''), true)
      from public.client k
     where k.id = p_subject and k.standing = 'ACTIVE' and k.authority = p_authority and k.role = p_role
       and not exists (
         select from public.organisation o where o.id in (k.organisation_id, k.charity_id) and not o.active
       );
    if not found then
      raise exception 'the rights of this token have changed or ended' using errcode = 'TG401';
    end if;
  end if;
  if p_audit_action is not null then
    perform throughgate.audit(p_audit_action, p_audit_object, array[]::text[]);
  end if;
  return true;
end
$$
"""


def upgrade() -> None:
    op.execute(ENTER)


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
