"""Mentors: their way through the pipeline, checks, trainings, supervision and hours; supervisors' absences; alarms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
OF_A_MENTOR = ("mentor_step", "mentor_check", "mentor_training", "supervision_contact", "mentor_hours")
APPEND_ONLY = (*OF_A_MENTOR, "supervisor_absence")

# The step of matching puts engagements behind it; a mentor's view has a place for the number already.
PLACES_TAKEN = """
create function throughgate.places_taken(p_mentor uuid) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select 0 where p_mentor is not null $$
"""

# What somebody should look at, by a day, by default today's in London. Of checks the newest counts, and on its last day it still does. Whoever
# mentors needs a supervisor who is there and who speaks with them; whoever may be asked to needs what lets them in.
MENTOR_ALARMS = """
create function throughgate.mentor_alarms(p_mentor uuid, p_day date default null) returns text[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with today as (select coalesce(p_day, (now() at time zone 'Europe/London')::date) as day),
  mentor as (
    select m.*, t.day from public.mentor m cross join today t
     where m.id = p_mentor and m.stage in ('CLEARED', 'ACTIVE', 'PAUSED')
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
       select a.covered_by is null from public.supervisor_absence a
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
     where not exists (select from standing where kind = 'CLEARANCE' and in_force)
    union all
    select 8, 'CLEARANCE_EXPIRED' from standing where kind = 'CLEARANCE' and expired
    union all
    select 9, 'CLEARANCE_EXPIRES_SOON' from standing where kind = 'CLEARANCE' and soon
  )
  select coalesce(array_agg(alarm order by place), '{}') from found
$$
"""


def create_tables() -> None:
    op.create_table(
        "mentor",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.Column("supervision_every_days", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("times", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("interests", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("has_children", sa.Boolean(), nullable=True),
        sa.Column("committed_until", sa.Date(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("programme_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("offers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("charity_id", "member_id", name="mentor_member"),
    )
    op.create_index(op.f("ix_mentor_supervisor_id"), "mentor", ["supervisor_id"], unique=False)
    op.create_index("mentor_newest", "mentor", ["charity_id", "created_at", "id"], unique=False)
    op.create_table(
        "supervisor_absence",
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("away_from", sa.Date(), nullable=False),
        sa.Column("away_until", sa.Date(), nullable=False),
        sa.Column("covered_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["covered_by"],
            ["member.id"],
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_supervisor_absence_supervisor_id"), "supervisor_absence", ["supervisor_id"], unique=False)
    op.create_table(
        "mentor_step",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
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
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mentor_id", "sequence", name="mentor_step_sequence"),
    )
    op.create_table(
        "mentor_check",
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("establishment", sa.String(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_mentor_check_mentor_id"), "mentor_check", ["mentor_id"], unique=False)
    op.create_table(
        "mentor_training",
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("cohort", sa.String(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_mentor_training_mentor_id"), "mentor_training", ["mentor_id"], unique=False)
    op.create_table(
        "supervision_contact",
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_supervision_contact_mentor_id"), "supervision_contact", ["mentor_id"], unique=False)
    op.create_table(
        "mentor_hours",
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charity_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"],
            ["mentor.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_mentor_hours_mentor_id"), "mentor_hours", ["mentor_id"], unique=False)


def create_functions() -> None:
    for function in (PLACES_TAKEN, MENTOR_ALARMS):
        op.execute(function)
    for function in ("places_taken", "mentor_alarms"):
        op.execute(f"revoke all on function throughgate.{function} from public")
        for role in CASEWORK:
            op.execute(f"grant execute on function throughgate.{function} to {role}")
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )


def grant_rights() -> None:
    for table in ("mentor", *APPEND_ONLY):
        protect(table)
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("mentor", CASEWORK, {"update": OWN_CHARITY})
    grant("mentor", OWNER, {"select": OWN_CHARITY})
    # A mentor's own row says which engagements are theirs.
    grant("mentor", "tg_mentor", {"select": f"{OWN_CHARITY} and member_id = {SUBJECT}"})


def upgrade() -> None:
    create_tables()
    create_functions()
    grant_rights()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
