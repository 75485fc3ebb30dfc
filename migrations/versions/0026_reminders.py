"""What the clock brings up, raised once by whichever process finds it first, and settled where nothing asks for it any more."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, OWNER, grant, protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
HIS = f"{OWN_CHARITY} and engagement_id in (select throughgate.last_mentored())"

# What is due on a day in the charity that is entered. A reminder is one of these rows, for as long as it is one of them.
DUE = """
create function throughgate.due_reminders(p_today date)
returns table (kind text, subject_id uuid, engagement_id uuid, person_id uuid, due_on date)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with going_on as (
    select e.id, e.person_id from public.engagement e
     where e.state in ('ACTIVE', 'PAUSED', 'BRIDGING')
       and e.charity_id = nullif(current_setting('app.charity', true), '')::uuid
  ), plan as (
    select p.id, p.engagement_id, p.person_id, p.release_on, p.handover_due_on,
           p.release_basis is not distinct from 'RELEASED' as released
      from public.release_plan p join going_on e on e.id = p.engagement_id
  ), support as (
    select s.id, s.engagement_id, s.person_id, s.ends_on,
           (s.released_on + interval '3 months')::date as three, s.three_month_review_on as three_done,
           (s.released_on + interval '6 months')::date as six, s.six_month_review_on as six_done
      from public.gate_support s join going_on e on e.id = s.engagement_id
     where s.ended_on is null and s.stopped_on is null and s.accepted_on is not null and s.declined_on is null
  ), agreed as (
    select distinct on (a.engagement_id) a.id, a.engagement_id, e.person_id, a.ends_on
      from public.ending_agreement a join going_on e on e.id = a.engagement_id
     order by a.engagement_id, a.recorded_at desc, a.id desc
  )
  select 'RELEASE_DUE', p.id, p.engagement_id, p.person_id, p.release_on
    from plan p where not p.released and p.release_on <= p_today
  union all
  select 'PLAN_ITEM_DUE', i.id, p.engagement_id, p.person_id, p.release_on + i.day::integer
    from plan p join public.release_plan_item i on i.plan_id = p.id
   where i.state = 'OPEN' and p.release_on + i.day::integer <= p_today and (i.day = 0 or p.released)
  union all
  select 'ASK_WHO_THE_COM_IS', p.id, p.engagement_id, p.person_id, p.handover_due_on
    from plan p
   where p.handover_due_on <= p_today
     and (select c.name from public.professional_contact c
           where c.person_id = p.person_id and c.role = 'COMMUNITY_OFFENDER_MANAGER'
           order by c.since desc, c.recorded_at desc, c.id desc limit 1) is null
  union all
  select 'REVIEW_3_MONTHS_DUE', s.id, s.engagement_id, s.person_id, s.three
    from support s where s.three <= p_today and s.three_done is null
  union all
  select 'REVIEW_6_MONTHS_DUE', s.id, s.engagement_id, s.person_id, s.six
    from support s where s.six <= p_today and s.six_done is null
  union all
  select 'SUPPORT_ENDS_SOON', s.id, s.engagement_id, s.person_id, s.ends_on - 14
    from support s where p_today between s.ends_on - 14 and s.ends_on
  union all
  select 'SUPPORT_TIME_OVER', s.id, s.engagement_id, s.person_id, s.ends_on + 1
    from support s where s.ends_on < p_today
  union all
  select 'ENDING_SOON', a.id, a.engagement_id, a.person_id, a.ends_on - 28
    from agreed a where p_today between a.ends_on - 28 and a.ends_on
  union all
  select 'ENDING_PASSED', a.id, a.engagement_id, a.person_id, a.ends_on + 1
    from agreed a where a.ends_on < p_today
  union all
  select 'ABSENCE_OVERDUE', t.id, e.id, e.person_id, t.expected_on + 1
    from public.temporary_absence t
    join lateral (select g.id, g.person_id from going_on g where g.person_id = t.person_id order by g.id limit 1) e on true
   where t.ended_on is null and t.withdrawn_at is null and t.expected_on < p_today
$$
"""

# One process at a time; another that comes meanwhile leaves it to this one. Each charity is entered by itself, so that the
# policies of its rows hold for this function too.
RAISE = """
create function throughgate.raise_reminders(p_now timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_today date := (p_now at time zone 'Europe/London')::date;
  v_charity uuid;
  v_row record;
  v_raised bigint := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('throughgate reminders', 0)) then
    return 0;
  end if;
  for v_charity in select id from public.organisation where kind = 'CHARITY' order by id loop
    perform set_config('app.charity', v_charity::text, true);
    for v_row in
      with due as materialized (
        select * from throughgate.due_reminders(v_today)
      ), raised as (
        insert into public.reminder (id, charity_id, kind, engagement_id, person_id, subject_id, due_on, created_at,
                                     updated_at, version)
        select uuidv7(), v_charity, d.kind, d.engagement_id, d.person_id, d.subject_id, d.due_on, p_now, p_now, 1
          from due d
        on conflict (kind, subject_id, due_on) do update
           set settled_at = null, version = reminder.version + 1, updated_at = p_now
         where reminder.settled_at is not null and reminder.acknowledged_at is null
        returning reminder.id, reminder.version, 'reminder.raised' as told
      ), settled as (
        update public.reminder r
           set settled_at = p_now, version = r.version + 1, updated_at = p_now
         where r.charity_id = v_charity and r.settled_at is null and r.acknowledged_at is null
           and not exists (select from due d
                            where d.kind = r.kind and d.subject_id = r.subject_id and d.due_on = r.due_on)
        returning r.id, r.version, 'reminder.settled' as told
      )
      select * from raised union all select * from settled
    loop
      insert into public.event (id, charity_id, type, aggregate_id, aggregate_version, occurred_at)
      values (uuidv7(), v_charity, v_row.told, v_row.id, v_row.version, p_now);
      v_raised := v_raised + (v_row.told = 'reminder.raised')::integer;
    end loop;
  end loop;
  perform set_config('app.charity', '', true);
  return v_raised;
end
$$
"""


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "subject_id", "due_on", name="reminder_once"),
    )
    op.create_index("reminder_newest", "reminder", ["charity_id", "created_at", "id"])
    op.create_index(
        "reminder_open",
        "reminder",
        ["charity_id", "due_on"],
        postgresql_where=sa.text("settled_at is null and acknowledged_at is null"),
    )
    op.create_index(op.f("ix_reminder_engagement_id"), "reminder", ["engagement_id"])
    op.create_index(op.f("ix_reminder_person_id"), "reminder", ["person_id"])
    protect("reminder")
    grant(
        "reminder",
        CASEWORK,
        {"select": OWN_CHARITY, "update(acknowledged_at, acknowledged_by, version, updated_at)": OWN_CHARITY},
    )
    grant("reminder", "tg_mentor", {"select": HIS})
    grant("reminder", OWNER, {"select": OWN_CHARITY, "insert": OWN_CHARITY, "update": OWN_CHARITY})
    for table in ("release_plan", "release_plan_item", "professional_contact", "ending_agreement", "temporary_absence"):
        grant(table, OWNER, {"select": OWN_CHARITY})
    op.execute(DUE)
    op.execute(RAISE)
    for function in ("due_reminders(date)", "raise_reminders(timestamptz)"):
        op.execute(f"revoke all on function throughgate.{function} from public")
    op.execute("grant execute on function throughgate.raise_reminders(timestamptz) to tg_authenticator")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
