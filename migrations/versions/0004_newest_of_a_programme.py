"""A programme's newest referrals stand in an index: a page of them no longer sorts all that it has."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Steps run in one transaction, so the index cannot be built beside writers: they wait for as long as that takes.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index referral_newest_of_programme on referral (programme_id, received_on, id)"
    )


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
