"""Events know the transaction that wrote them, so that they can be followed without missing one; a role that follows."""

from alembic import op

from migrations.security import EVERYTHING, grant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

THIN = "id, charity_id, sequence, transaction, type, aggregate_id, aggregate_version, partner_id, occurred_at"


def upgrade() -> None:
    # Events that are there already were all committed: 0 puts them before all others, and a constant rewrites no table.
    op.execute("alter table event add column transaction xid8 not null default '0'")
    op.execute("alter table event alter column transaction set default pg_current_xact_id()")
    # Steps run in one transaction, so the index cannot be built beside writers: they wait for as long as that takes.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\ncreate index event_followed on event (transaction, sequence)"
    )
    # What a platform operator does to a charity's organisations is told in that charity, as it is audited there.
    op.execute("alter policy tg_platform_operator_insert on event with check (true)")
    grant("event", "tg_feed", {f"select({THIN})": EVERYTHING})


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
