"""Matching: wishes, exclusions, policies and runs; and the mentoring relationship, within each mentor's capacity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
APPEND_ONLY = ("match_profile", "match_exclusion", "matching_policy", "engagement_change")
TABLES = (
    *APPEND_ONLY,
    "match_run",
    "match_line",
    "engagement",
    "engagement_mentor",
    "bridging_task",
)

# A place is held by who mentors, and by who has said yes to mentoring. Whoever would be given one more is locked first, so
# of two at once the second counts what the first has taken.
HELD = """
create function throughgate.holds_place(e public.engagement, p_mentor uuid) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp
return (e.mentor_id is not distinct from p_mentor and e.state in ('ACTIVE', 'PAUSED'))
    or (e.proposed_mentor_id is not distinct from p_mentor and e.accepted_by_mentor_at is not null)
"""

PLACES_TAKEN = """
create or replace function throughgate.places_taken(p_mentor uuid) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select count(*)::integer
    from public.engagement e
   where e.charity_id = nullif(current_setting('app.charity', true), '')::uuid
     and (e.mentor_id = p_mentor and e.state in ('ACTIVE', 'PAUSED')
          or e.proposed_mentor_id = p_mentor and e.accepted_by_mentor_at is not null)
$$
"""

KEEP_CAPACITY = """
create function throughgate.keep_capacity() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_mentor uuid;
  v_capacity bigint;
  v_taken bigint;
begin
  foreach v_mentor in array array_remove(array[new.mentor_id, new.proposed_mentor_id], null) loop
    continue when not throughgate.holds_place(new, v_mentor);
    continue when tg_op = 'UPDATE' and throughgate.holds_place(old, v_mentor);
    select capacity into v_capacity from public.mentor where id = v_mentor for no key update;
    select count(*) into v_taken from public.engagement e
     where e.id <> new.id
       and (e.mentor_id = v_mentor and e.state in ('ACTIVE', 'PAUSED')
            or e.proposed_mentor_id = v_mentor and e.accepted_by_mentor_at is not null);
    if v_taken >= v_capacity then
      raise exception '% of the mentor''s % places are taken.', v_taken, v_capacity using errcode = 'TG409';
    end if;
  end loop;
  return new;
end
$$
"""

# Everything that a run is told of a programme, under the row security of whoever asks. Of what is append-only the newest
# counts. A release is known by the newest decision on the referral; what is not known is null.
MATCH_INPUTS = """
create function throughgate.match_inputs(p_programme uuid, p_day date) returns json
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
        'release_on', d.custody_end,
        'establishment', p.establishment,
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
        select f.id, f.person_id, row_number() over (order by f.received_on, f.reference) as place
          from public.referral f
         where f.charity_id = nullif(current_setting('app.charity', true), '')::uuid
           and f.programme_id = p_programme and f.disposition = 'waiting'
           and not exists (
             select from public.engagement e where e.referral_id = f.id and e.state not in ('ENDED', 'DECLINED')
           )
      ) r
      join public.person p on p.id = r.person_id
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
    )
  )
