"""The directory: services that may help, kept by charities and readable by everybody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import OWN_CHARITY, grant, protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEEPERS = ("tg_manager", "tg_coordinator")
READERS = (*KEEPERS, "tg_safeguarding_lead", "tg_mentor", "tg_analyst", "tg_data_protection_lead")

# Not whose entry it is, by whom it was made, nor from where it came.
PUBLIC = (
    "id, name, status, description, url, email, phones, fees, accreditations, minimum_age, maximum_age, alert,"
    " organisation_id, organisation_name, organisation_description, updated_at"
)


def upgrade() -> None:
    op.create_table(
        "directory_service",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phones", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("fees", sa.String(), nullable=True),
        sa.Column("accreditations", sa.String(), nullable=True),
        sa.Column("minimum_age", sa.BigInteger(), nullable=True),
        sa.Column("maximum_age", sa.BigInteger(), nullable=True),
        sa.Column("alert", sa.String(), nullable=True),
        sa.Column("organisation_name", sa.String(), nullable=False),
        sa.Column("organisation_description", sa.String(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("charity_id", "source_id", name="directory_service_source"),
    )
    op.create_index("directory_service_newest", "directory_service", ["charity_id", "created_at", "id"])
    # Both tables are new, or small: nobody waits for long.
    op.execute(
        "-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid\n"
        "alter table onward_referral add constraint onward_referral_service_id_fkey"
        " foreign key (service_id) references directory_service (id)"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index ix_onward_referral_service_id on onward_referral (service_id)"
    )
    protect("directory_service")
    for role in READERS:
        grant("directory_service", role, {"select": OWN_CHARITY})
    for role in KEEPERS:
        grant("directory_service", role, {"insert": OWN_CHARITY, "update": OWN_CHARITY})
    grant("directory_service", "tg_public", {f"select({PUBLIC})": "withdrawn_at is null"})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
