"""Somebody's story: a view over what is recorded of him. Whoever asks sees through it what he may see without it."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# The codes of where somebody stays, as one would say them.
PLACES = {
    "HMP": "a prison that is not known",
    "HOSPITAL_IN_CUSTODY": "hospital, as a prisoner",
    "A15": "immigration detention",
    "A02": "Approved Premises",
    "A10": "CAS2",
    "A11": "CAS2 for a short time",
    "A17": "CAS3",
    "A01A": "a home of his own",
    "A01C": "a rented home",
    "A01D": "social housing",
    "A03": "short-term accommodation",
    "A04": "supported housing",
    "A07A": "friends or family, for now",
    "A07B": "friends or family",
    "A08": "a squat",
    "A08A": "sleeping rough",
    "A08C": "a shelter",
    "A12": "a care home",
    "A13": "Home Office accommodation",
    "A14": "Home Office accommodation",
    "A16": "awaiting an assessment",
    "HOSPITAL": "hospital",
    "COMMUNITY_NOT_KNOWN": "the community",
    "AT_LARGE": "nobody knows where",
    "NOT_KNOWN": "nobody knows where",
}


def _said(column: str) -> str:
    return "case " + column + "".join(f" when '{code}' then '{words}'" for code, words in PLACES.items()) + " end"


TIMELINE = """
create view person_timeline with (security_invoker = true) as
select c.id, c.charity_id, r.person_id, null::uuid as engagement_id, 'REFERRAL' as kind, c.effective_on as happened_on,
       c.recorded_at,
       'Referral ' || r.reference || ': ' || replace(c.disposition, '_', ' ')
         || coalesce('. ' || c.reason, '') as words,
       r.id as about_id
  from disposition_change c join referral r on r.id = c.referral_id
union all
select c.id, c.charity_id, e.person_id, e.id, 'ENGAGEMENT', c.effective_on, c.recorded_at,
       'Mentoring: ' || case c.step
         when 'propose' then 'a mentor was asked'
         when 'accept_by_mentor' then 'the mentor said yes'
         when 'accept_by_person' then 'he said yes'
         when 'hand_over' then 'another mentor was asked to take over'
         when 'bridge' then 'his mentor left; it goes on'
         when 'end' then 'it ended (' || lower(replace(coalesce(c.reason, 'not said'), '_', ' ')) || ')'
         when 'reopen' then 'it was taken up again'
         else replace(c.step, '_', ' ') end,
       e.id
  from engagement_change c join engagement e on e.id = c.engagement_id
union all
select p.id, p.charity_id, p.person_id, null, 'PLACEMENT', p.arrived_on, p.created_at,
       case p.kind
         when 'RELEASE' then 'Released'
         when 'RECALL' then 'Recalled'
         when 'TRANSFER' then 'Transferred'
         when 'BACK_IN_CUSTODY' then 'Back in custody'
         when 'WENT_AT_LARGE' then 'At large'
         when 'FIRST_KNOWN' then 'Known to be there'
         else 'Moved' end
         || ': ' || coalesce(p.establishment, PLACE),
       p.id
  from placement p where p.days is not null
union all
select a.id, a.charity_id, a.person_id, null, 'ABSENCE', a.left_on, a.created_at,
       'Out of the prison for a time (' || lower(replace(a.kind, '_', ' ')) || ')'
         || case when a.came_back then ', back on ' || a.ended_on
                 when a.ended_on is not null then ', until ' || a.ended_on
                 else '' end,
       a.id
  from temporary_absence a where a.withdrawn_at is null
union all
select m.id, m.charity_id, m.person_id, m.engagement_id, 'MOVE_REVIEW', (m.decided_at at time zone 'Europe/London')::date,
       m.decided_at,
       'After the move: ' || lower(replace(m.decision, '_', ' '))
         || coalesce(', by ' || lower(replace(m.setting, '_', ' ')), ''),
       m.id
  from move_review m where m.decided_at is not null
union all
select s.id, s.charity_id, s.person_id, s.engagement_id, 'SESSION',
       (coalesce(s.occurred_at, s.starts_at) at time zone 'Europe/London')::date, s.updated_at,
       case s.state when 'HELD' then 'They met' when 'NOT_HELD' then 'They did not meet' else 'A session was called off' end
         || ' (' || lower(replace(s.setting, '_', ' ')) || coalesce(', ' || s.establishment, '') || ')'
         || case when s.attendance is null or s.state = 'HELD' then ''
                 else ': ' || lower(replace(s.attendance, '_', ' ')) end,
       s.id
  from mentoring_session s where s.state in ('HELD', 'NOT_HELD', 'CANCELLED')
union all
select g.id, g.charity_id, o.person_id, o.engagement_id, 'GOAL', coalesce(g.on_day, (g.recorded_at at time zone 'Europe/London')::date),
       g.recorded_at,
       'Goal ' || case g.kind when 'SET' then 'set' when 'PROGRESS' then 'came nearer'
                              else lower(replace(g.state, '_', ' ')) end || ': ' || left(o.words, 200),
       o.id
  from goal_entry g join goal o on o.id = g.goal_id
 where g.kind in ('SET', 'PROGRESS', 'STATE')
