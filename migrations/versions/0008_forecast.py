"""The forecast: a programme's history and where it stands, as one value."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

# Under the row security of whoever asks. Counts are of all; of single times the newest 2,000 are given. Rates of mentors are
# the charity's, as there are few; who is on the way and who mentors is the programme's. TRAINED and CLEARED come in either
# order, so that they are one stage; so are ACTIVE and PAUSED. Somebody is eligible who has stood on the waiting list.
FORECAST_HISTORY = """
create function throughgate.forecast_history(p_programme uuid, p_day date, p_weeks bigint) returns json
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with span as (
    select p_day - (p_weeks * 7)::integer as since,
           nullif(current_setting('app.charity', true), '')::uuid as charity
  ),
  came as (
    select r.id, r.received_on, r.reference, r.disposition,
           exists (
             select from public.disposition_change c
              where c.referral_id = r.id and c.disposition in ('waiting', 'allocated')
           ) as eligible
      from span s
      join public.referral r on r.charity_id = s.charity and r.programme_id = p_programme
     where r.received_on <= p_day and r.received_on >= s.since and r.disposition <> 'duplicate'
  ),
  waits as (
    select r.id, r.received_on, r.reference
      from span s
      join public.referral r on r.charity_id = s.charity and r.programme_id = p_programme
     where r.disposition = 'waiting' and r.received_on <= p_day
       and not exists (
         select from public.engagement e where e.referral_id = r.id and e.state not in ('ENDED', 'DECLINED')
       )
  ),
  lasts as (
    select e.id, e.started_on, case when e.state = 'ENDED' then e.ended_on end as ended_on
      from span s
      join public.engagement e on e.charity_id = s.charity and e.programme_id = p_programme
     where e.started_on between s.since and p_day and e.state in ('ACTIVE', 'PAUSED', 'BRIDGING', 'ENDED')
  ),
  held as (
    select e.id, coalesce(e.started_on, p_day) as since
      from span s
      join public.engagement e on e.charity_id = s.charity and e.programme_id = p_programme
      left join public.mentor m on m.id = e.mentor_id
     where e.state not in ('ENDED', 'DECLINED') and coalesce(m.stage, 'ACTIVE') = 'ACTIVE'
  ),
  grouped as (
    select t.mentor_id, t.sequence, t.effective_on, g.stage,
           lag(g.stage) over (partition by t.mentor_id order by t.sequence) as before
      from span s
      join public.mentor_step t on t.charity_id = s.charity and t.effective_on <= p_day
      cross join lateral (
        select case when t.stage in ('TRAINED', 'CLEARED') then 'TRAINED_OR_CLEARED'
                    when t.stage = 'PAUSED' then 'ACTIVE' else t.stage end as stage
      ) g
  ),
  spells as (
    select g.mentor_id, g.sequence, g.stage, g.effective_on as since,
           lead(g.effective_on) over whole as until, lead(g.stage) over whole as next
      from grouped g
     where g.before is distinct from g.stage
    window whole as (partition by g.mentor_id order by g.sequence)
  )
  select json_build_object(
    'useful_weeks', (
      select (document ->> 'useful_weeks')::bigint from public.matching_policy, span s
       where charity_id = s.charity and programme_id = p_programme order by policy_version desc limit 1
    ),
    'first_received_on', (select min(received_on) from came),
    'came', (select count(*) from came where eligible),
    'undecided', (
      select count(*) from came where disposition in ('awaiting_information', 'awaiting_confirmation')
    ),
    'referrals', (
      select coalesce(json_agg(json_build_object(
               'since', c.received_on, 'until', coalesce(left_on.effective_on, d.custody_end)
             ) order by c.received_on, c.reference), '[]')
        from (select * from came where eligible order by received_on desc, reference desc limit 2000) c
        left join lateral (
          select custody_end from public.eligibility_decision where referral_id = c.id order by sequence desc limit 1
        ) d on true
        left join lateral (
          select effective_on from public.disposition_change
           where referral_id = c.id and disposition = 'released_unserved' order by sequence desc limit 1
        ) left_on on c.disposition = 'released_unserved'
    ),
    'waiting', (
      select coalesce(json_agg(json_build_object(
               'since', w.received_on, 'until', d.custody_end
             ) order by w.received_on, w.reference), '[]')
        from (select * from waits order by received_on, reference limit 2000) w
        left join lateral (
          select custody_end from public.eligibility_decision where referral_id = w.id order by sequence desc limit 1
        ) d on true
    ),
    'engagements', (
      select coalesce(json_agg(json_build_object('since', l.started_on, 'until', l.ended_on)
                               order by l.started_on, l.ended_on, l.id), '[]')
        from (select * from lasts order by started_on desc, id desc limit 2000) l
    ),
    'held', (
      select coalesce(json_agg(h.since order by h.since, h.id), '[]')
        from (select * from held order by since desc, id desc limit 2000) h
    ),
    'places', (
      select coalesce(json_agg(p.places order by p.id), '[]')
        from (
          select m.id, greatest(m.capacity - (
                   select count(*) from public.engagement e
                    where e.charity_id = m.charity_id and e.programme_id <> p_programme
                      and (e.mentor_id = m.id and e.state in ('ACTIVE', 'PAUSED')
                           or e.proposed_mentor_id = m.id and e.accepted_by_mentor_at is not null)
                 ), 0) as places
            from span s
            join public.mentor m on m.charity_id = s.charity
           where m.stage = 'ACTIVE' and p_programme = any (m.programme_ids)
           order by m.id limit 2000
        ) p
    ),
    'stages', (
      select coalesce(json_agg(json_build_object(
               'stage', x.stage, 'since', x.since, 'until', x.until, 'next', x.next, 'here', x.here
             ) order by x.since, x.mentor_id, x.sequence), '[]')
        from (
          select p.*, p_programme = any (m.programme_ids) as here
            from spells p
            join public.mentor m on m.id = p.mentor_id
            cross join span s
           where p.stage <> 'LEFT' and (p.until is null or p.until >= s.since)
           order by p.since desc, p.mentor_id, p.sequence limit 10000
        ) x
    ),
    'cohorts', (
      select coalesce(json_agg(distinct t.cohort order by t.cohort), '[]')
        from span s
        join public.mentor_training t on t.charity_id = s.charity
       where t.module = 'CORE' and t.cohort is not null
    )
  )
$$
"""


def upgrade() -> None:
    op.execute(FORECAST_HISTORY)
    op.execute("revoke all on function throughgate.forecast_history from public")
    for role in CASEWORK:
        op.execute(f"grant execute on function throughgate.forecast_history to {role}")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
