"""Outcomes: judgements on the six, measures as configuration, and the forms that were filled in with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, grant, protect

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
HIS = f"{OWN_CHARITY} and engagement_id in (select throughgate.last_mentored())"
KEPT = ("outcome_judgement", "measure_response")

# Row security shows a mentor the sessions of his own time only; how often the two of them have met is no secret to who mentors
# him now, and a form must not be offered too early because somebody else began.
SESSIONS_HELD = """
create function throughgate.sessions_held(p_engagement uuid, p_until date) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select count(*) from public.mentoring_session s
   where s.engagement_id = p_engagement and s.state = 'HELD'
     and (coalesce(s.occurred_at, s.starts_at) at time zone 'Europe/London')::date <= p_until
     and s.charity_id = nullif(current_setting('app.charity', true), '')::uuid
$$
"""


def create_tables() -> None:
    op.create_table(
        "outcome_judgement",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("evidence_source", sa.Text(), nullable=True),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(judgement = 'NOT_ASSESSED') = (evidence_source is null)", name="outcome_judgement_evidence"
        ),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("engagement_id", "outcome", "sequence", name="outcome_judgement_sequence"),
    )
    op.create_index("outcome_judgement_newest", "outcome_judgement", ["charity_id", "recorded_at", "id"])
    op.create_table(
        "measure",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("edition_label", sa.String(), nullable=False),
        sa.Column("licence_ref", sa.String(), nullable=True),
        sa.Column("rapport_sessions", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("scales", postgresql.JSONB(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("charity_id", "code", "edition", name="measure_edition"),
    )
    op.create_index(
        "measure_in_use",
        "measure",
        ["charity_id", "code"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_index("measure_newest", "measure", ["charity_id", "created_at", "id"])
    op.create_table(
        "measure_response",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("measure_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("administered_by", sa.Text(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"]),
        sa.ForeignKeyConstraint(["supersedes_id"], ["measure_response.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("supersedes_id", name="measure_response_supersedes"),
    )
    op.create_index("measure_response_newest", "measure_response", ["charity_id", "created_at", "id"])
    op.create_index("measure_response_of", "measure_response", ["engagement_id", "taken_on"])
    op.create_index("measure_response_with", "measure_response", ["measure_id"])


def upgrade() -> None:
    create_tables()
    for table in KEPT:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )
    for table in (*KEPT, "measure"):
        protect(table)
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("measure", CASEWORK, {"update(retired_at, version, updated_at)": OWN_CHARITY})
    grant("measure", "tg_mentor", {"select": OWN_CHARITY})
    grant("measure_response", "tg_mentor", {"select": HIS, "insert": HIS})
    op.execute(SESSIONS_HELD)
    op.execute("revoke all on function throughgate.sessions_held(uuid, date) from public")
    op.execute(
        "grant execute on function throughgate.sessions_held(uuid, date) to tg_manager, tg_coordinator, tg_mentor"
    )


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
