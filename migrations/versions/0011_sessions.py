"""Sessions: planned, in series, recorded, moved; what was done to each; whether somebody was told what he must be told first."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, OWNER, SUBJECT, grant, protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

# A mentor learns whether, never when and by whom.
WAS_EXPLAINED = """
create function throughgate.was_explained(p_person uuid, p_by timestamptz) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select count(distinct x.kind) = 2
    from public.explanation x
   where x.charity_id = nullif(current_setting('app.charity', true), '')::uuid
     and x.person_id = p_person and x.explained_at <= p_by
$$
"""

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
STILL_HIS = "(access_until is null or access_until >= (now() at time zone 'Europe/London')::date)"
HIS = f"select engagement_id from engagement_mentor where {STILL_HIS}"
HIS_PEOPLE = f"select person_id from engagement_mentor where {STILL_HIS}"
# The sessions in which he meets, or met, the man: not those of whoever came before him or after.
HIS_SESSIONS = f"{OWN_CHARITY} and mentor_id in {OWN_MENTOR} and engagement_id in ({HIS})"
OF_HIS_SESSIONS = f"{OWN_CHARITY} and session_id in (select id from mentoring_session)"


def create_tables() -> None:
    op.create_table(
        "session_series",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("establishment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentor.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_session_series_engagement_id"), "session_series", ["engagement_id"])
    op.create_index(op.f("ix_session_series_mentor_id"), "session_series", ["mentor_id"])
    op.create_index("series_newest", "session_series", ["charity_id", "created_at", "id"])
    op.create_table(
        "mentoring_session",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=True),
        sa.Column("establishment", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attendance", sa.Text(), nullable=True),
        sa.Column("prison_cause", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("superseded_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentor.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["series_id"], ["session_series.id"]),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["mentoring_session.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_mentoring_session_person_id"), "mentoring_session", ["person_id"])
    op.create_index(op.f("ix_mentoring_session_series_id"), "mentoring_session", ["series_id"])
    op.create_index(op.f("ix_mentoring_session_superseded_by_id"), "mentoring_session", ["superseded_by_id"])
    op.create_index("session_newest", "mentoring_session", ["charity_id", "starts_at", "id"])
    op.create_index("session_of_engagement", "mentoring_session", ["engagement_id", "starts_at"])
    op.create_index("session_of_mentor", "mentoring_session", ["mentor_id", "starts_at"])
    op.create_index(
        "session_once",
        "mentoring_session",
        ["engagement_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("state in ('PLANNED', 'HELD', 'NOT_HELD')"),
    )
    op.create_table(
        "session_entry",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attendance", sa.Text(), nullable=True),
        sa.Column("prison_cause", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["mentoring_session.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id", "sequence", name="session_entry_sequence"),
    )


def create_functions() -> None:
    op.execute(WAS_EXPLAINED)
    op.execute("revoke all on function throughgate.was_explained from public")
    for role in (*CASEWORK, "tg_mentor"):
        op.execute(f"grant execute on function throughgate.was_explained to {role}")
    op.execute(
        "create trigger keep before update or delete on session_entry for each row execute function throughgate.keep()"
    )
    op.execute(
        "create trigger keep_all before truncate on session_entry for each statement execute function throughgate.keep()"
    )


def grant_rights() -> None:
    for table in ("session_series", "mentoring_session", "session_entry"):
        protect(table)
        given = {"select": OWN_CHARITY, "insert": OWN_CHARITY}
        if table != "session_entry":
            given["update"] = OWN_CHARITY
        grant(table, CASEWORK, given)
    his = {"select": HIS_SESSIONS, "insert": HIS_SESSIONS, "update": HIS_SESSIONS}
    grant("mentoring_session", "tg_mentor", his)
    grant("session_series", "tg_mentor", his)
    grant("session_entry", "tg_mentor", {"select": OF_HIS_SESSIONS, "insert": OF_HIS_SESSIONS})
    grant("explanation", "tg_mentor", {"insert": f"{OWN_CHARITY} and person_id in ({HIS_PEOPLE})"})
    grant("explanation", OWNER, {"select": OWN_CHARITY})


def upgrade() -> None:
    create_tables()
    create_functions()
    grant_rights()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
