"""What holds a match together: a referral and its engagement move together, pairs are judged when somebody is asked, and
those who lost their mentor are matched again."""

from alembic import op

from migrations.security import OWN_CHARITY, OWNER, SUBJECT, grant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

# As before, and: of one referral and one mentor only, whoever waits or not; those whose mentor has left and for whom nobody
# is asked yet are among those who wait; whoever is in no prison needs nobody cleared for one.
MATCH_INPUTS = """
create function throughgate.match_inputs(
  p_programme uuid, p_day date, p_referral uuid default null, p_mentor uuid default null
) returns json
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'policy', (
      select json_build_object('version', policy_version, 'document', document)
        from public.matching_policy
       where charity_id = nullif(current_setting('app.charity', true), '')::uuid and programme_id = p_programme
       order by policy_version desc limit 1
    ),
    'mentees', (
      select coalesce(json_agg(json_build_object(
        'referral_id', r.id,
        'person_id', r.person_id,
        'place', r.place,
        'under_way', r.under_way,
        'release_on', d.custody_end,
        'establishment', prison.agency_id,
        'release_area', w.release_area,
        'times', w.times,
        'languages', coalesce(w.languages, '{}'),
        'interests', coalesce(w.interests, '{}'),
        'has_children', w.has_children,
        'wishes', coalesce(w.wishes, '[]'),
        'excludes', coalesce(x.excludes, '{}'),
        'known_mentors', coalesce(x.known, '{}'),
        'unsuitable', coalesce(x.unsuitable, '{}'),
        'earlier_mentors', coalesce(b.mentors, '{}')
      ) order by r.place), '[]')
      from (
        select f.id, f.person_id, row_number() over (order by f.received_on, f.reference) as place,
               coalesce(e.state = 'BRIDGING', false) as under_way
          from public.referral f
          left join public.engagement e on e.referral_id = f.id and e.state not in ('ENDED', 'DECLINED')
         where f.charity_id = nullif(current_setting('app.charity', true), '')::uuid
           and f.programme_id = p_programme
           and case when p_referral is not null then f.id = p_referral
                    when e.id is null then f.disposition = 'waiting'
                    else e.state = 'BRIDGING' and e.proposed_mentor_id is null end
      ) r
      join public.person p on p.id = r.person_id
      left join public.establishment prison on prison.agency_id = p.establishment and prison.kind = 'PRISON'
      left join lateral (
        select custody_end from public.eligibility_decision where referral_id = r.id order by sequence desc limit 1
      ) d on true
      left join lateral (
        select release_area, times, languages, interests, has_children, wishes from public.match_profile
         where person_id = r.person_id order by recorded_at desc, id desc limit 1
      ) w on true
      left join lateral (
        select array_agg(mentor_id order by mentor_id) filter (where kind = 'EXCLUDED_BY_PERSON') as excludes,
               array_agg(mentor_id order by mentor_id) filter (where kind = 'KNOWS') as known,
               array_agg(mentor_id order by mentor_id) filter (where kind = 'UNSUITABLE') as unsuitable
          from (
            select distinct on (mentor_id, kind) mentor_id, kind, applies from public.match_exclusion
             where person_id = r.person_id order by mentor_id, kind, recorded_at desc, id desc
          ) said
         where applies
      ) x on true
      left join lateral (
        select array_agg(distinct mentor_id order by mentor_id) as mentors from public.engagement_mentor
         where person_id = r.person_id
      ) b on true
    ),
    'mentors', (
      select coalesce(json_agg(json_build_object(
        'mentor_id', m.id,
        'active', m.stage = 'ACTIVE',
        'in_programme', p_programme = any (m.programme_ids),
        'places', greatest(m.capacity - throughgate.places_taken(m.id), 0),
        'vetted', v.outcome is not null and v.outcome = 'GRANTED',
        'vetting_until', case when v.outcome = 'GRANTED' then v.expires_on end,
        'trained', exists (
          select from public.mentor_training t
           where t.mentor_id = m.id and t.module = 'CORE' and t.completed_on <= p_day
        ),
        'clearances', coalesce(c.clearances, '{}'),
        'area', m.area,
        'times', m.times,
        'languages', m.languages,
        'interests', m.interests,
        'has_children', m.has_children,
        'attributes', m.offers,
        'excludes', coalesce(x.persons, '{}'),
        'committed_until', m.committed_until
      ) order by m.id), '[]')
      from public.mentor m
      left join lateral (
        select outcome, expires_on from public.mentor_check
         where mentor_id = m.id and kind = 'VETTING' and decided_on <= p_day
         order by decided_on desc, recorded_at desc, id desc limit 1
      ) v on true
      left join lateral (
        select json_object_agg(establishment, expires_on order by establishment) as clearances
          from (
            select distinct on (establishment) establishment, expires_on, outcome from public.mentor_check
             where mentor_id = m.id and kind = 'CLEARANCE' and decided_on <= p_day
             order by establishment, decided_on desc, recorded_at desc, id desc
          ) said
         where outcome = 'GRANTED'
      ) c on true
      left join lateral (
        select array_agg(person_id order by person_id) as persons
          from (
            select distinct on (person_id) person_id, applies from public.match_exclusion
             where mentor_id = m.id and kind = 'EXCLUDED_BY_MENTOR' order by person_id, recorded_at desc, id desc
          ) said
         where applies
      ) x on true
     where m.charity_id = nullif(current_setting('app.charity', true), '')::uuid and m.stage <> 'LEFT'
       and (p_mentor is null or m.id = p_mentor)
    )
  )
$$
"""