union all
select c.id, c.charity_id, c.person_id, c.engagement_id, 'WORKBOOK', c.issued_on, c.created_at,
       'Certificate: ' || c.title, c.progress_id
  from certificate c
union all
select e.id, e.charity_id, o.person_id, o.engagement_id, 'ONWARD_REFERRAL', e.happened_on, e.recorded_at,
       'Onward to ' || o.service_name || ': ' || lower(replace(e.step, '_', ' ')),
       o.id
  from onward_referral_entry e join onward_referral o on o.id = e.onward_referral_id
union all
select f.id, f.charity_id, f.person_id, null, 'CUSTODY_FACTS', (f.recorded_at at time zone 'Europe/London')::date,
       f.recorded_at,
       'Custody facts from ' || f.source
         || coalesce(': release confirmed for ' || f.confirmed_release_date,
                     ': conditional release on ' || f.conditional_release_date, ''),
       f.id
  from custody_facts f
union all
select c.id, c.charity_id, c.person_id, null, 'CONSENT', (c.stated_at at time zone 'Europe/London')::date, c.recorded_at,
       case when c.given then 'Agreed: ' else 'Did not agree: ' end || lower(replace(c.purpose, '_', ' ')),
       c.id
  from consent c
union all
select c.id, c.charity_id, c.person_id, null, 'CONTACT_PERMISSION', (c.stated_at at time zone 'Europe/London')::date,
       c.recorded_at,
       case when c.permitted then 'May be contacted: ' else 'Does not want contact: ' end
         || lower(replace(c.channel, '_', ' ')),
       c.id
  from contact_permission c
union all
select c.id, c.charity_id, c.person_id, null, 'PROFESSIONAL', c.since, c.recorded_at,
       initcap(left(replace(lower(c.role), '_', ' '), 1)) || substr(replace(lower(c.role), '_', ' '), 2) || ': '
         || coalesce(c.name, 'nobody known'),
       c.id
  from professional_contact c
union all
select l.id, l.charity_id, l.person_id, null, 'LICENCE', l.told_on, l.recorded_at,
       'Licence: ' || lower(replace(l.condition, '_', ' ')) || case when l.applies then ' applies' else ' does not apply' end,
       l.id
  from licence_condition l
union all
select e.id, e.charity_id, p.person_id, p.engagement_id, 'RELEASE_PLAN', (e.recorded_at at time zone 'Europe/London')::date,
       e.recorded_at,
       'Release plan: ' || case e.step when 'OPEN' then 'begun' when 'START_AGAIN' then 'begun anew' else 'changed' end
         || coalesce(', release expected on ' || e.expected_on, '')
         || coalesce(', first to ' || FIRST, ''),
       p.id
  from release_plan_entry e join release_plan p on p.id = e.plan_id
 where e.step in ('OPEN', 'CHANGE', 'START_AGAIN')
union all
select s.id, s.charity_id, g.person_id, g.engagement_id, 'SUPPORT', s.happened_on, s.recorded_at,
       'Through the gate: ' || lower(replace(s.step, '_', ' ')) || coalesce(', by ' || lower(replace(s.by, '_', ' ')), ''),
       g.id
  from gate_support_step s join gate_support g on g.id = s.support_id
union all
select c.id, c.charity_id, g.person_id, g.engagement_id, 'CARD', (c.created_at at time zone 'Europe/London')::date, c.created_at,
       'A card to make contact by was given to him, until ' || c.expires_on
         || case when c.used_at is not null then '; it was used' when c.revoked_at is not null then '; it was revoked' else '' end,
       c.id
  from (select id, charity_id, support_id, created_at, expires_on, used_at, revoked_at from reconnect_card) c
  join gate_support g on g.id = c.support_id
union all
select a.id, a.charity_id, e.person_id, e.id, 'ENDING', a.agreed_on, a.recorded_at,
       case when a.with_him then 'Agreed with him to end on ' else 'Planned to end on ' end || a.ends_on,
       a.id
  from ending_agreement a join engagement e on e.id = a.engagement_id
union all
select r.id, r.charity_id, e.person_id, e.id, 'ENDING', r.held_on, r.recorded_at, 'They looked back at it', r.id
  from closing_review r join engagement e on e.id = r.engagement_id
union all
select m.id, m.charity_id, m.person_id, null, 'MERGE', (m.recorded_at at time zone 'Europe/London')::date, m.recorded_at,
       'Another record of his was merged into this one', m.duplicate_id
  from person_merge m
union all
select d.id, d.charity_id, d.person_id, null, 'DEATH',
       coalesce(d.died_on, (d.created_at at time zone 'Europe/London')::date), d.created_at, 'He died', d.id
  from death d where d.withdrawn_at is null
"""


def upgrade() -> None:
    op.execute(
        TIMELINE.replace("PLACE)", f"{_said('p.accommodation')})").replace(
            "FIRST,", f"{_said('e.first_accommodation')},"
        )
    )
    op.execute("grant select on person_timeline to tg_manager, tg_coordinator")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