$$
"""

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
# While a mentor has somebody, and for thirty days after: by the day in London.
STILL_HIS = "(access_until is null or access_until >= (now() at time zone 'Europe/London')::date)"
OF_HIS_TIME = f"select engagement_id from engagement_mentor where {STILL_HIS}"
HIS_TIME = f"{OWN_CHARITY} and mentor_id in {OWN_MENTOR} and {STILL_HIS}"
HIS_PEOPLE = f"{OWN_CHARITY} and id in (select person_id from engagement_mentor where {STILL_HIS})"
# Whoever was asked and said no sees for as long what became of his answer.
ASKED = (
    f"select engagement_id from engagement_change where mentor_id in {OWN_MENTOR}"
    " and recorded_at > now() - interval '30 days'"
)
HIS_ENGAGEMENTS = f"{OWN_CHARITY} and (proposed_mentor_id in {OWN_MENTOR} or id in ({OF_HIS_TIME}) or id in ({ASKED}))"
HIS_CHANGES = f"{OWN_CHARITY} and (mentor_id in {OWN_MENTOR} or engagement_id in ({OF_HIS_TIME}))"


def create_tables() -> None:
    op.create_table(
        "match_profile",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_area", sa.String(), nullable=True),
        sa.Column("times", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("interests", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("has_children", sa.Boolean(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wishes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("match_profile_newest", "match_profile", ["person_id", "recorded_at", "id"], unique=False)
    op.create_table(
        "match_exclusion",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "match_exclusion_of", "match_exclusion", ["person_id", "mentor_id", "kind", "recorded_at"], unique=False
    )
    op.create_table(
        "matching_policy",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("programme_id", "policy_version", name="matching_policy_version"),
    )
    op.create_table(
        "match_run",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("for_day", sa.Date(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_match_run_programme_id"), "match_run", ["programme_id"], unique=False)
    op.create_index("match_run_newest", "match_run", ["charity_id", "created_at", "id"], unique=False)
    op.create_table(
        "engagement",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_mentor_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_by_mentor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("planned_end", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proposed_mentor_id"],
            ["mentor.id"],
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("engagement_newest", "engagement", ["charity_id", "created_at", "id"], unique=False)
    op.create_index("engagement_of_mentor", "engagement", ["mentor_id"], unique=False)
    op.create_index("engagement_of_person", "engagement", ["person_id"], unique=False)
    op.create_index(
        "engagement_one_at_a_time",
        "engagement",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("state not in ('ENDED', 'DECLINED')"),
    )
    op.create_index("engagement_proposed_to", "engagement", ["proposed_mentor_id"], unique=False)
    op.create_index(op.f("ix_engagement_programme_id"), "engagement", ["programme_id"], unique=False)
    op.create_table(
        "engagement_mentor",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("access_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("engagement_mentor_of", "engagement_mentor", ["engagement_id"], unique=False)
    op.create_index("engagement_mentor_who", "engagement_mentor", ["mentor_id"], unique=False)
    op.create_table(
        "engagement_change",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("by_side", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("engagement_id", "sequence", name="engagement_change_sequence"),
    )
    op.create_table(
        "bridging_task",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("bridging_task_due", "bridging_task", ["charity_id", "due_on", "id"], unique=False)
    op.create_index(op.f("ix_bridging_task_engagement_id"), "bridging_task", ["engagement_id"], unique=False)
    op.create_table(
        "match_line",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("fit", sa.BigInteger(), nullable=True),
        sa.Column("contributions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["match_run.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run_id", "place", name="match_line_place"),
    )
    op.create_index(op.f("ix_match_line_referral_id"), "match_line", ["referral_id"], unique=False)


def create_functions() -> None:
    for function in (HELD, PLACES_TAKEN, KEEP_CAPACITY, MATCH_INPUTS):
        op.execute(function)
    for function in ("holds_place", "keep_capacity", "match_inputs"):
        op.execute(f"revoke all on function throughgate.{function} from public")
    for role in CASEWORK:
        op.execute(f"grant execute on function throughgate.match_inputs to {role}")
    op.execute(
        "create trigger keep_capacity before insert or update on engagement"
        " for each row execute function throughgate.keep_capacity()"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )


def grant_casework() -> None:
    for table in TABLES:
        protect(table)
        given = {"select": OWN_CHARITY, "insert": OWN_CHARITY}
        if table not in APPEND_ONLY:
            given["update"] = OWN_CHARITY
        if table == "matching_policy":
            grant(table, "tg_manager", given)
            grant(table, "tg_coordinator", {"select": OWN_CHARITY})
        else:
            grant(table, CASEWORK, given)
    grant("engagement", OWNER, {"select": OWN_CHARITY})
    grant("mentor", OWNER, {"update": OWN_CHARITY})


def grant_mentors() -> None:
    """A mentor sees whom he has, and what he is asked; and answers for himself."""
    grant("engagement_mentor", "tg_mentor", {"select": HIS_TIME})
    grant("engagement", "tg_mentor", {"select": HIS_ENGAGEMENTS})
    answered = "proposed_mentor_id, accepted_by_mentor_at, state, state_since, ended_on, version, updated_at"
    grant("engagement", "tg_mentor", {f"update({answered})": HIS_ENGAGEMENTS})
    grant("engagement_change", "tg_mentor", {"select": HIS_CHANGES, "insert": HIS_CHANGES})
    own_word = f"{OWN_CHARITY} and mentor_id in {OWN_MENTOR}"
    grant("match_exclusion", "tg_mentor", {"insert": own_word, "select": own_word})
    grant(
        "person",
        "tg_mentor",
        {"select(id, charity_id, given_name, family_name, known_as, establishment, location, version)": HIS_PEOPLE},
    )
    grant("event", "tg_mentor", {"insert": OWN_CHARITY})


def upgrade() -> None:
    create_tables()
    create_functions()
    grant_casework()
    grant_mentors()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
