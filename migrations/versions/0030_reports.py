"""Reports: what a period amounts to, counted once and frozen; and what of it may be shown outside, kept apart."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, grant, protect

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
KEPT = ("report", "publication")

# Everything that is counted of one programme and period, in one statement, as whoever asks may see it. Whoever is shown aggregates
# only may not call it. No name, no id and no identifier of anybody is in what it returns.
PROGRAMME_FACTS = """
create function throughgate.programme_facts(p_programme uuid, p_from date, p_to date) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with referrals as (
    select r.id, r.source, r.disposition, r.received_on,
           (select min(e.started_on) from public.engagement e where e.referral_id = r.id) - r.received_on as waited
      from public.referral r
     where r.programme_id = p_programme and r.received_on between p_from and p_to
  ), relationships as (
    select e.*, r.needs
      from public.engagement e join public.referral r on r.id = e.referral_id
     where e.programme_id = p_programme and e.started_on <= p_to and coalesce(e.ended_on, p_to) >= p_from
  ), standing as (
    select distinct on (j.engagement_id, j.outcome) j.engagement_id, j.outcome, j.judgement
      from public.outcome_judgement j
     where j.engagement_id in (select id from relationships)
     order by j.engagement_id, j.outcome, j.sequence desc
  ), people as (
    select e.person_id, min(e.started_on) as first_on,
           array_agg(distinct n.need) filter (where n.need is not null) as needs
      from relationships e left join lateral unnest(e.needs) as n(need) on true
     group by e.person_id
  ), spells as (
    select person_id, sum(least(coalesce(ended_on, p_to), p_to) - started_on + 1) as days
      from relationships group by person_id
  )
  select jsonb_build_object(
    'programme', (select p.name from public.programme p where p.id = p_programme),
    'referrals', (select coalesce(jsonb_agg(jsonb_build_object(
        'source', r.source, 'disposition', r.disposition, 'waited', r.waited)), '[]') from referrals r),
    'people', (select coalesce(jsonb_agg(jsonb_build_object(
        'age', case when i.date_of_birth is null then null
                    else extract(year from age(p.first_on, i.date_of_birth))::bigint end,
        'ethnicity', (select c.ethnicity from public.protected_characteristics c where c.person_id = p.person_id),
        'needs', coalesce(p.needs, '{}'),
        'days', s.days,
        'convictions', (select coalesce(jsonb_agg(c.offence_group), '[]') from public.conviction c where c.person_id = p.person_id),
        'improved', (select coalesce(jsonb_agg(distinct j.outcome), '[]') from standing j join relationships e on e.id = j.engagement_id
                      where e.person_id = p.person_id and j.judgement = 'IMPROVED'),
        'assessed', (select coalesce(jsonb_agg(distinct j.outcome), '[]') from standing j join relationships e on e.id = j.engagement_id
                      where e.person_id = p.person_id and j.judgement <> 'NOT_ASSESSED'),
        'gate', (select coalesce(jsonb_agg(jsonb_build_object(
            'offered', g.offered_on is not null, 'accepted', g.accepted_on is not null,
            'first_contact', g.first_contact_on is not null, 'supported', g.supported_on is not null,
            'sustained', g.sustained_on is not null,
            'approved_premises', exists (select from public.placement l
               where l.person_id = p.person_id and l.accommodation = 'A02' and l.days is not null
                 and coalesce(upper(l.days) > g.eligible_on, true)))), '[]')
            from public.gate_support g join relationships e on e.id = g.engagement_id where e.person_id = p.person_id),
        'prisons', (select coalesce(max(n.many), 0) from (
            select count(distinct m.establishment) as many from public.mentoring_session m join relationships e on e.id = m.engagement_id
             where e.person_id = p.person_id and m.state = 'HELD' group by m.engagement_id) n),
        'forms', (select coalesce(jsonb_agg(jsonb_build_object(
            'relationship', f.engagement_id, 'begun_on', e.started_on, 'ended_on', e.ended_on,
            'released_on', (select max(g.released_on) from public.gate_support g where g.engagement_id = e.id),
            'code', m.code, 'edition', m.edition, 'taken_on', f.taken_on, 'entered_at', f.created_at,
            'scales', m.scales, 'scores', f.scores)), '[]')
            from public.measure_response f join relationships e on e.id = f.engagement_id join public.measure m on m.id = f.measure_id
           where e.person_id = p.person_id and f.status = 'COMPLETE'
             and not exists (select from public.measure_response o where o.supersedes_id = f.id))
        )), '[]')
        from people p join public.person i on i.id = p.person_id join spells s on s.person_id = p.person_id),
    'ended', (select coalesce(jsonb_agg(coalesce(e.planned_end, false)), '[]') from relationships e where e.ended_on between p_from and p_to),
    'sessions', (select coalesce(jsonb_object_agg(t.attendance, t.many), '{}') from (
        select m.attendance, count(*) as many
          from public.mentoring_session m join public.engagement e on e.id = m.engagement_id
         where e.programme_id = p_programme and m.state in ('HELD', 'NOT_HELD', 'CANCELLED') and m.attendance is not null
           and (coalesce(m.occurred_at, m.starts_at) at time zone 'Europe/London')::date between p_from and p_to
         group by m.attendance) t),
    'toolkits', (select coalesce(jsonb_agg(jsonb_build_object('code', t.code, 'title', t.title, 'begun', t.begun, 'completed', t.completed)
                                           order by t.code), '[]') from (
        select k.code, min(k.title) as title, count(distinct e.person_id) as begun,
               count(distinct e.person_id) filter (where w.state = 'COMPLETED') as completed
          from public.toolkit_progress w join relationships e on e.id = w.engagement_id join public.toolkit k on k.id = w.toolkit_id
         where w.begun_on <= p_to
         group by k.code) t),
    'volunteers', (select coalesce(jsonb_agg(jsonb_build_object(
        'stage', v.stage, 'joined', v.joined_on between p_from and p_to, 'left', v.left_on between p_from and p_to,
        'trained', v.trained, 'mentored', v.mentored, 'places', v.capacity,
        'supervised', v.supervised_on is not null and v.supervised_on >= p_to - v.supervision_every_days::int)), '[]') from (
        select m.id, m.capacity, m.supervision_every_days,
               (select s.stage from public.mentor_step s where s.mentor_id = m.id and s.effective_on <= p_to
                 order by s.sequence desc limit 1) as stage,
               (select min(s.effective_on) from public.mentor_step s where s.mentor_id = m.id) as joined_on,
               (select max(s.effective_on) from public.mentor_step s where s.mentor_id = m.id and s.stage = 'LEFT') as left_on,
               exists (select from public.mentor_training t where t.mentor_id = m.id and t.module = 'CORE'
                        and t.completed_on between p_from and p_to) as trained,
               exists (select from public.engagement_mentor w join relationships e on e.id = w.engagement_id
                        where w.mentor_id = m.id and w.from_day <= p_to and coalesce(w.until_day, p_to) >= p_from) as mentored,
               (select max(c.held_on) from public.supervision_contact c where c.mentor_id = m.id and c.held_on <= p_to) as supervised_on
          from public.mentor m where p_programme = any (m.programme_ids)) v)
  )
