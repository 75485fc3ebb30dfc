"""Support through the gate: each of its states with a day of its own, and the time that it lasts."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, grant, protect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
# ruff: noqa: S608 -- our own words, never anything that was sent
HIS = f"{OWN_CHARITY} and engagement_id in (select throughgate.last_mentored())"
OF_HIS = f"{OWN_CHARITY} and support_id in (select id from gate_support)"


def create_tables() -> None:
    op.create_table(
        "gate_support",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("eligible_on", sa.Date(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("declined_on", sa.Date(), nullable=True),
        sa.Column("first_contact_on", sa.Date(), nullable=True),
        sa.Column("first_contact_by", sa.Text(), nullable=True),
        sa.Column("supported_on", sa.Date(), nullable=True),
        sa.Column("sustained_on", sa.Date(), nullable=True),
        sa.Column("three_month_review_on", sa.Date(), nullable=True),
        sa.Column("six_month_review_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("planned_end", sa.Boolean(), nullable=True),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("accepted_on is null or offered_on is not null", name="gate_support_offered_first"),
        sa.CheckConstraint("supported_on is null or first_contact_on is not null", name="gate_support_contact_first"),
        sa.CheckConstraint("sustained_on is null or supported_on is not null", name="gate_support_supported_first"),
        sa.CheckConstraint("(ended_on is null) = (end_reason is null)", name="gate_support_ended"),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gate_support_newest", "gate_support", ["charity_id", "created_at", "id"])
    op.create_index("gate_support_of_programme", "gate_support", ["programme_id"])
    op.create_index(op.f("ix_gate_support_engagement_id"), "gate_support", ["engagement_id"])
    op.create_index(
        "gate_support_one_open",
        "gate_support",
        ["engagement_id"],
        unique=True,
        postgresql_where=sa.text("ended_on is null"),
    )
    op.create_index(op.f("ix_gate_support_person_id"), "gate_support", ["person_id"])
    op.create_table(
        "gate_support_step",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("support_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("planned", sa.Boolean(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["support_id"], ["gate_support.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("support_id", "sequence", name="gate_support_step_sequence"),
    )


def keep_steps() -> None:
    op.execute(
        "create trigger keep before update or delete on gate_support_step"
        " for each row execute function throughgate.keep()"
    )
    op.execute(
        "create trigger keep_all before truncate on gate_support_step"
        " for each statement execute function throughgate.keep()"
    )


def upgrade() -> None:
    create_tables()
    keep_steps()
    written = {"select": OWN_CHARITY, "insert": OWN_CHARITY}
    for table in ("gate_support", "gate_support_step"):
        protect(table)
    grant("gate_support", CASEWORK, {**written, "update": OWN_CHARITY})
    grant("gate_support_step", CASEWORK, written)
    grant("gate_support", "tg_mentor", {"select": HIS})
    grant("gate_support_step", "tg_mentor", {"select": OF_HIS})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
