"""Case studies: stories under another name, and which report tells them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, grant, protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
WITHDRAWING = "words, warnings, withdrawn_at, withdrawn_because, version, updated_at"


def upgrade() -> None:
    op.create_table(
        "case_study",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("warnings", postgresql.JSONB(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("case_study_newest", "case_study", ["charity_id", "created_at", "id"])
    op.create_index("case_study_of", "case_study", ["engagement_id"])
    op.create_table(
        "report_case_study",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("case_study_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.ForeignKeyConstraint(["case_study_id"], ["case_study.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("report_id", "place", name="report_case_study_place"),
    )
    op.create_index(op.f("ix_report_case_study_case_study_id"), "report_case_study", ["case_study_id"])
    for name, when in (
        ("keep", "update or delete on report_case_study for each row"),
        ("keep_all", "truncate on report_case_study for each statement"),
    ):
        op.execute(f"create trigger {name} before {when} execute function throughgate.keep()")
    for table in ("case_study", "report_case_study"):
        protect(table)
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    grant("case_study", CASEWORK, {f"update({WITHDRAWING})": OWN_CHARITY})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
