"""What is handed over when somebody else mentors him: his plans, goals, workbooks, barriers and onward referrals, and the sessions
that are still to come. Known names of others stand apart from the notes that mentors read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
MENTOR = "tg_mentor"

# Whom a mentor has, or had last. While a relationship is bridged nobody has him: whoever left sees nothing new.
LAST_MENTORED = """
create function throughgate.last_mentored() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select t.engagement_id
    from public.engagement_mentor t
    join public.mentor m on m.id = t.mentor_id
    join public.engagement e on e.id = t.engagement_id
   where t.charity_id = nullif(current_setting('app.charity', true), '')::uuid
     and m.member_id = nullif(current_setting('app.subject', true), '')::uuid
     and (t.access_until is null or t.access_until >= (now() at time zone 'Europe/London')::date)
     and e.state <> 'BRIDGING'
     and not exists (
       select from public.engagement_mentor later
        where later.engagement_id = t.engagement_id and (later.from_day, later.id) > (t.from_day, t.id)
     )
$$
"""

# Of one engagement there is one session at a time, also of those that whoever asks may not see. It says which, and only to
# whoever may see that one is the rest told.
SESSION_AT = """
create function throughgate.session_at(
  p_engagement uuid, p_starts timestamptz[], p_minutes bigint, p_but uuid
) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select s.id
    from unnest(p_starts) as wanted (at)
    join public.mentoring_session s
      on s.starts_at > wanted.at - interval '1 day'
     and s.starts_at < wanted.at + make_interval(mins => p_minutes::integer)
     and s.starts_at + make_interval(mins => s.minutes::integer) > wanted.at
   where s.engagement_id = p_engagement
     and s.charity_id = nullif(current_setting('app.charity', true), '')::uuid
     and s.state in ('PLANNED', 'HELD', 'NOT_HELD')
     and s.id is distinct from p_but
   order by s.starts_at, s.id
   limit 1
$$
"""

# By whichever way the mentor changes: who meets him from then on is who mentors him, or nobody yet. When it ends, what was
# still to come is cancelled, by nobody's absence.
HAND_OVER = """
create function throughgate.hand_over_sessions() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_session record;
  v_now timestamptz := coalesce(new.updated_at, now());
  v_state text := case when new.state = 'ENDED' then 'CANCELLED' else 'PLANNED' end;
  v_step text := case when new.state = 'ENDED' then 'cancel' else 'hand_over' end;
begin
  update public.session_series
     set mentor_id = new.mentor_id, version = version + 1, updated_at = v_now
   where engagement_id = new.id and mentor_id is distinct from new.mentor_id
     and until >= (v_now at time zone 'Europe/London')::date;
  for v_session in
    update public.mentoring_session
       set mentor_id = coalesce(new.mentor_id, case when v_state = 'CANCELLED' then mentor_id end), state = v_state,
           version = version + 1, updated_at = v_now
     where engagement_id = new.id and state = 'PLANNED' and starts_at > v_now
       and (mentor_id is distinct from new.mentor_id or v_state = 'CANCELLED')
    returning id, charity_id, version
  loop
    insert into public.session_entry (id, charity_id, session_id, sequence, step, state, recorded_at, recorded_by)
    select uuidv7(), v_session.charity_id, v_session.id, coalesce(max(x.sequence), 0) + 1, v_step, v_state, v_now,
           nullif(current_setting('app.subject', true), '')::uuid
      from public.session_entry x where x.session_id = v_session.id;
    insert into public.event (id, charity_id, type, aggregate_id, aggregate_version, occurred_at)
    values (uuidv7(), v_session.charity_id, 'session.' || v_step, v_session.id, v_session.version, v_now);
  end loop;
  return null;