$$
"""


def create_tables() -> None:
    op.create_table(
        "report",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("programme_name", sa.String(), nullable=False),
        sa.Column("charity_name", sa.String(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "charity_id", "programme_id", "period_from", "period_to", name="report_of_period"),
        sa.CheckConstraint("period_from <= period_to", name="report_period"),
    )
    op.create_index("report_newest", "report", ["charity_id", "taken_at", "id"])
    op.create_index("report_of_programme", "report", ["programme_id"])
    op.create_table(
        "publication",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("programme_name", sa.String(), nullable=False),
        sa.Column("charity_name", sa.String(), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"]),
        # What was published is a report's, and of the same period.
        sa.ForeignKeyConstraint(
            ["id", "charity_id", "programme_id", "period_from", "period_to"],
            ["report.id", "report.charity_id", "report.programme_id", "report.period_from", "report.period_to"],
            name="publication_report",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    # Of two published periods of a programme that share a day, one could be subtracted from the other.
    op.execute(
        "alter table publication add constraint publication_days_apart"
        " exclude using gist (programme_id with =, daterange(period_from, period_to, '[]') with &&)"
    )
    op.create_index("publication_newest", "publication", ["charity_id", "published_at", "id"])


def upgrade() -> None:
    create_tables()
    for table in KEPT:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )
        protect(table)
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("publication", "tg_analyst", {"select": OWN_CHARITY})
    op.execute(PROGRAMME_FACTS)
    op.execute("revoke all on function throughgate.programme_facts(uuid, date, date) from public")
    op.execute("grant execute on function throughgate.programme_facts(uuid, date, date) to tg_manager, tg_coordinator")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
