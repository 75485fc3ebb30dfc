"""What a move asks of whoever coordinates, and days out of the prison that are no move."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, grant, protect

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

HIS_PEOPLE = "select person_id from engagement where id in (select throughgate.last_mentored())"


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def create_tables() -> None:
    op.create_table(
        "temporary_absence",
        *_row(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("came_back", sa.Boolean(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.CheckConstraint("ended_on is null or ended_on >= left_on", name="temporary_absence_forward"),
        sa.CheckConstraint("expected_on is null or expected_on >= left_on", name="temporary_absence_expected"),
        sa.CheckConstraint("(ended_on is null) = (came_back is null)", name="temporary_absence_ended"),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "temporary_absence_one_open",
        "temporary_absence",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("ended_on is null and withdrawn_at is null"),
    )
    op.create_index("temporary_absence_of_person", "temporary_absence", ["person_id", "left_on"])
    op.create_index("temporary_absence_newest", "temporary_absence", ["charity_id", "left_on", "id"])
    op.create_table(
        "move_review",
        *_row(),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("accommodation", sa.Text(), nullable=False),
        sa.Column("establishment", sa.String(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("setting", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "move_review_one_open",
        "move_review",
        ["engagement_id", "placement_id"],
        unique=True,
        postgresql_where=sa.text("decided_at is null"),
    )
    op.create_index("move_review_of_placement", "move_review", ["placement_id"])
    op.create_index("move_review_newest", "move_review", ["charity_id", "created_at", "id"])
    op.create_index(op.f("ix_move_review_person_id"), "move_review", ["person_id"])


def upgrade() -> None:
    create_tables()
    every = {"select": OWN_CHARITY, "insert": OWN_CHARITY, "update": OWN_CHARITY}
    for table in ("temporary_absence", "move_review"):
        protect(table)
        grant(table, CASEWORK, every)
    grant("temporary_absence", "tg_safeguarding_lead", {"select": OWN_CHARITY})
    grant("temporary_absence", "tg_mentor", {"select": f"{OWN_CHARITY} and person_id in ({HIS_PEOPLE})"})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
