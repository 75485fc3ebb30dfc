"""How relationships come to their end: what was agreed, what was said when they looked back; and a death."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, grant, protect

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

HIS = f"{OWN_CHARITY} and engagement_id in (select throughgate.last_mentored())"
KEPT = ("ending_agreement", "closing_review")


def create_tables() -> None:
    op.create_table(
        "ending_agreement",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("with_him", sa.Boolean(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("closing_session_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["closing_session_id"], ["mentoring_session.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ending_agreement_of_engagement", "ending_agreement", ["engagement_id", "recorded_at", "id"])
    op.create_index("ending_agreement_newest", "ending_agreement", ["charity_id", "recorded_at", "id"])
    op.create_table(
        "closing_review",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("his_words", sa.String(), nullable=True),
        sa.Column("mentors_words", sa.String(), nullable=True),
        sa.Column("onward", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["mentoring_session.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("closing_review_of_engagement", "closing_review", ["engagement_id", "recorded_at", "id"])
    op.create_index("closing_review_newest", "closing_review", ["charity_id", "recorded_at", "id"])
    op.create_table(
        "death",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("death_of_person", "death", ["person_id"])
    op.create_index("death_newest", "death", ["charity_id", "created_at", "id"])
    op.create_index(
        "death_one_stands", "death", ["person_id"], unique=True, postgresql_where=sa.text("withdrawn_at is null")
    )


def upgrade() -> None:
    op.execute("alter table person add column deceased boolean not null default false")
    create_tables()
    for table in KEPT:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )
    for table in (*KEPT, "death"):
        protect(table)
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("death", CASEWORK, {"update": OWN_CHARITY})
    for table in KEPT:
        grant(table, "tg_mentor", {"select": HIS, "insert": HIS})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