# As before, and: who stands in is away as well, or is the mentor; a vetting is looked at from the training on.
MENTOR_ALARMS = """
create or replace function throughgate.mentor_alarms(p_mentor uuid, p_day date default null) returns text[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with today as (select coalesce(p_day, (now() at time zone 'Europe/London')::date) as day),
  mentor as (
    select m.*, t.day from public.mentor m cross join today t
     where m.id = p_mentor and m.stage in ('TRAINED', 'CLEARED', 'ACTIVE', 'PAUSED')
  ),
  checked as (
    select distinct on (c.kind, c.establishment) c.kind, c.outcome, c.expires_on, m.day
      from public.mentor_check c join mentor m on m.id = c.mentor_id
     where c.decided_on <= m.day
     order by c.kind, c.establishment, c.decided_on desc, c.recorded_at desc, c.id desc
  ),
  standing as (
    select kind,
           coalesce(bool_or(outcome = 'GRANTED'), false) as granted,
           coalesce(bool_or(outcome = 'GRANTED' and (expires_on is null or expires_on >= day)), false) as in_force,
           coalesce(bool_or(outcome = 'GRANTED' and expires_on < day), false) as expired,
           coalesce(bool_or(outcome = 'GRANTED' and expires_on between day and day + 60), false) as soon
      from checked group by kind
  ),
  found(place, alarm) as (
    select 1, 'NO_SUPERVISOR' from mentor where stage = 'ACTIVE' and supervisor_id is null
    union all
    select 2, 'SUPERVISOR_AWAY' from mentor m
     where m.stage = 'ACTIVE' and (
       select a.covered_by is null or a.covered_by is not distinct from m.member_id or coalesce((
                select b.covered_by is distinct from b.supervisor_id from public.supervisor_absence b
                 where b.supervisor_id = a.covered_by and m.day between b.away_from and b.away_until
                 order by b.recorded_at desc, b.id desc limit 1
              ), false)
         from public.supervisor_absence a
        where a.supervisor_id = m.supervisor_id and m.day between a.away_from and a.away_until
        order by a.recorded_at desc, a.id desc limit 1
     )
    union all
    select 3, 'SUPERVISION_OVERDUE' from mentor m
     where m.stage = 'ACTIVE' and m.day - greatest(
       (select min(p.effective_on) from public.mentor_step p where p.mentor_id = m.id and p.stage = 'ACTIVE'),
       (select max(s.held_on) from public.supervision_contact s where s.mentor_id = m.id and s.held_on <= m.day)
     ) > m.supervision_every_days
    union all
    select 4, 'NO_VETTING' from mentor where not exists (select from standing where kind = 'VETTING' and granted)
    union all
    select 5, 'VETTING_EXPIRED' from standing where kind = 'VETTING' and expired
    union all
    select 6, 'VETTING_EXPIRES_SOON' from standing where kind = 'VETTING' and soon
    union all
    select 7, 'NO_CLEARANCE' from mentor
     where stage <> 'TRAINED' and not exists (select from standing where kind = 'CLEARANCE' and in_force)
    union all
    select 8, 'CLEARANCE_EXPIRED' from standing where kind = 'CLEARANCE' and expired
    union all
    select 9, 'CLEARANCE_EXPIRES_SOON' from standing where kind = 'CLEARANCE' and soon
  )
  select coalesce(array_agg(alarm order by place), '{}') from found
$$
"""

