"""What is arranged for a release, who is responsible for somebody, and which conditions of his licence shape meetings."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, grant, protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")
# ruff: noqa: S608 -- our own words, never anything that was sent
HIS = f"{OWN_CHARITY} and engagement_id in (select throughgate.last_mentored())"
OF_HIS = f"{OWN_CHARITY} and plan_id in (select id from release_plan)"
HIS_PEOPLE = (
    f"{OWN_CHARITY} and person_id in"
    " (select person_id from engagement where id in (select throughgate.last_mentored()))"
)
KEPT = ("professional_contact", "licence_condition", "release_plan_entry")


def create_statements() -> None:
    op.create_table(
        "professional_contact",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("professional_contact_of_person", "professional_contact", ["person_id", "role"])
    op.create_index("professional_contact_newest", "professional_contact", ["charity_id", "recorded_at", "id"])
    op.create_table(
        "licence_condition",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("licence_condition_of_person", "licence_condition", ["person_id", "condition"])
    op.create_index("licence_condition_newest", "licence_condition", ["charity_id", "recorded_at", "id"])


def _told() -> list[sa.Column[object]]:
    return [
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("first_accommodation", sa.Text(), nullable=True),
        sa.Column("accommodation_plan", sa.Text(), nullable=False),
        sa.Column("sentence_started_on", sa.Date(), nullable=True),
        sa.Column("early_allocation", sa.Boolean(), nullable=True),
    ]


def create_plans() -> None:
    op.create_table(
        "release_plan",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_told(),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("release_on", sa.Date(), nullable=True),
        sa.Column("release_basis", sa.Text(), nullable=True),
        sa.Column("handover_due_on", sa.Date(), nullable=True),
        sa.Column("handover_basis", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("engagement_id", name="release_plan_of_engagement"),
    )
    op.create_index("release_plan_newest", "release_plan", ["charity_id", "created_at", "id"])
    op.create_index("release_plan_of_programme", "release_plan", ["programme_id", "release_on"])
    op.create_index(op.f("ix_release_plan_person_id"), "release_plan", ["person_id"])
    op.create_table(
        "release_plan_item",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("nth", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["plan_id"], ["release_plan.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("plan_id", "nth", name="release_plan_item_nth"),
    )
    op.create_table(
        "release_plan_entry",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        *_told(),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("item_state", sa.Text(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["plan_id"], ["release_plan.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("plan_id", "sequence", name="release_plan_entry_sequence"),
    )


def upgrade() -> None:
    create_statements()
    create_plans()
    for table in KEPT:
        op.execute(
            f"create trigger keep before update or delete on {table} for each row execute function throughgate.keep()"
        )
        op.execute(
            f"create trigger keep_all before truncate on {table} for each statement execute function throughgate.keep()"
        )
    for table in (*KEPT, "release_plan", "release_plan_item"):
        protect(table)
        grant(table, CASEWORK, {"select": OWN_CHARITY, "insert": OWN_CHARITY})
    for table in ("release_plan", "release_plan_item"):
        grant(table, CASEWORK, {"update": OWN_CHARITY})
    grant("release_plan", "tg_mentor", {"select": HIS})
    for table in ("release_plan_item", "release_plan_entry"):
        grant(table, "tg_mentor", {"select": OF_HIS})
    for table in ("professional_contact", "licence_condition"):
        grant(table, "tg_mentor", {"select": HIS_PEOPLE})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
