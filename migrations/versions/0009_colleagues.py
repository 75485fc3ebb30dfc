"""Colleagues: who may be named as a supervisor, and what they do here."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Names they saw already; rows are kept to their charity by the policies that came with these.
    for role in ("tg_coordinator", "tg_safeguarding_lead"):
        op.execute(f"grant select (organisation_id, roles, standing) on member to {role}")


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