end
$$
"""

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
HIS_LAST = "select throughgate.last_mentored()"
HIS_TO_READ = f"{OWN_CHARITY} and engagement_id in ({HIS_LAST})"
# He writes while he mentors him, and no longer.
HIS_TO_WRITE = f"{OWN_CHARITY} and engagement_id in (select id from engagement where mentor_id in {OWN_MENTOR})"
# A session is recorded by whoever mentored him on that day.
IN_HIS_TIME = (
    f"{OWN_CHARITY} and mentor_id in {OWN_MENTOR} and exists (select from engagement_mentor t"
    " where t.engagement_id = mentoring_session.engagement_id"
    " and (t.access_until is null or t.access_until >= (now() at time zone 'Europe/London')::date)"
    " and (mentoring_session.starts_at at time zone 'Europe/London')::date"
    " between t.from_day and coalesce(t.until_day, 'infinity'::date))"
)
SERIES_TO_WRITE = f"{HIS_TO_WRITE} and mentor_id in {OWN_MENTOR}"

PARENTS = {
    "barrier": ("select", "insert", "update"),
    "action_plan": ("select", "insert", "update"),
    "goal": ("select", "insert", "update"),
    "toolkit_progress": ("select", "insert", "update"),
    "certificate": ("select", "insert"),
    "onward_referral": ("select", "insert", "update"),
}
CHILDREN = {
    "barrier_attempt": ("barrier_id", "barrier", ("select", "insert")),
    "plan_review": ("plan_id", "action_plan", ("select", "insert")),
    "goal_step": ("goal_id", "goal", ("select", "insert", "update")),
    "goal_entry": ("goal_id", "goal", ("select", "insert")),
    "progress_unit": ("progress_id", "toolkit_progress", ("select", "insert", "update")),
    "progress_entry": ("progress_id", "toolkit_progress", ("select", "insert")),
    "onward_referral_entry": ("onward_referral_id", "onward_referral", ("select", "insert")),
}


def create_functions() -> None:
    for function, name in (
        (LAST_MENTORED, "last_mentored"),
        (SESSION_AT, "session_at"),
        (HAND_OVER, "hand_over_sessions"),
    ):
        op.execute(function)
        op.execute(f"revoke all on function throughgate.{name} from public")
    op.execute(f"grant execute on function throughgate.last_mentored to {MENTOR}")
    for role in (*CASEWORK, MENTOR):
        op.execute(f"grant execute on function throughgate.session_at to {role}")
    op.execute(
        "create trigger hand_over_sessions after update of mentor_id, state on engagement for each row when"
        " (old.mentor_id is distinct from new.mentor_id or new.state = 'ENDED' and old.state <> 'ENDED')"
        " execute function throughgate.hand_over_sessions()"
    )
    grant("mentoring_session", OWNER, {"update": OWN_CHARITY})
    grant("session_series", OWNER, {"select": OWN_CHARITY, "update": OWN_CHARITY})
    grant("session_entry", OWNER, {"select": OWN_CHARITY, "insert": OWN_CHARITY})


def _policy(table: str, command: str, condition: str) -> None:
    using = "" if command == "insert" else f" using ({condition})"
    check = f" with check ({condition})" if command != "select" else ""
    op.execute(f"alter policy {MENTOR}_{command} on {table}{using}{check}")


def narrow_what_mentors_see() -> None:
    for table, commands in PARENTS.items():
        for command in commands:
            _policy(table, command, HIS_TO_READ if command == "select" else HIS_TO_WRITE)
    for table, (key, parent, commands) in CHILDREN.items():
        for command in commands:
            which = HIS_TO_READ if command == "select" else HIS_TO_WRITE
            _policy(table, command, f"{OWN_CHARITY} and {key} in (select id from {parent} where {which})")
    _policy("mentoring_session", "insert", IN_HIS_TIME)
    _policy("session_series", "insert", SERIES_TO_WRITE)


def keep_known_names_apart() -> None:
    op.create_table(
        "session_note_known_name",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["note_id"], ["session_note.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("note_id"),
    )
    move_known_names()
    op.execute(
        "create trigger keep before update or delete on session_note_known_name"
        " for each row execute function throughgate.keep()"
    )
    op.execute(
        "create trigger keep_all before truncate on session_note_known_name"
        " for each statement execute function throughgate.keep()"
    )
    protect("session_note_known_name")
    grant("session_note_known_name", CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    # A mentor's notes are read by the same statement; it finds none of them.
    grant("session_note_known_name", MENTOR, {"select": "false"})


def move_known_names() -> None:
    known = "w ->> 'code' = 'KNOWN_NAME'"
    op.execute("alter table session_note no force row level security")
    op.execute("alter table session_note disable trigger keep")
    op.execute(
        "insert into session_note_known_name (id, charity_id, note_id, found)"
        f" select uuidv7(), n.charity_id, n.id, (select jsonb_agg(w) from jsonb_array_elements(n.warnings) w where {known})"
        f" from session_note n where exists (select from jsonb_array_elements(n.warnings) w where {known})"
    )
    op.execute(
        "update session_note n set warnings = coalesce("
        f"(select jsonb_agg(w) from jsonb_array_elements(n.warnings) w where not {known}), '[]')"
        f" where exists (select from jsonb_array_elements(n.warnings) w where {known})"
    )
    op.execute("alter table session_note enable trigger keep")
    op.execute("alter table session_note force row level security")


def hand_over_what_was_left() -> None:
    """Sessions that were planned before this step for somebody who no longer mentors him."""
    tables = ("mentoring_session", "session_series", "engagement")
    for table in tables:
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "update mentoring_session s set mentor_id = e.mentor_id, version = s.version + 1, updated_at = now()"
        " from engagement e where e.id = s.engagement_id and s.state = 'PLANNED' and s.starts_at > now()"
        " and s.mentor_id is distinct from e.mentor_id"
    )
    op.execute(
        "update session_series s set mentor_id = e.mentor_id, version = s.version + 1, updated_at = now()"
        " from engagement e where e.id = s.engagement_id and s.until >= (now() at time zone 'Europe/London')::date"
        " and s.mentor_id is distinct from e.mentor_id"
    )
    for table in tables:
        op.execute(f"alter table {table} force row level security")


def upgrade() -> None:
    create_functions()
    narrow_what_mentors_see()
    keep_known_names_apart()
    hand_over_what_was_left()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