# The row of the referral is locked by whoever moves it, then that of its engagement: always in this order.
KEEP_TOGETHER = """
create function throughgate.keep_with_engagement() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_engagement public.engagement;
begin
  select * into v_engagement from public.engagement
   where referral_id = new.id and state not in ('ENDED', 'DECLINED') for no key update;
  if not found or new.disposition = 'waiting' and v_engagement.state in ('PROPOSED', 'ACCEPTED_BY_MENTOR') then
    return null;
  end if;
  if v_engagement.state in ('PROPOSED', 'ACCEPTED_BY_MENTOR') then
    if new.disposition = 'allocated' then
      raise exception 'A mentor is asked already: his and the person''s yes allocate the referral.' using errcode = 'TG410';
    end if;
    update public.engagement
       set state = 'DECLINED', state_since = new.updated_at, proposed_mentor_id = null, accepted_by_mentor_at = null,
           ended_on = (new.updated_at at time zone 'Europe/London')::date, version = version + 1,
           updated_at = new.updated_at
     where id = v_engagement.id;
    insert into public.engagement_change (id, charity_id, engagement_id, sequence, step, state, mentor_id, reason,
                                          effective_on, recorded_at, recorded_by)
    select uuidv7(), new.charity_id, v_engagement.id, max(c.sequence) + 1, 'take_back', 'DECLINED',
           v_engagement.proposed_mentor_id, 'The referral is ' || new.disposition || '.',
           (new.updated_at at time zone 'Europe/London')::date, new.updated_at,
           nullif(current_setting('app.subject', true), '')::uuid
      from public.engagement_change c where c.engagement_id = v_engagement.id;
    insert into public.event (id, charity_id, type, aggregate_id, aggregate_version, occurred_at)
    values (uuidv7(), new.charity_id, 'engagement.take_back', v_engagement.id, v_engagement.version + 1, new.updated_at);
  elsif new.disposition <> 'allocated' then
    raise exception 'Somebody mentors him: end the engagement first.' using errcode = 'TG410';
  end if;
  return null;
end
$$
"""

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
STILL_HIS = "(access_until is null or access_until >= (now() at time zone 'Europe/London')::date)"
# What he did and what was done in his time; never what the person said of him, nor what came after him.
HIS_CHANGES = (
    f"{OWN_CHARITY} and (step <> 'decline' or by_side is distinct from 'PERSON') and (mentor_id in {OWN_MENTOR} or exists ("
    f"select from engagement_mentor t where t.engagement_id = engagement_change.engagement_id and {STILL_HIS}"
    " and effective_on <= coalesce(t.until_day, 'infinity'::date) and engagement_change.mentor_id is null))"
)


def upgrade() -> None:
    # Two of the name would leave a call with two values undecided; the new one takes it as well.
    op.execute("-- squawk-ignore ban-drop-function\ndrop function throughgate.match_inputs(uuid, date)")
    for function in (MATCH_INPUTS, MENTOR_ALARMS, KEEP_TOGETHER):
        op.execute(function)
    for function in ("match_inputs", "keep_with_engagement"):
        op.execute(f"revoke all on function throughgate.{function} from public")
    for role in CASEWORK:
        op.execute(f"grant execute on function throughgate.match_inputs to {role}")
    grant("engagement", OWNER, {"update": OWN_CHARITY})
    grant("engagement_change", OWNER, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("event", OWNER, {"insert": OWN_CHARITY})
    op.execute(
        "create trigger keep_with_engagement after update of disposition on referral for each row"
        " when (old.disposition is distinct from new.disposition) execute function throughgate.keep_with_engagement()"
    )
    op.execute("drop policy tg_mentor_select on engagement_change")
    op.execute(f"create policy tg_mentor_select on engagement_change for select to tg_mentor using ({HIS_CHANGES})")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
