"""Onward referrals: a service is suggested, and told of the person once he has said yes; what became of it."""

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN_CHARITY, SUBJECT, grant, protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CASEWORK = ("tg_manager", "tg_coordinator")

CONSENTED = "consent_given_on is not null and consent_by is not null"

# ruff: noqa: S608 -- our own words, never anything that was sent
OWN_MENTOR = f"(select id from mentor where member_id = {SUBJECT})"
STILL_HIS = "(access_until is null or access_until >= (now() at time zone 'Europe/London')::date)"
HIS = f"select engagement_id from engagement_mentor where {STILL_HIS}"
# Who was succeeded sees from then on only what he wrote himself.
HIS_NOW = f"select id from engagement where mentor_id in {OWN_MENTOR} and id in ({HIS})"
HIS_REFERRALS = (
    f"{OWN_CHARITY} and (engagement_id in ({HIS_NOW}) or (created_by = {SUBJECT} and engagement_id in ({HIS})))"
)
OF_HIS_REFERRALS = f"{OWN_CHARITY} and onward_referral_id in (select id from onward_referral)"


def create_tables() -> None:
    op.create_table(
        "onward_referral",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("service_name", sa.String(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("suggested_on", sa.Date(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("consent_given_on", sa.Date(), nullable=True),
        sa.Column("consent_by", sa.Text(), nullable=True),
        sa.Column("consent_withdrawn_on", sa.Date(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("declined_by", sa.Text(), nullable=True),
        sa.Column("declined_reason", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        # Nothing reaches a service before the person has said yes, whatever a door may be told.
        sa.CheckConstraint(
            f"state in ('SUGGESTED', 'DECLINED') or (sent_on is not null and {CONSENTED})",
            name="onward_referral_consented",
        ),
        sa.CheckConstraint(
            f"sent_on is null or ({CONSENTED} and consent_given_on <= sent_on)",
            name="onward_referral_consented_before_sent",
        ),
        sa.CheckConstraint(
            "(state = 'DECLINED') = (declined_by is not null and declined_reason is not null)",
            name="onward_referral_declined",
        ),
        sa.CheckConstraint("(state = 'CLOSED') = (result is not null)", name="onward_referral_closed"),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_onward_referral_person_id"), "onward_referral", ["person_id"])
    op.create_index("onward_referral_newest", "onward_referral", ["charity_id", "created_at", "id"])
    op.create_index("onward_referral_of_engagement", "onward_referral", ["engagement_id", "created_at"])
    op.create_table(
        "onward_referral_entry",
        sa.Column("charity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("onward_referral_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("consent_given_on", sa.Date(), nullable=True),
        sa.Column("consent_by", sa.Text(), nullable=True),
        sa.Column("declined_by", sa.Text(), nullable=True),
        sa.Column("declined_reason", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            f"step <> 'SEND' or ({CONSENTED} and consent_given_on <= happened_on)",
            name="onward_referral_entry_consented",
        ),
        sa.ForeignKeyConstraint(["charity_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["onward_referral_id"], ["onward_referral.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("onward_referral_id", "sequence", name="onward_referral_entry_sequence"),
    )


def keep_entries() -> None:
    op.execute(
        "create trigger keep before update or delete on onward_referral_entry"
        " for each row execute function throughgate.keep()"
    )
    op.execute(
        "create trigger keep_all before truncate on onward_referral_entry"
        " for each statement execute function throughgate.keep()"
    )


def grant_rights() -> None:
    protect("onward_referral")
    protect("onward_referral_entry")
    written = {"select": OWN_CHARITY, "insert": OWN_CHARITY}
    grant("onward_referral", CASEWORK, {**written, "update": OWN_CHARITY})
    grant("onward_referral_entry", CASEWORK, written)
    grant(
        "onward_referral",
        "tg_mentor",
        {"select": HIS_REFERRALS, "insert": HIS_REFERRALS, "update": HIS_REFERRALS},
    )
    grant("onward_referral_entry", "tg_mentor", {"select": OF_HIS_REFERRALS, "insert": OF_HIS_REFERRALS})


def upgrade() -> None:
    create_tables()
    keep_entries()
    grant_rights()


def downgrade() -> None:
    raise NotImplementedError("Data survives: go back by restoring a backup, forward by a new step.")
