"""His plans and goals, in small steps; the charity's workbooks, how far he has come with them, and his certificates."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import CHARITY, OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

# Whether a toolkit is written for somebody's age on a day; null where that is not known. Who may not read his date of birth
# learns no more than that: the ages are those of the catalogue, never the caller's own.
TOOLKIT_FITS = """
create function throughgate.toolkit_fits(p_person uuid, p_toolkit uuid, p_on date) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select case
           when t.age_from is null and t.age_to is null then true
           else extract(year from age(p_on, p.date_of_birth)) >= coalesce(t.age_from, 0)
            and extract(year from age(p_on, p.date_of_birth)) < coalesce(t.age_to, 1000)
         end
    from public.person p, public.toolkit t
   where p.id = p_person and t.id = p_toolkit
     and p.charity_id = nullif(current_setting('app.charity', true), '')::uuid
     and (t.charity_id is null or t.charity_id = p.charity_id)
$$
"""

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
STILL_HIS = "(access_until is null or access_until >= (now() at time zone 'Europe/London')::date)"
HIS = f"select engagement_id from engagement_mentor where {STILL_HIS}"
# Who was succeeded sees from then on only what he wrote himself.
HIS_NOW = f"select id from engagement where mentor_id in {OWN_MENTOR} and id in ({HIS})"
HIS_OWN = f"{OWN_CHARITY} and (engagement_id in ({HIS_NOW}) or (created_by = {SUBJECT} and engagement_id in ({HIS})))"
# Everybody's are shown to whoever acts for a charity, and to nobody who has not said for which.
EVERYBODYS = f"(charity_id is null and {CHARITY} is not null or {OWN_CHARITY})"

PARENTS = ("action_plan", "goal", "toolkit_progress", "certificate")
KEPT = {"plan_review": "action_plan", "goal_entry": "goal", "progress_entry": "toolkit_progress"}
"""What is written once, and of what it tells."""
CHILDREN = {"goal_step": "goal", "progress_unit": "toolkit_progress"}
KEY = {"action_plan": "plan_id", "goal": "goal_id", "toolkit_progress": "progress_id"}


def _tenanted() -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
    ]


def _created() -> list[sa.Column]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
    ]


def _versioned() -> list[sa.Column]:
    return [
        *_created(),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _recorded() -> list[sa.Column]:
    return [
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
    ]


def _of_engagement() -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
    ]


def create_goals() -> None:
    op.create_table(
        "action_plan",
        *_tenanted(),
        *_versioned(),
        *_of_engagement(),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
    )
    op.create_table(
        "plan_review",
        *_tenanted(),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("changed", sa.String(), nullable=True),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        *_recorded(),
        sa.ForeignKeyConstraint(["plan_id"], ["action_plan.id"]),
        sa.UniqueConstraint("plan_id", "sequence", name="plan_review_sequence"),
    )
    op.create_table(
        "goal",
        *_tenanted(),
        *_versioned(),
        *_of_engagement(),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["action_plan.id"]),
    )
    op.create_table(
        "goal_step",
        *_tenanted(),
        *_created(),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("by_day", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"]),
    )
    op.create_table(
        "goal_entry",
        *_tenanted(),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("not_said", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"]),
        sa.ForeignKeyConstraint(["step_id"], ["goal_step.id"]),
        sa.UniqueConstraint("goal_id", "sequence", name="goal_entry_sequence"),
    )


def create_toolkits() -> None:
    op.create_table(
        "toolkit",
        *_versioned(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("weeks", sa.BigInteger(), nullable=True),
        sa.Column("accredited", sa.Boolean(), nullable=False),
        sa.Column("certificate", sa.Boolean(), nullable=False),
        sa.Column("age_from", sa.BigInteger(), nullable=True),
        sa.Column("age_to", sa.BigInteger(), nullable=True),
        sa.Column("units", postgresql.JSONB(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_because", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "toolkit_progress",
        *_tenanted(),
        *_versioned(),
        *_of_engagement(),
        sa.Column("toolkit_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("gives_certificate", sa.Boolean(), nullable=False),
        sa.Column("accredited", sa.Boolean(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["toolkit_id"], ["toolkit.id"]),
    )
    op.create_table(
        "progress_unit",
        *_tenanted(),
        sa.Column("progress_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["progress_id"], ["toolkit_progress.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["mentoring_session.id"]),
        sa.UniqueConstraint("progress_id", "number", name="progress_unit_number"),
    )
    op.create_table(
        "progress_entry",
        *_tenanted(),
        sa.Column("progress_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        *_recorded(),
        sa.ForeignKeyConstraint(["progress_id"], ["toolkit_progress.id"]),
        sa.UniqueConstraint("progress_id", "sequence", name="progress_entry_sequence"),
    )
    op.create_table(
        "certificate",
        *_tenanted(),
        *_created(),
        *_of_engagement(),
        sa.Column("progress_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("accredited", sa.Boolean(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("awarded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["progress_id"], ["toolkit_progress.id"]),
        sa.UniqueConstraint("progress_id", name="certificate_once"),
        sa.UniqueConstraint("number", name="certificate_number"),
    )


def create_indexes() -> None:
    for table in PARENTS:
        for column in ("engagement_id", "person_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table, column in (
        ("goal", "plan_id"),
        ("goal_step", "goal_id"),
        ("goal_entry", "step_id"),
        ("toolkit_progress", "toolkit_id"),
        ("progress_unit", "session_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for name, table in (("plan", "action_plan"), ("goal", "goal"), ("progress", "toolkit_progress")):
        op.create_index(f"{name}_newest", table, ["charity_id", "created_at", "id"])
    op.create_index(
        "plan_one_at_a_time",
        "action_plan",
        ["engagement_id"],
        unique=True,
        postgresql_where=sa.text("state = 'CURRENT'"),
    )
    op.create_index(
        "progress_one_at_a_time",
        "toolkit_progress",
        ["engagement_id", "toolkit_id"],
        unique=True,
        postgresql_where=sa.text("state in ('GOING_ON', 'PAUSED')"),
    )
    op.create_index("toolkit_once", "toolkit", ["charity_id", "code"], unique=True, postgresql_nulls_not_distinct=True)
    op.create_index("toolkit_of_family", "toolkit", ["family"], postgresql_where=sa.text("family is not null"))


# The titles of the units are not public, so weeks are numbered; where it is not known how many there are, there are none.
SIX_WEEKS = [{"number": week, "title": f"Week {week}"} for week in range(1, 7)]
CONFLICT = {"title": "Conflict Resolution Toolkit", "family": "CONFLICT_RESOLUTION"}
CATALOGUE = (
    {
        "code": "FUTC",
        "title": "Facing Up to Conflict",
        "weeks": 6,
        "accredited": True,
        "certificate": True,
        "units": SIX_WEEKS,
    },
    {**CONFLICT, "code": "CONFLICT_15_18", "age_from": 15, "age_to": 18},
    {**CONFLICT, "code": "CONFLICT_18_25", "age_from": 18, "age_to": 25},
    {**CONFLICT, "code": "CONFLICT_25_PLUS", "age_from": 25},
    {"code": "TRAUMA", "title": "Trauma workbook"},
    {"code": "MONEY_MANAGEMENT", "title": "Money management workbook"},
)


def seed_catalogue() -> None:
    insert = sa.text(
        "insert into toolkit (id, code, title, family, weeks, accredited, certificate, age_from, age_to, units, version,"
        " created_at, updated_at) values (cast(:id as uuid), :code, :title, :family, :weeks, :accredited, :certificate,"
        " :age_from, :age_to, cast(:units as jsonb), 1, now(), now())"
    )
    plain = {"family": None, "weeks": None, "accredited": False, "certificate": False, "age_from": None, "age_to": None}
    for number, given in enumerate(CATALOGUE, start=1):
        values = {**plain, **given, "units": json.dumps(given.get("units", []))}
        op.get_bind().execute(insert, {"id": f"01900000-0000-7000-8000-00000000b1{number:02}", **values})


def create_functions() -> None:
    op.execute(TOOLKIT_FITS)
    op.execute("revoke all on function throughgate.toolkit_fits from public")
    for role in (*CASEWORK, "tg_mentor"):
        op.execute(f"grant execute on function throughgate.toolkit_fits to {role}")
    for table in (*KEPT, "certificate"):
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )


def grant_rights() -> None:
    for table in ("toolkit", *PARENTS, *KEPT, *CHILDREN):
        protect(table)
    reading, writing = {"select", "insert"}, {"select", "insert", "update"}
    for table in PARENTS:
        done = reading if table == "certificate" else writing
        grant(table, CASEWORK, dict.fromkeys(sorted(done), OWN_CHARITY))
        grant(table, "tg_mentor", dict.fromkeys(sorted(done), HIS_OWN))
    for table, parent in {**KEPT, **CHILDREN}.items():
        done = reading if table in KEPT else writing
        seen = f"{OWN_CHARITY} and {KEY[parent]} in (select id from {parent})"
        if table in KEPT:
            # Of what he began himself, who was succeeded does not see what others have written since.
            seen += (
                f" and (recorded_by = {SUBJECT} or {KEY[parent]} in"
                f" (select id from {parent} where engagement_id in ({HIS_NOW})))"
            )
        grant(table, CASEWORK, dict.fromkeys(sorted(done), OWN_CHARITY))
        grant(table, "tg_mentor", dict.fromkeys(sorted(done), seen))
    grant("toolkit", CASEWORK, {"select": EVERYBODYS, "insert": OWN_CHARITY, "update": OWN_CHARITY})
    grant("toolkit", "tg_mentor", {"select": EVERYBODYS})
    grant("toolkit", OWNER, {"select": EVERYBODYS, "insert": "charity_id is null"})
    grant("person", OWNER, {"select": OWN_CHARITY})


def upgrade() -> None:
    create_goals()
    create_toolkits()
    create_indexes()
    grant_rights()
    create_functions()
    seed_catalogue()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
